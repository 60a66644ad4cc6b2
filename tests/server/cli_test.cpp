// SPDX-License-Identifier: MIT
#include "server/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/cpu_count.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Settings parsed(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  auto result = parse_command_line(arguments, environment);
  if (const auto* answer = std::get_if<Answer>(&result)) throw std::runtime_error(answer->text);
  return std::get<Settings>(result);
}

/// The text of a command line that is wrong: exit code 2, one line.
std::string refused(const std::vector<std::string>& arguments,
                    const Environment& environment = {}) {
  auto result = parse_command_line(arguments, environment);
  const auto* answer = std::get_if<Answer>(&result);
  if (answer == nullptr) return "accepted";
  EXPECT_EQ(answer->exit_code, kUsageError);
  EXPECT_EQ(std::count(answer->text.begin(), answer->text.end(), '\n'), 1) << answer->text;
  EXPECT_THAT(answer->text, StartsWith("ekiden: "));
  return answer->text;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(CommandLine, AnAppAloneGetsTheDefaults) {
  const Settings settings = parsed({"shop"});

  EXPECT_EQ(settings.app, "shop");
  EXPECT_THAT(settings.bind, ElementsAre("127.0.0.1:8050"));
  EXPECT_EQ(settings.workers, 1U);
  EXPECT_EQ(settings.worker.threads, 1U);
  EXPECT_EQ(settings.timeout, 30s);
  EXPECT_EQ(settings.worker.request_timeout, 0s);
  EXPECT_EQ(settings.worker.graceful_timeout, 30s);
  EXPECT_EQ(settings.worker.keep_alive, 75s);
  EXPECT_EQ(settings.cache_size, 128U << 20);
  EXPECT_EQ(settings.worker.max_body_bytes, 64U << 20);
}

TEST(CommandLine, LongAndShortOptionsAreTakenInAnyOrder) {
  const Settings settings = parsed({"-w", "4", "-t1.5", "shop", "--threads=2", "--cache-size", "1G",
                                    "--log-level", "warning", "--debug"});

  EXPECT_EQ(settings.app, "shop");
  EXPECT_EQ(settings.workers, 4U);
  EXPECT_EQ(settings.timeout, 1500ms);
  EXPECT_EQ(settings.worker.threads, 2U);
  EXPECT_EQ(settings.cache_size, 1U << 30);
  EXPECT_EQ(settings.log_level, shared::LogLevel::warning);
  EXPECT_TRUE(settings.worker.debug);
}

TEST(CommandLine, BindMayBeRepeatedAndDoesNotSwallowTheApp) {
  const Settings settings = parsed({"-b", "[::1]:8051", "--bind", "unix:/run/x.sock", "shop"});

  EXPECT_THAT(settings.bind, ElementsAre("[::1]:8051", "unix:/run/x.sock"));
  EXPECT_EQ(settings.app, "shop");
}

TEST(CommandLine, TheLastOfARepeatedOptionCounts) {
  EXPECT_EQ(parsed({"-w", "2", "shop", "-w", "3"}).workers, 3U);
}

TEST(CommandLine, AutoMeansTheCpusOfTheCgroup) {
  EXPECT_EQ(parsed({"--workers", "auto", "shop"}).workers, cpu_count());
  EXPECT_EQ(parsed({"--threads", "auto", "shop"}).worker.threads, cpu_count());
}

TEST(CommandLine, EnvironmentBeatsTheFileAndTheCommandLineBeatsBoth) {
  const worker::test::TemporaryFolder folder;
  const std::string file = folder.write("x.toml",
                                        "workers = 2\nthreads = 2\ntimeout = 2.5\n"
                                        "bind = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\n");
  const Environment environment{{"EKIDEN_THREADS", "3"}, {"EKIDEN_TIMEOUT", "3"}};

  const Settings settings = parsed({"-c", file, "-t", "4", "shop"}, environment);

  EXPECT_EQ(settings.workers, 2U);
  EXPECT_EQ(settings.worker.threads, 3U);
  EXPECT_EQ(settings.timeout, 4s);
  EXPECT_THAT(settings.bind, ElementsAre("127.0.0.1:1", "127.0.0.1:2"));
}

TEST(CommandLine, PortAndWebConcurrencyChangeDefaultsOnly) {
  const Environment environment{{"PORT", "8080"}, {"WEB_CONCURRENCY", "3"}};

  EXPECT_THAT(parsed({"shop"}, environment).bind, ElementsAre("0.0.0.0:8080"));
  EXPECT_EQ(parsed({"shop"}, environment).workers, 3U);
  EXPECT_THAT(parsed({"shop", "-b", ":1"}, environment).bind, ElementsAre(":1"));
}

TEST(CommandLine, GunicornsVariableForTrustedProxiesBeatsTheFileAndOursBeatsIt) {
  const worker::test::TemporaryFolder folder;
  const std::string file = folder.write("x.toml", "forwarded-allow-ips = '10.0.0.1'\n");
  const auto trusted = [&file](const Environment& environment) {
    return parsed({"-c", file, "shop"}, environment).worker.forwarded_allow_ips;
  };

  EXPECT_EQ(trusted({{"FORWARDED_ALLOW_IPS", "*"}}), "*");
  EXPECT_EQ(trusted({{"FORWARDED_ALLOW_IPS", ""}}), "") << "nobody";
  EXPECT_EQ(trusted({{"FORWARDED_ALLOW_IPS", "*"}, {"EKIDEN_FORWARDED_ALLOW_IPS", "10.0.0.0/8"}}),
            "10.0.0.0/8");
  EXPECT_THAT(refused({"shop"}, {{"FORWARDED_ALLOW_IPS", "proxy.example"}}),
              HasSubstr("FORWARDED_ALLOW_IPS=proxy.example: not allowed (allowed: *, or"));
}

TEST(CommandLine, VariablesMayListSeveralAddresses) {
  const Environment environment{{"EKIDEN_BIND", "127.0.0.1:1, unix:/x"}};

  EXPECT_THAT(parsed({"shop"}, environment).bind, ElementsAre("127.0.0.1:1", "unix:/x"));
}

TEST(CommandLine, EverySettingHasAFlagAVariableAndAKeyInTheFile) {
  const worker::test::TemporaryFolder folder;
  for (const Setting& setting : all_settings()) {
    const std::string name(setting.name), value = setting.default_value();
    const bool is_flag = setting.kind == SettingKind::flag || setting.kind == SettingKind::toggle;
    const bool on_line = is_flag || !value.empty();
    const std::string file = folder.write("x.toml", name + " = '" + value + "'\n");

    if (on_line) {
      EXPECT_NO_THROW(parsed({"shop", "--" + name + (is_flag ? "" : "=" + value)}));
    }
    EXPECT_NO_THROW(parsed({"shop"}, {{setting.environment_name(), value}}));
    EXPECT_NO_THROW(parsed({"shop", "--config", file}));
  }
}

TEST(CommandLine, ValuesThatAreNotAllowedAreNamedWithWhatIs) {
  EXPECT_THAT(refused({"--workers", "abc", "shop"}),
              EndsWith("--workers abc: not allowed (allowed: auto, or 0 to 128)\n"));
  EXPECT_THAT(refused({"-w", "-1", "shop"}), HasSubstr("--workers"));
  EXPECT_THAT(refused({"--threads", "0", "shop"}), HasSubstr("--threads 0: not allowed"));
  EXPECT_THAT(refused({"--threads", "1.5", "shop"}), HasSubstr("--threads 1.5: not allowed"));
  EXPECT_THAT(refused({"--timeout", "soon", "shop"}), HasSubstr("0, or 1 to 86400 seconds"));
  EXPECT_THAT(refused({"--timeout", "0.5", "shop"}), HasSubstr("--timeout 0.5: not allowed"));
  EXPECT_THAT(refused({"--cache-size", "12X", "shop"}), HasSubstr("such as 8190, 64K, 128M"));
  EXPECT_THAT(refused({"--max-worker-memory", "1M", "shop"}), HasSubstr("0, or 4M to 1T"));
  EXPECT_EQ(parsed({"--max-worker-memory", "0", "shop"}).worker.max_memory, 0U);
  EXPECT_THAT(refused({"--bind", "example.com:80", "shop"}),
              HasSubstr("--bind example.com:80: not allowed (allowed: 127.0.0.1:8050"));
  EXPECT_THAT(refused({"--bind", "1.2.3.4:70000", "shop"}), HasSubstr("--bind 1.2.3.4:70000"));
  EXPECT_THAT(refused({"--log-level", "loud", "shop"}), HasSubstr("debug, info, warning"));
}

TEST(CommandLine, AWrongVariableIsNamed) {
  EXPECT_THAT(refused({"shop"}, {{"EKIDEN_WORKERS", "many"}}),
              HasSubstr("EKIDEN_WORKERS=many: not allowed (allowed: auto, or 0 to 128)"));
  EXPECT_THAT(refused({"shop"}, {{"PORT", "http"}}), HasSubstr("PORT=http: not allowed"));
  EXPECT_THAT(refused({"shop"}, {{"WEB_CONCURRENCY", "x"}}), HasSubstr("WEB_CONCURRENCY=x"));
}

TEST(CommandLine, AMisspeltOptionIsMetWithTheNearest) {
  EXPECT_THAT(refused({"--wrokers", "4", "shop"}),
              HasSubstr("unknown option --wrokers (did you mean --workers? "));
  EXPECT_THAT(refused({"--grace-timeout=4", "shop"}), HasSubstr("did you mean --graceful-timeout"));
  EXPECT_THAT(refused({"-x", "shop"}), HasSubstr("unknown option -x (--help lists all)"));
}

TEST(CommandLine, AnOptionWithoutItsValueIsNamed) {
  EXPECT_THAT(refused({"shop", "--workers"}), HasSubstr("--workers: its value is missing"));
  EXPECT_THAT(refused({"shop", "-b"}), HasSubstr("--bind: its value is missing"));
  EXPECT_THAT(refused({"shop", "--config"}), HasSubstr("--config: its value is missing"));
}

TEST(CommandLine, ThereIsExactlyOneApp) {
  EXPECT_THAT(refused({}), HasSubstr("no APP given"));
  EXPECT_THAT(refused({"-w", "2"}), HasSubstr("no APP given"));
  EXPECT_THAT(refused({"shop", "other"}), HasSubstr("unexpected argument 'other'"));
}

TEST(CommandLine, SubcommandsToComeAreReserved) {
  EXPECT_THAT(refused({"new"}),
              AllOf(HasSubstr("'new' is reserved"), HasSubstr("ekiden ./new.so")));
  EXPECT_EQ(parsed({"./new.so"}).app, "./new.so");
}

TEST(CommandLine, SubcommandsComeFirstAndAreNoApps) {
  for (const std::string name : {"cache", "ctl", "apps", "doctor"}) {
    EXPECT_THAT(refused({"--workers", "2", name}), HasSubstr("must come first"));
    EXPECT_EQ(parsed({"./" + name + ".so"}).app, "./" + name + ".so");
  }
}

TEST(CommandLine, TheControlSocketIsAPathOrAutomaticOrOff) {
  EXPECT_EQ(parsed({"shop"}).control_socket, "auto");
  EXPECT_EQ(parsed({"shop", "--control-socket", "/run/x"}).control_socket, "/run/x");
  EXPECT_EQ(parsed({"shop", "--no-control-socket"}).control_socket, "");
  EXPECT_EQ(
      parsed({"shop", "--no-control-socket"}, {{"EKIDEN_CONTROL_SOCKET", "/x"}}).control_socket,
      "");
  EXPECT_THAT(refused({"shop", "--control-socket", std::string(108, 'x')}),
              HasSubstr("a path of at most 107 bytes"));
}

TEST(CommandLine, TheProxyProtocolAloneIsEitherVersionAndDoesNotSwallowTheApp) {
  const auto protocol = [](const std::vector<std::string>& arguments,
                           const Environment& environment = {}) {
    const Settings settings = parsed(arguments, environment);
    EXPECT_EQ(settings.app, "shop");
    return settings.worker.proxy_protocol;
  };
  using shared::ProxyProtocol;

  EXPECT_EQ(protocol({"shop"}), ProxyProtocol::off);
  EXPECT_EQ(protocol({"--proxy-protocol", "shop"}), ProxyProtocol::any);
  EXPECT_EQ(protocol({"shop", "--proxy-protocol"}), ProxyProtocol::any);
  EXPECT_EQ(protocol({"--proxy-protocol", "--workers", "2", "shop"}), ProxyProtocol::any);
  EXPECT_EQ(protocol({"--proxy-protocol", "v1", "shop"}), ProxyProtocol::version1);
  EXPECT_EQ(protocol({"--proxy-protocol=v2", "shop"}), ProxyProtocol::version2);
  EXPECT_EQ(protocol({"--proxy-protocol", "off", "shop"}), ProxyProtocol::off);
  EXPECT_EQ(protocol({"shop"}, {{"EKIDEN_CMD_ARGS", "--proxy-protocol"}}), ProxyProtocol::any);
  EXPECT_EQ(protocol({"shop"}, {{"EKIDEN_PROXY_PROTOCOL", "true"}}), ProxyProtocol::any);
  EXPECT_THAT(refused({"--proxy-protocol=v3", "shop"}),
              HasSubstr("--proxy-protocol v3: not allowed (allowed: off, auto (either version)"));
}

TEST(CommandLine, WhatIsWrongInTheFileIsNamed) {
  const worker::test::TemporaryFolder folder;
  const auto refused_file = [&folder](const std::string& text) {
    return refused({"-c", folder.write("x.toml", text), "shop"});
  };

  EXPECT_THAT(refused_file("workers = many\n"), HasSubstr("x.toml: workers = many: not allowed"));
  EXPECT_THAT(refused_file("wokers = 2\n"), HasSubstr("unknown setting 'wokers' (did you mean"));
  EXPECT_THAT(refused_file("[server]\nworkers = 2\n"), HasSubstr("unknown section [server]"));
  EXPECT_THAT(refused({"-c", "/nowhere.toml", "shop"}), HasSubstr("/nowhere.toml: cannot be read"));
}

TEST(CommandLine, ArgumentsInTheEnvironmentStandBetweenVariablesAndTheCommandLine) {
  const Environment environment{
      {"EKIDEN_WORKERS", "2"},
      {"EKIDEN_THREADS", "2"},
      {"EKIDEN_CMD_ARGS", R"(--workers 3 -t 5 --access-logformat '%(h)s "%(r)s"' --name a\ b)"}};

  const Settings settings = parsed({"-t", "4", "shop"}, environment);

  EXPECT_EQ(settings.workers, 3U);
  EXPECT_EQ(settings.worker.threads, 2U);
  EXPECT_EQ(settings.timeout, 4s);
  EXPECT_EQ(settings.worker.access_log_format, R"(%(h)s "%(r)s")");
  EXPECT_EQ(settings.name, "a b");
}

TEST(CommandLine, WrongArgumentsInTheEnvironmentAreNamed) {
  EXPECT_THAT(refused({"shop"}, {{"EKIDEN_CMD_ARGS", "--wokers 3"}}),
              HasSubstr("EKIDEN_CMD_ARGS: unknown option --wokers (did you mean --workers"));
  EXPECT_THAT(refused({"shop"}, {{"EKIDEN_CMD_ARGS", "--workers 'x"}}),
              HasSubstr("EKIDEN_CMD_ARGS: a quote is not closed"));
  EXPECT_THAT(refused({"shop"}, {{"EKIDEN_CMD_ARGS", "other"}}),
              HasSubstr("EKIDEN_CMD_ARGS: 'other' is no option"));
}

TEST(CommandLine, PrintedSettingsSayWhereTheyComeFromAndCanBeReadBack) {
  const worker::test::TemporaryFolder folder;
  const std::string file = folder.write("x.toml", "threads = 2\n");
  const Environment environment{{"EKIDEN_TIMEOUT", "3"}, {"WEB_CONCURRENCY", "5"}};
  const Settings settings =
      parsed({"-c", file, "--print-config", "-e", "A=b \"c\"", "-b", ":1", "-b", ":2", "shop"},
             environment);

  const std::string text = print_config(settings);

  EXPECT_THAT(text, HasSubstr("threads = 2  # " + file + "\n"));
  EXPECT_THAT(text, HasSubstr("timeout = 3  # EKIDEN_TIMEOUT\n"));
  EXPECT_THAT(text, HasSubstr("workers = 5  # WEB_CONCURRENCY\n"));
  EXPECT_THAT(text, HasSubstr("graceful-timeout = 30  # default\n"));
  const Settings again = parsed({"-c", folder.write("y.toml", text), "shop"});
  for (const Setting& setting : all_settings()) {
    EXPECT_EQ(setting.value_in(again), setting.value_in(settings)) << setting.name;
  }
}

TEST(CommandLine, GunicornsOptionsThatChangeNothingAreNoted) {
  const Settings settings = parsed({"--preload", "-k", "gthread", "--worker-tmp-dir", "/dev/shm",
                                    "--log-file", "errors.log", "shop"});

  EXPECT_THAT(settings.notes,
              testing::UnorderedElementsAre(HasSubstr("--preload has no effect"),
                                            HasSubstr("--worker-class has no effect"),
                                            HasSubstr("--worker-tmp-dir has no effect")));
  EXPECT_EQ(settings.error_logfile, "errors.log");
  EXPECT_THAT(refused({"-k", "gevent", "shop"}), HasSubstr("there is one kind of worker"));
}

TEST(CommandLine, VariablesAndModesAreChecked) {
  EXPECT_THAT(parsed({"-e", "A=1", "--env", "B=x=y", "shop"}).env, ElementsAre("A=1", "B=x=y"));
  EXPECT_THAT(refused({"-e", "A", "shop"}), HasSubstr("allowed: NAME=VALUE"));
  EXPECT_THAT(refused({"-e", "=1", "shop"}), HasSubstr("allowed: NAME=VALUE"));
  EXPECT_EQ(parsed({"-m", "027", "shop"}).umask, "027");
  EXPECT_THAT(refused({"-m", "8", "shop"}), HasSubstr("allowed: 0 to 777, octal"));
  EXPECT_THAT(refused({"-m", "1777", "shop"}), HasSubstr("allowed: 0 to 777, octal"));
}

TEST(CommandLine, HelpListsEverySettingUnderItsHeading) {
  const auto result = parse_command_line({"--help"}, {});
  const auto& answer = std::get<Answer>(result);

  EXPECT_EQ(answer.exit_code, kDone);
  for (const Setting& setting : all_settings()) {
    EXPECT_THAT(answer.text, HasSubstr("--" + std::string(setting.name)));
    EXPECT_THAT(answer.text, HasSubstr(std::string(setting.group) + ":\n"));
  }
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("settings-table")));
}

TEST(CommandLine, VersionIsOneLine) {
  const auto result = parse_command_line({"--version"}, {});

  EXPECT_THAT(std::get<Answer>(result).text, testing::MatchesRegex("ekiden [0-9.]+\n"));
}

TEST(CommandLine, TheReadmeHasTheTableOfSettings) {
  const auto result = parse_command_line({"--settings-table"}, {});

  EXPECT_THAT(contents(EKIDEN_SOURCE_DIR "/server/README.md"),
              HasSubstr(std::get<Answer>(result).text));
}

TEST(CommandLine, TheSampleFileHasEverySettingWithItsDefault) {
  const std::string sample = contents(EKIDEN_SOURCE_DIR "/config/ekiden.toml");
  const worker::test::TemporaryFolder folder;
  std::string uncommented = sample;
  for (const Setting& setting : all_settings()) {
    const std::string key = "#" + std::string(setting.name) + " = ";
    const std::size_t at = uncommented.find("\n" + key);
    if (at != std::string::npos) uncommented.erase(at + 1, 1);
  }
  const std::string file = folder.write("x.toml", uncommented);
  const Settings settings = parsed({"-c", file, "shop"});

  for (const Setting& setting : all_settings()) {
    EXPECT_THAT(sample, HasSubstr("\n#" + std::string(setting.name) + " = "));
    EXPECT_EQ(setting.value_in(settings), setting.default_value()) << setting.name;
  }
}

}  // namespace
}  // namespace ekiden::server
