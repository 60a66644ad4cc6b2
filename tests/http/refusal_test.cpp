// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <memory>

#include "tests/http/raw_client.hpp"
#include "tests/http/refusal_cases.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Refusal : public testing::TestWithParam<RefusalCase> {
 protected:
  static void SetUpTestSuite() { worker_ = new ServedWorker; }
  static void TearDownTestSuite() { delete std::exchange(worker_, nullptr); }

  static void expect_refused(RawClient& client) {
    const std::string stream = client.receive_all();
    EXPECT_THAT(statuses(stream), ElementsAre(GetParam().status)) << stream;
    EXPECT_THAT(stream, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(client.end(), RawClient::End::closed);
  }

  static ServedWorker* worker_;
};

ServedWorker* Refusal::worker_ = nullptr;

TEST_P(Refusal, OneStatusAndTheEndWhenSentAtOnce) {
  RawClient client = worker_->connect();

  client.send(GetParam().bytes);

  expect_refused(client);
}

TEST_P(Refusal, OneStatusAndTheEndWhenSplitAtEachLineFeed) {
  RawClient client = worker_->connect();

  const std::string& bytes = GetParam().bytes;
  for (std::size_t from = 0, to = 0; from < bytes.size(); from = to) {
    to = std::min(bytes.find('\n', from), bytes.size() - 1) + 1;
    client.send(bytes.substr(from, to - from));
  }

  expect_refused(client);
}

TEST_P(Refusal, OneStatusAndTheEndWhenSentByteByByte) {
  RawClient client = worker_->connect();

  client.send_bytewise(GetParam().bytes);

  expect_refused(client);
}

TEST_P(Refusal, TheReasonDoesNotRepeatTheRequest) {
  RawClient client = worker_->connect();

  client.send("GET /text?marker HTTP/1.1\r\nHost: x\r\nX-Marker: marker\r\n\r\n" +
              GetParam().bytes);

  EXPECT_EQ(client.receive().body, "text");
  const Reply refusal = client.receive();
  EXPECT_EQ(refusal.status, GetParam().status);
  EXPECT_THAT(refusal.body, Not(HasSubstr("marker")));
  EXPECT_THAT(refusal.body, Not(HasSubstr("smuggled")));
}

INSTANTIATE_TEST_SUITE_P(Corpus, Refusal, testing::ValuesIn(refusal_cases()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace ekiden::test
