// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ekiden::shared {
class MemoCache;
}

namespace ekiden::worker {

/// The cache that this process's memoized functions use; nullptr for none: then they compute each
/// time. Set by a worker once its cache is attached and before its first callback. The cache must
/// live until the process ends, since frames and views hold on to it.
void set_cache(shared::MemoCache* cache) noexcept;

/// Says which build of the app the following set-up belongs to, in practice a hash of its module:
/// results of another build are not found. Called in the mold before set-up runs.
void set_app_build_id(std::string id);

}  // namespace ekiden::worker
