// SPDX-License-Identifier: MIT
// Masks, and the comparisons that make them.
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <ekiden/frame.hpp>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include "shared/frame.hpp"

namespace ekiden {

namespace {

using detail::Comparison;
using shared::FrameView;
using Words = std::vector<std::uint64_t>;

constexpr std::size_t kWordBits = 64;

/// Bits 0 to 63 from bytes that are 0 or 1, eight at a time: the product moves each byte's bit to
/// its place in the top byte.
std::uint64_t pack(const std::uint8_t* flags) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags + 8 * i, sizeof eight);
    word |= (eight * 0x0102'0408'1020'4080U >> 56) << 8 * i;
  }
  return word;
}

/// One bit per value. The blocks of 64 are for the compiler to vectorise.
template <class T, class Predicate>
Words bits_where(std::span<const T> values, Predicate predicate) {
  Words words((values.size() + kWordBits - 1) / kWordBits);
  std::array<std::uint8_t, kWordBits> flags{};
  const std::size_t whole = values.size() / kWordBits;
  for (std::size_t w = 0; w < whole; ++w) {
    const T* block = values.data() + w * kWordBits;
    for (std::size_t i = 0; i < kWordBits; ++i) flags[i] = predicate(block[i]) ? 1 : 0;
    words[w] = pack(flags.data());
  }
  if (whole == words.size()) return words;
  flags.fill(0);
  const std::span<const T> rest = values.subspan(whole * kWordBits);
  for (std::size_t i = 0; i < rest.size(); ++i) flags[i] = predicate(rest[i]) ? 1 : 0;
  words[whole] = pack(flags.data());
  return words;
}

template <class T>
Words compare_values(std::span<const T> values, Comparison comparison, T value) {
  switch (comparison) {
    case Comparison::equal:
      return bits_where(values, [value](T x) { return x == value; });
    case Comparison::not_equal:
      return bits_where(values, [value](T x) { return x != value; });
    case Comparison::less:
      return bits_where(values, [value](T x) { return x < value; });
    case Comparison::less_equal:
      return bits_where(values, [value](T x) { return x <= value; });
    case Comparison::greater:
      return bits_where(values, [value](T x) { return x > value; });
    case Comparison::greater_equal:
      return bits_where(values, [value](T x) { return x >= value; });
  }
  return {};
}

bool holds(Comparison comparison, std::string_view a, std::string_view b) {
  switch (comparison) {
    case Comparison::equal:
      return a == b;
    case Comparison::not_equal:
      return a != b;
    case Comparison::less:
      return a < b;
    case Comparison::less_equal:
      return a <= b;
    case Comparison::greater:
      return a > b;
    case Comparison::greater_equal:
      return a >= b;
  }
  return false;
}

/// A comparison of integers with a double, as one with an integer that has the same outcome for
/// every integer; nullopt if no integer decides it: then `outcome` is that of all rows.
struct IntegerComparison {
  Comparison comparison;
  std::optional<std::int64_t> value;
  bool outcome = false;
};

IntegerComparison to_integers(Comparison comparison, double value) {
  const bool equality = comparison == Comparison::equal || comparison == Comparison::not_equal;
  if (std::isnan(value) || (equality && value != std::floor(value))) {
    return {comparison, {}, comparison == Comparison::not_equal};
  }
  const bool up = comparison == Comparison::less || comparison == Comparison::greater_equal;
  const double bound = up ? std::ceil(value) : std::floor(value);
  constexpr double kEnd = 0x1p63;  // the first double beyond the integers
  if (bound >= -kEnd && bound < kEnd) return {comparison, static_cast<std::int64_t>(bound), false};
  const bool above = bound > 0;
  switch (comparison) {
    case Comparison::less:
    case Comparison::less_equal:
      return {comparison, {}, above};
    case Comparison::greater:
    case Comparison::greater_equal:
      return {comparison, {}, !above};
    default:
      return {comparison, {}, comparison == Comparison::not_equal};
  }
}

void require_equal_size(const Mask& a, const Mask& b) {
  if (a.size() == b.size()) return;
  throw Error("Mask: one is for " + std::to_string(a.size()) + " rows, the other for " +
              std::to_string(b.size()));
}

/// The bits of the last word that are rows.
std::uint64_t last_word(std::size_t rows) {
  const std::size_t used = rows % kWordBits;
  return used == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << used) - 1;
}

}  // namespace

Mask::Mask(std::size_t rows, bool selected)
    : rows_(rows),
      words_((rows + kWordBits - 1) / kWordBits, selected ? ~std::uint64_t{0} : std::uint64_t{0}) {
  if (!words_.empty()) words_.back() &= last_word(rows);
}

Mask::Mask(const Column& column) : Mask(column.size()) {
  if (column.type() != ColumnType::boolean) {
    column.throw_type("so it selects no rows; compare it with something");
  }
  const auto flags = FrameView(column.frame_).flags(*column.descriptor_);
  words_.assign(flags.begin(), flags.end());
}

std::size_t Mask::count() const noexcept {
  return std::transform_reduce(
      words_.begin(), words_.end(), std::size_t{0}, std::plus<>(),
      [](std::uint64_t word) { return static_cast<std::size_t>(std::popcount(word)); });
}

void Mask::set(std::size_t row, bool selected) {
  const std::uint64_t bit = std::uint64_t{1} << row % kWordBits;
  std::uint64_t& word = words_[row / kWordBits];
  word = selected ? word | bit : word & ~bit;
}

Mask operator&(Mask a, const Mask& b) {
  require_equal_size(a, b);
  for (std::size_t i = 0; i < a.words_.size(); ++i) a.words_[i] &= b.words_[i];
  return a;
}

Mask operator|(Mask a, const Mask& b) {
  require_equal_size(a, b);
  for (std::size_t i = 0; i < a.words_.size(); ++i) a.words_[i] |= b.words_[i];
  return a;
}

Mask operator~(Mask mask) {
  for (std::uint64_t& word : mask.words_) word = ~word;
  if (!mask.words_.empty()) mask.words_.back() &= last_word(mask.rows_);
  return mask;
}

Mask Column::compare(Comparison comparison, const detail::Scalar& value) const {
  if (type() == ColumnType::timestamp) return compare_times(comparison, value);
  if (std::holds_alternative<Timestamp>(value)) throw_type("so it cannot be compared with a time");
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (type() != ColumnType::text) throw_type("so compare it with a number, not with a string");
    return compare_text(comparison, *text);
  }
  if (type() == ColumnType::text) throw_type("so compare it with a string, not with a number");
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (type() == ColumnType::float64) {
    const double number = integer ? static_cast<double>(*integer) : std::get<double>(value);
    return Mask(rows_, compare_values(as<double>(), comparison, number));
  }
  if (type() == ColumnType::boolean) {
    return compare_flags(comparison,
                         integer ? static_cast<double>(*integer) : std::get<double>(value));
  }
  if (integer) return Mask(rows_, compare_values(as<std::int64_t>(), comparison, *integer));
  const IntegerComparison exact = to_integers(comparison, std::get<double>(value));
  if (!exact.value) return Mask(rows_, exact.outcome);
  return Mask(rows_, compare_values(as<std::int64_t>(), comparison, *exact.value));
}

Mask Column::compare_times(Comparison comparison, const detail::Scalar& value) const {
  Timestamp time = NaT;
  if (const auto* given = std::get_if<Timestamp>(&value)) {
    time = *given;
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    const auto parsed = parse_timestamp(*text);
    if (!parsed) throw_type("but \"" + std::string(*text) + "\" is no time in ISO 8601");
    time = *parsed;
  } else {
    throw_type("so compare it with a time or its text, not with a number");
  }
  if (time == NaT) return Mask(rows_, comparison == Comparison::not_equal);
  Mask found(rows_, compare_values(as<Timestamp>(), comparison, time));
  if (comparison == Comparison::not_equal) return found;
  const auto valid = FrameView(frame_).valid(*descriptor_);
  for (std::size_t i = 0; i < valid.size(); ++i) found.words_[i] &= valid[i];
  return found;
}

/// False is 0 and true is 1, as where pandas compares booleans with numbers.
Mask Column::compare_flags(Comparison comparison, double value) const {
  const auto outcome = [&](double flag) {
    switch (comparison) {
      case Comparison::equal:
        return flag == value;
      case Comparison::not_equal:
        return flag != value;
      case Comparison::less:
        return flag < value;
      case Comparison::less_equal:
        return flag <= value;
      case Comparison::greater:
        return flag > value;
      case Comparison::greater_equal:
        return flag >= value;
    }
    return false;
  };
  const Mask yes(*this);
  Mask missing(rows_), found(rows_);
  const auto valid = FrameView(frame_).valid(*descriptor_);
  for (std::size_t i = 0; i < valid.size(); ++i) missing.words_[i] = valid[i];
  if (!valid.empty()) missing = ~std::move(missing);
  if (outcome(1)) found = found | yes;
  if (outcome(0)) found = found | ~(yes | missing);
  return comparison == Comparison::not_equal ? found | missing : found;
}

Mask Column::compare_text(Comparison comparison, std::string_view value) const {
  // Strings are compared once each; rows are compared by their codes.
  const FrameView view(frame_);
  std::vector<std::uint8_t> selected(descriptor_->dictionary_size);
  std::size_t count = 0;
  std::size_t last = 0;
  for (std::size_t code = 0; code < selected.size(); ++code) {
    const bool missing = code == FrameView::missing_code(*descriptor_);
    if (missing ? comparison != Comparison::not_equal
                : !holds(comparison, view.text(*descriptor_, code), value)) {
      continue;
    }
    selected[code] = 1;
    last = code;
    ++count;
  }
  if (count == 0 || count == selected.size()) return Mask(rows_, count != 0);
  return view.with_codes(*descriptor_, [&](auto codes) {
    using Code = typename decltype(codes)::value_type;
    if (count == 1) {
      const auto wanted = static_cast<Code>(last);
      return Mask(rows_, bits_where(codes, [wanted](Code code) { return code == wanted; }));
    }
    return Mask(rows_, bits_where(codes, [&](Code code) { return selected[code] != 0; }));
  });
}

}  // namespace ekiden
