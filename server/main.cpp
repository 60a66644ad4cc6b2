// SPDX-License-Identifier: MIT
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/app_lookup.hpp"
#include "server/apps_tool.hpp"
#include "server/cache_tool.hpp"
#include "server/cli.hpp"
#include "server/ctl_tool.hpp"
#include "server/doctor_tool.hpp"
#include "server/master.hpp"
#include "server/process.hpp"
#include "server/process_title.hpp"
#include "shared/log.hpp"

namespace {

using namespace ekiden;
using namespace ekiden::server;

std::vector<std::filesystem::path> folders_of(const Environment& environment) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto app_path = environment.find("EKIDEN_APP_PATH");
  return app_folders(program, app_path == environment.end() ? "" : app_path->second);
}

/// What concerns this process as a whole. Throws std::runtime_error.
void prepare_process(const Settings& settings) {
  for (const std::string& note : settings.notes) std::fprintf(stderr, "ekiden: %s\n", note.c_str());
  name_processes(settings.name);
  if (!settings.umask.empty()) {
    ::umask(static_cast<mode_t>(std::stoul(settings.umask, nullptr, 8)));
  }
  for (const std::string& variable : settings.env) {
    const std::size_t equals = variable.find('=');
    ::setenv(variable.substr(0, equals).c_str(), variable.c_str() + equals + 1, 1);
  }
  if (settings.chdir.empty() || ::chdir(settings.chdir.c_str()) == 0) return;
  throw std::runtime_error("--chdir " + settings.chdir + ": " + std::strerror(errno));
}

/// Why --certfile and --keyfile cannot be used; empty if they can.
std::string certificate_error(const Settings& settings) {
  try {
    load_certificate(settings);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

int serve(Settings settings, const Environment& environment) {
  prepare_process(settings);
  if (settings.print_config) {
    std::fputs(print_config(settings).c_str(), stdout);
    if (settings.app.empty()) return kDone;
    settings.check_config = true;
  }
  const AppLookup app = find_app(settings.app, folders_of(environment));
  if (app.path.empty()) {
    std::fprintf(stderr, "ekiden: %s\n", app.error.c_str());
    return kAppError;
  }
  settings.app = app.path.string();
  shared::log_open(settings.log_level);
  if (const std::string error = certificate_error(settings); !error.empty()) {
    std::fprintf(stderr, "ekiden: %s\n", error.c_str());
    return kUsageError;
  }
  const AppCode code = app_code(settings.app, settings.worker);
  if (settings.check_config) return check_config(settings, code);
  if (settings.workers == 0) return serve_alone(settings, code);
  return Master(settings, code).run();
}

int print(const ToolOutput& output) {
  std::fputs(output.text.c_str(), stdout);
  std::fputs(output.note.c_str(), stderr);
  return output.exit_code;
}

int run(int argc, char** argv) {
  const std::string_view tool = argc > 1 ? argv[1] : "";
  const Environment environment = environment_variables();
  if (tool == "cache") {
    return print(run_cache_tool(std::vector<std::string>(argv + 2, argv + argc)));
  }
  if (tool == "ctl") {
    return print(run_ctl_tool(std::vector<std::string>(argv + 2, argv + argc)));
  }
  if (tool == "doctor") {
    return print(run_doctor_tool(std::vector<std::string>(argv + 2, argv + argc)));
  }
  if (tool == "apps") {
    return print(
        run_apps_tool(std::vector<std::string>(argv + 2, argv + argc), folders_of(environment)));
  }
  auto parsed = parse_command_line(std::vector<std::string>(argv + 1, argv + argc), environment);
  if (const auto* answer = std::get_if<Answer>(&parsed)) {
    std::fputs(answer->text.c_str(), answer->exit_code == kDone ? stdout : stderr);
    return answer->exit_code;
  }
  try {
    return serve(std::get<Settings>(std::move(parsed)), environment);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ekiden: %s\n", error.what());
    return kSystemError;
  }
}

}  // namespace

int main(int argc, char** argv) {
  claim_process_title(argc, argv);
  open_standard_descriptors();
  buffer_stdout_by_line();
  const int exit_code = run(argc, argv);
  flush_stdio();
  // Not exit(): an app that was loaded into this process must not see its statics destroyed.
  _exit(exit_code);
}
