// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::worker {

// What there is for a compressor to save, guessed from a kilobyte or two in the middle, in a few
// microseconds.

/// Whether sequences of bytes come again: in JSON of components and tables, in prose. Not in
/// numbers that are not round, as text or in base64, where only some bytes are more frequent than
/// others.
bool has_repetitions(std::string_view bytes);

/// Whether all byte values are about as frequent, so that nothing can be saved: in images,
/// archives.
bool looks_like_chance(std::string_view bytes);

}  // namespace ekiden::worker
