// SPDX-License-Identifier: MIT
#include "shared/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

namespace ekiden::shared {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

/// Memory of exactly one size, so that a sanitizer sees each step beyond it.
class Block {
 public:
  explicit Block(std::size_t size)
      : size_(size), start_(static_cast<std::byte*>(::operator new(size, kAlignment))) {}
  explicit Block(std::span<const std::byte> bytes) : Block(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), start_);
  }
  Block(const Block& other) : Block(other.bytes()) {}
  Block& operator=(const Block&) = delete;
  ~Block() { ::operator delete(start_, kAlignment); }

  std::span<std::byte> bytes() const { return {start_, size_}; }
  FrameHeader& header() const { return *reinterpret_cast<FrameHeader*>(start_); }
  FrameColumn& column(std::size_t i) const {
    return reinterpret_cast<FrameColumn*>(start_ + sizeof(FrameHeader))[i];
  }

 private:
  static constexpr std::align_val_t kAlignment{kFrameAlignment};
  std::size_t size_;
  std::byte* start_;
};

template <class T>
void put(const Block& block, std::uint64_t offset, const std::vector<T>& values) {
  std::memcpy(block.bytes().data() + offset, values.data(), values.size() * sizeof(T));
}

/// Columns "x" (doubles), "n" (integers), "fruit" (text: figs, apples, figs).
Block small_frame() {
  FrameLayout layout(3);
  layout.add("x", ColumnType::float64);
  layout.add("n", ColumnType::int64);
  layout.add("fruit", ColumnType::text, {2, 10});
  const Block block(layout.finish());
  layout.write(block.bytes());
  put<double>(block, layout.columns()[0].data_offset, {0.5, 1.5, 2.5});
  put<std::int64_t>(block, layout.columns()[1].data_offset, {-1, 0, 1});
  put<std::uint8_t>(block, layout.columns()[2].data_offset, {0, 1, 0});
  put<std::uint64_t>(block, layout.columns()[2].dictionary_offset, {0, 4, 10});
  std::memcpy(block.bytes().data() + layout.columns()[2].text_offset, "figsapples", 10);
  return block;
}

/// Reads every byte that the frame says it has.
std::uint64_t read_everything(const FrameView& view) {
  std::uint64_t sum = view.rows();
  for (const FrameColumn& column : view.columns()) {
    for (const char c : view.name(column)) sum += static_cast<unsigned char>(c);
    if (column.type != ColumnType::text) {
      for (const std::uint64_t value : view.values<std::uint64_t>(column)) sum += value;
      continue;
    }
    view.with_codes(column, [&](auto codes) {
      for (const auto code : codes) {
        for (const char c : view.text(column, code)) sum += static_cast<unsigned char>(c);
      }
    });
  }
  return sum;
}

TEST(Frame, IsReadWhereItLies) {
  const Block block = small_frame();
  const FrameView view(block.bytes().data());

  ASSERT_EQ(frame_fault(block.bytes()), std::nullopt);
  EXPECT_EQ(view.rows(), 3U);
  EXPECT_THAT(view.values<double>(*view.find("x")), ElementsAre(0.5, 1.5, 2.5));
  EXPECT_THAT(view.values<std::int64_t>(*view.find("n")), ElementsAre(-1, 0, 1));
  const FrameColumn& fruit = *view.find("fruit");
  EXPECT_THAT(view.values<std::uint8_t>(fruit), ElementsAre(0, 1, 0));
  EXPECT_EQ(view.text(fruit, 0), "figs");
  EXPECT_EQ(view.text(fruit, 1), "apples");
  EXPECT_EQ(view.find("fru"), nullptr);
}

TEST(Frame, HasEveryBufferOnACacheLine) {
  const Block block = small_frame();

  for (const FrameColumn& column : FrameView(block.bytes().data()).columns()) {
    EXPECT_EQ(column.data_offset % 64, 0U);
    EXPECT_EQ(column.dictionary_offset % 64, 0U);
    EXPECT_EQ(column.text_offset % 64, 0U);
  }
}

TEST(Frame, LeavesNothingOfTheMemoryItIsWrittenTo) {
  FrameLayout layout(1);
  layout.add("a", ColumnType::text, {1, 3});
  const Block zeros(layout.finish()), ones(layout.finish());
  std::fill(zeros.bytes().begin(), zeros.bytes().end(), std::byte{0});
  std::fill(ones.bytes().begin(), ones.bytes().end(), std::byte{0xFF});

  for (const Block* block : {&zeros, &ones}) {
    layout.write(block->bytes());
    put<std::uint8_t>(*block, layout.columns()[0].data_offset, {0});
    put<std::uint64_t>(*block, layout.columns()[0].dictionary_offset, {0, 3});
    put<char>(*block, layout.columns()[0].text_offset, {'a', 'b', 'c'});
  }

  EXPECT_TRUE(std::equal(zeros.bytes().begin(), zeros.bytes().end(), ones.bytes().begin()));
}

TEST(Frame, TakesTheSmallestCodesThatItsDictionaryAllows) {
  EXPECT_EQ(code_bytes_for(0), 1U);
  EXPECT_EQ(code_bytes_for(256), 1U);
  EXPECT_EQ(code_bytes_for(257), 2U);
  EXPECT_EQ(code_bytes_for(65536), 2U);
  EXPECT_EQ(code_bytes_for(65537), 4U);
}

TEST(FrameFault, IsNotFoundInAFrameWithoutColumns) {
  FrameLayout layout(0);
  const Block block(layout.finish());
  layout.write(block.bytes());

  EXPECT_EQ(frame_fault(block.bytes()), std::nullopt);
}

TEST(FrameFault, IsFoundInEveryTruncation) {
  const Block whole = small_frame();

  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_NE(frame_fault(Block(whole.bytes().first(size)).bytes()), std::nullopt) << size;
  }
}

TEST(FrameFault, IsFoundOrElseTheChangedBytesAreReadWithinBounds) {
  const Block whole = small_frame();
  std::size_t accepted = 0;

  for (std::size_t at = 0; at < whole.bytes().size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      const Block changed = whole;
      changed.bytes()[at] ^= static_cast<std::byte>(change);
      if (frame_fault(changed.bytes())) continue;
      accepted += 1 + read_everything(FrameView(changed.bytes().data())) % 2;
    }
  }

  EXPECT_GT(accepted, 3 * 8 * 255U) << "values may be anything";
}

TEST(FrameFault, NamesWhatIsWrong) {
  const auto fault = [](const std::function<void(const Block&)>& change) {
    const Block block = small_frame();
    change(block);
    return frame_fault(block.bytes());
  };
  const auto with_code = [](const Block& block) {
    block.bytes()[block.column(2).data_offset] = std::byte{2};
  };

  EXPECT_THAT(fault([](const Block& b) { b.header().magic = 0; }),
              Optional(HasSubstr("not a frame")));
  EXPECT_THAT(fault([](const Block& b) { b.header().version = 1; }),
              Optional(HasSubstr("version 1")));
  EXPECT_THAT(fault([](const Block& b) { b.header().rows = ~0ULL; }), Optional(HasSubstr("\"x\"")));
  EXPECT_THAT(fault([](const Block& b) { b.header().columns = 9; }),
              Optional(HasSubstr("9 columns")));
  EXPECT_THAT(fault([](const Block& b) { b.header().schema ^= 1; }), Optional(HasSubstr("schema")));
  EXPECT_THAT(fault([](const Block& b) { b.column(0).nulls_offset = 64; }),
              Optional(HasSubstr("missing values")));
  EXPECT_THAT(fault([](const Block& b) { b.column(0).data_offset += 8; }),
              Optional(HasSubstr("\"x\"")));
  EXPECT_THAT(fault(with_code), Optional(HasSubstr("\"fruit\": a code is beyond")));
}

TEST(FrameFault, IsFoundInTypesThatThisVersionDoesNotRead) {
  const Block block = small_frame();
  const FrameView view(block.bytes().data());

  for (const ColumnType type : {ColumnType{0}, ColumnType{6}, ColumnType{77}}) {
    block.column(0).type = type;
    block.header().schema = schema_hash(view.columns(), block.bytes().data());
    EXPECT_THAT(frame_fault(block.bytes()), Optional(HasSubstr("type is not known")));
  }
}

TEST(FrameFault, IsFoundInTwoColumnsOfOneName) {
  FrameLayout layout(0);
  layout.add("same", ColumnType::float64);
  layout.add("same", ColumnType::int64);
  const Block block(layout.finish());
  layout.write(block.bytes());

  EXPECT_THAT(frame_fault(block.bytes()), Optional(HasSubstr("two columns are named \"same\"")));
}

}  // namespace
}  // namespace ekiden::shared
