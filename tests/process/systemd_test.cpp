// SPDX-License-Identifier: MIT
// The real program as systemd starts it: told about by NOTIFY_SOCKET, with sockets that are open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

sockaddr_un address_of(const std::string& path, socklen_t& length) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (path[0] == '@') {
    address.sun_path[0] = '\0';
  } else {
    ++length;
  }
  return address;
}

/// The service manager's end of NOTIFY_SOCKET.
class Manager {
 public:
  explicit Manager(const std::string& path)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    socklen_t length = 0;
    const sockaddr_un address = address_of(path, length);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
      throw std::runtime_error("bind " + path);
    }
  }

  /// The next message that contains `text`; empty if none comes in time.
  std::string message_with(const std::string& text) {
    std::array<char, 4096> bytes{};
    pollfd polled{socket_.get(), POLLIN, 0};
    const std::chrono::milliseconds patience = kServerPatience;
    while (poll(&polled, 1, static_cast<int>(patience.count())) == 1) {
      const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
      std::string message(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
      if (message.find(text) != std::string::npos) return message;
    }
    return "";
  }

 private:
  server::Descriptor socket_;
};

/// A folder with an app's module, and the command that serves it on a unix socket there.
struct Folder {
  explicit Folder(const std::string& app) { deploy(app); }
  void deploy(const std::string& app) const {
    std::filesystem::copy_file(test_apps() / (app + ".so"), path("new.so"));
    std::filesystem::rename(path("new.so"), path("site.so"));
  }
  std::string path(const char* name) const { return (temporary.path() / name).string(); }
  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--bind", "unix:" + path("socket"), "--control-socket", "",
                             "--cache-size", "4M", path("site.so")});
    return more;
  }

  const worker::test::TemporaryFolder temporary;
};

TEST(Systemd, IsToldThatTheServerIsReadyReloadsAndStops) {
  const Folder folder("steady");
  Manager manager(folder.path("notify"));
  RunningServer server =
      run_program(folder.arguments({"-w", "2"}), {"NOTIFY_SOCKET=" + folder.path("notify")});

  EXPECT_THAT(manager.message_with("READY=1"),
              AllOf(HasSubstr("MAINPID=" + std::to_string(server.pid()) + "\n"),
                    HasSubstr("STATUS=generation 1 of site: 2 of 2 workers ready")));
  server.send_signal(SIGHUP);
  EXPECT_THAT(manager.message_with("RELOADING=1"), HasSubstr("\nMONOTONIC_USEC="));
  EXPECT_THAT(manager.message_with("READY=1"), HasSubstr("STATUS=generation 2 of site: 2 of 2"));
  server.send_signal(SIGTERM);
  EXPECT_THAT(manager.message_with("STOPPING=1"), HasSubstr("EXTEND_TIMEOUT_USEC=40000000"));
  EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(Systemd, IsToldWhyAReloadFailedAndThatTheServerGoesOn) {
  const Folder folder("steady");
  Manager manager(folder.path("notify"));
  RunningServer server =
      run_program(folder.arguments(), {"NOTIFY_SOCKET=" + folder.path("notify")});
  manager.message_with("READY=1");
  folder.deploy("throws");

  server.send_signal(SIGHUP);

  manager.message_with("RELOADING=1");
  EXPECT_THAT(manager.message_with("READY=1"),
              AllOf(HasSubstr("generation 1 of site: 1 of 1 workers ready; reload failed: "),
                    HasSubstr("line 7 has five fields")));
}

TEST(Systemd, HearsOverAnAbstractSocketThatTheServerLives) {
  const Folder folder("steady");
  const std::string name = "@ekiden-test-" + std::to_string(getpid());
  Manager manager(name);
  RunningServer server =
      run_program(folder.arguments(), {"NOTIFY_SOCKET=" + name, "WATCHDOG_USEC=100000"});

  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.message_with("WATCHDOG=1"), "WATCHDOG=1");
}

TEST(Systemd, HearsNothingOfAWatchdogThatIsAnothers) {
  const Folder folder("steady");
  Manager manager(folder.path("notify"));
  RunningServer server = run_program(folder.arguments(), {"NOTIFY_SOCKET=" + folder.path("notify"),
                                                          "WATCHDOG_USEC=1000", "WATCHDOG_PID=1"});

  manager.message_with("READY=1");
  server.send_signal(SIGTERM);
  EXPECT_THAT(manager.message_with("=1"), HasSubstr("STOPPING=1"));
}

TEST(Systemd, AManagerThatIsNotThereIsNoReasonNotToServe) {
  const Folder folder("steady");
  RunningServer server =
      run_program(folder.arguments(), {"NOTIFY_SOCKET=" + folder.path("nobody")});

  server.wait_for("ready: 1 worker");
  EXPECT_EQ(connect_to(folder.path("socket")).get("/").status, 200);
}

/// Starts the program with a listening unix socket, or another one, as its descriptor 3.
RunningServer start_activated(const Folder& folder, int type = SOCK_STREAM, int pid_offset = 0) {
  return RunningServer([&folder, type, pid_offset] {
    const int fd = socket(AF_UNIX, type, 0);
    socklen_t length = 0;
    const sockaddr_un address = address_of(folder.path("passed"), length);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0) return 120;
    if (type == SOCK_STREAM && listen(fd, 16) != 0) return 121;
    if (fd != 3) {
      dup2(fd, 3);
      close(fd);
    }
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_PID", std::to_string(getpid() + pid_offset).c_str(), 1);
    setenv("LISTEN_FDNAMES", "ekiden.socket", 1);
    std::vector<std::string> command = folder.arguments();
    command.insert(command.begin(), program_path());
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    execv(words[0], words.data());
    return 127;
  });
}

TEST(SocketActivation, ThePassedSocketReplacesBind) {
  const Folder folder("steady");
  RunningServer server = start_activated(folder);

  server.wait_for("ready: 1 worker");

  EXPECT_THAT(server.wait_for("was opened by"), HasSubstr("unix:" + folder.path("passed") +
                                                          " was opened by whoever started this "
                                                          "server, as ekiden.socket"));
  server.wait_for("listening on unix:" + folder.path("passed"));
  EXPECT_EQ(connect_to(folder.path("passed")).get("/").status, 200);
  EXPECT_FALSE(std::filesystem::exists(folder.path("socket")));
}

TEST(Systemd, ItsVariablesAreNotForTheApp) {
  const Folder folder("steady");
  Manager manager(folder.path("notify"));
  setenv("NOTIFY_SOCKET", folder.path("notify").c_str(), 1);
  RunningServer server = start_activated(folder);
  unsetenv("NOTIFY_SOCKET");
  manager.message_with("READY=1");

  RawClient client = connect_to(folder.path("passed"));
  for (const char* name : {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) {
    client.send(Site::callback_request("variable", name));
    EXPECT_THAT(client.receive().body, HasSubstr("\"none\"")) << name;
  }
}

TEST(SocketActivation, TheFileOfThePassedSocketStays) {
  const Folder folder("steady");
  RunningServer server = start_activated(folder);
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path("passed")));
}

TEST(SocketActivation, IsNotForAnotherProcess) {
  const Folder folder("steady");
  RunningServer server = start_activated(folder, SOCK_STREAM, 1);

  server.wait_for("ready: 1 worker");

  EXPECT_EQ(connect_to(folder.path("socket")).get("/").status, 200);
}

TEST(SocketActivation, RefusesWhatIsNoListeningStreamSocket) {
  const Folder folder("steady");
  RunningServer server = start_activated(folder, SOCK_DGRAM);

  EXPECT_EQ(server.wait_for_exit(), 1);
  EXPECT_THAT(server.wait_for("LISTEN_FDS"),
              HasSubstr("descriptor 3 (ekiden.socket) is not a listening stream socket"));
}

}  // namespace
}  // namespace ekiden::test
