// SPDX-License-Identifier: MIT
// `ekiden ctl reload` beside a real server, with good modules and bad ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ekiden/json.hpp>
#include <filesystem>
#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class CtlReload : public testing::Test {
 protected:
  CtlReload() { site_.server.wait_for("ready: 1 worker"); }

  Printed reload(std::vector<std::string> more = {"--wait"}) const {
    more.insert(more.begin(), {"ctl", "reload", "--control-socket", site_.control()});
    return run_tool(std::move(more));
  }
  std::string title() const {
    const std::string page = site_.connect().get("/").body;
    const std::size_t begin = page.find("<title>") + 7;
    return page.substr(begin, page.find("</title>") - begin);
  }
  Json status() const {
    return Json::parse(
        run_tool({"ctl", "status", "--json", "--control-socket", site_.control()}).text);
  }
  /// Expects that the module that is there now does not come in, that `why` is said, and that the
  /// old one goes on serving.
  void expect_failure(const std::string& why) const {
    const Printed result = reload();

    EXPECT_EQ(result.code, 1) << result.text;
    EXPECT_THAT(result.text,
                AllOf(HasSubstr("reload failed, generation 1 goes on serving: "), HasSubstr(why)));
    EXPECT_EQ(title(), "first");
    const Json after = status();
    EXPECT_EQ(after["generation"], Json(1));
    EXPECT_EQ(after["reloads"]["failed"], Json(1));
    EXPECT_EQ(after["reloads"]["last"]["outcome"], Json("failed"));
    EXPECT_THAT(*after["reloads"]["last"]["error"].as_string(), HasSubstr(why));
  }

  Site site_{"steady", {"--load-timeout", "4"}};
};

TEST_F(CtlReload, WaitsUntilTheNewGenerationServes) {
  site_.deploy("steady_next");

  const Printed result = reload();

  EXPECT_EQ(result.code, 0) << result.text;
  EXPECT_THAT(result.text, ContainsRegex("^generation 2 serves, [0-9]+\\.[0-9]+ s\n$"));
  site_.server.wait_for("has left");
  EXPECT_EQ(title(), "second");
  EXPECT_EQ(status()["reloads"]["last"]["outcome"], Json("served"));
}

TEST_F(CtlReload, DoesNotWaitUnlessAskedTo) {
  site_.deploy("hangs");

  const Printed result = reload({});

  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.text, "generation 2 is to come in\n");
  EXPECT_EQ(status()["loading"], Json(2));
}

TEST_F(CtlReload, SaysItInJson) {
  EXPECT_EQ(Json::parse(reload({"--json"}).text)["generation"], Json(2));
  site_.server.wait_for("generation 2 serves");

  const Json waited = Json::parse(reload({"--wait", "--json"}).text);

  EXPECT_EQ(waited["generation"], Json(3));
  EXPECT_GT(waited["took_s"].as_number().value(), 0);
}

TEST_F(CtlReload, FailsIfTheAppExits) {
  site_.deploy("exits");
  expect_failure("set-up exited with code ");  // 3, but where a sanitizer finds leaks
}

TEST_F(CtlReload, FailsIfTheAppThrows) {
  site_.deploy("throws");
  expect_failure("cities.csv: line 7 has five fields");
}

TEST_F(CtlReload, FailsIfTheAppCrashes) {
  site_.deploy("segfaults");
  expect_failure("set-up was killed by SIGSEGV");
}

TEST_F(CtlReload, FailsIfTheAppHangs) {
  site_.deploy("hangs");
  expect_failure("set-up takes longer than --load-timeout 4 s");
}

TEST_F(CtlReload, FailsIfTheAppLeavesAThreadBehind) {
  site_.deploy("leaves_thread");
  expect_failure("the app left 1 thread running");
}

TEST_F(CtlReload, FailsIfTheModuleWasBuiltAgainstOtherHeaders) {
  site_.deploy("other_headers");
  expect_failure("headers 0123456789abcdef");
}

TEST_F(CtlReload, FailsIfTheModuleIsTruncated) {
  const fs::path half = site_.folder.path() / "half.so";
  fs::copy_file(test_apps() / "steady_next.so", half);
  fs::resize_file(half, fs::file_size(half) / 2);
  fs::rename(half, site_.folder.path() / "site.so");
  expect_failure("site.so: the file is cut off");
}

TEST_F(CtlReload, FailsIfTheModuleIsMissing) {
  fs::remove(site_.folder.path() / "site.so");
  expect_failure("site.so: cannot open the app module: No such file");
}

TEST_F(CtlReload, AGoodModuleComesInAfterABadOne) {
  site_.deploy("throws");
  EXPECT_EQ(reload().code, 1);
  site_.deploy("steady_next");

  EXPECT_EQ(reload().code, 0);

  site_.server.wait_for("has left");
  EXPECT_EQ(title(), "second");
}

}  // namespace
}  // namespace ekiden::test
