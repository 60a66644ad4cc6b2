// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "worker/dispatch/static_content.hpp"

namespace ekiden::worker {

/// What a Range header asks of `size` bytes.
struct ByteRange {
  enum class Kind {
    all,            ///< there is none, or one that may be ignored: several ranges, other units
    part,           ///< `length` bytes from `first` on
    unsatisfiable,  ///< none of them exist
  };
  Kind kind = Kind::all;
  std::size_t first = 0, length = 0;
};
ByteRange byte_range(std::string_view range, std::size_t size);

/// As send_static, but answers a GET for one range of bytes with these, uncompressed, so that media
/// can be sought in and downloads resumed.
void send_static_ranges(const StaticContent& content, Caching caching, const Request& request,
                        Response& response);

}  // namespace ekiden::worker
