// SPDX-License-Identifier: MIT
#include "worker/http/access_log.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "shared/heritage.hpp"

namespace ekiden::worker {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

/// A POST of a callback that was answered after 1.5 s, of which it waited 0.25 s.
class AccessLog : public testing::Test {
 protected:
  AccessLog() {
    request_.head = "POST /_dash-update-component?x=1 HTTP/1.1\r\nHost: h\r\n\r\n";
    request_.query = "x=1";
    request_.headers = {{"Referer", "http://h/"}, {"User-Agent", "a \"browser\"\\"}};
    request_.body = "12345";
    request_.remote = "192.0.2.7";
    response_.content_type = "application/json";
    response_.headers = "ETag: \"e\"\r\nX-Trace: t1\r\n";
    response_.callback = "graph.figure";
  }

  std::string line(std::string_view format) const {
    Exchange exchange{request_, response_, 42};
    exchange.took = 1500ms;
    exchange.queued = 250ms;
    exchange.ended = 1'600'000'000;
    exchange.worker = 3;
    exchange.generation = 2;
    std::string text;
    AccessLogFormat(format).append(text, exchange);
    return text;
  }

  Request request_;
  Response response_;
};

TEST_F(AccessLog, TheDefaultIsApachesCombinedFormat) {
  EXPECT_THAT(line(shared::WorkerSettings{}.access_log_format),
              MatchesRegex("192\\.0\\.2\\.7 - - \\[1[0-9]/Sep/2020:[0-9:]+ [+-][0-9]+\\] "
                           "\"POST /_dash-update-component\\?x=1 HTTP/1\\.1\" 200 42 "
                           "\"http://h/\" \"a \\\\\"browser\\\\\"\\\\\\\\\"\n"));
}

TEST_F(AccessLog, EachAtomOfGunicorn) {
  EXPECT_EQ(line("%(m)s|%(U)s|%(q)s|%(H)s|%(s)s|%(B)s|%(b)s|%(T)s|%(M)s|%(D)s|%(L)s|%(l)s"),
            "POST|/_dash-update-component|x=1|HTTP/1.1|200|42|42|1|1500|1500000|1.500000|-\n");
  EXPECT_EQ(line("%(p)s"), "<" + std::to_string(getpid()) + ">\n");
}

TEST_F(AccessLog, HeaderFieldsOfBothSidesAndVariables) {
  setenv("EKIDEN_TEST_ZONE", "b", 1);

  EXPECT_EQ(line("%({referer}i)s %({x-trace}o)s %({Content-Type}o)s %({EKIDEN_TEST_ZONE}e)s "
                 "%({none}i)s %({none}o)s %({NO_SUCH_VARIABLE}e)s"),
            "http://h/ t1 application/json b - - -\n");
}

TEST_F(AccessLog, WhatGunicornDoesNotKnow) {
  EXPECT_EQ(line("%(cb)s %(qms)s %(w)s %(gen)s %(pin)s"), "graph.figure 250 3 2 5\n");
}

TEST_F(AccessLog, WhatIsNoAtomStaysOrIsADash) {
  EXPECT_EQ(line("100%% %(zz)s %({x}z)s %(open %d"), "100% - - %(open %d\n");
}

TEST_F(AccessLog, AnEmptyAnswerHasADashForItsBytes) {
  request_.head = "GET / HTTP/1.1\r\n\r\n";
  const Exchange exchange{request_, response_};
  std::string text;
  AccessLogFormat("%(b)s %(B)s").append(text, exchange);
  EXPECT_EQ(text, "- 0\n");
}

TEST_F(AccessLog, TheUserButNeverThePassword) {
  request_.headers = {{"Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}};
  EXPECT_EQ(line("%(u)s"), "Aladdin\n");
  for (const char* other : {"Bearer abc", "Basic QWxh", "Basic !!!", "Basic ", "B"}) {
    request_.headers = {{"Authorization", other}};
    EXPECT_EQ(line("%(u)s"), "-\n") << other;
  }
}

TEST_F(AccessLog, NobodyForgesALine) {
  request_.headers = {{"User-Agent", "x\"\n1.2.3.4 - - \"GET / HTTP/1.1\" 200\x1b[0m"}};
  const std::string text = line("\"%(a)s\"");
  EXPECT_EQ(text, "\"x\\\"\\x0a1.2.3.4 - - \\\"GET / HTTP/1.1\\\" 200\\x1b[0m\"\n");
}

TEST_F(AccessLog, JsonEscapesWhateverAClientSends) {
  request_.headers = {{"User-Agent", "q\" b\\ n\n e\xe9 d\x7f"}};
  const std::string text = line("json");
  EXPECT_THAT(text, HasSubstr(R"("user_agent":"q\" b\\ n\u000a e\u00e9 d\u007f")"));
  EXPECT_THAT(text, HasSubstr(R"({"time":"2020-09-13T12:26:40Z","remote":"192.0.2.7")"));
  EXPECT_THAT(text, HasSubstr(R"("status":200,"bytes_in":5,"bytes_out":42,"seconds":1.5)"));
  EXPECT_THAT(text, HasSubstr(R"("remote":"192.0.2.7","scheme":"http")"));
  EXPECT_THAT(text, HasSubstr(R"("queue_seconds":0.25,"callback":"graph.figure")"));
}

TEST_F(AccessLog, SaysWhetherItCameOverTls) {
  EXPECT_EQ(line("%({wsgi.url_scheme}e)s"), "http\n");
  request_.scheme = "https";
  EXPECT_EQ(line("%({wsgi.url_scheme}e)s"), "https\n");
}

TEST_F(AccessLog, ARefusedRequestHasWhateverCameAsItsLine) {
  request_ = {};
  request_.head = "\x01\x02";
  request_.remote = "192.0.2.7";
  EXPECT_EQ(line("%(h)s \"%(r)s\" %(m)s %(U)s %(H)s"), "192.0.2.7 \"\\x01\\x02\" \\x01\\x02 - -\n");
}

}  // namespace
}  // namespace ekiden::worker
