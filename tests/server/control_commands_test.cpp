// SPDX-License-Identifier: MIT
#include "server/control_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/cache_tool.hpp"

namespace ekiden::server {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class ControlCommands : public testing::Test {
 protected:
  void SetUp() override { cache_.attach(0); }
  std::string answer(std::string_view line) {
    const std::string text = answer_control_request(line, {cache_}).line;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_THAT(text, StartsWith(R"({"version":1,)"));
    return text;
  }
  std::string error(std::string_view line) {
    const std::string text = answer(line);
    EXPECT_THAT(text, StartsWith(R"({"version":1,"error":)"));
    return text;
  }

  shared::MemoCache cache_{{.data_bytes = 8U << 20}};
};

TEST_F(ControlCommands, WhatIsNoRequestIsAnsweredWithAnError) {
  EXPECT_THAT(error(""), HasSubstr("line 1"));
  EXPECT_THAT(error("{"), HasSubstr("line 1"));
  error("[]");
  error("7");
  EXPECT_THAT(error(R"({"command":"cache.list"})"), HasSubstr("version"));
  EXPECT_THAT(error(R"({"version":2,"command":"cache.list"})"), HasSubstr("speaks version 1"));
  EXPECT_THAT(error(R"({"version":1})"), HasSubstr(R"(lacks \"command\")"));
  EXPECT_THAT(error(R"({"version":1,"command":7})"), HasSubstr(R"(lacks \"command\")"));
  EXPECT_THAT(error(R"({"version":1,"command":"cache.x"})"), HasSubstr("no command"));
  EXPECT_THAT(error(R"({"version":1,"command":"cache.evict"})"), HasSubstr(R"(lacks \"tag\")"));
}

TEST_F(ControlCommands, LimitsOutsideTheRangeAreRefused) {
  for (const char* limit : {"0", "-1", "10001", "1.5", "\"all\"", "null"}) {
    EXPECT_THAT(error(std::string(R"({"version":1,"command":"cache.list","limit":)") + limit + "}"),
                HasSubstr("must be 1 to 10000"))
        << limit;
  }
}

TEST_F(ControlCommands, KeysAndValuesOfAnyBytesGiveOneLineOfJson) {
  const std::string hostile("\0\n\xff\x1b[2J\"\\", 9);
  cache_.store(hostile, bytes(hostile));

  EXPECT_THAT(answer(R"({"version":1,"command":"cache.list"})"),
              HasSubstr(R"("key":"0x000aff1b5b324a225c","kind":"unknown")"));
  EXPECT_THAT(answer(R"({"version":1,"command":"cache.show","key":"0x000aff1b5b324a225c"})"),
              HasSubstr(R"("head":"000aff1b5b324a225c","head_encoding":"hex")"));
}

TEST_F(ControlCommands, TheHeadOfALongTextEndsWithAWholeCharacter) {
  std::string text = "a";
  while (text.size() < 5000) text += "\xc3\xa4";  // so that the cut falls into a character
  cache_.store("key", bytes(text));

  EXPECT_THAT(answer(R"({"version":1,"command":"cache.show","key":"\"key\""})"),
              AllOf(HasSubstr("\"head\":\"" + text.substr(0, 1023) + "\""),
                    HasSubstr(R"("bytes":5001)"), HasSubstr(R"("head_encoding":"text")")));
}

TEST_F(ControlCommands, EvictVoidsTheTagsValues) {
  const std::vector<std::string> tags{"t:prices"};
  cache_.store("tagged", bytes("1"), {.names = cache_.names({}, tags)});
  cache_.store("free", bytes("2"));

  answer(R"({"version":1,"command":"cache.evict","tag":"prices"})");

  EXPECT_FALSE(cache_.find("tagged"));
  EXPECT_TRUE(cache_.find("free"));
}

TEST_F(ControlCommands, ClearLeavesNothing) {
  cache_.store("one", bytes("1"));
  cache_.store("two", bytes("2"));

  EXPECT_THAT(answer(R"({"version":1,"command":"cache.clear"})"), HasSubstr(R"("cleared":2)"));

  EXPECT_FALSE(cache_.find("one"));
  EXPECT_THAT(answer(R"({"version":1,"command":"cache.list"})"),
              HasSubstr(R"("entries":[],"total":0)"));
}

TEST_F(ControlCommands, ListsAsPeopleReadThem) {
  cache_.store("plain", bytes(std::string(20'000, 'x')), {.timeout = std::chrono::hours(2)});

  const std::string text =
      cache_answer_text("cache.list", answer(R"({"version":1,"command":"cache.list"})"));

  EXPECT_THAT(text, ContainsRegex("19.5K .* (2 h|120 min|119 min) .*\"plain\"\n"));
}

TEST_F(ControlCommands, StatisticsAsPeopleReadThem) {
  shared::StoreOptions options;
  options.function = cache_.function("busy");
  cache_.function("idle");
  for (int times = 0; times < 3; ++times) {
    cache_.get_or_compute("key", options, [](shared::ValueWriter& result) { result.reserve(5); });
  }

  const std::string text = cache_answer_text(
      "cache.statistics", answer(R"({"version":1,"command":"cache.statistics"})"));

  EXPECT_THAT(text, ContainsRegex("hits +2\n"));
  EXPECT_THAT(text, ContainsRegex(" 2 +1 +66.7 +0 +0 +1 +0 .* 5  busy\n"));
  EXPECT_THAT(text, Not(HasSubstr("idle")));
}

TEST_F(ControlCommands, AnErrorOfTheServerReachesTheUserInItsWords) {
  EXPECT_THAT([&] { cache_answer_text("cache.list", error("{}")); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("speaks version 1")));
}

}  // namespace
}  // namespace ekiden::server
