// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

/// The digest of `bytes` in base64, as Content-Security-Policy names scripts. Throws Error unless
/// `algorithm` is "sha256", "sha384" or "sha512".
std::string digest_base64(std::string_view algorithm, std::string_view bytes);

/// 16 hex digits that change when `bytes` do; the same in every process and build.
std::string content_digest(std::string_view bytes);

}  // namespace ekiden::worker
