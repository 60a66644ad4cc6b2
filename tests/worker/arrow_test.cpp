// SPDX-License-Identifier: MIT
// The Arrow C Data Interface, field by field as its specification has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ekiden/arrow.hpp>
#include <ekiden/frame_ops.hpp>

#include "tests/worker/error_of.hpp"

namespace ekiden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;
using testing::StrEq;

Frame shops() {
  return Frame({{"x", {0.5, 1.5, 2.5}},
                {"n", {1, 2, 3}},
                {"city", std::vector<std::optional<std::string>>{"Seoul", {}, "Seoul"}},
                {"open", std::vector<std::optional<bool>>{true, false, {}}},
                {"since", std::vector{Timestamp(std::chrono::nanoseconds(5)), NaT, Timestamp()}}});
}

/// An exported frame, released at the end.
struct Exported {
  explicit Exported(const Frame& frame) { export_arrow(frame, &array, &schema); }
  ~Exported() {
    if (array.release != nullptr) array.release(&array);
    if (schema.release != nullptr) schema.release(&schema);
  }
  ArrowArray array;
  ArrowSchema schema;
};

TEST(Arrow, ABatchIsAStructOfItsColumns) {
  const Frame df = shops();
  const Exported out(df);

  EXPECT_THAT(out.schema.format, StrEq("+s"));
  ASSERT_EQ(out.schema.n_children, 5);
  ASSERT_EQ(out.array.n_children, 5);
  EXPECT_EQ(out.array.length, 3);
  EXPECT_EQ(out.array.null_count, 0);
  EXPECT_EQ(out.array.offset, 0);
  EXPECT_EQ(out.array.n_buffers, 1);
  EXPECT_EQ(out.array.buffers[0], nullptr);
  EXPECT_EQ(out.array.dictionary, nullptr);
  const char* const formats[] = {"g", "l", "C", "b", "tsn:"};
  const char* const names[] = {"x", "n", "city", "open", "since"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(out.schema.children[i]->format, StrEq(formats[i]));
    EXPECT_THAT(out.schema.children[i]->name, StrEq(names[i]));
    EXPECT_EQ(out.schema.children[i]->flags, ARROW_FLAG_NULLABLE);
    EXPECT_EQ(out.array.children[i]->length, 3);
    EXPECT_EQ(out.array.children[i]->n_buffers, 2);
    EXPECT_NE(out.array.children[i]->release, nullptr);
  }
}

TEST(Arrow, TheBuffersAreTheFramesOwn) {
  const Frame df = shops();
  const Exported out(df);

  EXPECT_EQ(out.array.children[0]->buffers[1], df["x"].as<double>().data());
  EXPECT_EQ(out.array.children[0]->buffers[0], nullptr);
  EXPECT_EQ(out.array.children[4]->buffers[1], df["since"].as<Timestamp>().data());
  const ArrowArray& open = *out.array.children[3];
  EXPECT_EQ(*static_cast<const std::uint8_t*>(open.buffers[0]), 0b011);
  EXPECT_EQ(*static_cast<const std::uint8_t*>(open.buffers[1]), 0b001);
  const ArrowArray& city = *out.array.children[2];
  EXPECT_EQ(*static_cast<const std::uint8_t*>(city.buffers[0]), 0b101);
  ASSERT_NE(city.dictionary, nullptr);
  EXPECT_THAT(out.schema.children[2]->dictionary->format, StrEq("U"));
  EXPECT_EQ(city.dictionary->length, 2);
  EXPECT_EQ(city.dictionary->n_buffers, 3);
  const auto* offsets = static_cast<const std::int64_t*>(city.dictionary->buffers[1]);
  EXPECT_EQ(std::string_view(static_cast<const char*>(city.dictionary->buffers[2]),
                             static_cast<std::size_t>(offsets[1])),
            "Seoul");
}

TEST(Arrow, WhatWasMovedOutOutlivesTheRest) {
  ArrowArray moved;
  {
    Exported out(shops());
    moved = *out.array.children[0];
    out.array.children[0]->release = nullptr;
  }
  EXPECT_EQ(static_cast<const double*>(moved.buffers[1])[2], 2.5);
  moved.release(&moved);
  EXPECT_EQ(moved.release, nullptr);
}

TEST(Arrow, AFrameComesBackAsItWas) {
  for (const Frame& df : {shops(), Frame(), shops().head(0)}) {
    ArrowArray array;
    ArrowSchema schema;
    export_arrow(df, &array, &schema);

    const Frame back = import_arrow(&array, &schema);

    EXPECT_EQ(array.release, nullptr);
    EXPECT_EQ(schema.release, nullptr);
    EXPECT_EQ(back.columns(), df.columns());
    for (const std::string& name : df.columns()) {
      EXPECT_EQ(Json(back[name]).dump(), Json(df[name]).dump()) << name;
    }
  }
}

/// A batch of one column, as another library would give it out.
struct Given {
  Given(const char* format, std::int64_t length, std::vector<const void*> of) : buffers(of) {
    schema.format = format;
    schema.name = "c";
    schema.release = [](ArrowSchema* released) { released->release = nullptr; };
    column.length = length;
    column.null_count = -1;
    column.n_buffers = static_cast<std::int64_t>(buffers.size());
    column.buffers = buffers.data();
    column.release = [](ArrowArray* released) { released->release = nullptr; };
  }
  Frame import(std::int64_t offset, std::int64_t rows) {
    ArrowArray* columns[] = {&column};
    ArrowSchema* schemas[] = {&schema};
    const void* none = nullptr;
    ArrowArray batch{};
    batch.length = rows;
    batch.offset = offset;
    batch.n_buffers = 1;
    batch.buffers = &none;
    batch.n_children = 1;
    batch.children = columns;
    batch.release = column.release;
    ArrowSchema whole{};
    whole.format = "+s";
    whole.n_children = 1;
    whole.children = schemas;
    whole.release = schema.release;
    return import_arrow(&batch, &whole);
  }
  std::string refusal(std::int64_t offset, std::int64_t rows) {
    return error_of([&] { import(offset, rows); });
  }

  std::vector<const void*> buffers;
  ArrowArray column{};
  ArrowSchema schema{};
};

TEST(Arrow, PartsOfArraysAreReadFromTheirOffsets) {
  const float values[] = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::uint8_t valid[] = {0b11011111};
  Given given("f", 6, {valid, values});
  given.column.offset = 2;

  EXPECT_THAT(given.import(1, 3)["c"].as<double>(), ElementsAre(3, 4, IsNan()));
}

TEST(Arrow, IntegersOfAllSizesAreTaken) {
  const std::int8_t small[] = {-1, 2};
  EXPECT_THAT(Given("c", 2, {nullptr, small}).import(0, 2)["c"].as<std::int64_t>(),
              ElementsAre(-1, 2));
  const std::uint64_t large[] = {7, ~std::uint64_t{0}};
  EXPECT_THAT(Given("L", 2, {nullptr, large}).import(0, 1)["c"].as<std::int64_t>(), ElementsAre(7));
  EXPECT_THAT(Given("L", 2, {nullptr, large}).refusal(0, 2), HasSubstr("beyond 64 bits signed"));
  const std::int32_t some[] = {1, 2};
  const std::uint8_t valid[] = {0b01};
  EXPECT_THAT(Given("i", 2, {valid, some}).import(0, 2)["c"].as<double>(), ElementsAre(1, IsNan()));
}

TEST(Arrow, TextIsTakenWithAndWithoutADictionary) {
  const std::int32_t offsets[] = {0, 2, 2, 5};
  Given plain("u", 3,
              {nullptr, offsets,
               "ab"
               "cde"});
  EXPECT_EQ(Json(plain.import(0, 3)["c"]).dump(), R"(["ab","","cde"])");

  const std::int16_t codes[] = {2, 0, 1};
  const std::uint8_t valid[] = {0b101};
  Given coded("s", 3, {valid, codes});
  coded.column.dictionary = &plain.column;
  coded.schema.dictionary = &plain.schema;
  EXPECT_EQ(Json(coded.import(0, 3)["c"]).dump(), R"(["cde",null,""])");
  const std::int16_t wrong[] = {3};
  Given beyond("s", 1, {nullptr, wrong});
  beyond.column.dictionary = &plain.column;
  beyond.schema.dictionary = &plain.schema;
  EXPECT_THAT(beyond.refusal(0, 1), HasSubstr("a code beyond its dictionary"));
}

TEST(Arrow, TimesOfAllUnitsAreTaken) {
  const std::int64_t one[] = {1};
  const auto first = [&](const char* format) {
    return Given(format, 1, {nullptr, one}).import(0, 1)["c"].as<Timestamp>()[0];
  };
  EXPECT_EQ(first("tss:"), Timestamp(std::chrono::seconds(1)));
  EXPECT_EQ(first("tsm:"), Timestamp(std::chrono::milliseconds(1)));
  EXPECT_EQ(first("tsu:Asia/Seoul"), Timestamp(std::chrono::microseconds(1)));
  EXPECT_EQ(first("tsn:"), Timestamp(std::chrono::nanoseconds(1)));
  const std::int32_t day[] = {1};
  EXPECT_EQ(Given("tdD", 1, {nullptr, day}).import(0, 1)["c"].as<Timestamp>()[0],
            Timestamp(std::chrono::days(1)));
  const std::int64_t far[] = {std::int64_t{1} << 62};
  EXPECT_THAT(Given("tss:", 1, {nullptr, far}).refusal(0, 1), HasSubstr("beyond 64 bits"));
}

TEST(Arrow, WhatIsNoBatchOfKnownColumnsIsRefused) {
  const std::int64_t value[] = {1};
  EXPECT_THAT(Given("+l", 1, {nullptr, value}).refusal(0, 1), HasSubstr("has the format \"+l\""));
  EXPECT_THAT(Given("l", 1, {nullptr}).refusal(0, 1), HasSubstr("has 1 buffers"));
  EXPECT_THAT(Given("l", 1, {nullptr, value}).refusal(0, 2), HasSubstr("fewer rows"));
  Exported out(shops());
  ArrowArray taken = out.array;
  out.array.release = nullptr;
  EXPECT_THAT(error_of([&] { import_arrow(&out.array, &out.schema); }),
              HasSubstr("has been released"));
  taken.release(&taken);
}

}  // namespace
}  // namespace ekiden
