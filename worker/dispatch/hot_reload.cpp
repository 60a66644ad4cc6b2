// SPDX-License-Identifier: MIT
#include "worker/dispatch/hot_reload.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ekiden/json.hpp>
#include <random>

#include "worker/app/environment.hpp"
#include "worker/dispatch/compression.hpp"
#include "worker/dispatch/index_page.hpp"

namespace ekiden::worker {

namespace {

double number(const char* name, double otherwise) {
  const auto text = dash_variable(name);
  if (!text) return otherwise;
  double value = 0;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !(value > 0 && value < 1e6)) {
    throw Error(fmt::format("DASH_{} is \"{}\" but must be a positive number", name, *text));
  }
  return value;
}

}  // namespace

HotReload hot_reload(const SiteOptions& options) {
  HotReload reload;
  reload.on = dash_flag("HOT_RELOAD").value_or(options.debug);
  reload.interval_ms = static_cast<long>(number("HOT_RELOAD_INTERVAL", 3) * 1000);
  reload.max_retry = static_cast<long>(number("HOT_RELOAD_MAX_RETRY", 8));
  return reload;
}

std::string reload_hash_json(const HotReload& reload, std::string_view index_page) {
  if (!reload.on) return R"({"reloadHash":null,"hard":false,"packages":[],"files":[]})";
  std::random_device random;
  // A page that finds other packages than before loads itself again. No process knows what an
  // earlier generation served, but each page does.
  return fmt::format(
      R"({{"reloadHash":"{:08x}{:08x}","hard":false,"packages":["dash","page-{}"],"files":[]}})",
      random(), random(), content_digest(index_page));
}

}  // namespace ekiden::worker
