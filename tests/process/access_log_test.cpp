// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void ask(RawClient& client, const std::string& request) {
  client.send(request);
  EXPECT_EQ(client.receive().status, 200);
}

bool appears_in(const fs::path& file, std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  while (contents(file).find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Asks for the layout until the file holds `text`: an answer may be read a moment before its line
/// is written, and a signal takes its time.
void expect_soon(RawClient& client, const fs::path& file, std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  while (contents(file).find(text) == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << file << ": " << contents(file);
    ask(client, RawClient::get_request("/_dash-layout"));
  }
}

void expect_logged(RawClient& client, const fs::path& log, const std::string& path) {
  ask(client, RawClient::get_request(path));
  expect_soon(client, log, "GET " + path + " 200");
}

TEST(AccessLogOfAServer, HasALineForEachRequest) {
  const worker::test::TemporaryFolder logs;
  const fs::path log = logs.path() / "access.log";
  Site site("steady", {"--access-logfile", log.string(), "--access-logformat",
                       "%(h)s %(m)s %(U)s %(s)s %(B)s %(cb)s %(w)s %(gen)s"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();

  ask(client, Site::callback_request("echo", "hello"));
  client.send("BAD\r\n\r\n");
  client.receive_all();

  EXPECT_THAT(contents(log), StartsWith("unix: POST /_dash-update-component 200 "));
  EXPECT_THAT(contents(log), HasSubstr(" echo.children 1 1\nunix: BAD - 400 "));
}

TEST(AccessLogOfAServer, ARequestThatStopsArrivingIsNotTakenForTheOneBefore) {
  const worker::test::TemporaryFolder logs;
  const fs::path log = logs.path() / "access.log";
  Site site("steady", {"--access-logfile", log.string(), "--access-logformat", "%(r)s %(s)s",
                       "--header-timeout", "0.05"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();
  ask(client, RawClient::get_request("/_dash-layout"));

  client.send("GET /slow HTTP/1.1\r\nHost:");

  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(appears_in(log, "GET /slow HTTP/1.1 408")) << contents(log);
}

TEST(AccessLogOfAServer, GoesOnInANewFileAfterUsr1) {
  const worker::test::TemporaryFolder logs;
  const fs::path access = logs.path() / "access.log", old = logs.path() / "access.log.1";
  const fs::path error = logs.path() / "error.log", old_error = logs.path() / "error.log.1";
  Site site("steady", {"--access-logfile", access.string(), "--error-logfile", error.string(),
                       "--access-logformat", "%(m)s %(U)s %(s)s"});
  ASSERT_TRUE(appears_in(error, "ready: 1 worker"));
  RawClient client = site.connect();
  expect_logged(client, access, "/");
  fs::rename(access, old);
  fs::rename(error, old_error);
  expect_logged(client, old, "/_dash-dependencies");

  site.server.send_signal(SIGUSR1);

  expect_soon(client, error, "opened anew");
  expect_soon(client, access, "GET /_dash-layout 200");
  expect_soon(client, access, "GET /_dash-layout 200\nGET /_dash-layout 200");
  const std::string before = contents(old);
  site.server.send_signal(SIGHUP);
  ASSERT_TRUE(appears_in(error, "generation 2 serves"));
  RawClient next = site.connect();
  expect_logged(next, access, "/_favicon.ico");
  EXPECT_EQ(contents(old), before);
  EXPECT_THAT(site.server.output(), IsEmpty());
}

TEST(AccessLogOfAServer, AFileThatCannotBeOpenedIsNamed) {
  Site site("steady", {"--access-logfile", "/no/such/folder/access.log"});

  EXPECT_EQ(site.server.wait_for_exit(), 1);
  EXPECT_THAT(site.server.output(),
              HasSubstr("ekiden: --access-logfile /no/such/folder/access.log: No such file"));
}

}  // namespace
}  // namespace ekiden::test
