// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ekiden::server {

/// Where an app's module was found, or one sentence on why not.
struct AppLookup {
  std::filesystem::path path;  ///< absolute; empty if not found
  std::string error;
};

/// The folders in which modules are searched: `apps/` beside the program, the program's folder,
/// those of `app_path` (EKIDEN_APP_PATH, separated by colons), the current folder.
std::vector<std::filesystem::path> app_folders(const std::filesystem::path& program,
                                               const std::string& app_path);

/// Finds the module of `app`: a path if it has a slash or ends in ".so", else a name to look for
/// in `folders`.
AppLookup find_app(const std::string& app, const std::vector<std::filesystem::path>& folders);

struct AppEntry {
  std::string name;
  std::string description;  ///< the line of NAME.description beside the module, or empty
};

/// The apps of these folders by name, each as the first folder has it: what find_app would find.
std::vector<AppEntry> list_apps(const std::vector<std::filesystem::path>& folders);

}  // namespace ekiden::server
