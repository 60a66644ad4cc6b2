// SPDX-License-Identifier: MIT
#include "shared/key_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/memoize_key.hpp>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace ekiden::shared {
namespace {

using detail::KeyWriter;

template <class... A>
std::string key_of(const A&... arguments) {
  KeyWriter key("");
  key.text("build-7");
  key.text("global_store");
  key.text("N6ekiden5FrameE");
  (detail::KeyOf<A>::write(key, arguments), ...);
  return std::string(key.view());
}

template <class... A>
std::string text_of(const A&... arguments) {
  return read_key(key_of(arguments...)).text;
}

std::string direct_key(char kind, std::string_view prefix, std::string_view name) {
  KeyWriter key("");
  key.tag(kind);
  key.text(prefix);
  key.text(name);
  return std::string(key.view());
}

TEST(KeyText, AMemoizedResultIsShownAsTheCallThatMadeIt) {
  const KeyText key = read_key(key_of(std::string("apples")));

  EXPECT_EQ(key.text, R"(global_store("apples"))");
  EXPECT_EQ(key.kind, KeyText::Kind::memoized);
  EXPECT_EQ(key.build, "build-7");
  EXPECT_EQ(key.type, "N6ekiden5FrameE");
}

TEST(KeyText, EveryTypeOfArgumentIsShown) {
  EXPECT_EQ(text_of(), "global_store()");
  EXPECT_EQ(text_of(-3, 4U, true, false), "global_store(-3, 4, true, false)");
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()),
            "global_store(18446744073709551615)");
  EXPECT_EQ(text_of(0.5, 2.0, -1e300), "global_store(0.5, 2.0, -1e+300)");
  EXPECT_EQ(text_of(std::numeric_limits<double>::quiet_NaN()), "global_store(nan)");
  EXPECT_EQ(text_of(std::optional<int>(), std::optional<int>(5)), "global_store(null, 5)");
  EXPECT_EQ(text_of(std::vector<std::string>{"a", "b"}, std::vector<int>{}),
            R"(global_store(["a", "b"], []))");
  EXPECT_EQ(text_of(std::pair(1, std::string("x")), std::tuple<>()),
            R"(global_store((1, "x"), ()))");
}

TEST(KeyText, DirectValuesLocksAndThrottlesAreTold) {
  EXPECT_EQ(read_key(direct_key('D', "", "session:42")).text, R"(get("session:42"))");
  EXPECT_EQ(read_key(direct_key('L', "", "import")).text, R"(lock("import"))");
  EXPECT_EQ(read_key(direct_key('T', "", "mail")).text, R"(throttle("mail"))");
  EXPECT_EQ(read_key(direct_key('D', "shop", "x")).text, R"(get("x") in "shop")");
  EXPECT_EQ(read_key(direct_key('D', "", "x")).kind, KeyText::Kind::value);
  EXPECT_EQ(read_key(direct_key('L', "", "x")).kind, KeyText::Kind::lock);
  EXPECT_EQ(read_key(direct_key('T', "", "x")).kind, KeyText::Kind::throttle);
}

TEST(KeyText, NothingReachesATerminalThatCouldControlIt) {
  EXPECT_EQ(text_of(std::string("a\"b\\c\n\x1b[2J\x7f")),
            R"(global_store("a\"b\\c\n\x1b[2J\x7f"))");
  EXPECT_EQ(text_of(std::string("Äpfel \U0001F34E")), "global_store(\"Äpfel \U0001F34E\")");
  EXPECT_EQ(text_of(std::string("\xc2\x9b")), R"(global_store("\xc2\x9b"))") << "a C1 control";
  EXPECT_EQ(text_of(std::string("\xff\xc3")), R"(global_store("\xff\xc3"))");
  EXPECT_EQ(text_of(std::string("\xed\xa0\x80")), R"(global_store("\xed\xa0\x80"))") << "surrogate";
}

TEST(KeyText, WhatCannotBeReadStandsAsDigitsAtTheEnd) {
  EXPECT_EQ(read_key(key_of(1) + "\x01\x02").text, "global_store(1, 0x0102)");
  EXPECT_EQ(read_key(key_of() + "[" + std::string(8, '\xff')).text,
            "global_store(0x5bffffffffffffffff)");
  EXPECT_EQ(read_key("\x05\x06").text, "0x0506");
  EXPECT_EQ(read_key("plain").text, R"("plain")");
  EXPECT_EQ(read_key("").text, "0x");
  EXPECT_EQ(read_key(direct_key('D', "", "x") + "y").kind, KeyText::Kind::unknown);
}

TEST(KeyText, DeepNestingIsCutNotFollowed) {
  const KeyText key = read_key(key_of() + std::string(1'000'000, '?'));

  EXPECT_THAT(key.text, testing::StartsWith("global_store(0x3f3f"));
  EXPECT_LT(key.text.size(), 200U);
  EXPECT_LT(read_key(key_of() + std::string(1'000'000, '(')).text.size(), 200U);
}

TEST(KeyText, EveryBeginningOfAKeyIsReadWithoutHarm) {
  const std::string whole = key_of(1, 2.5, std::string("text"), std::vector<bool>{true},
                                   std::pair(1U, std::optional<int>(2)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_key(whole.substr(0, size)).text.empty()) << size;
  }
  EXPECT_EQ(read_key(whole).text, R"(global_store(1, 2.5, "text", [true], (1, 2)))");
}

}  // namespace
}  // namespace ekiden::shared
