// SPDX-License-Identifier: MIT
#include "server/app_lookup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "shared/nearest_name.hpp"

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 20;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::set<std::string> modules_in(const std::vector<fs::path>& folders) {
  std::set<std::string> names;
  for (const auto& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".so") names.insert(entry.path().stem().string());
    }
  }
  return names;
}

template <class Range>
std::string joined(const Range& range, std::size_t most) {
  std::string list;
  std::size_t count = 0;
  for (const std::string& item : range) {
    if (++count > most) return list + ", ...";
    list += (list.empty() ? "" : ", ") + item;
  }
  return list;
}

AppLookup find_path(const fs::path& path) {
  if (is_file(path)) return {fs::absolute(path).lexically_normal(), ""};
  std::error_code ignored;
  const char* problem =
      fs::is_directory(path, ignored) ? "is a folder, not a module" : "there is no such file";
  return {{}, fmt::format("app {}: {}", path.string(), problem)};
}

}  // namespace

std::vector<AppEntry> list_apps(const std::vector<fs::path>& folders) {
  std::vector<AppEntry> apps;
  for (const std::string& name : modules_in(folders)) {
    fs::path description = find_app(name, folders).path;
    std::ifstream file(description.replace_extension(".description"));
    apps.push_back({name, ""});
    std::getline(file, apps.back().description);
  }
  return apps;
}

std::vector<fs::path> app_folders(const fs::path& program, const std::string& app_path) {
  const fs::path beside = program.parent_path();
  std::vector<fs::path> folders{beside / "apps", beside};
  std::istringstream list(app_path);
  for (std::string folder; std::getline(list, folder, ':');) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
  std::error_code ignored;
  folders.push_back(fs::current_path(ignored));
  return folders;
}

AppLookup find_app(const std::string& app, const std::vector<fs::path>& folders) {
  if (app.find('/') != std::string::npos || app.ends_with(".so")) return find_path(app);
  std::vector<std::string> looked;
  for (const auto& folder : folders) {
    const fs::path module = folder / (app + ".so");
    if (is_file(module)) return {fs::absolute(module).lexically_normal(), ""};
    if (std::find(looked.begin(), looked.end(), folder.string()) == looked.end()) {
      looked.push_back(folder.string());
    }
  }
  const auto names = modules_in(folders);
  const std::string_view near =
      shared::nearest_name(app, std::vector<std::string_view>(names.begin(), names.end()));
  return {
      {},
      fmt::format("there is no app '{}'{}; looked for {}.so in {}; apps there: {}", app,
                  near.empty() ? "" : fmt::format(" (did you mean {}?)", near), app,
                  joined(looked, kMostNames), names.empty() ? "none" : joined(names, kMostNames))};
}

}  // namespace ekiden::server
