// SPDX-License-Identifier: MIT
// What the server answers to bodies that no page sends (sections 1.1, 1.11, 2.1, 2.3 and 9 of the
// wire protocol; Dash's own test is cbmf001).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string post(std::string_view body, std::string_view type = "application/json") {
  return RawClient::post_request("/_dash-update-component", body,
                                 "Content-Type: " + std::string(type) + "\r\n");
}

/// A good request for the callback of "echo", with other parts.
std::string call(std::string_view outputs = R"({"id":"echo","property":"children"})",
                 std::string_view inputs = R"([{"id":"in","property":"title","value":"figs"}])",
                 std::string_view more = "") {
  return R"({"output":"echo.children","outputs":)" + std::string(outputs) + R"(,"inputs":)" +
         std::string(inputs) + std::string(more) + "}";
}

class Malformed : public testing::Test {
 protected:
  Malformed() : site("steady"), worker(site.server.ready_worker(1)) {
    site.server.wait_for("ready: 1 worker");
  }
  /// The next request is answered as ever, by the same worker.
  ~Malformed() override {
    RawClient client = site.connect();
    client.send(post(call()));
    EXPECT_EQ(client.receive().body, R"({"multi":true,"response":{"echo":{"children":"figs"}}})");
    EXPECT_THAT(children_of(site.server.pid()), Contains(worker));
    EXPECT_EQ(site.server.count(" died"), 0);
  }

  void expect(int status, const std::string& body, std::string_view type = "application/json") {
    RawClient client = site.connect();
    client.send(post(body, type));
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, status) << body.substr(0, 200);
    const std::string title = status == 400   ? "400 Bad Request"
                              : status == 415 ? "415 Unsupported Media Type"
                                              : "500 Internal Server Error";
    EXPECT_THAT(reply.body, HasSubstr(title)) << body.substr(0, 200);
    for (const char* internal : {"echo", "children", "steady", "figs", "xception",
                                 "std::", "ekiden", ".cpp", "Mismatch", "Json"}) {
      EXPECT_THAT(reply.body, Not(HasSubstr(internal))) << body.substr(0, 200);
    }
  }

  Site site;
  const pid_t worker;
};

TEST_F(Malformed, BodiesThatAreNotJsonAreBadRequests) {  // 1.1
  for (const std::string_view body :
       {"", " ", "{", "}", "nonsense", "{\"output\":}", "{'output':'echo.children'}", "[1,2",
        "{} {}", "{\"output\":\"echo.children\"", "\"\\u12\"", "01", "+1", "nul"}) {
    expect(400, std::string(body));
  }
  expect(400, call().substr(0, call().size() - 1));
  expect(400, call() + '\0');
  expect(400, std::string(1000, '\0'));
  expect(400, call("\"\xff\xfe\""));
  expect(400, std::string(100'000, '['));
  expect(400, std::string(100'000, '{'));
}

TEST_F(Malformed, JsonThatIsNoCallbackRequestIsABadRequest) {  // 1.1, 2.1
  for (const char* body :
       {"{}", "[]", "null", "true", "7", "\"echo.children\"", "[{}]", R"({"output":7})",
        R"({"output":null})", R"({"output":["echo"]})", R"({"Output":"echo.children"})"}) {
    expect(400, body);
  }
}

TEST_F(Malformed, OtherContentTypesAreRefused) {  // 1.1
  expect(415, call(), "text/plain");
  expect(415, "output=echo.children", "application/x-www-form-urlencoded");
  expect(415, call(), "application/jsonp");
}

TEST_F(Malformed, OutputsThatTheCallbackDoesNotHaveFailWithoutALeak) {  // 1.11, 2.3
  for (const char* outputs :
       {R"({"id":"pipe","property":"children"})", R"({"id":"echo","property":"title"})",
        R"([{"id":"echo","property":"children"},{"id":"pipe","property":"children"}])",
        R"([[{"id":"echo","property":"children"}]])", R"({"id":{"type":"echo"},"property":"p"})",
        R"({"property":"children"})", "{}", "[]", "null", "false", "\"echo.children\""}) {
    expect(500, call(outputs));
  }
  expect(500, R"({"output":"nowhere.children","inputs":[]})");
  expect(500, R"({"output":"","inputs":[]})");
  expect(500, R"({"output":"..echo.children..","inputs":[]})");
}

TEST_F(Malformed, ArgumentsThatTheCallbackDoesNotHaveFailWithoutALeak) {  // 2.3
  const std::string_view outputs = R"({"id":"echo","property":"children"})";
  for (const char* inputs :
       {"null", "7", "{}", "[]", "[null]", "[7]", "[[]]", "[{}]", "\"title\"",
        R"([{"id":"in","property":"style","value":"x"}])", R"([{"id":"in","value":"x"}])",
        R"([{"id":7,"property":"title","value":"x"}])", R"([{"id":"in","property":7,"value":"x"}])",
        R"([{"id":"in","property":"title"},{"id":"in","property":"title"}])",
        R"([{"id":"in","property":"title","value":{"not":"text"}}])",
        R"([{"id":"in","property":"title","value":1e300}])"}) {
    expect(500, call(outputs, inputs));
  }
  expect(500, R"({"output":"echo.children"})");
  const std::string_view good = R"([{"id":"in","property":"title","value":"x"}])";
  expect(500, call(outputs, good, R"(,"state":[{"id":"in","property":"title"}])"));
  expect(500, call(outputs, good, R"(,"state":{})"));
}

}  // namespace
}  // namespace ekiden::test
