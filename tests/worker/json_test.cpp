// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <ekiden/figure.hpp>
#include <ekiden/json.hpp>
#include <limits>
#include <random>

#include "worker/json/reader.hpp"
#include "worker/json/writer.hpp"

namespace ekiden {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using worker::JsonParseError;
using worker::parse_json;

JsonParseError parse_error(std::string_view text) {
  try {
    parse_json(text);
  } catch (const JsonParseError& error) {
    return error;
  }
  ADD_FAILURE() << "no error for " << text;
  return JsonParseError(0, 0, "", false);
}

std::string base64(std::string_view text) {
  std::string out;
  worker::write_base64(out, std::as_bytes(std::span(text)));
  return out;
}

TEST(Json, FindsATextMemberOfTheOutermostObject) {
  using worker::read_text_member;

  EXPECT_EQ(read_text_member(R"({"output":"a.b","inputs":[)", "output"), "a.b");
  EXPECT_EQ(read_text_member(R"({"x":{"output":"in"},"y":["output"],"output":"o\"p"})", "output"),
            "o\"p");
  EXPECT_EQ(read_text_member(R"({"output":{"a":"b"}})", "output"), std::nullopt);
  EXPECT_EQ(read_text_member(R"({"output":1,"x":"b"})", "output"), std::nullopt);
  EXPECT_EQ(read_text_member(R"(["output","b"])", "output"), std::nullopt);
  EXPECT_EQ(read_text_member("nonsense", "output"), std::nullopt);
}

TEST(Json, MembersAreWrittenInTheOrderGiven) {
  const Json json{{"z", 1}, {"a", Json::array({true, nullptr, "text"})}, {"m", Json::Object()}};

  EXPECT_EQ(json.dump(), R"({"z":1,"a":[true,null,"text"],"m":{}})");
}

TEST(Json, ContainersConvert) {
  const std::map<std::string, int> map{{"a", 1}};

  EXPECT_EQ(Json(std::vector<std::string>{"x", "y"}).dump(), R"(["x","y"])");
  EXPECT_EQ(Json(map).dump(), R"({"a":1})");
  EXPECT_EQ(Json(std::optional<int>()).dump(), "null");
  EXPECT_EQ(Json(std::optional<int>(3)).dump(), "3");
}

TEST(Json, IntegersKeepAll64Bits) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

  EXPECT_EQ(Json::array({kMin, kMax}).dump(), "[-9223372036854775808,9223372036854775807]");
  EXPECT_EQ(*parse_json("9223372036854775807").as_integer(), kMax);
  EXPECT_EQ(*parse_json("18446744073709551615").as_number(), 18446744073709551615.0);
  EXPECT_THROW(Json::array({std::numeric_limits<std::uint64_t>::max()}), Error);
}

TEST(Json, DoublesReadBackExactly) {
  std::mt19937_64 random(20240229);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = Json(value).dump();
    ASSERT_EQ(*parse_json(text).as_number(), value) << text;
  }
  std::uniform_real_distribution<double> exponents(-8, 20);
  for (int i = 0; i < 20'000; ++i) {  // those that are written without an exponent
    const double value = std::pow(10, exponents(random)) * (i % 2 == 0 ? 1 : -1);
    const std::string text = Json(value).dump();
    ASSERT_EQ(*parse_json(text).as_number(), value) << text;
    ASSERT_TRUE(parse_json(text).as_integer() == nullptr) << text;
  }
  EXPECT_EQ(Json(3.0).dump(), "3.0");
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(1e300).dump(), "1e300");
  EXPECT_EQ(Json(-1.5e-300).dump(), "-1.5e-300");
  EXPECT_EQ(Json(1e-7).dump(), "1e-7");
  EXPECT_EQ(Json(-0.0).dump(), "-0.0");
  EXPECT_EQ(Json(9e16).dump(), "90000000000000000.0");
  EXPECT_EQ(Json(1e17).dump(), "1e17");
  EXPECT_EQ(Json(5e-324).dump(), "5e-324");
}

TEST(Json, DoublesHaveTheDigitsThatStdToCharsGives) {
  std::mt19937_64 random(20240229);
  std::uniform_real_distribution<double> exponents(-4.999, 16), digits(1, 17);
  for (int i = 0; i < 200'000; ++i) {
    double value = std::pow(10, exponents(random));
    if (i % 4 == 0) {  // few digits, too
      const double scale = std::pow(10, std::floor(digits(random)));
      value = std::round(value * scale) / scale;
    }
    if (value == std::floor(value) || value < 1e-5) continue;
    char expected[64];
    const char* end = std::to_chars(expected, expected + 64, value, std::chars_format::fixed).ptr;
    const std::string_view text(expected, static_cast<std::size_t>(end - expected));
    ASSERT_EQ(Json(value).dump(), text);
    ASSERT_EQ(Json::array({value, -value}).dump(),
              '[' + std::string(text) + ",-" + std::string(text) + ']');
  }
}

TEST(Json, LongListsOfAnyValuesAreWrittenInTheirOrder) {
  Json::Array items;
  std::string expected = "[";
  for (int i = 0; i < 1000; ++i) {
    items.insert(items.end(), {Json(i + 0.25), Json("text"), Json::array({Json(0.5)})});
    expected += std::to_string(i) + ".25,\"text\",[0.5],";
  }
  expected.back() = ']';

  EXPECT_EQ(Json(items).dump(), expected);
  EXPECT_EQ(Json(Json::Array()).dump(), "[]");
}

TEST(Json, ZeroIsZeroWhateverItsExponent) {
  for (const char* text : {"0e206", "0.0e100", "0.000e-30", "0e-200", "0e308", "0e-400"}) {
    EXPECT_EQ(*parse_json(text).as_number(), 0.0) << text;
  }
  EXPECT_TRUE(std::signbit(*parse_json("-0e206").as_number()));
}

TEST(Json, NumbersBeyondTheRangeOfDoublesAreRefusedAndThoseBelowItAreZero) {
  EXPECT_THROW(parse_json("1e400"), Error);
  EXPECT_THROW(parse_json(std::string(400, '9')), Error);
  EXPECT_EQ(*parse_json("1e-400").as_number(), 0.0);
  EXPECT_EQ(*parse_json("5e-324").as_number(), std::numeric_limits<double>::denorm_min());
}

TEST(Json, NanAndInfinitiesAreWrittenAsNull) {
  EXPECT_EQ(Json(std::nan("")).dump(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
  EXPECT_EQ(Json(-std::numeric_limits<float>::infinity()).dump(), "null");
}

TEST(Json, StringsAreEscapedOnlyWhereJsonAsksForIt) {
  EXPECT_EQ(Json("a\"b\\c/d\n\t\x01 東京 😀").dump(), R"("a\"b\\c/d\n\t\u0001 東京 😀")");
  EXPECT_EQ(Json(std::string("\0", 1)).dump(), R"("\u0000")");
}

/// Whole runs are read and written at once, so each place in one is tried.
TEST(Json, WhatIsSpecialInAStringIsSeenWhereverItStands) {
  for (const std::string_view special :
       {"\"", "\\", "\n", "\x01", "\x1f", "\x7f", "é", "東", "😀"}) {
    for (std::size_t place = 0; place < 40; ++place) {
      std::string text(40, 'x');
      text.replace(place, 1, special);
      const std::string written = Json(text).dump();
      ASSERT_EQ(*parse_json(written).as_string(), text) << written;
      text[place] = special[0] == '\x7f' ? '\0' : special[0];
      if (special.size() == 1) {
        ASSERT_THROW(parse_json('"' + text + '"'), Error) << place;
      }
    }
  }
}

TEST(Json, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Json("a\xFFz").dump(), "\"a\uFFFDz\"");
  EXPECT_EQ(Json("\xE6\x9D").dump(), "\"\uFFFD\uFFFD\"");            // cut short
  EXPECT_EQ(Json("\xC0\xAF").dump(), "\"\uFFFD\uFFFD\"");            // overlong
  EXPECT_EQ(Json("\xED\xA0\x80").dump(), "\"\uFFFD\uFFFD\uFFFD\"");  // surrogate
  EXPECT_EQ(Json("\xF4\x90\x80\x80").dump(), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

TEST(Json, WhatIsWrittenIsReadBack) {
  const std::string text =
      R"({"a":[1,-2,2.5,"x",null,true,false,[],{}],"b":{"c":"\u00e9\ud83d\ude00"}})";
  const Json json = parse_json(text);

  EXPECT_EQ(*json["b"]["c"].as_string(), "é😀");
  EXPECT_EQ(json["a"].size(), 9u);
  EXPECT_EQ(parse_json(json.dump()), json);
}

TEST(Json, ErrorsSayWhereAndWhy) {
  const JsonParseError error = parse_error("{\"a\": 1,\n \"b\" 2}");

  EXPECT_EQ(error.line, 2u);
  EXPECT_EQ(error.column, 6u);
  EXPECT_THAT(error.what(), HasSubstr("JSON: line 2, column 6: Missing a colon"));
  EXPECT_FALSE(error.too_deep);
}

TEST(Json, WhatIsNotJsonIsRefused) {
  for (const char* text : {"", " ", "{", "[1,]", "nul", "NaN", "Infinity", "-Infinity", "1 2", "01",
                           "'a'", "{\"a\"}", "\"\xFF\"", "\"\xC0\xAF\"", "// x\n1", "1e999"}) {
    EXPECT_THROW(parse_json(text), JsonParseError) << text;
    EXPECT_THROW(Json::parse(text), Error) << text;
  }
  EXPECT_THROW(parse_json(std::string_view("{}\0{}", 5)), JsonParseError);
}

TEST(Json, NestingIsReadTo512LevelsAndNoFurther) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_EQ(parse_json(nested(512)).dump(), nested(512));
  EXPECT_TRUE(parse_error(nested(513)).too_deep);
  EXPECT_TRUE(parse_error(std::string(10'000'000, '[')).too_deep);
}

TEST(Json, TheLastOfEqualNamesCounts) {
  const Json json = parse_json(R"({"a":1,"a":2})");

  EXPECT_EQ(*json["a"].as_integer(), 2);
  EXPECT_EQ(json, (Json{{"a", 2}}));
}

TEST(Json, EqualityLooksAtValuesNotAtOrder) {
  EXPECT_EQ((Json{{"a", 1}, {"b", 2.0}}), (Json{{"b", 2}, {"a", 1}}));
  EXPECT_NE((Json{{"a", 1}}), (Json{{"a", 1}, {"b", 2}}));
  EXPECT_NE(Json(1), Json("1"));
  EXPECT_NE(Json(0), Json(false));
  EXPECT_NE(Json::array({1, 2}), Json::array({2, 1}));
}

TEST(Json, MissingPartsAreNamed) {
  const Json json{{"list", Json::array({1})}};
  const auto message = [](auto access) -> std::string {
    try {
      access();
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };

  EXPECT_EQ(message([&] { json["lost"]; }), "Json: no member \"lost\" in this object");
  EXPECT_EQ(message([&] { json["list"][3]; }), "Json: no element 3 in a list of 1");
  EXPECT_EQ(message([&] { json["list"]["x"]; }), "Json: no member \"x\" in a list");
  EXPECT_EQ(json.find("lost"), nullptr);
}

TEST(Json, Base64AgreesWithItsStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFB\xEF\xBE\xFF\xFE\xFD\xFC\xFB\xFA"), "++++//79/Pv6");
}

/// Reads base64 a character at a time, so that the table of pairs is not checked against itself.
std::string decode(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<std::uint32_t>(kAlphabet.find(letter));
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 255);
  }
  return bytes;
}

TEST(Json, Base64OfAnyBytesAndLengthDecodes) {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = base64(bytes);
    ASSERT_EQ(text.size(), (size + 2) / 3 * 4);
    ASSERT_EQ(decode(text), bytes) << size;
  }
}

TEST(Json, Base64OfAnyBytesAndLengthIsReadBack) {
  std::mt19937 random(8);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ASSERT_EQ(worker::read_base64(base64(bytes)), bytes) << size;
  }
}

TEST(Json, Base64WithAnythingElseInItIsRefusedWhereverItIs) {
  const std::string text = base64(std::string(150, 'x'));
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string wrong = text;
    for (const char byte : "=-_ \0@[`{:.\x80\xAF\xFF"s) {
      if (byte == '=' && place + 1 == text.size()) continue;  // that is padding
      wrong[place] = byte;
      ASSERT_EQ(worker::read_base64(wrong), std::nullopt) << place << " " << int{byte};
    }
  }
  EXPECT_EQ(worker::read_base64("Zg="), std::nullopt);
  EXPECT_EQ(worker::read_base64("Z==="), std::nullopt);
}

TEST(Json, CopiesShareTheirContents) {
  const Json json = Json::array({"a", "b"});
  const Json copy = json;

  EXPECT_EQ(copy.as_array(), json.as_array());
}

TEST(Json, CopiesOfLongTextsShareThem) {
  for (const std::size_t size : {0U, 15U, 16U, 512U, 513U, 10'000U}) {
    const std::string text(size, 'x');
    const Json json = text;
    const Json copy = json;
    EXPECT_EQ(json.kind(), Json::Kind::string);
    EXPECT_EQ(json.kind_name(), "a string");
    EXPECT_EQ(*copy.as_string(), text);
    EXPECT_EQ(copy, json);
    EXPECT_EQ(copy.as_string() == json.as_string(), size > 512) << size;
  }
}

TEST(Json, MemoryForWhatIsLargeIsSetAsideOnce) {
  const std::string text(100'000, 'x');
  const std::vector<double> numbers(10'000, 0.12345678901234567);
  const Json json = Json{{"text", text}, {"list", numbers}, {"small", Json::array({1, "two"})}};
  const std::string written = json.dump();

  EXPECT_GE(worker::large_bytes(json), written.size());
  EXPECT_LE(worker::large_bytes(json), written.size() * 6 / 5);
  EXPECT_EQ(worker::large_bytes(Json{{"small", "text"}}), 0);
}

}  // namespace
}  // namespace ekiden
