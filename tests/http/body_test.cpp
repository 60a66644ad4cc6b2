// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <vector>

#include "shared/private_memory.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kChunkedHead =
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n";

std::string echoed(ServedWorker& worker, const std::string& request) {
  RawClient client = worker.connect();
  client.send(request);
  return client.receive().body;
}

TEST(Body, ArrivesWholeWhenSentByteByByte) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send_bytewise(RawClient::post_request("/show?a=%20b", "body", "X-Long: value\r\n"));

  EXPECT_EQ(client.receive().body, "2|/show|a=%20b|test|body");
}

TEST(Body, ArrivesWholeWhenSplitAnywhere) {
  ServedWorker worker;
  const std::string request = RawClient::post_request("/show", "a body\r\n\r\n");
  RawClient client = worker.connect();

  for (std::size_t at = 1; at < request.size(); ++at) {
    client.send(request.substr(0, at));
    client.send(request.substr(at));
    EXPECT_EQ(client.receive().body, "2|/show||test|a body\r\n\r\n") << "split at " << at;
  }
}

TEST(Body, ChunksAreJoined) {
  ServedWorker worker;

  EXPECT_EQ(echoed(worker, kChunkedHead + std::string("5\r\nhello\r\n1;x=y\r\n \r\n00A\r\n"
                                                      "0123456789\r\n0\r\n\r\n")),
            "hello 0123456789");
}

TEST(Body, ChunksMayArriveByteByByteAndBeFollowedByARequest) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send_bytewise(kChunkedHead + std::string("5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n") +
                       RawClient::get_request("/text"));

  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_EQ(client.receive().body, "text");
}

TEST(Body, TrailersAreLimitedInNumber) {
  shared::WorkerSettings settings;
  settings.max_header_count = 10;
  ServedWorker worker(settings);
  RawClient within = worker.connect(), beyond = worker.connect();
  const auto trailers = [](int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += "X: y\r\n";
    return "0\r\n" + fields + "\r\n";
  };

  within.send(kChunkedHead + trailers(10));
  beyond.send(kChunkedHead + trailers(11));

  EXPECT_EQ(within.receive().status, 200);
  EXPECT_THAT(statuses(beyond.receive_all()), ElementsAre(431));
}

TEST(Body, LargeBodiesPassUnchanged) {
  ServedWorker worker;
  std::string body(5U << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7919 >> 5);

  EXPECT_EQ(echoed(worker, RawClient::post_request("/echo", body)), body);
}

TEST(Body, ContinueIsSentToAClientThatWaitsForIt) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("late");

  EXPECT_EQ(client.receive().body, "late");
}

TEST(Body, ContinueIsNotSentToAClientThatDoesNotWait) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::post_request("/echo", "now", "Expect: 100-continue\r\n"));

  EXPECT_EQ(client.receive().status, 200);
}

TEST(Body, ContinueIsNotSentForABodyThatIsRefused) {
  shared::WorkerSettings settings;
  settings.max_body_bytes = 10;
  ServedWorker worker(settings);
  RawClient client = worker.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");

  EXPECT_THAT(statuses(client.receive_all()), ElementsAre(413));
}

TEST(Body, AbsoluteTargetsReplaceTheHost) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send("GET http://real:8050?q=1 HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(client.receive().status, 404);
  client.send("GET HTTP://real:8050/show?q=1 HTTP/1.1\r\nHost: other\r\n\r\n");

  EXPECT_EQ(client.receive().body, "0|/show|q=1|real:8050|");
}

TEST(Body, OneEmptyLineBeforeARequestIsForgiven) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/text") + "\r\n" + RawClient::get_request("/text"));

  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 200);
}

shared::WorkerSettings with_upload_folder(const std::filesystem::path& folder) {
  shared::WorkerSettings settings;
  settings.tmp_upload_dir = folder.string();
  settings.max_body_bytes = 256U << 20;
  return settings;
}

/// No line of it is like another.
std::string long_text(std::size_t size) {
  std::string text;
  text.reserve(size + 24);
  for (std::size_t line = 0; text.size() < size; ++line) text += std::to_string(line) + "\n";
  text.resize(size);
  return text;
}

TEST(Body, ALargeOneComesBackWholeFromAFile) {
  const worker::test::TemporaryFolder folder;
  ServedWorker worker(with_upload_folder(folder.path()));
  RawClient client = worker.connect();
  // Whole pages, so that whoever reads on behind the end is found out.
  const std::string text = long_text(20U << 20);

  for (int times = 0; times < 2; ++times) {
    client.send(RawClient::post_request("/echo", text));
    EXPECT_TRUE(client.receive().body == text);
  }
  EXPECT_EQ(client.get("/text").body, "text");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name";
}

TEST(Body, ALargeOneInChunksComesBackWholeFromAFile) {
  const worker::test::TemporaryFolder folder;
  ServedWorker worker(with_upload_folder(folder.path()));
  RawClient client = worker.connect();
  const std::string text = long_text((17U << 20) + 1);
  client.send(kChunkedHead);
  for (std::size_t at = 0; at < text.size(); at += 1U << 20) {
    const std::string piece = text.substr(at, 1U << 20);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    client.send(size + piece + "\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_TRUE(client.receive().body == text);
}

TEST(Body, WithoutAFolderALargeOneStaysInMemory) {
  ServedWorker worker(with_upload_folder("/nowhere"));
  RawClient client = worker.connect();
  const std::string text = long_text(17U << 20);
  client.send(RawClient::post_request("/echo", text));
  EXPECT_TRUE(client.receive().body == text);
}

TEST(Body, ManyThatArriveSlowlyFillNoMemory) {
  const worker::test::TemporaryFolder folder;
  ServedWorker worker(with_upload_folder(folder.path()));
  const std::string text = long_text(10U << 20);
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(worker.connect());
    const std::string request = RawClient::post_request("/echo", text);
    clients.back().send(std::string_view(request).substr(0, request.size() - 1));
  }
  // The worker has taken what was sent once it answers this.
  EXPECT_EQ(worker.connect().get("/text").body, "text");

  const pid_t pid = worker.scoreboard[0].pid;
  EXPECT_LT(shared::private_memory("/proc/" + std::to_string(pid)), 100U << 20);
  for (RawClient& client : clients) {
    client.send(text.substr(text.size() - 1));
    EXPECT_TRUE(client.receive().body == text);
  }
}

}  // namespace
}  // namespace ekiden::test
