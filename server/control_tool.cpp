// SPDX-License-Identifier: MIT
#include "server/control_tool.hpp"

#include <fmt/core.h>

#include <stdexcept>

#include "server/control_client.hpp"
#include "server/control_commands.hpp"
#include "server/control_paths.hpp"

namespace ekiden::server {

void declare_control_options(CLI::App& program, const std::string& name,
                             const std::string& description, ControlOptions& into) {
  program.name(name);
  program.description(description);
  program.set_help_flag("-h,--help", "Print this and exit.");
  program.require_subcommand(1);
  program.fallthrough();
  program.add_flag("--json", into.json, "Print one line of JSON.");
  program
      .add_option("--control-socket", into.control_socket,
                  "The server's control socket; not needed if only one server runs.")
      ->type_name("PATH");
}

Json result_of(const std::string& answer) {
  const Json parsed = Json::parse(answer);
  if (const Json* error = parsed.find("error")) {
    throw std::runtime_error(error->as_string() == nullptr ? error->dump() : *error->as_string());
  }
  return parsed["result"];
}

Json ask_for(const ControlOptions& options, Json::Object request,
             std::chrono::milliseconds patience) {
  const auto socket = choose_server(options.control_socket, runtime_folders());
  request.insert(request.begin(), {"version", kControlVersion});
  return result_of(ask_server(socket, Json(std::move(request)).dump(), patience));
}

ToolOutput run_control_tool(CLI::App& program, const std::vector<std::string>& words,
                            const std::function<ToolOutput()>& ask) {
  const std::string name = program.get_name();
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants them
    program.parse(std::move(reversed));
    return ask();
  } catch (const CLI::CallForHelp&) {
    return {kDone, program.help(), {}};
  } catch (const CLI::Error& error) {
    return {kUsageError, {}, fmt::format("{}: {}\n", name, error.what())};
  } catch (const std::exception& error) {
    return {kSystemError, {}, fmt::format("{}: {}\n", name, error.what())};
  }
}

}  // namespace ekiden::server
