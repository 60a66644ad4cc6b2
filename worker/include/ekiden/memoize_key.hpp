// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ekiden/json.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// How the arguments of a memoized function become a key.
namespace ekiden::detail {

/// The bytes of a key. Each part says its type and, where that varies, its length, so that no two
/// lists of arguments give the same bytes. Short keys allocate nothing.
class KeyWriter {
 public:
  explicit KeyWriter(std::string_view prefix) { append(prefix); }

  void append(std::string_view bytes) {
    if (bytes.size() > sizeof short_ - size_) return append_long(bytes);
    std::memcpy(short_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void tag(char type) { append({&type, 1}); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void raw(T value) { append({reinterpret_cast<const char*>(&value), sizeof value}); }
  void text(std::string_view value) {
    tag('s');
    raw(std::uint64_t{value.size()});
    append(value);
  }

  std::string_view view() const noexcept {
    return long_.empty() ? std::string_view(short_, size_) : std::string_view(long_);
  }

 private:
  void append_long(std::string_view bytes) {
    if (long_.empty()) long_.assign(short_, size_);
    long_.append(bytes);
    size_ = sizeof short_;  // from now on everything goes to long_
  }

  std::size_t size_ = 0;
  char short_[184];
  std::string long_;
};

/// How a T is written into a key: `static void write(KeyWriter&, const T&)`.
template <class T>
struct KeyOf;

/// The types that a memoized function's parameters may have: numbers, bool, enums, strings, and
/// std::optional, std::vector, std::array, std::pair and std::tuple of these.
template <class T>
concept KeyPart = requires(KeyWriter& key, const T& value) {
  KeyOf<T>::write(key, value);
};

template <>
struct KeyOf<bool> {
  static void write(KeyWriter& key, bool value) { key.tag(value ? 'T' : 'F'); }
};
template <std::integral T>
requires(!std::same_as<T, bool>) struct KeyOf<T> {
  static void write(KeyWriter& key, T value) {
    key.tag(std::is_signed_v<T> ? 'i' : 'u');
    key.raw(static_cast<std::uint64_t>(value));
  }
};
template <class T>
requires std::is_enum_v<T>
struct KeyOf<T> : KeyOf<std::underlying_type_t<T>> {
  static void write(KeyWriter& key, T value) {
    KeyOf<std::underlying_type_t<T>>::write(key, static_cast<std::underlying_type_t<T>>(value));
  }
};
template <std::floating_point T>
requires(sizeof(T) <= sizeof(double)) struct KeyOf<T> {
  static void write(KeyWriter& key, T value) {
    // Values that compare equal give one key, and so do all NaN.
    double canonical = value == 0 ? 0.0 : static_cast<double>(value);
    if (std::isnan(canonical)) canonical = std::numeric_limits<double>::quiet_NaN();
    key.tag('d');
    key.raw(canonical);
  }
};
template <class T>
requires std::same_as<T, std::string> || std::same_as<T, std::string_view>
struct KeyOf<T> {
  static void write(KeyWriter& key, std::string_view value) { key.text(value); }
};
template <>
struct KeyOf<const char*> {
  static void write(KeyWriter& key, const char* value) {
    if (value == nullptr) return key.tag('n');
    key.text(value);
  }
};
template <KeyPart T>
struct KeyOf<std::optional<T>> {
  static void write(KeyWriter& key, const std::optional<T>& value) {
    key.tag(value ? '?' : 'n');
    if (value) KeyOf<T>::write(key, *value);
  }
};

template <class T, class Values>
void write_key_list(KeyWriter& key, const Values& values) {
  key.tag('[');
  key.raw(std::uint64_t{values.size()});
  for (const T& value : values) KeyOf<T>::write(key, value);
}
template <KeyPart T>
struct KeyOf<std::vector<T>> {
  static void write(KeyWriter& key, const std::vector<T>& values) {
    write_key_list<T>(key, values);
  }
};
template <KeyPart T, std::size_t N>
struct KeyOf<std::array<T, N>> {
  static void write(KeyWriter& key, const std::array<T, N>& values) {
    write_key_list<T>(key, values);
  }
};
template <KeyPart... T>
struct KeyOf<std::tuple<T...>> {
  static void write(KeyWriter& key, const std::tuple<T...>& values) {
    key.tag('(');
    std::apply([&](const T&... value) { (KeyOf<T>::write(key, value), ...); }, values);
    key.tag(')');
  }
};
template <KeyPart T, KeyPart U>
struct KeyOf<std::pair<T, U>> {
  static void write(KeyWriter& key, const std::pair<T, U>& value) {
    KeyOf<std::tuple<T, U>>::write(key, {value.first, value.second});
  }
};

}  // namespace ekiden::detail
