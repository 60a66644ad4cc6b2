// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <ekiden/upload.hpp>
#include <optional>

namespace ekiden {
namespace {

using namespace std::string_literals;

std::string error(const Json& json) {
  try {
    from_json<UploadedFile>(json);
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "none";
}

TEST(Upload, AFileIsItsTypeAndItsBytes) {
  const auto file = from_json<UploadedFile>("data:text/csv;base64,YSxiCjEsMgo=");
  EXPECT_EQ(file.type, "text/csv");
  EXPECT_EQ(file.bytes, "a,b\n1,2\n");
}

TEST(Upload, AnyBytesArriveAsTheyWere) {
  EXPECT_EQ(from_json<UploadedFile>("data:;base64,AP+A/w==").bytes, "\0\xff\x80\xff"s);
  EXPECT_EQ(from_json<UploadedFile>("data:a/b;base64,+/+/").bytes, "\xfb\xff\xbf"s);
}

TEST(Upload, ParametersOfTheTypeAreKept) {
  EXPECT_EQ(from_json<UploadedFile>("data:text/plain;charset=utf-8;base64,aGk=").type,
            "text/plain;charset=utf-8");
}

TEST(Upload, EmptyFilesHaveNoBytes) {
  EXPECT_EQ(from_json<UploadedFile>("data:").bytes, "");
  EXPECT_EQ(from_json<UploadedFile>("data:text/csv;base64,").bytes, "");
}

TEST(Upload, NothingUploadedIsAnEmptyOptionalAndSeveralAreAList) {
  EXPECT_FALSE(from_json<std::optional<UploadedFile>>(nullptr));
  const auto files = from_json<std::vector<UploadedFile>>(
      Json::array({"data:a/b;base64,YQ==", "data:a/b;base64,YmM="}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1].bytes, "bc");
}

TEST(Upload, WhatIsNoDataUrlInBase64IsRefused) {
  EXPECT_EQ(error(5),
            "expected a file as dcc.Upload sends it, \"data:<type>;base64,<base64>\", got the "
            "integer 5");
  for (const char* text :
       {"", "text/csv;base64,YQ==", "data:text/csv,YQ==", "data:a/b;base64",
        "data:a/b;base64,YQ=", "data:a/b;base64,Y", "data:a/b;base64,YQ==YQ==",
        "data:a/b;base64,Y Q=", "data:a/b;base64,Y===", "data:a/b;base64,Y-_="}) {
    EXPECT_EQ(error(text).rfind("expected a file as dcc.Upload sends it", 0), 0U) << text;
  }
}

}  // namespace
}  // namespace ekiden
