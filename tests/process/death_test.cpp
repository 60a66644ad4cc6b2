// SPDX-License-Identifier: MIT
// What the log says when a worker dies, by the real program.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/process/program.hpp"
#include "worker/seal/sanitizer.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

class Death : public testing::Test {
 protected:
  /// Asks a callback to end its worker so.
  void die(const std::string& how) {
    site_.server.wait_for("ready: 1 worker");
    RawClient client = site_.connect();
    client.send(Site::callback_request("die", how));
    EXPECT_EQ(client.receive().status, 0);
  }
  std::string line(const std::string& text) { return site_.server.wait_for(text); }

  Site site_{"dies"};
};

/// With a sanitizer its own report takes the place of ours.
class Crash : public Death {
 protected:
  void SetUp() override {
    if (EKIDEN_HAS_SANITIZER_MALLOC) GTEST_SKIP() << "the sanitizer reports";
  }
};

TEST_F(Crash, OfAFaultIsLoggedWithItsAddressAndStack) {
  die("segv");

  EXPECT_THAT(line("[critical]"), MatchesRegex(".*worker 1: crashes by SIGSEGV, address 0x4:"));
  EXPECT_THAT(line("write_nowhere"),
              MatchesRegex(R"(.*  #0 write_nowhere\(.*\) at dies\.cpp:[0-9]+)"));
  line("lambda at dies.cpp:");
  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGSEGV"));
}

TEST_F(Crash, OfAnAbortIsLoggedWithItsStack) {
  die("abort");

  EXPECT_THAT(line("[critical]"), HasSubstr("worker 1: crashes by a SIGABRT of its own:"));
  line("give_up() at dies.cpp:");
  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGABRT"));
}

TEST_F(Crash, OfAStackThatIsFullIsLogged) {
  die("deep");

  EXPECT_THAT(line("[critical]"), HasSubstr("crashes by SIGSEGV"));
  line("sink_deeper(int) at dies.cpp:");
  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGSEGV"));
}

TEST_F(Crash, BySomebodyElsesSignalNamesTheSender) {
  const pid_t worker = site_.server.ready_worker(1);

  kill(worker, SIGSEGV);

  EXPECT_THAT(line("[critical]"),
              HasSubstr("crashes by SIGSEGV from process " + std::to_string(getpid())));
  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGSEGV"));
}

TEST_F(Crash, LeavesTheSuccessorServing) {
  die("bus");
  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGBUS"));

  site_.server.ready_worker(1, 2);
  RawClient client = site_.connect();
  client.send(Site::callback_request("die", "not"));
  EXPECT_THAT(client.receive().body, HasSubstr("not"));
}

TEST_F(Death, ByExitNamesTheCode) {
  die("exit");

  EXPECT_THAT(line("died: "), HasSubstr("exited with code 7"));
}

TEST_F(Death, BySomebodysKillIsNotLaidToTheMaster) {
  kill(site_.server.ready_worker(1), SIGKILL);

  EXPECT_THAT(line("died: "), HasSubstr("killed by SIGKILL, not by the master"));
}

TEST(HungWorker, IsAbortedShowsWhereItIsAndIsReplaced) {
  if (EKIDEN_HAS_SANITIZER_MALLOC) GTEST_SKIP() << "the sanitizer reports";
  // An access log that nobody reads hangs the polling thread once the pipe is full.
  const worker::test::TemporaryFolder folder;
  const std::string log = folder.path() / "log";
  ASSERT_EQ(mkfifo(log.c_str(), 0600), 0);
  const server::Descriptor reader(open(log.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_GT(fcntl(reader.get(), F_SETPIPE_SZ, 4096), 0);
  Site site("steady", {"--timeout", "1", "--access-logfile", log});
  const std::string first = std::to_string(site.server.ready_worker(1));
  RawClient client = site.connect();
  for (int i = 0; i < 8; ++i) client.send(RawClient::get_request('/' + std::string(1000, 'x')));

  EXPECT_THAT(site.server.wait_for("is aborted by the master"),
              HasSubstr("its polling thread is here:"));
  EXPECT_THAT(site.server.wait_for("  #0 "), HasSubstr("write"));
  site.server.wait_for("shared::write_line");
  EXPECT_THAT(site.server.wait_for("worker 1 (" + first + ") died: "),
              HasSubstr("killed by the master: heartbeat older than --timeout 1 s"));
  EXPECT_NE(std::to_string(site.server.ready_worker(1, 2)), first);
}

/// A memory control group of the test's own, version 1 or 2.
class MemoryGroup {
 public:
  /// Not there if this user, or this machine, has none to make.
  explicit MemoryGroup(std::size_t limit) {
    for (const fs::path root : {"/sys/fs/cgroup/memory", "/sys/fs/cgroup"}) {
      const fs::path folder = root / ("ekiden-test-" + std::to_string(getpid()));
      std::error_code error;
      if (!fs::create_directory(folder, error)) continue;
      folder_ = folder;
      const bool limited = write("memory.limit_in_bytes", limit) || write("memory.max", limit);
      write("memory.swap.max", 0);
      if (limited && fs::exists(folder / "cgroup.procs")) return;
      remove();
    }
  }
  ~MemoryGroup() { remove(); }
  bool exists() const { return !folder_.empty(); }
  /// Everything in the group is gone soon after the server that it was made for.
  void remove() {
    if (!folder_.empty()) ::rmdir(folder_.c_str());
    folder_.clear();
  }
  std::string processes() const { return folder_ / "cgroup.procs"; }

 private:
  bool write(const char* file, std::size_t value) const {
    if (!fs::exists(folder_ / file)) return false;
    return static_cast<bool>(std::ofstream(folder_ / file) << value << std::flush);
  }
  fs::path folder_;
};

TEST(OutOfMemory, IsSaidOfAWorkerThatTheKernelKilledForIt) {
  MemoryGroup group(96U << 20);
  if (!group.exists()) GTEST_SKIP() << "no memory control group can be made here";
  const worker::test::TemporaryFolder folder;
  const std::string socket = folder.path() / "socket";
  {
    // Its supervisor must be in the group when it starts.
    RunningServer server({"/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", group.processes(),
                          program_path(), "--bind", "unix:" + socket, "--control-socket", "",
                          "--cache-size", "1M", (test_apps() / "grows.so").string()});
    server.ready_worker(1);
    RawClient client = connect_to(socket);
    client.send(Site::callback_request("grow", "256"));

    EXPECT_EQ(client.receive().status, 0);
    EXPECT_THAT(
        server.wait_for("died: "),
        MatchesRegex(R"(.*killed by SIGKILL for want of memory \(oom_kill in /sys/.* is 1\))"));
    server.ready_worker(1, 2);
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait_for_exit(), 0);
  }
}

}  // namespace
}  // namespace ekiden::test
