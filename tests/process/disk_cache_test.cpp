// SPDX-License-Identifier: MIT
// Results in a folder, through the real server and its restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DiskCache : public testing::Test {
 protected:
  void start(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"--workers", "2", "--cache", "filesystem", "--cache-dir",
                                       (folder_.path() / "cache").string()});
    site_.emplace("stores", std::move(arguments));
    site_->server.wait_for("ready: 2 workers");
  }
  void stop() {
    site_->server.send_signal(SIGTERM);
    EXPECT_EQ(site_->server.wait_for_exit(), 0);
  }
  std::string call(const std::string& output, const std::string& value) {
    RawClient client = site_->connect();
    client.send(Site::callback_request(output, value));
    return client.receive().body;
  }
  int computations() { return site_->server.count("computing the "); }

  worker::test::TemporaryFolder folder_;
  std::optional<Site> site_;
};

TEST_F(DiskCache, WhatWasComputedIsThereAfterARestart) {
  start();
  const std::string table = call("table", "apples");
  const std::string text = call("text", "apples");
  EXPECT_THAT(table, HasSubstr("3.5"));
  EXPECT_THAT(text, HasSubstr("-apples3000006"));
  EXPECT_EQ(computations(), 2);
  stop();

  start();

  EXPECT_EQ(call("table", "apples"), table);
  EXPECT_EQ(call("text", "apples"), text);
  EXPECT_EQ(computations(), 0);
  call("table", "figs");
  EXPECT_EQ(computations(), 1);
}

TEST_F(DiskCache, AKilledServerLosesNoTable) {
  start();
  const std::string table = call("table", "apples");
  site_->server.send_signal(SIGKILL);
  site_->server.wait_for_exit();

  start();

  EXPECT_EQ(call("table", "apples"), table);
  EXPECT_EQ(computations(), 0);
}

TEST_F(DiskCache, WhatWasForgottenStaysForgottenAfterARestart) {
  start();
  call("table", "apples");
  call("forget", "all");
  stop();

  start();
  call("table", "apples");

  EXPECT_EQ(computations(), 1);
}

TEST_F(DiskCache, AnotherServerWithTheSameFolderEndsWithOneClearLine) {
  start();

  RunningServer second =
      run_program({"--bind", "127.0.0.1:0", "--no-control-socket", "--cache-dir",
                   (folder_.path() / "cache").string(), (test_apps() / "stores.so").string()});

  EXPECT_EQ(second.wait_for_exit(), 1);
  EXPECT_THAT(second.output(),
              HasSubstr("the server with pid " + std::to_string(site_->server.pid()) + " has it"));
}

TEST_F(DiskCache, WorkersThatReplaceKilledOnesUseTheFolderToo) {
  start();
  kill(site_->server.ready_worker(1), SIGKILL);
  kill(site_->server.ready_worker(2), SIGKILL);
  site_->server.wait_for("is ready", 4);
  const std::string table = call("table", "apples");
  EXPECT_EQ(computations(), 1);
  stop();

  start();

  EXPECT_EQ(call("table", "apples"), table);
  EXPECT_EQ(computations(), 0);
}

TEST_F(DiskCache, ADamagedIndexCostsAComputationAndIsSaid) {
  start();
  const std::string table = call("table", "apples");
  const std::string text = call("text", "apples");
  stop();
  fs::resize_file(folder_.path() / "cache" / "index" / "data.mdb", 10'000);

  start();

  site_->server.wait_for("its file has another length");
  EXPECT_EQ(call("table", "apples"), table);
  EXPECT_EQ(call("text", "apples"), text);
  EXPECT_EQ(computations(), 1);
}

TEST_F(DiskCache, WithoutMasterTheFolderIsUsedAsWell) {
  for (int run = 0; run < 2; ++run) {
    site_.emplace("stores", std::vector<std::string>{"--workers", "0", "--cache-dir",
                                                     (folder_.path() / "cache").string()});
    site_->server.wait_for("serves in one process");
    EXPECT_THAT(call("table", "apples"), HasSubstr("3.5"));
    EXPECT_EQ(computations(), run == 0 ? 1 : 0);
    stop();
  }
}

TEST(NullCache, ComputesEachTime) {
  Site site("stores", {"--cache", "null"});
  site.server.wait_for("ready: 1 worker");
  for (int time = 0; time < 2; ++time) {
    RawClient client = site.connect();
    client.send(Site::callback_request("table", "apples"));
    EXPECT_THAT(client.receive().body, HasSubstr("3.5"));
  }

  EXPECT_EQ(site.server.count("computing the table of apples"), 2);
}

}  // namespace
}  // namespace ekiden::test
