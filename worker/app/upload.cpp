// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <ekiden/upload.hpp>
#include <optional>
#include <string_view>

namespace ekiden {

namespace {

constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

/// nullopt unless `text` is base64, with its padding.
std::optional<std::string> decoded(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;  // bits not yet written
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFF);
  }
  return bytes;
}

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
  std::optional<std::string> bytes = decoded(url.substr(comma + 1));
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
