// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

/// The whole of `bytes` compressed; empty if the library failed, so that nothing is offered in
/// that form.
std::string gzip_compressed(std::string_view bytes);
std::string brotli_compressed(std::string_view bytes);

/// The opposite of gzip_compressed; empty if `bytes` is no whole gzip member.
std::string gzip_expanded(std::string_view bytes);

}  // namespace ekiden::worker
