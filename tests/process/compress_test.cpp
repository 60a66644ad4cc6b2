// SPDX-License-Identifier: MIT
// Compressed answers of the real program, over raw sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/process/program.hpp"
#include "tests/worker/samples.hpp"
#include "tests/worker/unpacked.hpp"

namespace ekiden::test {
namespace {

using worker::test::rows;
using worker::test::un_brotlied;
using worker::test::un_gzipped;

/// The app with one worker, and a connection to it.
struct Packing {
  explicit Packing(std::vector<std::string> arguments = {})
      : site("packs", std::move(arguments)), client(connected()) {}

  Reply call(const std::string& output, const std::string& value, const std::string& codings) {
    client.send(Site::callback_request(output, value, "Accept-Encoding: " + codings + "\r\n"));
    return client.receive();
  }

  Site site;
  RawClient client;

 private:
  RawClient connected() {
    site.server.wait_for("ready: 1 worker");
    return site.connect();
  }
};

std::string answer_with(const std::string& text) {
  std::string quoted;
  for (const char c : text) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return R"({"multi":true,"response":{"rows":{"children":")" + quoted + R"("}}})";
}

TEST(Compress, PacksAsTheClientTakesIt) {
  Packing packing;
  const std::string answer = answer_with(rows(20'000));

  const Reply plain = packing.call("rows", "20000", "identity");
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.body, answer);

  const Reply gzip = packing.call("rows", "20000", "gzip");
  EXPECT_EQ(gzip.header("Content-Encoding"), "gzip");
  EXPECT_EQ(gzip.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(gzip.header("Content-Type"), "application/json");
  EXPECT_EQ(un_gzipped(gzip.body, answer.size()), answer);

  const Reply brotli = packing.call("rows", "20000", "gzip, deflate, br, zstd");
  EXPECT_EQ(brotli.header("Content-Encoding"), "br");
  EXPECT_EQ(un_brotlied(brotli.body, answer.size()), answer);
}

TEST(Compress, PacksWhatIsLarge) {
  Packing packing;
  const std::string answer = answer_with(rows(8'000'000));

  const Reply gzip = packing.call("rows", "8000000", "gzip");
  EXPECT_LT(gzip.body.size(), answer.size() / 4);
  EXPECT_TRUE(un_gzipped(gzip.body, answer.size()) == answer);

  const Reply brotli = packing.call("rows", "8000000", "br");
  EXPECT_LT(brotli.body.size(), answer.size() / 4);
  EXPECT_TRUE(un_brotlied(brotli.body, answer.size()) == answer);
}

TEST(Compress, LeavesWhatIsSmallerThanTheSettingSays) {
  Packing packing({"--compress-min-size", "30K"}), none({"--compress-min-size", "0"});

  EXPECT_EQ(packing.call("rows", "20000", "gzip").header("Content-Encoding"), "");
  EXPECT_EQ(packing.call("rows", "40000", "gzip").header("Content-Encoding"), "gzip");
  EXPECT_EQ(none.call("rows", "40000", "gzip").header("Content-Encoding"), "");
}

TEST(Compress, TellsHeadWhatGetWouldBring) {
  Packing packing;
  const std::string fields = "Accept-Encoding: gzip\r\n";
  packing.client.send(RawClient::get_request("/_dash-layout", fields));
  const Reply get = packing.client.receive();
  ASSERT_EQ(get.header("Content-Encoding"), "gzip");

  packing.client.send("HEAD" + RawClient::get_request("/_dash-layout", fields).substr(3));
  const Reply head = packing.client.receive(true);

  EXPECT_EQ(head.header("Content-Encoding"), "gzip");
  EXPECT_EQ(head.header("Content-Length"), std::to_string(get.body.size()));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(packing.call("rows", "5", "gzip").status, 200);
}

/// `"thread":N` out of an answer.
std::string thread_in(const std::string& answer) {
  const std::size_t begin = answer.find("\"thread\":{\"children\":{") + 22;
  return answer.substr(begin, answer.find(',', begin) - begin);
}

/// The callback thread that answers, packed for this client.
std::string answering_thread(RawClient& client) {
  client.send(Site::callback_request("thread", "x", "Accept-Encoding: gzip\r\n"));
  const Reply reply = client.receive();
  EXPECT_EQ(reply.header("Content-Encoding"), "gzip");
  return thread_in(un_gzipped(reply.body, 1'600'000));
}

/// While a callback runs, connections of its worker, which has one thread, go to the sibling. True
/// if there was one, since clients do not choose a worker.
bool passes_a_connection(const Site& site) {
  std::vector<RawClient> clients;
  std::vector<std::string> threads;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(site.connect());
    threads.push_back(answering_thread(clients.back()));
  }
  RunningCallback running(site);
  bool passed = false;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    passed = answering_thread(clients[i]) != threads[i] || passed;
  }
  running.finish();
  return passed;
}

TEST(Compress, IsTheSameByASiblingThatTakesTheRequest) {
  Site site("packs", {"--workers", "2", "--short-callback-us", "0"});
  site.server.wait_for("ready: 2 workers");

  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!passes_a_connection(site)) ASSERT_LT(std::chrono::steady_clock::now(), end);
}

TEST(Compress, MakesACallbackThatIsShortWithoutItALongOne) {
  Packing packing({"--short-callback-us", "3000"});
  const auto packed = [&] {
    const Reply reply = packing.call("thread", "x", "gzip");
    EXPECT_EQ(reply.header("Content-Encoding"), "gzip");
    return thread_in(un_gzipped(reply.body, 1'600'000));
  };
  const auto plain = [&] { return thread_in(packing.call("thread", "x", "identity").body); };

  const std::string callback_thread = packed();
  for (int i = 0; i < 24; ++i) ASSERT_EQ(packed(), callback_thread);

  // It is not its own time.
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (plain() == callback_thread) ASSERT_LT(std::chrono::steady_clock::now(), end);
}

}  // namespace
}  // namespace ekiden::test
