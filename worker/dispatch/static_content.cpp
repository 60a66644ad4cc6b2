// SPDX-License-Identifier: MIT
#include "worker/dispatch/static_content.hpp"

#include <utility>

#include "worker/app/digest.hpp"
#include "worker/dispatch/compression.hpp"
#include "worker/dispatch/content_coding.hpp"
#include "worker/http/grammar.hpp"

namespace ekiden::worker {

namespace {

/// Below this a compressed form saves no packet.
constexpr std::size_t kMinBytesToCompress = 1024;

void append_headers(const StaticContent& content, Encoding encoding, Caching caching,
                    std::string& headers) {
  headers += "ETag: \"";
  headers += content.etag;
  if (encoding != Encoding::identity) headers.append("-").append(name_of(encoding));
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
  if (encoding != Encoding::identity) {
    response.headers.append("Content-Encoding: ").append(name_of(encoding)).append("\r\n");
  }
  switch (encoding) {
    case Encoding::brotli:
      response.static_body = content.brotli;
      break;
    case Encoding::gzip:
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

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view tag = grammar::next_in_list(if_none_match);
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
