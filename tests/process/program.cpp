// SPDX-License-Identifier: MIT
#include "tests/process/program.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdexcept>

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;

RunningServer start_site(const fs::path& folder, const std::string& app,
                         std::vector<std::string> arguments) {
  fs::copy_file(test_apps() / (app + ".so"), folder / "site.so");
  fs::permissions(folder, fs::perms(0755));  // for servers that run as somebody else
  arguments.insert(arguments.end(), {"--bind", "unix:" + (folder / "socket").string(),
                                     "--control-socket", (folder / "control").string(),
                                     "--cache-size", "4M", (folder / "site.so").string()});
  return run_program(std::move(arguments));
}

}  // namespace

fs::path test_apps() { return EKIDEN_TEST_APPS; }

std::string program_path() { return EKIDEN_PROGRAM; }

RawClient connect_to(const fs::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
  return RawClient(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

RunningServer run_program(std::vector<std::string> arguments,
                          std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), EKIDEN_PROGRAM);
  return RunningServer(std::move(arguments), std::move(environment));
}

Printed run_tool(std::vector<std::string> words, std::vector<std::string> environment) {
  RunningServer program = run_program(std::move(words), std::move(environment));
  const int code = program.wait_for_exit().value_or(-1000);
  return {code, program.output()};
}

Site::Site(const std::string& app, std::vector<std::string> arguments)
    : server(start_site(folder.path(), app, std::move(arguments))) {}

void Site::deploy(const std::string& app) const {
  fs::copy_file(test_apps() / (app + ".so"), folder.path() / "new.so");
  fs::rename(folder.path() / "new.so", folder.path() / "site.so");
}

namespace {

std::vector<std::string> with_port_of_its_own(const std::string& app) {
  return {EKIDEN_PROGRAM, "--bind", "127.0.0.1:0",
          "--cache-size", "1M",     (test_apps() / (app + ".so")).string()};
}

}  // namespace

TwoServers::TwoServers(const std::string& one, const std::string& other)
    : first(with_port_of_its_own(one), environment),
      second(with_port_of_its_own(other), environment) {
  first.wait_for("ready: 1 worker");
  second.wait_for("ready: 1 worker");
}

RawClient Site::connect() const { return connect_to(folder.path() / "socket"); }

std::string Site::callback_request(const std::string& output, const std::string& value,
                                   const std::string& fields) {
  const std::string body =
      fmt::format(R"({{"output":"{0}.children","outputs":{{"id":"{0}","property":"children"}},)"
                  R"("inputs":[{{"id":"in","property":"title","value":"{1}"}}],)"
                  R"("changedPropIds":["in.title"],"state":[]}})",
                  output, value);
  return RawClient::post_request("/_dash-update-component", body,
                                 "Content-Type: application/json\r\n" + fields);
}

RunningCallback::RunningCallback(const Site& site) : client_(site.connect()) {
  const std::string path = site.folder.path() / "pipe";
  fs::remove(path);  // of one before, which has opened it
  if (mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
  client_.send(Site::callback_request("pipe", path));
  pipe_.reset(open(path.c_str(), O_WRONLY | O_CLOEXEC));  // waits for the callback to read
}

Reply RunningCallback::finish() {
  if (write(pipe_.get(), "done\n", 5) != 5) return {};
  return client_.receive();
}

}  // namespace ekiden::test
