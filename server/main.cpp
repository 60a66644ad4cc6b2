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

#include "server/alone.hpp"
#include "server/app_lookup.hpp"
#include "server/apps_tool.hpp"
#include "server/cache_tool.hpp"
#include "server/cli.hpp"
#include "server/ctl_tool.hpp"
#include "server/doctor_tool.hpp"
#include "server/master.hpp"
#include "server/opening.hpp"
#include "server/process.hpp"
#include "server/process_title.hpp"
#include "server/saved_settings.hpp"
#include "server/upgrade.hpp"
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

/// What --reload builds. Throws std::runtime_error if --reload-build-dir is wrong.
std::optional<BuildJob> job_of(const Settings& settings) {
  if (!settings.reload || settings.workers == 0) return std::nullopt;
  auto job = build_job_of(settings.app, settings.reload_build_dir);
  if (!job) {
    shared::log(shared::LogLevel::warning,
                "--reload: {} does not lie in a folder that CMake builds in: the module and its "
                "assets are watched, and no sources (see --reload-build-dir)",
                settings.app);
  }
  return job;
}

/// What this process is told by the command line's surroundings.
struct Start {
  const Launch& launch;
  const std::optional<UpgradeCall>& call;
  Predecessor* predecessor = nullptr;
};

int serve(Settings settings, const Environment& environment, const Start& start) {
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
  std::optional<BuildJob> job;
  try {
    load_certificate(settings);
    job = job_of(settings);
  } catch (const std::runtime_error& wrong_setting) {
    std::fprintf(stderr, "ekiden: %s\n", wrong_setting.what());
    return kUsageError;
  }
  const AppCode code = app_code(settings.app, settings.worker, !job);
  if (start.call && start.call->report >= 0) return try_upgrade(settings, code, *start.call);
  if (settings.check_config) return check_config(settings, code);
  if (settings.workers == 0) return serve_alone(settings, code);
  return Master(settings, code, {job, &start.launch, start.predecessor}).run();
}

int print(const ToolOutput& output) {
  std::fputs(output.text.c_str(), stdout);
  std::fputs(output.note.c_str(), stderr);
  return output.exit_code;
}

int run(int argc, char** argv, const Start& start) {
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
  try {
    // Going back, whatever has become of the configuration meanwhile.
    if (start.predecessor != nullptr && !start.predecessor->failure().empty()) {
      return serve(restored_settings(start.predecessor->state().settings), environment, start);
    }
    auto parsed = parse_command_line(std::vector<std::string>(argv + 1, argv + argc), environment);
    if (const auto* answer = std::get_if<Answer>(&parsed)) {
      std::fputs(answer->text.c_str(), answer->exit_code == kDone ? stdout : stderr);
      return answer->exit_code;
    }
    return serve(std::get<Settings>(std::move(parsed)), environment, start);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ekiden: %s\n", error.what());
    return kSystemError;
  }
}

/// As the image that follows another one in this process: if it cannot, that one goes on.
int run_as_next(int argc, char** argv, const Launch& launch,
                const std::optional<UpgradeCall>& call) {
  Predecessor predecessor(*call);
  const int exit_code = run(argc, argv, {launch, call, &predecessor});
  if (predecessor.settled()) return exit_code;
  const std::string obstacle = predecessor.go_back(
      launch, "exit code " + std::to_string(exit_code) + ", and the reason is in what it printed");
  std::fprintf(stderr, "ekiden: there is no way back: %s\n", obstacle.c_str());
  return exit_code;
}

int run_as_called(int argc, char** argv, const Launch& launch) {
  std::optional<UpgradeCall> call;
  try {
    call = UpgradeCall::take();
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "ekiden: %s\n", error.what());
    return kUsageError;
  }
  if (call && call->report < 0) return run_as_next(argc, argv, launch, call);
  return run(argc, argv, {launch, call});
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_descriptors();
  const Launch launch(argc, argv);
  claim_process_title(argc, argv);
  buffer_stdout_by_line();
  const int exit_code = run_as_called(argc, argv, launch);
  flush_stdio();
  // Not exit(): an app that was loaded into this process must not see its statics destroyed.
  _exit(exit_code);
}
