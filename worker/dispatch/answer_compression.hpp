// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Compresses what has been answered, if that is worth its while: from `min_bytes` on, 0 being
/// never; as the request's Accept-Encoding allows; and unless the answer hardly shrinks, is for a
/// client that has left, or has headers that are about its very bytes.
///
/// To be called by whoever runs the callback, since it takes about as long as making the answer.
/// Throws std::bad_alloc; then nothing is left of the body.
void compress_answer(const Request& request, std::size_t min_bytes, Response& response);

}  // namespace ekiden::worker
