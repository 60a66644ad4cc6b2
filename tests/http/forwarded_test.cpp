// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kFromProxy =
    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
    "X-Forwarded-Host: dash.example\r\nX-Request-Id: trace-1\r\nConnection: close\r\n";

std::string ask(RawClient client, const std::string& fields) {
  client.send("GET /client HTTP/1.1\r\nHost: inside\r\n" + fields + "\r\n");
  return client.receive_all();
}

TEST(Forwarded, ATrustedPeerIsBelieved) {
  ServedWorker worker;
  const std::string stream = ask(worker.connect(), kFromProxy);
  EXPECT_THAT(stream, HasSubstr("\r\n\r\n192.0.2.1|https|dash.example"));
  EXPECT_THAT(stream, HasSubstr("\r\nX-Request-Id: trace-1\r\n"));
}

TEST(Forwarded, AnotherIsNot) {
  shared::WorkerSettings settings;
  settings.forwarded_allow_ips = "192.0.2.0/24";
  ServedWorker worker(settings);
  const std::string stream = ask(worker.connect(), kFromProxy);
  EXPECT_THAT(stream, HasSubstr("\r\n\r\n127.0.0.1|http|inside"));
  EXPECT_THAT(stream, Not(HasSubstr("trace-1")));
}

TEST(Forwarded, APeerOverAUnixSocketIs) {
  shared::WorkerSettings settings;
  settings.forwarded_allow_ips = "";
  ServedWorker worker(settings, TestListener::Kind::unix_path);
  EXPECT_THAT(ask(worker.connect(), kFromProxy), HasSubstr("192.0.2.1|https|dash.example"));
}

TEST(Forwarded, TheNextRequestOfTheConnectionIsAnotherClients) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send("GET /client HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
  client.send("GET /client HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
  const std::string stream = client.receive_all();
  EXPECT_THAT(stream, HasSubstr("192.0.2.1|http|a"));
  EXPECT_THAT(stream, HasSubstr("127.0.0.1|http|b"));
}

constexpr const char* kTwoSchemes =
    "X-Forwarded-Protocol: ssl\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n";

TEST(Forwarded, ATrustedPeerThatNamesTwoSchemesIsRefused) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/client", "body", kTwoSchemes) +
              RawClient::get_request("/text"));

  const std::string stream = client.receive_all();

  EXPECT_THAT(stream, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(statuses(stream), ElementsAre(400));
  EXPECT_THAT(stream, HasSubstr("contradict each other"));
}

TEST(Forwarded, AnotherThatNamesTwoSchemesIsNotHeeded) {
  shared::WorkerSettings settings;
  settings.forwarded_allow_ips = "";
  ServedWorker worker(settings);
  EXPECT_THAT(ask(worker.connect(), kTwoSchemes), HasSubstr("127.0.0.1|http|inside"));
}

TEST(Forwarded, OtherFieldsOfTheSchemeAreHeeded) {
  ServedWorker worker;
  EXPECT_THAT(ask(worker.connect(), "X-Forwarded-Protocol: ssl\r\nConnection: close\r\n"),
              HasSubstr("127.0.0.1|https|inside"));
  EXPECT_THAT(ask(worker.connect(), "X-Forwarded-Ssl: on\r\nConnection: close\r\n"),
              HasSubstr("127.0.0.1|https|inside"));
}

TEST(Forwarded, EveryResponseNamesItsRequest) {
  ServedWorker worker;
  constexpr const char* kId = "X-Request-Id: [0-9a-f]{16}\r\n";
  EXPECT_THAT(ask(worker.connect(), "Connection: close\r\n"), testing::ContainsRegex(kId));
  EXPECT_THAT(ask(worker.connect(), "X-Request-Id: a b\r\nConnection: close\r\n"),
              testing::ContainsRegex(kId));
  EXPECT_THAT(ask(worker.connect(), "Host: twice\r\n"), testing::ContainsRegex(kId));
}

}  // namespace
}  // namespace ekiden::test
