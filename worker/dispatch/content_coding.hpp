// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::worker {

/// How a body is packed on its way to the client.
enum class Encoding { identity, gzip, brotli };

/// What Content-Encoding calls it: "gzip", "br". Empty for identity.
std::string_view name_of(Encoding encoding) noexcept;

/// The best encoding that an Accept-Encoding header allows. Brotli wins over gzip at equal q; an
/// encoding with q=0 is never picked. Without the header: identity.
Encoding preferred_encoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli);

}  // namespace ekiden::worker
