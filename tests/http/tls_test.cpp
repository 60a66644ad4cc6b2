// SPDX-License-Identifier: MIT
// HTTPS by one worker: the handshake, what is different from plain connections, and what is not.
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <signal.h>

#include "tests/http/certificate.hpp"
#include "tests/http/tls_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// A worker that speaks TLS.
struct SecureWorker : ServedWorker {
  explicit SecureWorker(const shared::WorkerSettings& settings = {})
      : ServedWorker(settings, TestListener::Kind::tcp, context()) {}

  TlsClient connect_tls(const TlsClient::Options& options = {}) const {
    return TlsClient(connect(), options);
  }
  static std::shared_ptr<const shared::TlsContext> context() {
    const Certificate certificate;
    return std::make_shared<shared::TlsContext>(certificate.certfile(), certificate.keyfile());
  }
};

TEST(Tls, ServesManyRequestsOverOneConnection) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();
  ASSERT_TRUE(client.is_open());
  EXPECT_EQ(client.protocol(), "http/1.1");
  EXPECT_EQ(client.version(), "TLSv1.3");

  for (int i = 0; i < 100; ++i) {
    client.send(RawClient::post_request("/echo", "request " + std::to_string(i)));
    EXPECT_EQ(client.receive().body, "request " + std::to_string(i));
  }

  EXPECT_EQ(worker.scoreboard[0].accepted, 1u);
  EXPECT_EQ(worker.scoreboard[0].requests, 100u);
}

TEST(Tls, SendsBodiesThatAreEncodedOnTheWay) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();

  EXPECT_TRUE(client.get("/late").body == StandInService::late_body());
  EXPECT_EQ(client.get("/text").body, "text");
}

TEST(Tls, ClientsOfTheVersionBeforeAreServedAndOlderOnesAreNot) {
  SecureWorker worker;
  TlsClient older = worker.connect_tls({.most_version = TLS1_2_VERSION});
  EXPECT_EQ(older.version(), "TLSv1.2");
  EXPECT_EQ(older.get("/text").body, "text");

  EXPECT_FALSE(worker.connect_tls({.most_version = TLS1_1_VERSION}).is_open());
}

TEST(Tls, WhoSpeaksAnotherProtocolLearnsItInTheHandshake) {
  SecureWorker worker;

  EXPECT_FALSE(worker.connect_tls({.protocols = "h2"}).is_open());
  TlsClient without = worker.connect_tls({.protocols = ""});
  EXPECT_EQ(without.get("/text").body, "text");
}

/// What OpenSSL knows of a connection cannot go to another worker: the client has to.
TEST(Tls, AConnectionEndsWithTheAnswerToARequestThatWaitedWhileASiblingWasFree) {
  SecureWorker worker;
  TlsClient busy = worker.connect_tls();
  TlsClient waiting = worker.connect_tls();
  TlsClient other = worker.connect_tls();
  for (TlsClient* client : {&busy, &waiting, &other}) ASSERT_EQ(client->get("/text").status, 200);
  WorkerProcess sibling(worker.service, worker.listener, worker.scoreboard, {}, 1,
                        SecureWorker::context());
  ASSERT_TRUE(sibling.wait_until_ready());
  busy.send(RawClient::post_request("/hold", "held"));
  ASSERT_TRUE(worker.service.wait_until_held());

  waiting.send(RawClient::post_request("/echo", "mine"));
  const auto asked = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() < asked + 50ms) other.get("/text");
  worker.service.let_go();

  EXPECT_EQ(busy.receive().body, "held");
  const Reply reply = waiting.receive();
  EXPECT_EQ(reply.body, "mine");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(worker.scoreboard[0].passed, 0u);
}

TEST(Tls, ASessionIsResumed) {
  SecureWorker worker;
  TlsClient first = worker.connect_tls();
  first.get("/text");

  TlsClient second = worker.connect_tls({.resumed = first.session()});

  EXPECT_TRUE(second.was_resumed());
  EXPECT_EQ(second.get("/text").body, "text");
}

TEST(Tls, ALargeResponseArrivesWhole) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();

  EXPECT_EQ(client.get("/big").body.size(), kBigBytes);
  EXPECT_EQ(client.get("/text").body, "text");
}

TEST(Tls, ALargeUploadArrivesWhole) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();
  std::string body(5'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 26);

  client.send(RawClient::post_request("/echo", body));

  EXPECT_EQ(client.receive().body, body);
}

TEST(Tls, RequestsInManySmallRecordsAndManyInOneAreAnswered) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();

  client.send_bytewise(RawClient::post_request("/echo", "bytewise"));
  EXPECT_EQ(client.receive().body, "bytewise");

  client.send(RawClient::get_request("/text") + RawClient::post_request("/echo", "second") +
              RawClient::get_request("/text"));
  EXPECT_EQ(client.receive().body, "text");
  EXPECT_EQ(client.receive().body, "second");
  EXPECT_EQ(client.receive().body, "text");
}

TEST(Tls, TheLastResponseIsFollowedByAGoodbye) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();

  client.send(RawClient::get_request("/text", "Connection: close\r\n"));

  EXPECT_THAT(client.receive_all(), HasSubstr("\r\n\r\ntext"));
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

TEST(Tls, AClientThatSaidGoodbyeGetsItsAnswer) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();

  client.send(RawClient::get_request("/text"));
  client.say_goodbye();

  EXPECT_EQ(client.receive().body, "text");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

TEST(Tls, ACallbackLearnsThatItsClientHasGone) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls();
  client.send(RawClient::post_request("/watch", ""));
  ASSERT_TRUE(worker.service.wait_until_held());

  client.hang_up();

  EXPECT_TRUE(worker.service.wait_until_held());
}

TEST(Tls, PlainHttpIsToldToComeByHttps) {
  SecureWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/text"));
  const std::string reply = client.receive_all();

  EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(reply, HasSubstr("speaks HTTPS"));
  EXPECT_EQ(client.end(), RawClient::End::closed);
  EXPECT_EQ(worker.connect_tls().get("/text").body, "text");
}

TEST(Tls, WhatIsNoHandshakeEndsTheConnectionAndNoMore) {
  SecureWorker worker;
  RawClient client = worker.connect();

  client.send(std::string(300, 'x'));
  client.receive_all();

  EXPECT_EQ(client.end(), RawClient::End::closed);
  EXPECT_EQ(worker.connect_tls().get("/text").body, "text");
}

TEST(Tls, AHandshakeThatDoesNotComeInTimeEndsTheConnection) {
  shared::WorkerSettings settings;
  settings.header_timeout = 50ms;
  SecureWorker worker(settings);
  RawClient silent = worker.connect(), slow = worker.connect();

  slow.send("\x16\x03\x01\x02");  // a ClientHello's first bytes

  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(silent.end(), RawClient::End::closed);
  EXPECT_EQ(slow.receive_all(), "");
  EXPECT_NE(slow.end(), RawClient::End::still_open);
}

TEST(Tls, ASlowHandshakeHoldsNobodyUp) {
  SecureWorker worker;
  RawClient slow = worker.connect();
  slow.send("\x16\x03\x01");

  EXPECT_EQ(worker.connect_tls().get("/text").body, "text");
}

TEST(Tls, AClientThatDoesNotReadIsCutOff) {
  shared::WorkerSettings settings;
  settings.write_timeout = 100ms;
  SecureWorker worker(settings);
  TlsClient client = worker.connect_tls();

  client.send(RawClient::get_request("/big"));

  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.requests == 1; }));
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.connections == 0; }));
}

TEST(Tls, ADrainAnswersWhatIsUnderWay) {
  SecureWorker worker;
  TlsClient client = worker.connect_tls(), idle = worker.connect_tls();
  idle.get("/text");
  client.send(RawClient::post_request("/hold", "held"));
  ASSERT_TRUE(worker.service.wait_until_held());

  worker.process.signal(SIGTERM);
  ASSERT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.state == shared::WorkerState::draining; }));
  worker.service.let_go();

  const Reply reply = client.receive();
  EXPECT_EQ(reply.body, "held");
  EXPECT_EQ(reply.header("Connection"), "close");
  client.hang_up();
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_EQ(idle.end(), RawClient::End::closed);
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

}  // namespace
}  // namespace ekiden::test
