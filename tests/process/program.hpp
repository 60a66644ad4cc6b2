// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/http/raw_client.hpp"
#include "tests/process/running_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::test {

/// The folder of this folder's app modules.
std::filesystem::path test_apps();

/// The real `ekiden`.
std::string program_path();
/// A client of whoever listens on this unix socket.
RawClient connect_to(const std::filesystem::path& socket);

/// Runs the real `ekiden` with these arguments.
RunningServer run_program(std::vector<std::string> arguments,
                          std::vector<std::string> environment = {});

/// What a tool of the program has printed, and its exit code.
struct Printed {
  int code;
  std::string text;
};
/// Runs `ekiden WORDS…` to its end.
Printed run_tool(std::vector<std::string> words, std::vector<std::string> environment = {});

/// Two servers of one user, who names none of them to a tool.
struct TwoServers {
  TwoServers(const std::string& one, const std::string& other);

  const worker::test::TemporaryFolder runtime;
  const std::vector<std::string> environment{"XDG_RUNTIME_DIR=" + runtime.path().string()};
  RunningServer first, second;
};

/// The real `ekiden` on a unix socket, with a copy of an app's module that a test may replace.
class Site {
 public:
  explicit Site(const std::string& app, std::vector<std::string> arguments = {});

  /// The path of its control socket.
  std::string control() const { return (folder.path() / "control").string(); }
  /// Replaces the module by that of `app`, the way a deployment should: by renaming.
  void deploy(const std::string& app) const;
  RawClient connect() const;
  /// The request for a callback of the app "steady".
  static std::string callback_request(const std::string& output, const std::string& value,
                                      const std::string& fields = "");

  const worker::test::TemporaryFolder folder;
  RunningServer server;
};

/// A callback "pipe" of the site's app, which is running and ends when the test says so.
class RunningCallback {
 public:
  explicit RunningCallback(const Site& site);
  Reply finish();

 private:
  RawClient client_;
  server::Descriptor pipe_;
};

}  // namespace ekiden::test
