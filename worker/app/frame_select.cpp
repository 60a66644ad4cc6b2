// SPDX-License-Identifier: MIT
// Frames made of the selected rows of others.
#include <algorithm>
#include <bit>
#include <cstring>
#include <ekiden/frame.hpp>
#include <limits>
#include <utility>

#include "shared/frame.hpp"
#include "worker/app/frame_access.hpp"

namespace ekiden {

namespace {

using shared::DictionaryShape;
using shared::FrameColumn;
using shared::FrameLayout;
using shared::FrameView;

constexpr std::size_t kWordBits = 64;
constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// Calls `use` for each selected row, in order.
template <class Use>
void for_each_row(const Mask& mask, Use use) {
  std::size_t first = 0;
  for (std::uint64_t word : mask.words()) {
    for (; word != 0; word &= word - 1) {
      use(first + static_cast<std::size_t>(std::countr_zero(word)));
    }
    first += kWordBits;
  }
}

/// Copies the selected values.
template <class T>
void gather(const Mask& mask, const T* from, T* to) {
  std::size_t first = 0;
  for (std::uint64_t word : mask.words()) {
    if (word == kAll) {
      to = std::copy_n(from + first, kWordBits, to);
    } else {
      for (; word != 0; word &= word - 1) {
        *to++ = from[first + static_cast<std::size_t>(std::countr_zero(word))];
      }
    }
    first += kWordBits;
  }
}

/// Which strings of a column's dictionary the selection keeps. A dictionary that is longer than the
/// selection is cut down to what is used, so that a few rows of a large table stay small.
class Dictionary {
 public:
  static constexpr std::uint32_t kUnused = std::numeric_limits<std::uint32_t>::max();

  Dictionary(const FrameView& view, const FrameColumn& column, const Mask& mask, std::size_t rows)
      : view_(view), column_(column) {
    if (column.dictionary_size <= rows) return;
    whole_ = false;
    renumbered_.assign(column.dictionary_size, kUnused);
    const std::uint64_t missing = FrameView::missing_code(column);
    bool misses = false;
    view.with_codes(column, [&](auto codes) {
      for_each_row(mask, [&](std::size_t row) {
        if (codes[row] == missing) {
          misses = true;
        } else {
          keep(codes[row]);
        }
      });
    });
    if (misses) keep(static_cast<std::uint32_t>(missing));  // the last, as it must be
  }

  DictionaryShape shape() const {
    if (whole_) return {column_.dictionary_size, column_.text_bytes};
    std::uint64_t text_bytes = 0;
    for (const std::uint32_t code : kept_) text_bytes += view_.text(column_, code).size();
    return {static_cast<std::uint32_t>(kept_.size()), text_bytes};
  }

  void write(const worker::NewFrame& frame, const FrameColumn& to, const Mask& mask) const {
    if (whole_) {
      view_.with_codes(column_, [&](auto codes) {
        using Code = typename decltype(codes)::value_type;
        gather(mask, codes.data(), frame.at<Code>(to.data_offset));
      });
      write_whole(frame, to);
      return;
    }
    if (to.code_bytes == 1) {
      write_codes(mask, frame.at<std::uint8_t>(to.data_offset));
    } else if (to.code_bytes == 2) {
      write_codes(mask, frame.at<std::uint16_t>(to.data_offset));
    } else {
      write_codes(mask, frame.at<std::uint32_t>(to.data_offset));
    }
    write_kept(frame, to);
  }

 private:
  void keep(std::uint32_t code) {
    if (renumbered_[code] != kUnused) return;
    renumbered_[code] = static_cast<std::uint32_t>(kept_.size());
    kept_.push_back(code);
  }

  template <class Code>
  void write_codes(const Mask& mask, Code* to) const {
    view_.with_codes(column_, [&](auto codes) {
      for_each_row(mask,
                   [&](std::size_t row) { *to++ = static_cast<Code>(renumbered_[codes[row]]); });
    });
  }

  void write_whole(const worker::NewFrame& frame, const FrameColumn& to) const {
    const std::span<const std::uint64_t> offsets = view_.offsets(column_);
    std::copy(offsets.begin(), offsets.end(), frame.at<std::uint64_t>(to.dictionary_offset));
    std::copy_n(view_.text(column_), column_.text_bytes, frame.at<char>(to.text_offset));
  }

  void write_kept(const worker::NewFrame& frame, const FrameColumn& to) const {
    std::uint64_t* offsets = frame.at<std::uint64_t>(to.dictionary_offset);
    char* const start = frame.at<char>(to.text_offset);
    char* end = start;
    for (const std::uint32_t code : kept_) {
      const std::string_view text = view_.text(column_, code);
      *offsets++ = static_cast<std::uint64_t>(end - start);
      end = std::copy(text.begin(), text.end(), end);
    }
    *offsets = static_cast<std::uint64_t>(end - start);
  }

  const FrameView view_;
  const FrameColumn& column_;
  bool whole_ = true;
  std::vector<std::uint32_t> renumbered_;  ///< new code of each old one, or kUnused
  std::vector<std::uint32_t> kept_;        ///< old code of each new one
};

/// The selected bits, close together.
void gather_bits(const Mask& mask, std::span<const std::uint64_t> from, std::uint64_t* to) {
  std::uint64_t word = 0;
  std::size_t count = 0;
  for_each_row(mask, [&](std::size_t row) {
    if (FrameView::bit(from, row)) word |= std::uint64_t{1} << count % kWordBits;
    if (++count % kWordBits == 0) *to++ = std::exchange(word, 0);
  });
  if (count % kWordBits != 0) *to = word;
}

/// Whether a selected row has no value.
bool selects_missing(const FrameView& view, const FrameColumn& column, const Mask& mask) {
  const auto valid = view.valid(column);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if ((mask.words()[i] & ~valid[i]) != 0) return true;
  }
  return false;
}

Frame select(const FrameView& view, const Mask& mask, std::size_t rows) {
  FrameLayout layout(rows);
  std::vector<Dictionary> dictionaries;
  for (const FrameColumn& column : view.columns()) {
    DictionaryShape shape;
    if (column.type == shared::ColumnType::text) {
      dictionaries.emplace_back(view, column, mask, rows);
      shape = dictionaries.back().shape();
    }
    layout.add(view.name(column), column.type, shape, selects_missing(view, column, mask));
  }
  const worker::NewFrame frame(layout);
  auto dictionary = dictionaries.cbegin();
  for (std::size_t i = 0; i < layout.columns().size(); ++i) {
    const FrameColumn& from = view.columns()[i];
    const FrameColumn& to = layout.columns()[i];
    if (to.nulls_offset != 0) {
      gather_bits(mask, view.valid(from), frame.at<std::uint64_t>(to.nulls_offset));
    }
    if (from.type == shared::ColumnType::text) {
      (dictionary++)->write(frame, to, mask);
    } else if (from.type == shared::ColumnType::boolean) {
      gather_bits(mask, view.flags(from), frame.at<std::uint64_t>(to.data_offset));
    } else {  // doubles, integers and times alike: 64 bits
      gather(mask, view.values<std::uint64_t>(from).data(),
             frame.at<std::uint64_t>(to.data_offset));
    }
  }
  return frame.frame();
}

}  // namespace

Frame Frame::operator[](const Mask& mask) const {
  const FrameView view(bytes_.data());
  if (mask.size() != view.rows()) {
    throw Error("Frame: the mask is for " + std::to_string(mask.size()) +
                " rows, but the frame has " + std::to_string(view.rows()) +
                "; compare columns of the same frame");
  }
  const std::size_t selected = mask.count();
  return selected == view.rows() ? *this : select(view, mask, selected);
}

Frame Frame::head(std::size_t count) const {
  if (count >= rows()) return *this;
  Mask first(rows());
  for (std::size_t row = 0; row < count; ++row) first.set(row);
  return (*this)[first];
}

}  // namespace ekiden
