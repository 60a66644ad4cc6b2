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

/// As the content of a string.
std::string css_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\A ";
    } else if (c == '"' || c == '\\') {
      escaped += {'\\', c};
    } else if (static_cast<unsigned char>(c) >= ' ' || c == '\t') {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string build_error_sheet(std::string_view text) {
  return fmt::format(
      "body::after {{\n  content: \"The app does not build; what you see is the last version that "
      "did.\\A \\A {}\";\n"
      "  position: fixed; inset: 0; z-index: 2147483647; overflow: auto; padding: 24px;\n"
      "  white-space: pre-wrap; text-align: left; font: 13px/1.5 monospace; color: #fff;\n"
      "  background: rgba(70, 0, 10, 0.93);\n}}\n",
      css_escaped(text));
}

ReloadAnswer::ReloadAnswer(ReloadState state, std::string_view index_page,
                           std::string_view assets_url, std::string_view below)
    : state_(std::move(state)),
      builds_(state_.build != nullptr ? state_.build->version() : 0),
      sheet_url_(std::string(below) + std::string(kBuildErrorSheet)) {
  // If more than assets changed, the page itself decides, by the packages.
  const auto& changed = state_.changed;
  const bool assets =
      !changed.empty() &&
      std::none_of(changed.begin(), changed.end(), [](auto& file) { return file.asset.empty(); });
  const std::string builds = builds_ == 0 ? "" : fmt::format(R"(,"build-{}")", builds_);
  rest_ = fmt::format(R"(","hard":{},"packages":["dash","page-{}"{}],"files":[{}]}})", assets,
                      content_digest(index_page), builds,
                      assets ? files_json(changed, assets_url) : "");
}

/// What changed is the sheet; a time of 0 means that it is gone.
std::string ReloadAnswer::sheet_json(std::uint32_t modified) const {
  return fmt::format(
      R"(","hard":true,"packages":[],"files":[{{"url":{},"modified":{},"is_css":true}}]}})",
      json_quoted(sheet_url_), modified);
}

std::string ReloadAnswer::error_sheet() const {
  const std::string error = state_.build != nullptr ? state_.build->error() : "";
  return error.empty() ? "" : build_error_sheet(error);
}

std::string ReloadAnswer::json() const {
  const std::uint32_t serving =
      state_.serving != nullptr ? state_.serving->load(std::memory_order_acquire) : 0;
  const std::uint32_t told =
      serving == 0 || serving > state_.generation ? state_.generation : serving;
  const std::uint32_t builds = state_.build != nullptr ? state_.build->version() : 0;
  std::string what = fmt::format("{} {}", state_.seed, told);
  if (builds != 0) fmt::format_to(std::back_inserter(what), " {}", builds);
  const bool failed = builds != 0 && !state_.build->error().empty();
  const bool recovered = builds != builds_;
  return R"({"reloadHash":")" + content_digest(what) +
         (failed      ? sheet_json(builds)
          : recovered ? sheet_json(0)
                      : rest_);
}

std::string_view ReloadAnswer::off() {
  return R"({"reloadHash":null,"hard":false,"packages":[],"files":[]})";
}

}  // namespace ekiden::worker
