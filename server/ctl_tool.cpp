// SPDX-License-Identifier: MIT
#include "server/ctl_tool.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ekiden/json.hpp>

#include "server/control_client.hpp"
#include "server/control_tool.hpp"
#include "server/ctl_text.hpp"
#include "server/server_commands.hpp"
#include "server/tool_text.hpp"
#include "shared/private_memory.hpp"

namespace ekiden::server {
namespace {

/// A reload ends by --load-timeout, but that may be switched off.
constexpr std::chrono::hours kReloadPatience{24};
constexpr int kRefreshMs = 1000;
constexpr const char* kClearScreen = "\033[H\033[2J";

struct Words : ControlOptions {
  std::string command;
  bool wait = false;
  std::int64_t workers = 0;
};

Json ask_plainly(const Words& words, const std::string& command) {
  return ask_for(words, {{"command", command}}, kControlPatience);
}

/// The workers, with their memory: reading it takes a while, which the master does not have.
Json ask_for_workers(const Words& words) {
  Json::Array workers;
  const Json result = ask_plainly(words, "server.workers");
  for (const Json& one : array(result, "workers")) {
    Json::Object worker = *one.as_object();
    const std::int64_t pid = integer(one, "pid");
    const std::size_t bytes = pid == 0 ? 0 : shared::private_memory(fmt::format("/proc/{}", pid));
    worker.emplace_back("private_bytes", static_cast<std::int64_t>(bytes));
    workers.emplace_back(std::move(worker));
  }
  return {{"workers", std::move(workers)}};
}

Json ask_for_all(const Words& words) {
  return {{"status", ask_plainly(words, "server.status")},
          {"workers", ask_for_workers(words)["workers"]},
          {"callbacks", ask_plainly(words, "server.callbacks")["callbacks"]}};
}

std::string frame_text(const Json& all) {
  return fmt::format("{}\n{}\n{}\n{}", status_text(all["status"]), workers_text(all),
                     calls_text(all), callbacks_text(all));
}

/// The terminal gives each key at once, Ctrl-C too, and does not show it; as before when this ends.
class KeyByKey {
 public:
  KeyByKey() {
    is_terminal_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios changed = before_;
    changed.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    tcsetattr(STDIN_FILENO, TCSANOW, &changed);
  }
  ~KeyByKey() {
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  KeyByKey(const KeyByKey&) = delete;
  KeyByKey& operator=(const KeyByKey&) = delete;

  /// True after q, Ctrl-C or the end of input; false when it is time for the next frame.
  static bool asked_to_end() {
    constexpr char kControlC = 3;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, kRefreshMs) <= 0) return false;
    char key = 0;
    return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == kControlC;
  }

 private:
  bool is_terminal_ = false;
  termios before_{};
};

ToolOutput show_top(const Words& words) {
  if (words.json) return {kDone, ask_for_all(words).dump() + "\n", {}};
  if (isatty(STDOUT_FILENO) == 0) return {kDone, frame_text(ask_for_all(words)), {}};
  const KeyByKey keys;
  do {
    const std::string frame = kClearScreen + frame_text(ask_for_all(words));
    std::fputs(frame.c_str(), stdout);
    std::fflush(stdout);
  } while (!KeyByKey::asked_to_end());
  return {};
}

ToolOutput printed(const Words& words, const Json& result, std::string text) {
  return {kDone, words.json ? result.dump() + "\n" : std::move(text), {}};
}

ToolOutput reload(const Words& words, const char* command) {
  const Json result = ask_for(words, {{"command", command}, {"wait", words.wait}},
                              words.wait ? kReloadPatience : kControlPatience);
  const std::int64_t generation = integer(result, "generation");
  if (!words.wait) {
    return printed(words, result, fmt::format("generation {} is to come in\n", generation));
  }
  const double took = result["took_s"].as_number().value_or(0);
  return printed(words, result, fmt::format("generation {} serves, {:.2f} s\n", generation, took));
}

ToolOutput ask(const Words& words) {
  if (words.command == "top") return show_top(words);
  if (words.command == "reload") return reload(words, kReloadCommand);
  if (words.command == "rollback") return reload(words, kRollbackCommand);
  if (words.command == "status") {
    const Json result = ask_plainly(words, "server.status");
    return printed(words, result, status_text(result));
  }
  if (words.command == "workers") {
    const Json result = ask_for_workers(words);
    return printed(words, result, workers_text(result) + "\n" + calls_text(result));
  }
  if (words.command == "scale") {
    const Json result =
        ask_for(words, {{"command", "server.scale"}, {"workers", words.workers}}, kControlPatience);
    return printed(
        words, result,
        fmt::format("{} workers wanted, {} before\n", words.workers, integer(result, "before")));
  }
  const Json result = ask_plainly(words, "server.drain");
  return printed(words, result, "workers finish what they do, then all stops\n");
}

void declare(CLI::App& program, Words& into) {
  declare_control_options(program, "ekiden ctl", "Observes and steers a running server.", into);
  const auto add = [&](const char* name, const char* text) {
    CLI::App* added = program.add_subcommand(name, text);
    added->callback([&into, name] { into.command = name; });
    return added;
  };
  add("status", "Say how the server is.");
  add("workers", "List the workers, and the callbacks that run or are queued there.");
  add("reload", "Bring in a new generation, as SIGHUP does.")
      ->add_flag("--wait", into.wait, "Wait until it serves; else say why not, and exit with 1.");
  add("rollback", "Bring back the generation before, which is kept for a while.")
      ->add_flag("--wait", into.wait, "Wait until it serves; else say why not, and exit with 1.");
  add("scale", "Change the number of workers.")
      ->add_option("N", into.workers, "How many there are to be.")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{kMostWorkers}));
  add("drain", "Finish what runs, then stop, as SIGTERM does.");
  add("top", "Show all that each second, until q; one time if stdout is no terminal.");
}

}  // namespace

ToolOutput run_ctl_tool(const std::vector<std::string>& given) {
  CLI::App program;
  Words words;
  declare(program, words);
  return run_control_tool(program, given, [&words] { return ask(words); });
}

}  // namespace ekiden::server
