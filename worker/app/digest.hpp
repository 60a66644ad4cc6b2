// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

/// The digest of `bytes` in base64, as Content-Security-Policy names scripts. Throws Error unless
/// `algorithm` is "sha256", "sha384" or "sha512".
std::string digest_base64(std::string_view algorithm, std::string_view bytes);

}  // namespace ekiden::worker
