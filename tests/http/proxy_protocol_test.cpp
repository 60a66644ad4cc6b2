// SPDX-License-Identifier: MIT
// Connections that begin with a PROXY header: whose they are, and what is refused.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "tests/http/certificate.hpp"
#include "tests/http/full_worker.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/tls_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using shared::ProxyProtocol;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kLine = "PROXY TCP4 192.0.2.1 10.0.0.2 56324 443\r\n";
const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
/// From 192.0.2.2, with an extension that is skipped.
const std::string kBinary =
    kSignature +
    std::string("\x21\x11\x00\x10\xc0\x00\x02\x02\x0a\x00\x00\x02\xdc\x04\x01\xbb\x04\x00\x01x",
                20);
const std::string kOwn = kSignature + std::string("\x20\x00\x00\x00", 4);

shared::WorkerSettings with_proxy(ProxyProtocol protocol = ProxyProtocol::any) {
  shared::WorkerSettings settings;
  settings.proxy_protocol = protocol;
  settings.forwarded_allow_ips = "";
  return settings;
}

/// What a connection that begins so gets for a request behind it.
std::string answer(const ServedWorker& worker, const std::string& beginning,
                   const std::string& fields = "") {
  RawClient client = worker.connect();
  client.send(beginning + RawClient::get_request("/client", fields + "Connection: close\r\n"));
  const std::string stream = client.receive_all();
  EXPECT_EQ(client.end(), RawClient::End::closed);
  EXPECT_EQ(statuses(stream).size(), 1U) << stream;
  return stream;
}

TEST(ProxyProtocol, TheClientThatTheHeaderNamesIsTheRequests) {
  ServedWorker worker(with_proxy());
  EXPECT_THAT(answer(worker, kLine), HasSubstr("\r\n\r\n192.0.2.1|http"));
  EXPECT_THAT(answer(worker, kBinary), HasSubstr("\r\n\r\n192.0.2.2|http"));
}

TEST(ProxyProtocol, OtherwiseTheSocketsPeerIs) {
  ServedWorker worker(with_proxy());
  EXPECT_THAT(answer(worker, kOwn), HasSubstr("\r\n\r\n127.0.0.1|http"));
  EXPECT_THAT(answer(worker, "PROXY UNKNOWN\r\n"), HasSubstr("\r\n\r\n127.0.0.1|http"));
}

TEST(ProxyProtocol, TheHeaderMayComeByteByByte) {
  ServedWorker worker(with_proxy());
  for (const std::string& header : {kLine, kBinary}) {
    RawClient client = worker.connect();
    client.send_bytewise(header + RawClient::get_request("/client"));
    EXPECT_THAT(client.receive().body, StartsWith("192.0.2."));
  }
}

TEST(ProxyProtocol, TheHeaderMayComeLongBeforeTheRequest) {
  ServedWorker worker(with_proxy());
  RawClient client = worker.connect();
  client.send(kBinary);
  EXPECT_THAT(answer(worker, kLine), HasSubstr("192.0.2.1"));
  EXPECT_THAT(client.get("/client").body, StartsWith("192.0.2.2"));
}

TEST(ProxyProtocol, AHeaderOfTheGreatestLengthIsTaken) {
  ServedWorker worker(with_proxy());
  const std::string rest(4096 - 28, 'x');
  const std::string longest =
      kSignature + std::string("\x21\x11\x0f\xf0", 4) + kBinary.substr(16, 12) + rest;
  EXPECT_THAT(answer(worker, longest), HasSubstr("\r\n\r\n192.0.2.2"));
}

TEST(ProxyProtocol, OneHeaderIsForAllRequestsOfTheConnection) {
  ServedWorker worker(with_proxy());
  RawClient client = worker.connect();
  client.send(kLine + RawClient::get_request("/client") +
              RawClient::post_request("/client", "body"));
  EXPECT_THAT(client.receive().body, StartsWith("192.0.2.1|"));
  EXPECT_THAT(client.receive().body, StartsWith("192.0.2.1|"));
  EXPECT_THAT(client.get("/client").body, StartsWith("192.0.2.1|"));

  client.send(kBinary);

  EXPECT_EQ(client.receive().status, 400) << "it is no request";
}

TEST(ProxyProtocol, ConnectionsWithoutAHeaderAreRefused) {
  ServedWorker worker(with_proxy());

  const std::string stream = answer(worker, "");

  EXPECT_THAT(stream, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(stream, HasSubstr("does not begin with a PROXY header"));
  EXPECT_EQ(worker.scoreboard[0].requests, 0U);
}

TEST(ProxyProtocol, NothingBehindAWrongHeaderIsReadAsARequest) {
  ServedWorker worker(with_proxy());
  for (const std::string& wrong : {std::string("PROXY TCP4 192.0.2.1 10.0.0.2 1 2\n"),
                                   "PROXY UNKNOWN " + std::string(100, 'f') + "\r\n",
                                   kSignature + std::string("\x31\0\0\0", 4),
                                   kSignature + std::string("\x21\x11\xff\xff", 4)}) {
    EXPECT_THAT(answer(worker, wrong), StartsWith("HTTP/1.1 400 "));
  }
  EXPECT_EQ(worker.scoreboard[0].requests, 0U);
}

TEST(ProxyProtocol, OnlyTheVersionOfTheSettingIsTaken) {
  ServedWorker first(with_proxy(ProxyProtocol::version1));
  EXPECT_THAT(answer(first, kLine), HasSubstr("192.0.2.1"));
  EXPECT_THAT(answer(first, kBinary), StartsWith("HTTP/1.1 400 "));
  ServedWorker second(with_proxy(ProxyProtocol::version2));
  EXPECT_THAT(answer(second, kBinary), HasSubstr("192.0.2.2"));
  EXPECT_THAT(answer(second, kLine), StartsWith("HTTP/1.1 400 "));
}

TEST(ProxyProtocol, WhereItIsOffAHeaderIsNoRequest) {
  ServedWorker worker(with_proxy(ProxyProtocol::off));
  EXPECT_THAT(answer(worker, kLine), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer(worker, kBinary), StartsWith("HTTP/1.1 400 "));
}

TEST(ProxyProtocol, PeersThatAreNotNamedAreForbidden) {
  shared::WorkerSettings settings = with_proxy();
  settings.proxy_allow_from = "192.0.2.0/24";
  ServedWorker worker(settings);

  EXPECT_THAT(answer(worker, kLine), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer(worker, ""), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(worker.scoreboard[0].requests, 0U);
}

TEST(ProxyProtocol, PeersOverAUnixSocketMaySpeakIt) {
  shared::WorkerSettings settings = with_proxy();
  settings.proxy_allow_from = "";
  ServedWorker worker(settings, TestListener::Kind::unix_path);
  EXPECT_THAT(answer(worker, kLine), HasSubstr("192.0.2.1|http"));
  EXPECT_THAT(answer(worker, kOwn), HasSubstr("unix:|http"));
}

TEST(ProxyProtocol, WhetherForwardedFieldsAreBelievedIsTheSocketsPeersMatter) {
  shared::WorkerSettings settings = with_proxy();
  settings.forwarded_allow_ips = "127.0.0.1";
  ServedWorker believing(settings);
  EXPECT_THAT(answer(believing, kLine, "X-Forwarded-For: 198.51.100.7\r\n"),
              HasSubstr("\r\n\r\n198.51.100.7|"));
  settings.forwarded_allow_ips = "192.0.2.1";
  ServedWorker other(settings);
  EXPECT_THAT(answer(other, kLine, "X-Forwarded-For: 198.51.100.7\r\n"),
              HasSubstr("\r\n\r\n192.0.2.1|"));
}

TEST(ProxyProtocol, AHeaderHasTheTimeOfARequestsHead) {
  shared::WorkerSettings settings = with_proxy();
  settings.header_timeout = 300ms;
  ServedWorker worker(settings);
  RawClient silent = worker.connect(), slow = worker.connect(), late = worker.connect();
  slow.send(kLine.substr(0, 20));
  late.send(kLine);

  EXPECT_THAT(slow.receive_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(late.receive_all(), "");
  for (const RawClient* client : {&silent, &slow, &late}) {
    EXPECT_EQ(client->end(), RawClient::End::closed);
  }
}

TEST(ProxyProtocol, AConnectionThatEndsWithinItsHeaderIsToldSo) {
  ServedWorker worker(with_proxy());
  RawClient cut = worker.connect(), probe = worker.connect();
  cut.send(kBinary.substr(0, 20));
  cut.shut_down_sending();
  probe.shut_down_sending();

  EXPECT_THAT(cut.receive_all(), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(probe.receive_all(), "");
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.connections == 0; }));
}

TEST(ProxyProtocol, ADrainAnswersWhatIsUnderWay) {
  ServedWorker worker(with_proxy());
  RawClient begun = worker.connect(), silent = worker.connect();
  begun.send(kLine.substr(0, 20));
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.connections == 2; }));

  worker.process.signal(SIGTERM);
  ASSERT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.state == shared::WorkerState::draining; }));
  begun.send(kLine.substr(20) + RawClient::get_request("/client"));

  const Reply reply = begun.receive();
  EXPECT_THAT(reply.body, StartsWith("192.0.2.1|"));
  EXPECT_EQ(reply.header("Connection"), "close");
  begun.hang_up();
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

class ProxiedTls : public testing::Test {
 protected:
  static std::shared_ptr<const shared::TlsContext> context() {
    const Certificate certificate;
    return std::make_shared<shared::TlsContext>(certificate.certfile(), certificate.keyfile());
  }
  ServedWorker worker_{with_proxy(), TestListener::Kind::tcp, context()};
};

TEST_F(ProxiedTls, TheHeaderComesBeforeTheHandshake) {
  RawClient connection = worker_.connect();
  connection.send_bytewise(kLine);
  TlsClient client(std::move(connection));

  ASSERT_TRUE(client.is_open());
  EXPECT_THAT(client.get("/client").body, StartsWith("192.0.2.1|https|"));
  EXPECT_THAT(client.get("/client").body, StartsWith("192.0.2.1|https|"));
}

TEST_F(ProxiedTls, TheHeaderMayComeTogetherWithTheHandshake) {
  RawClient connection = worker_.connect();
  ASSERT_EQ(::send(connection.descriptor(), kBinary.data(), kBinary.size(), MSG_MORE),
            static_cast<ssize_t>(kBinary.size()));
  TlsClient client(std::move(connection));

  ASSERT_TRUE(client.is_open());
  EXPECT_THAT(client.get("/client").body, StartsWith("192.0.2.2|https|"));
}

TEST_F(ProxiedTls, WithoutAHeaderThereIsNoHandshake) {
  EXPECT_FALSE(TlsClient(worker_.connect()).is_open());
  EXPECT_THAT(answer(worker_, ""), HasSubstr("does not begin with a PROXY header"));
}

TEST_F(ProxiedTls, PlainHttpBehindTheHeaderIsToldToComeByHttps) {
  EXPECT_THAT(answer(worker_, kLine), HasSubstr("speaks HTTPS"));
}

class ProxiedHandOver : public FullWorker {
 protected:
  ProxiedHandOver() : FullWorker(believing_the_client(), kLine) {}
  void TearDown() override {
    EXPECT_TRUE(passed(1));
    let_the_first_go();
  }
  static shared::WorkerSettings believing_the_client() {
    shared::WorkerSettings settings = with_proxy();
    settings.forwarded_allow_ips = "192.0.2.1";
    return settings;
  }
};

TEST_F(ProxiedHandOver, TheSiblingKnowsTheClientAndReadsNoHeader) {
  waiting_.send(RawClient::post_request("/client", "") + RawClient::get_request("/client"));

  EXPECT_THAT(waiting_.receive().body, StartsWith("192.0.2.1|"));
  EXPECT_THAT(waiting_.receive().body, StartsWith("192.0.2.1|"));
  EXPECT_THAT(waiting_.get("/client").body, StartsWith("192.0.2.1|"));
}

TEST_F(ProxiedHandOver, TheSiblingBelievesTheSocketsPeerNotTheClient) {
  waiting_.send(RawClient::post_request("/client", "", "X-Forwarded-For: 198.51.100.7\r\n"));

  EXPECT_THAT(waiting_.receive().body, StartsWith("192.0.2.1|"));
}

}  // namespace
}  // namespace ekiden::test
