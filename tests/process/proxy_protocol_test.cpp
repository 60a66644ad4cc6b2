// SPDX-License-Identifier: MIT
// --proxy-protocol of the real program.
#include <gmock/gmock.h>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

TEST(ProxyProtocolOfAServer, NamesTheClientToTheAppAndInTheLogs) {
  Site site("steady", {"--access-logfile", "-", "--access-logformat", "%(h)s asked %(U)s %(s)s",
                       "--proxy-protocol"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();

  client.send("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n" +
              Site::callback_request("remote", ""));

  EXPECT_THAT(client.receive().body, HasSubstr("\"2001:db8::1\""));
  site.server.wait_for("2001:db8::1 asked /_dash-update-component 200");
}

TEST(ProxyProtocolOfAServer, ConnectionsThatAreRefusedAreInTheLogs) {
  Site site("steady", {"--access-logfile", "-", "--access-logformat", "%(h)s asked %(r)s %(s)s",
                       "--proxy-protocol", "v2"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();

  client.send(RawClient::get_request("/_dash-layout"));

  EXPECT_EQ(client.receive().status, 400);
  site.server.wait_for("unix: asked - 400");
  site.server.wait_for("unix:: --proxy-protocol: The connection does not begin with a PROXY");
}

}  // namespace
}  // namespace ekiden::test
