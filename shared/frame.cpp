// SPDX-License-Identifier: MIT
#include "shared/frame.hpp"

#include <algorithm>
#include <cstring>

namespace ekiden::shared {

namespace {

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kFrameAlignment - 1) / kFrameAlignment * kFrameAlignment;
}

constexpr std::uint64_t kPlanned = 1;  // of nulls_offset, until it has its place

std::uint64_t data_bytes(const FrameColumn& column, std::uint64_t rows) {
  if (column.type == ColumnType::text) return rows * column.code_bytes;
  if (column.type == ColumnType::boolean) return bitmap_words(rows) * sizeof(std::uint64_t);
  return rows * sizeof(double);
}

/// FNV-1a, whose result is the same in every build: it is stored.
class StableHash {
 public:
  void add(const void* bytes, std::size_t size) {
    const auto* at = static_cast<const unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) value_ = (value_ ^ at[i]) * 0x100'0000'01B3U;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF2'9CE4'8422'2325U;
};

}  // namespace

std::uint64_t schema_hash(std::span<const FrameColumn> columns, const std::byte* frame) noexcept {
  StableHash hash;
  for (const FrameColumn& column : columns) {
    hash.add(&column.type, sizeof column.type);
    hash.add(&column.name_bytes, sizeof column.name_bytes);
    hash.add(frame + column.name_offset, column.name_bytes);
  }
  return hash.value();
}

const FrameColumn* FrameView::find(std::string_view wanted) const noexcept {
  const std::span<const FrameColumn> all = columns();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const FrameColumn& column) { return name(column) == wanted; });
  return found == all.end() ? nullptr : &*found;
}

void FrameLayout::add(std::string_view name, ColumnType type, DictionaryShape dictionary,
                      bool has_missing) {
  FrameColumn column;
  column.type = type;
  column.nulls_offset = has_missing ? kPlanned : 0;
  column.name_bytes = static_cast<std::uint32_t>(name.size());
  if (type == ColumnType::text) {
    column.code_bytes = code_bytes_for(dictionary.size);
    column.dictionary_size = dictionary.size;
    column.text_bytes = dictionary.text_bytes;
  }
  names_ += name;
  columns_.push_back(column);
}

std::size_t FrameLayout::finish() {
  gaps_.clear();
  end_ = sizeof(FrameHeader) + columns_.size() * sizeof(FrameColumn);
  for (FrameColumn& column : columns_) {
    column.name_offset = end_;
    end_ += column.name_bytes;
  }
  for (FrameColumn& column : columns_) {
    if (column.nulls_offset != 0) {
      column.nulls_offset = place(bitmap_words(rows_) * sizeof(std::uint64_t));
    }
    column.data_offset = place(data_bytes(column, rows_));
    if (column.type != ColumnType::text) continue;
    column.dictionary_offset =
        place((std::uint64_t{column.dictionary_size} + 1) * sizeof(std::uint64_t));
    column.text_offset = place(column.text_bytes);
  }
  return end_;
}

std::uint64_t FrameLayout::place(std::uint64_t bytes) {
  const std::uint64_t start = aligned(end_);
  gaps_.push_back({end_, start});
  end_ = start + bytes;
  return start;
}

void FrameLayout::write(std::span<std::byte> to) const {
  const std::uint64_t names = sizeof(FrameHeader) + columns_.size() * sizeof(FrameColumn);
  std::copy_n(names_.data(), names_.size(), reinterpret_cast<char*>(to.data() + names));
  for (const Gap& gap : gaps_) {
    std::fill(to.begin() + static_cast<std::ptrdiff_t>(gap.from),
              to.begin() + static_cast<std::ptrdiff_t>(gap.to), std::byte{0});
  }
  FrameHeader header;
  header.schema = schema_hash(columns_, to.data());
  header.rows = rows_;
  header.bytes = end_;
  header.columns = static_cast<std::uint32_t>(columns_.size());
  std::memcpy(to.data(), &header, sizeof header);
  if (columns_.empty()) return;
  std::memcpy(to.data() + sizeof header, columns_.data(), columns_.size() * sizeof(FrameColumn));
}

}  // namespace ekiden::shared
