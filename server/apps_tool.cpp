// SPDX-License-Identifier: MIT
#include "server/apps_tool.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "server/app_lookup.hpp"

namespace ekiden::server {
namespace {

constexpr const char* kHelp =
    "Usage: ekiden apps\n\n"
    "Lists the apps that `ekiden NAME` finds: in apps/ beside the program, in the folders of\n"
    "EKIDEN_APP_PATH and in the current folder.\n";

}  // namespace

ToolOutput run_apps_tool(const std::vector<std::string>& words,
                         const std::vector<std::filesystem::path>& folders) {
  if (!words.empty()) {
    if (words.front() == "--help" || words.front() == "-h") return {kDone, kHelp, ""};
    return {kUsageError, "",
            fmt::format("ekiden: apps takes no arguments, and got '{}'\n", words.front())};
  }
  const std::vector<AppEntry> apps = list_apps(folders);
  if (apps.empty()) return {kDone, "", "ekiden: there are no apps here\n"};
  std::size_t width = 0;
  for (const AppEntry& app : apps) width = std::max(width, app.name.size());
  ToolOutput output;
  for (const AppEntry& app : apps) {
    output.text += app.description.empty()
                       ? app.name + "\n"
                       : fmt::format("{:<{}}  {}\n", app.name, width, app.description);
  }
  return output;
}

}  // namespace ekiden::server
