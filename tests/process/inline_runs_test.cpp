// SPDX-License-Identifier: MIT
// Callbacks of the app "slow" that have proved short, by the real program with one thread.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

Reply call(RawClient& client, const std::string& output, const std::string& value) {
  client.send(Site::callback_request(output, value));
  return client.receive();
}

/// Opened by both a callback and the test.
server::Descriptor open_pipe(const std::string& path) {
  return server::Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
}

void write_line(server::Descriptor& pipe) {
  ASSERT_EQ(::write(pipe.get(), "line\n", 5), 5);
  pipe.reset();
}

/// A callback that has found one result in the cache so often that it has proved short.
struct ProvenSite {
  ProvenSite() : site("slow", {"--short-callback-us", "100000"}) {
    for (const auto& path : {known, unknown}) mkfifo(path.c_str(), 0600);
    client.send(Site::callback_request("shared", known));
    server::Descriptor pipe = open_pipe(known);
    write_line(pipe);
    client.receive();
    for (int i = 0; i < 100; ++i) call(client, "shared", known);
  }

  Site site;
  const std::string known = site.folder.path() / "known", unknown = site.folder.path() / "unknown";
  RawClient client = connect_when_ready();

 private:
  RawClient connect_when_ready() {
    site.server.wait_for("ready: 1 worker");
    return site.connect();
  }
};

TEST(InlineRuns, OneThatMustComputeHoldsUpNobody) {
  ProvenSite proven;
  RawClient other = proven.site.connect();
  proven.client.send(Site::callback_request("shared", proven.unknown));
  server::Descriptor pipe = open_pipe(proven.unknown);

  // What needs no callback thread, which the computation has.
  other.send(RawClient::get_request("/_dash-dependencies"));
  EXPECT_EQ(other.receive().status, 200);

  EXPECT_THAT(run_tool({"ctl", "workers", "--control-socket", proven.site.control()}).text,
              ContainsRegex("running +shared\\.children"));

  write_line(pipe);
  EXPECT_THAT(proven.client.receive().body, HasSubstr("line"));
}

}  // namespace
}  // namespace ekiden::test
