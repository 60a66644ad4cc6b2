// SPDX-License-Identifier: MIT
// Protocol reference, sections 1.0 and 5: Dash's own environment variables and dev tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "server/cli.hpp"
#include "server/proxy.hpp"

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;
using shared::DevTools;
using shared::Switch;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Settings parsed(std::vector<std::string> arguments, const Environment& environment = {}) {
  arguments.push_back("shop");
  auto result = parse_command_line(arguments, environment);
  if (const auto* answer = std::get_if<Answer>(&result)) throw std::runtime_error(answer->text);
  return std::get<Settings>(result);
}

std::string refusal(std::vector<std::string> arguments, const Environment& environment = {}) {
  try {
    parsed(std::move(arguments), environment);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DashEnvironment, DebugIsSwitchedOnByItsVariable) {
  EXPECT_TRUE(parsed({}, {{"DASH_DEBUG", "True"}}).worker.debug);
  EXPECT_FALSE(parsed({}, {{"DASH_DEBUG", "false"}}).worker.debug);
  EXPECT_FALSE(parsed({}, {{"DASH_DEBUG", "true"}, {"EKIDEN_DEBUG", "false"}}).worker.debug);
  EXPECT_THAT(refusal({}, {{"DASH_DEBUG", "maybe"}}), HasSubstr("DASH_DEBUG=maybe: not allowed"));
}

TEST(DashEnvironment, HostAndPortSayWhereToListen) {
  EXPECT_THAT(parsed({}, {{"HOST", "127.0.0.2"}}).bind, ElementsAre("127.0.0.2:8050"));
  EXPECT_THAT(parsed({}, {{"HOST", "127.0.0.2"}, {"PORT", "9000"}}).bind,
              ElementsAre("127.0.0.2:9000"));
  EXPECT_THAT(parsed({}, {{"HOST", "::1"}, {"PORT", "9000"}}).bind, ElementsAre("[::1]:9000"));
  EXPECT_THAT(parsed({"--bind", ":1234"}, {{"HOST", "127.0.0.2"}}).bind, ElementsAre(":1234"));
}

TEST(DashEnvironment, HostIsIgnoredWhereItNamesAKindOfMachine) {
  const Environment conda{{"HOST", "x86_64-conda-linux-gnu"}, {"CONDA_PREFIX", "/opt/conda"}};

  EXPECT_THAT(parsed({}, conda).bind, ElementsAre("127.0.0.1:8050"));
}

TEST(DevToolsSettings, FollowDebugUntilTheyAreSet) {
  const DevTools tools = parsed({}).worker.dev_tools;

  for (const auto tool :
       {&DevTools::ui, &DevTools::props_check, &DevTools::serve_dev_bundles, &DevTools::hot_reload,
        &DevTools::prune_errors, &DevTools::validate_callbacks}) {
    EXPECT_TRUE(is_on(tools.*tool, true));
    EXPECT_FALSE(is_on(tools.*tool, false));
  }
}

TEST(DevToolsSettings, AreSwitchedByFlagsOfBothKinds) {
  const auto ui = [](const std::vector<std::string>& arguments) {
    return parsed(arguments).worker.dev_tools.ui;
  };

  EXPECT_EQ(ui({"--dev-tools-ui"}), Switch::on);
  EXPECT_EQ(ui({"--no-dev-tools-ui"}), Switch::off);
  EXPECT_THAT(refusal({"--dev-tools-ui=perhaps"}), HasSubstr("--dev-tools-ui"));
  EXPECT_EQ(parsed({}, {{"DASH_UI", "false"}}).worker.dev_tools.ui, Switch::off);
  EXPECT_EQ(parsed({"--dev-tools-ui"}, {{"DASH_UI", "false"}}).worker.dev_tools.ui, Switch::on);
  EXPECT_THAT(refusal({"--no-dev-tool-ui"}), HasSubstr("did you mean --no-dev-tools-ui?"));
}

TEST(DevToolsSettings, AreReadFromTheVariablesOfDash) {
  const DevTools tools = parsed({}, {{"DASH_PROPS_CHECK", "true"},
                                     {"DASH_SERVE_DEV_BUNDLES", "true"},
                                     {"dash_hot_reload", "true"},
                                     {"DASH_HOT_RELOAD_INTERVAL", "0.5"},
                                     {"DASH_HOT_RELOAD_WATCH_INTERVAL", "0.25"},
                                     {"DASH_HOT_RELOAD_MAX_RETRY", "3"},
                                     {"DASH_SILENCE_ROUTES_LOGGING", "false"},
                                     {"DASH_PRUNE_ERRORS", "false"},
                                     {"DASH_VALIDATE_CALLBACKS", "false"},
                                     {"DASH_DISABLE_VERSION_CHECK", "false"}})
                             .worker.dev_tools;

  EXPECT_EQ(tools.props_check, Switch::on);
  EXPECT_EQ(tools.serve_dev_bundles, Switch::on);
  EXPECT_EQ(tools.hot_reload, Switch::on);
  EXPECT_EQ(tools.hot_reload_interval, 500ms);
  EXPECT_EQ(tools.hot_reload_watch_interval, 250ms);
  EXPECT_EQ(tools.hot_reload_max_retry, 3U);
  EXPECT_FALSE(tools.silence_routes_logging);
  EXPECT_EQ(tools.prune_errors, Switch::off);
  EXPECT_EQ(tools.validate_callbacks, Switch::off);
  EXPECT_FALSE(tools.disable_version_check);
}

TEST(DevToolsSettings, NameTheVariableThatCannotBeRead) {
  EXPECT_THAT(refusal({}, {{"DASH_HOT_RELOAD_INTERVAL", "soon"}}),
              AllOf(HasSubstr("DASH_HOT_RELOAD_INTERVAL=soon: not allowed"), HasSubstr("seconds")));
  EXPECT_THAT(refusal({}, {{"DASH_UI", "yes!"}}), HasSubstr("DASH_UI=yes!: not allowed"));
}

TEST(ProxySetting, TellsInsideAndOutsideApart) {
  const auto proxy = parse_proxy("http://127.0.0.1:8050/::https://example.com/app/");

  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->inside, "http://127.0.0.1:8050");
  EXPECT_EQ(proxy->outside, "https://example.com/app/");
  EXPECT_EQ(parse_proxy("http://[::1]:8050::https://example.com")->inside, "http://[::1]:8050");
  EXPECT_THAT(refusal({"--proxy", "https://example.com"}),
              HasSubstr("--proxy https://example.com"));
}

TEST(ProxySetting, MustFitWhereTheServerListens) {
  const std::vector<std::string> urls{"http://127.0.0.1:8050"};
  EXPECT_NO_THROW(check_proxy({"http://127.0.0.1:8050", "https://example.com"}, urls));
  EXPECT_NO_THROW(check_proxy({"http://localhost:8050", "https://example.com"}, urls));
  try {
    check_proxy({"http://127.0.0.1:8051", "https://example.com"}, urls);
    ADD_FAILURE() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("asks for http://127.0.0.1:8051"),
                                    HasSubstr("listens on http://127.0.0.1:8050")));
  }
}

}  // namespace
}  // namespace ekiden::server
