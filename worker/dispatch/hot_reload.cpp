// SPDX-License-Identifier: MIT
#include "worker/dispatch/hot_reload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "worker/app/digest.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

std::string files_json(const std::vector<shared::ChangedFile>& files, std::string_view below) {
  std::string json;
  for (const shared::ChangedFile& file : files) {
    const std::string url = std::string(below) + url_encoded_path(file.asset);
    fmt::format_to(std::back_inserter(json), R"({}{{"url":{},"modified":{},"is_css":{}}})",
                   json.empty() ? "" : ",", json_quoted(url), file.modified,
                   file.asset.ends_with("css"));
  }
  return json;
}

}  // namespace

ReloadAnswer::ReloadAnswer(ReloadState state, std::string_view index_page,
                           std::string_view assets_url)
    : state_(std::move(state)) {
  // If more than assets changed, the page itself decides, by the packages.
  const auto& changed = state_.changed;
  const bool assets =
      !changed.empty() &&
      std::none_of(changed.begin(), changed.end(), [](auto& file) { return file.asset.empty(); });
  rest_ = fmt::format(R"(","hard":{},"packages":["dash","page-{}"],"files":[{}]}})", assets,
                      content_digest(index_page), assets ? files_json(changed, assets_url) : "");
}

std::string ReloadAnswer::json() const {
  const std::uint32_t serving =
      state_.serving != nullptr ? state_.serving->load(std::memory_order_acquire) : 0;
  const std::uint32_t told =
      serving == 0 || serving > state_.generation ? state_.generation : serving;
  return R"({"reloadHash":")" + content_digest(fmt::format("{} {}", state_.seed, told)) + rest_;
}

std::string_view ReloadAnswer::off() {
  return R"({"reloadHash":null,"hard":false,"packages":[],"files":[]})";
}

}  // namespace ekiden::worker
