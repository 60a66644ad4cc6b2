// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <ekiden/from_json.hpp>
#include <random>
#include <string>
#include <vector>

#include "worker/json/document.hpp"
#include "worker/json/reader.hpp"

namespace ekiden::worker {
namespace {

using testing::Optional;

/// What parse_json says of the text: its value, or its error.
std::string by_reader(const std::string& text) {
  try {
    return parse_json(text).dump();
  } catch (const JsonParseError& error) {
    return error.what();
  }
}

std::string by_document(const std::string& text) {
  try {
    return JsonDocument(text).root().json().dump();
  } catch (const JsonParseError& error) {
    return error.what();
  }
}

TEST(JsonDocument, ReadsWhatTheReaderReads) {
  for (const std::string text :
       {R"({"a":1,"b":[true,false,null],"c":{"d":"e"},"f":{},"g":[]})",
        " \t\r\n[ 1 , -2.5e3 , 0 , -0 , 0.0e100 , 18446744073709551616 ] \n", R"("ein Wort")", "5",
        "true", "null", "[]", "{}", R"({"a":1,"a":2})",
        R"(["\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00", "\u0000", "ä€😀"])",
        R"({"\u0061":"sixteen bytes and more of plain text, then an escape\n"})", "1e-400",
        "123456789012345678901234567890.5", R"([[[[]]],[[{}]]])"}) {
    EXPECT_EQ(by_document(text), by_reader(text)) << text;
  }
}

TEST(JsonDocument, RefusesWhatTheReaderRefusesWithTheSameWords) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[1,]",
                                 "[1 2]",
                                 R"({"a"})",
                                 R"({"a":})",
                                 R"({"a":1,})",
                                 R"({a:1})",
                                 R"({1:1})",
                                 "[1]x",
                                 "01",
                                 "-",
                                 "+1",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "1e+",
                                 "1e400",
                                 "-1e400",
                                 "tru",
                                 "nul",
                                 "NaN",
                                 "Infinity",
                                 R"("a)",
                                 R"("\x")",
                                 R"("\ud800")",
                                 R"("\u12")",
                                 "\"\n\"",
                                 "\"\x1f\"",
                                 "\"\xff\"",
                                 "\"\xc0\x80\"",
                                 R"("a\)",
                                 "[}",
                                 "{]",
                                 "[1}",
                                 R"({"a":1])",
                                 "'a'",
                                 "\xEF\xBB\xBF{}"}) {
    EXPECT_EQ(by_document(text), by_reader(text)) << text;
    EXPECT_THROW(JsonDocument{text}, JsonParseError) << text;
  }
  const std::string with_nul("[1]\0", 4);
  EXPECT_EQ(by_document(with_nul), by_reader(with_nul));
}

TEST(JsonDocument, NestsAsDeepAsTheReader) {
  for (const std::size_t depth : {kMaxJsonDepth, kMaxJsonDepth + 1}) {
    const std::string text = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(by_document(text), by_reader(text)) << depth;
  }
}

/// The text with up to three bytes replaced or missing, each time others.
std::string damaged(std::string text, std::mt19937& random) {
  static const std::string bytes = "{}[]\",:\\0-1eE+.tfnuD \n\x01\xc3\xa4\xe2\xed\xff";
  const auto below = [&](std::size_t n) { return random() % n; };
  for (std::size_t count = 1 + below(3); count > 0; --count) {
    const std::size_t at = below(text.size());
    if (below(3) == 0) {
      text.erase(at, 1);
    } else {
      text[at] = bytes[below(bytes.size())];
    }
  }
  return text;
}

TEST(JsonDocument, AgreesWithTheReaderOnTextsWithDamage) {
  const std::string request =
      R"({"output":"a.b","inputs":[{"id":{"type":"x","n":-1.5e3},"value":"\u00e4\n"}, null,true]})";
  const std::string text =
      R"({"ä€😀":"\ud83d\ude00\ud7ff\ue000\u07ff\/\b\f\r\t\"\\ nach sechzehn Bytes: ö","\u0061":"😀"})";
  std::string numbers = "[";
  for (int i = 0; i < 40; ++i) numbers += std::to_string(i * 7 - 100) + (i % 2 ? ".25, " : ",");
  numbers += "1e-7]";
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    for (const std::string& whole : {request, text, numbers}) {
      const std::string bad = damaged(whole, random);
      ASSERT_EQ(by_document(bad), by_reader(bad)) << bad;
    }
  }
}

std::string list_of(std::size_t count, const std::string& one, const std::string& last) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text += one + ", ";
  return text + last + ']';
}

TEST(JsonDocument, KeepsALongListOfNumbersAsOne) {
  const std::string text = "{\"value\":" + list_of(100, "-2.5e-3 \n", "7") + "}";
  const JsonDocument document(text);
  const JsonView view = document.root().find("value");
  EXPECT_FALSE(view.is_array());
  EXPECT_FALSE(view.first());
  const Json json = view.json();
  ASSERT_NE(json.as_numbers(), nullptr);
  EXPECT_EQ(json.size(), 101U);
  EXPECT_EQ(json.as_numbers()->front(), -0.0025);
  EXPECT_EQ(json.kind(), Json::Kind::array);
  EXPECT_EQ(json.as_array(), json.as_array()) << "made once";
  EXPECT_THAT(json[100].as_integer(), testing::Pointee(7));
  EXPECT_EQ(json[0].as_integer(), nullptr);
  EXPECT_EQ(json, parse_json(text)["value"]);
  EXPECT_EQ(json.dump(), parse_json(text)["value"].dump());
}

TEST(JsonDocument, ReadsLongListsOfNumbersAsTheReaderDoes) {
  for (const std::string last : {"0",
                                 "-0",
                                 "1.0",
                                 "1e5",
                                 "1e-5",
                                 "1E+22",
                                 "-0.0",
                                 "9007199254740992",
                                 "9007199254740993",
                                 "999999999999999",
                                 "1000000000000000",
                                 "12345678901234567.5",
                                 "1e400",
                                 "1e-400",
                                 "01",
                                 "1.",
                                 ".5",
                                 "1.e5",
                                 "1.5e",
                                 "1e",
                                 "-",
                                 "inf",
                                 "nan",
                                 "\"x\"",
                                 "null",
                                 "[1]",
                                 "",
                                 "1 2",
                                 "0.1",
                                 "5e-324",
                                 "1.7976931348623157e308",
                                 "0.30000000000000004"}) {
    for (const std::size_t count : {30U, 31U, 32U, 33U, 200U}) {
      for (const std::string one : {"1", "0.5", "2.0", "1e22"}) {
        const std::string text = list_of(count, one, last);
        ASSERT_EQ(by_document(text), by_reader(text)) << text;
        const std::string within = "{\"a\":[" + text + ",{}," + text + "]}";
        ASSERT_EQ(by_document(within), by_reader(within)) << within;
      }
    }
  }
  const std::string open = list_of(100, "1", "1");
  ASSERT_EQ(by_document(open.substr(0, open.size() - 1)),
            by_reader(open.substr(0, open.size() - 1)));
}

TEST(JsonDocument, ReadsEveryDoubleThatABrowserWrites) {
  std::mt19937_64 random(11);
  for (int list = 0; list < 50; ++list) {
    std::vector<double> numbers;
    for (int i = 0; i < 200; ++i) {
      const double number = std::bit_cast<double>(random());
      numbers.push_back(std::isfinite(number) && i % 2 == 0
                            ? number
                            : static_cast<double>(random() % 1'000'000) / 1000);
    }
    std::string text;
    for (const double number : numbers) {
      text += (text.empty() ? "[" : ",") + (number == std::trunc(number) && std::fabs(number) < 1e15
                                                ? std::to_string(static_cast<std::int64_t>(number))
                                                : Json(number).dump());
    }
    text += ']';
    const JsonDocument document(text);
    ASSERT_EQ(by_document(text), by_reader(text)) << text;
    EXPECT_EQ(from_json<std::vector<double>>(document.root().json()), numbers);
  }
}

TEST(JsonDocument, FindsMembersAndElements) {
  const std::string text = R"({"a":{"b":[1,"two",[3],{"c":null}]},"d":"x","d":"\u0079"})";
  const JsonDocument document(text);
  const JsonView list = document.root().find("a").find("b");
  ASSERT_TRUE(list.is_array());
  EXPECT_EQ(list.size(), 4U);

  JsonView item = list.first();
  EXPECT_EQ(item.json(), Json(1));
  EXPECT_FALSE(item.text());
  EXPECT_FALSE(item.find("a"));
  item = item.next();
  EXPECT_THAT(item.text(), Optional(std::string_view("two")));
  item = item.next();
  EXPECT_EQ(item.json(), Json::array({3}));
  item = item.next();
  EXPECT_TRUE(item.find("c").is_null());
  EXPECT_FALSE(item.next());

  EXPECT_THAT(document.root().find("d").text(), Optional(std::string_view("y"))) << "the last";
  EXPECT_FALSE(document.root().find("e"));
  EXPECT_FALSE(document.root().next());
  EXPECT_FALSE(document.root().find("d").next());
}

TEST(JsonDocument, OneMayBeReadWhileAnotherIsInUse) {
  const JsonDocument outer(R"({"a":"outer"})");
  { const JsonDocument inner(R"({"a":"inner","b":[1,2,3]})"); }
  const JsonDocument next("[1]");
  EXPECT_THAT(outer.root().find("a").text(), Optional(std::string_view("outer")));
}

}  // namespace
}  // namespace ekiden::worker
