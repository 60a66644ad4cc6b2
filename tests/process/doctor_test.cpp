// SPDX-License-Identifier: MIT
// `ekiden doctor` before real servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A server of the guide's example 3, on a free port.
class Served {
 public:
  explicit Served(std::vector<std::string> arguments = {},
                  std::vector<std::string> environment = {})
      : server_(start(std::move(arguments), std::move(environment))) {
    const std::string line = server_.wait_for("listening ");
    const std::size_t at = line.find("127.0.0.1:");
    authority_ = line.substr(at, line.find_first_not_of("0123456789.:", at) - at);
    server_.wait_for("ready: 1 worker");
  }
  std::string url(const std::string& path = "/") const { return "http://" + authority_ + path; }

 private:
  static RunningServer start(std::vector<std::string> arguments,
                             std::vector<std::string> environment) {
    arguments.insert(arguments.end(), {"--bind", "127.0.0.1:0", "--no-control-socket",
                                       "--cache-size", "4M", "caching_signaling"});
    return run_program(std::move(arguments), std::move(environment));
  }
  RunningServer server_;
  std::string authority_;
};

struct Printed {
  int code;
  std::string text;
};

Printed doctor(const std::string& url) {
  RunningServer program = run_program({"doctor", url});
  const int code = program.wait_for_exit().value_or(-1000);
  return {code, program.output()};
}

TEST(DoctorOfAServer, FindsNothingWrong) {
  const Served served;

  const Printed printed = doctor(served.url());

  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.text, HasSubstr("12 ok, 0 warnings, 0 errors\n"));
  EXPECT_THAT(printed.text, HasSubstr("5 callbacks\n"));
}

TEST(DoctorOfAServer, FindsNothingWrongBelowAPath) {
  const Served served({}, {"DASH_URL_BASE_PATHNAME=/sales/"});

  EXPECT_THAT(doctor(served.url("/sales/")).text, HasSubstr("12 ok, 0 warnings, 0 errors\n"));
}

TEST(DoctorOfAServer, FindsAPrefixThatNobodyTakesOff) {
  const Served served({}, {"DASH_REQUESTS_PATHNAME_PREFIX=/sales/"});

  const Printed printed = doctor(served.url());

  EXPECT_EQ(printed.code, 1);
  EXPECT_THAT(printed.text, AllOf(HasSubstr("error    prefix "), HasSubstr("error    layout "),
                                  HasSubstr("error    assets "), HasSubstr("error    callbacks ")));
}

TEST(DoctorOfAServer, WarnsOfDevTools) {
  const Served served({"--debug", "--no-dev-tools-hot-reload"});

  const Printed printed = doctor(served.url());

  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr("warning  dev tools "));
}

TEST(DoctorOfAServer, SaysWhoCannotBeReached) {
  std::string url;
  {
    const Served served;
    url = served.url();
  }

  const Printed printed = doctor(url);

  EXPECT_EQ(printed.code, 1);
  EXPECT_THAT(printed.text, HasSubstr("error    reachable "));
  EXPECT_THAT(printed.text, HasSubstr("Connection refused"));
}

}  // namespace
}  // namespace ekiden::test
