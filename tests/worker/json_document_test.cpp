// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <random>
#include <string>

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

TEST(JsonDocument, AgreesWithTheReaderOnTextsWithDamage) {
  const std::string whole =
      R"({"output":"a.b","inputs":[{"id":{"type":"x","n":-1.5e3},"value":"\u00e4\n"}, null,true]})";
  const std::string bytes = "{}[]\",:\\0-1eE+.tfnu \n\x01\xc3\xa4\xff";
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (std::size_t count = 1 + below(3); count > 0; --count) {
      const std::size_t at = below(text.size());
      if (below(3) == 0) {
        text.erase(at, 1);
      } else {
        text[at] = bytes[below(bytes.size())];
      }
    }
    ASSERT_EQ(by_document(text), by_reader(text)) << text;
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
