// SPDX-License-Identifier: MIT
#include "worker/dispatch/suites.hpp"

#include <algorithm>
#include <tuple>

#include "worker/dispatch/error_page.hpp"
#include "worker/dispatch/static_content.hpp"

namespace ekiden::worker {

namespace {

constexpr std::size_t kDigestDigits = 10;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// v<VERSION>m<HEX>, as Dash's ^v[\w-]+m[0-9a-fA-F]+$.
bool is_fingerprint(std::string_view part) {
  const auto m = part.rfind('m');
  if (!part.starts_with('v') || m == std::string_view::npos || m < 2) return false;
  const std::string_view version = part.substr(1, m - 1), digest = part.substr(m + 1);
  return std::all_of(version.begin(), version.end(), is_word) && !digest.empty() &&
         std::all_of(digest.begin(), digest.end(), is_hex);
}

std::string fingerprint_of(const SuiteFile& file) {
  std::string fingerprint = "v";
  for (const char c : file.version) fingerprint += is_word(c) ? c : '_';
  fingerprint += 'm';
  return fingerprint.append(file.etag.substr(0, kDigestDigits));
}

StaticContent content_of(const SuiteFile& file) {
  return {file.content_type, file.etag, file.identity, file.gzip, file.brotli};
}

}  // namespace

std::string fingerprinted_path(const SuiteFile& file) {
  std::string path = std::string(file.package) + "/" + std::string(file.path);
  const auto dot = path.find('.', path.rfind('/'));
  path.insert(std::min(dot, path.size()), "." + fingerprint_of(file));
  return path;
}

SuitePath parse_suite_path(std::string_view path) {
  SuitePath parsed;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return parsed;
  parsed.package = path.substr(0, slash);
  parsed.path = path.substr(slash + 1);
  const auto name = parsed.path.rfind('/') + 1;  // npos + 1 is 0: no folder
  const auto first = parsed.path.find('.', name);
  if (first == std::string::npos) return parsed;
  const auto second = parsed.path.find('.', first + 1);
  if (second == std::string::npos) return parsed;
  const std::string part = parsed.path.substr(first + 1, second - first - 1);
  if (!is_fingerprint(part)) return parsed;
  parsed.fingerprint = part;
  parsed.path.erase(first, second - first);
  return parsed;
}

const SuiteFile* find_suite_file(std::span<const SuiteFile> files, std::string_view package,
                                 std::string_view path) {
  const auto key = std::tie(package, path);
  const auto found = std::lower_bound(
      files.begin(), files.end(), key,
      [](const SuiteFile& file, const auto& k) { return std::tie(file.package, file.path) < k; });
  if (found == files.end() || std::tie(found->package, found->path) != key) return nullptr;
  return &*found;
}

void send_suite_file(std::span<const SuiteFile> files, std::string_view path,
                     const Request& request, Response& response) {
  const SuitePath parsed = parse_suite_path(path);
  const SuiteFile* file = find_suite_file(files, parsed.package, parsed.path);
  if (file == nullptr) {
    send_not_found(response);
    return;
  }
  const bool current = parsed.fingerprint == fingerprint_of(*file);
  send_static(content_of(*file), current ? Caching::forever : Caching::revalidate, request,
              response);
}

}  // namespace ekiden::worker
