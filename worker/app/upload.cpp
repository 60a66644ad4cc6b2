// SPDX-License-Identifier: MIT
#include <ekiden/upload.hpp>
#include <optional>
#include <string_view>

#include "worker/json/reader.hpp"

namespace ekiden {

namespace {

std::optional<UploadedFile> file_of(std::string_view url) {
  constexpr std::string_view kScheme = "data:", kCoding = ";base64";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  // What browsers say of a file without contents and type.
  if (url.empty()) return UploadedFile{};
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view type = url.substr(0, comma);
  if (!type.ends_with(kCoding)) return std::nullopt;
  type.remove_suffix(kCoding.size());
  std::optional<std::string> bytes = worker::read_base64(url.substr(comma + 1));
  if (!bytes) return std::nullopt;
  return UploadedFile{std::string(type), std::move(*bytes)};
}

}  // namespace

UploadedFile FromJson<UploadedFile>::read(const Json& json) {
  const std::string* url = json.as_string();
  std::optional<UploadedFile> file = url != nullptr ? file_of(*url) : std::nullopt;
  if (!file) {
    detail::throw_bad_argument("a file as dcc.Upload sends it, \"data:<type>;base64,<base64>\"",
                               json);
  }
  return std::move(*file);
}

}  // namespace ekiden
