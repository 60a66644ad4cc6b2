// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "shared/changed_files.hpp"
#include "shared/dev_tools.hpp"
#include "shared/seal_mode.hpp"

namespace ekiden::shared {
struct Heritage;
}

namespace ekiden::worker {

class Service;

struct LoadOptions {
  std::string app_path;  ///< absolute path of the module, ".../caching_signaling.so"
  bool debug = false;    ///< responses may show internals
  shared::SealMode seal = shared::SealMode::off;
  shared::DevTools dev_tools;
  std::size_t compress_min_bytes = 0;  ///< smaller answers are not compressed; 0: none is
  bool watch_module = true;            ///< it counts among the files that change
};

/// One loaded generation of an app: module, registry, and every response that does not change,
/// computed once in the mold and shared copy-on-write by the workers forked from it.
///
/// Fork: made before the fork, read-only after it; never destroyed in a worker.
class Generation {
 public:
  /// Maps a private copy of the module, runs its set-up, checks registry and layout.
  /// Throws Error with one clear sentence if any of it fails.
  static std::unique_ptr<Generation> load(const LoadOptions& options);
  virtual ~Generation() = default;

  virtual const std::string& name() const = 0;
  virtual std::size_t callback_count() const = 0;
  virtual Service& service() = 0;
  /// In a worker, before it serves.
  virtual void begin_serving(const shared::Heritage& heritage) = 0;
  /// What changed on disk since it was loaded, or since the last answer that was not empty.
  /// Called in the mold, from time to time.
  virtual std::vector<shared::ChangedFile> changed_files() = 0;
  /// What is legal but may not be meant, a line each; for `--check-config`.
  virtual std::vector<std::string> warnings() const = 0;
};

/// A worker's life, from fork to exit: serves until the master says drain, returns the exit code.
/// Called in a freshly forked, single-threaded process.
int worker_main(const shared::Heritage& heritage, Generation& generation);

}  // namespace ekiden::worker
