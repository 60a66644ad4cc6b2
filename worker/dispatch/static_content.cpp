// SPDX-License-Identifier: MIT
#include "worker/dispatch/static_content.hpp"

#include <charconv>
#include <utility>

#include "worker/app/digest.hpp"
#include "worker/dispatch/compression.hpp"
#include "worker/http/grammar.hpp"

namespace ekiden::worker {

namespace {

/// Below this a compressed form saves no packet.
constexpr std::size_t kMinBytesToCompress = 1024;

/// Cuts the text before the first `separator` off `rest`, trimmed.
std::string_view next_item(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view item = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return grammar::trim(item);
}

/// q in thousandths out of the parameters that follow a coding; 1000 if there is none.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = next_item(parameters, ';');
    if (!grammar::equal_any_case(next_item(parameter, '='), "q")) continue;
    double value = 0;
    const auto [end, error] =
        std::from_chars(parameter.data(), parameter.data() + parameter.size(), value);
    if (error != std::errc() || value < 0) return 0;
    return value >= 1 ? 1000 : static_cast<int>(value * 1000);
  }
  return 1000;
}

std::string_view etag_suffix(Encoding encoding) {
  switch (encoding) {
    case Encoding::gzip:
      return "-gzip";
    case Encoding::brotli:
      return "-br";
    case Encoding::identity:
      break;
  }
  return {};
}

void append_headers(const StaticContent& content, Encoding encoding, Caching caching,
                    std::string& headers) {
  headers += "ETag: \"";
  headers += content.etag;
  headers += etag_suffix(encoding);
  headers += caching == Caching::forever
                 ? "\"\r\nCache-Control: public, max-age=31536000, immutable\r\n"
                 : "\"\r\nCache-Control: no-cache\r\n";
  if (!content.gzip.empty() || !content.brotli.empty()) headers += "Vary: Accept-Encoding\r\n";
}

}  // namespace

PreparedContent::PreparedContent(std::string bytes, std::string_view content_type, bool compress)
    : identity_(std::move(bytes)), etag_(content_digest(identity_)), content_type_(content_type) {
  if (!compress || identity_.size() <= kMinBytesToCompress) return;
  gzip_ = gzip_compressed(identity_);
  brotli_ = brotli_compressed(identity_);
  if (gzip_.size() >= identity_.size()) gzip_.clear();
  if (brotli_.size() >= identity_.size()) brotli_.clear();
  gzip_.shrink_to_fit();
  brotli_.shrink_to_fit();
}

StaticContent PreparedContent::view() const {
  return {content_type_, etag_, identity_, gzip_, brotli_};
}

void send_static(const StaticContent& content, Caching caching, const Request& request,
                 Response& response) {
  const Encoding encoding = preferred_encoding(request.header("Accept-Encoding"),
                                               !content.gzip.empty(), !content.brotli.empty());
  append_headers(content, encoding, caching, response.headers);
  if (etag_matches(request.header("If-None-Match"), content.etag)) {
    response.status = 304;
    return;
  }
  response.status = 200;
  response.content_type = content.content_type;
  switch (encoding) {
    case Encoding::brotli:
      response.headers += "Content-Encoding: br\r\n";
      response.static_body = content.brotli;
      break;
    case Encoding::gzip:
      response.headers += "Content-Encoding: gzip\r\n";
      response.static_body = content.gzip;
      break;
    case Encoding::identity:
      if (content.identity.empty() && !content.gzip.empty()) {
        response.body = gzip_expanded(content.gzip);
      } else {
        response.static_body = content.identity;
      }
      break;
  }
}

Encoding preferred_encoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli) {
  int gzip = -1, brotli = -1, any = 0;  // -1: not named, so `*` decides
  while (!accept_encoding.empty()) {
    std::string_view parameters = next_item(accept_encoding, ',');
    const std::string_view coding = next_item(parameters, ';');
    if (grammar::equal_any_case(coding, "br")) brotli = quality(parameters);
    if (grammar::equal_any_case(coding, "gzip") || grammar::equal_any_case(coding, "x-gzip"))
      gzip = quality(parameters);
    if (coding == "*") any = quality(parameters);
  }
  if (gzip < 0) gzip = any;
  if (brotli < 0) brotli = any;
  if (!has_gzip) gzip = 0;
  if (!has_brotli) brotli = 0;
  if (brotli > 0 && brotli >= gzip) return Encoding::brotli;
  return gzip > 0 ? Encoding::gzip : Encoding::identity;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view tag = next_item(if_none_match, ',');
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') continue;
    tag = tag.substr(1, tag.size() - 2);
    if (!tag.starts_with(etag)) continue;
    tag.remove_prefix(etag.size());
    if (tag.empty() || tag == "-gzip" || tag == "-br") return true;
  }
  return false;
}

}  // namespace ekiden::worker
