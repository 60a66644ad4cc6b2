// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Bytes that do not change while a generation lives, in every encoding they are offered in. The
/// views point into the program or into a PreparedContent that outlives the response.
struct StaticContent {
  std::string_view content_type;
  std::string_view etag;  ///< without quotes
  /// The latter two may be empty; the first as well if it is only kept as gzip.
  std::string_view identity, gzip, brotli;
};

/// A StaticContent that owns its bytes: computed in the mold, shared copy-on-write.
class PreparedContent {
 public:
  PreparedContent() = default;
  /// `content_type` must outlive the object. With `compress`, forms that are smaller than the
  /// bytes themselves are kept.
  PreparedContent(std::string bytes, std::string_view content_type, bool compress = true);

  /// Valid until the object is moved or destroyed.
  StaticContent view() const;

 private:
  std::string identity_, gzip_, brotli_, etag_;
  std::string_view content_type_;
};

enum class Caching {
  revalidate,  ///< the browser may keep it, but asks each time whether it changed
  forever,     ///< the URL names the version: never asked for again
};

/// Answers a GET or HEAD with `content`: picks the encoding, or says 304 if the client has it.
void send_static(const StaticContent& content, Caching caching, const Request& request,
                 Response& response);

/// True if an If-None-Match header names `etag`, in any encoding's form, or is `*`.
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace ekiden::worker
