// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/descriptor.hpp"
#include "server/process.hpp"
#include "shared/build_state.hpp"

namespace ekiden::server {

/// What `--reload` builds: a target of a CMake build folder, whenever its sources change.
struct BuildJob {
  std::filesystem::path build_folder;
  std::filesystem::path source_folder;
  std::filesystem::path module;
  std::string target;  ///< the module's name
};

/// The job for a module. `build_folder` is where to build, or "auto": the nearest folder above the
/// module that CMake builds in. Nothing if "auto" finds none. Throws std::runtime_error if the
/// folder that was named is none of CMake's.
std::optional<BuildJob> build_job_of(const std::filesystem::path& module,
                                     const std::string& build_folder);

/// Of what lies in a source folder: hidden files, editors' backups, node_modules and the folders
/// that CMake builds in. Nothing is built for their sake.
bool is_no_source(const std::filesystem::directory_entry& entry);

/// What the compiler says of a failed build, without what the build tool adds.
std::string compiler_messages(std::string_view output);

/// The process that watches and builds, "ekiden: builder". Its errors go to `state`, from where
/// workers tell them to pages; the master learns of new modules.
///
/// Thread safety: the master's only thread. It dies with the master, and a build with it.
class Builder {
 public:
  /// Forks. Throws std::system_error. REQUIRES: `state` outlives it.
  Builder(const BuildJob& job, shared::BuildState& state, int error_log);

  void add_to(std::vector<pollfd>& polled) const;
  /// True if there is a new module since the last call; never waits.
  bool has_built();
  /// Ends it, and the build that it is at. Waits until it has gone, at most a second.
  void stop() noexcept;

 private:
  Process process_;
  Descriptor channel_;
};

}  // namespace ekiden::server
