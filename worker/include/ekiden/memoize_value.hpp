// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ekiden/frame.hpp>
#include <ekiden/json.hpp>
#include <ekiden/pointer_field.hpp>
#include <ekiden/ref.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// The types that the cache keeps: how each is written, and what is got back for it.
namespace ekiden {

namespace detail {

/// Bytes and what keeps them where they are.
struct HeldBytes {
  std::span<const std::byte> bytes;
  Ref<const Counted> owner;
};

Frame frame_of(HeldBytes held);

template <class T>
inline constexpr bool kRefersElsewhere = std::is_pointer_v<T> || std::is_member_pointer_v<T> ||
                                         std::is_null_pointer_v<T> || has_pointer_field<T>();
template <>
inline constexpr bool kRefersElsewhere<std::string_view> = true;
template <class T, std::size_t N>
inline constexpr bool kRefersElsewhere<std::span<T, N>> = true;
template <class T, std::size_t N>
inline constexpr bool kRefersElsewhere<std::array<T, N>> = kRefersElsewhere<T>;
template <class T, std::size_t N>
inline constexpr bool kRefersElsewhere<T[N]> = kRefersElsewhere<T>;
template <class T>
inline constexpr bool kRefersElsewhere<std::optional<T>> = kRefersElsewhere<T>;
template <class T>
inline constexpr bool kRefersElsewhere<std::vector<T>> = kRefersElsewhere<T>;

template <class T>
constexpr bool refers_elsewhere() {
  return kRefersElsewhere<T>;
}

/// Values that are their bytes. A pointer inside a class with constructors or private members
/// cannot be seen from here.
template <class T>
concept PlainValue =
    std::is_trivially_copyable_v<T> && std::is_object_v<T> && !std::is_empty_v<T> &&
    !kRefersElsewhere<T> && alignof(T) <= 64;

/// Plotly's name for arrays of T, or nullptr.
template <class T>
inline constexpr const char* kPlotlyType = nullptr;
template <>
inline constexpr const char* kPlotlyType<double> = "f8";
template <>
inline constexpr const char* kPlotlyType<float> = "f4";
template <>
inline constexpr const char* kPlotlyType<std::int32_t> = "i4";
template <>
inline constexpr const char* kPlotlyType<std::int16_t> = "i2";
template <>
inline constexpr const char* kPlotlyType<std::int8_t> = "i1";
template <>
inline constexpr const char* kPlotlyType<std::uint32_t> = "u4";
template <>
inline constexpr const char* kPlotlyType<std::uint16_t> = "u2";
template <>
inline constexpr const char* kPlotlyType<std::uint8_t> = "u1";

}  // namespace detail

/// A large plain value in the cache, read where it lies; it stays there as long as a view lives.
template <class T>
class View {
 public:
  explicit View(detail::HeldBytes held) : held_(std::move(held)) {}

  const T& operator*() const& noexcept { return value(); }
  T operator*() const&& noexcept { return value(); }
  const T* operator->() const noexcept { return &value(); }
  operator const T&() const& noexcept { return value(); }
  operator const T&() const&& = delete;  // give the view a name: it keeps the value where it is

 private:
  const T& value() const noexcept { return *reinterpret_cast<const T*>(held_.bytes.data()); }

  detail::HeldBytes held_;
};

/// A string in the cache.
template <>
class View<std::string_view> {
 public:
  explicit View(detail::HeldBytes held) : held_(std::move(held)) {}

  std::string_view operator*() const& noexcept { return view(); }
  operator std::string_view() const& noexcept { return view(); }
  operator std::string_view() const&& = delete;  // give the view a name: it keeps the text
  std::string str() const { return std::string(view()); }
  const char* data() const noexcept { return view().data(); }
  std::size_t size() const noexcept { return held_.bytes.size(); }

  friend bool operator==(const View& a, const View& b) noexcept { return a.view() == b.view(); }
  friend bool operator==(const View& a, std::string_view b) noexcept { return a.view() == b; }
  friend Json to_json(const View& text) { return Json(text.view()); }

 private:
  std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(held_.bytes.data()), held_.bytes.size()};
  }

  detail::HeldBytes held_;
};

/// An array in the cache. As a Json it is a typed array, for the types that plotly takes so.
template <class T>
class View<std::span<const T>> {
 public:
  using value_type = T;
  using const_iterator = const T*;

  explicit View(detail::HeldBytes held) : held_(std::move(held)) {}

  const T* data() const noexcept { return reinterpret_cast<const T*>(held_.bytes.data()); }
  std::size_t size() const noexcept { return held_.bytes.size() / sizeof(T); }
  bool empty() const noexcept { return size() == 0; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size(); }
  /// REQUIRES: index < size().
  const T& operator[](std::size_t index) const noexcept { return data()[index]; }
  operator std::span<const T>() const& noexcept { return {data(), size()}; }
  operator std::span<const T>() const&& = delete;  // give the view a name: it keeps the array

  friend Json to_json(const View& array) requires(detail::kPlotlyType<T> != nullptr) {
    auto json = make_ref<detail::TypedArray>();
    json->dtype = detail::kPlotlyType<T>;
    json->bytes = array.held_.bytes;
    json->owner = array.held_.owner;
    return Json(Ref<const detail::TypedArray>(json));
  }

 private:
  detail::HeldBytes held_;
};

/// A list of texts in the cache.
template <>
class View<std::vector<std::string>> {
 public:
  explicit View(detail::HeldBytes held) : held_(std::move(held)) {}

  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// Valid as long as the view. REQUIRES: index < size().
  std::string_view operator[](std::size_t index) const& noexcept;
  std::string_view operator[](std::size_t index) const&& = delete;
  std::vector<std::string> copy() const;

  friend Json to_json(const View& texts) { return Json(texts.copy()); }

 private:
  detail::HeldBytes held_;
};

namespace detail {

/// How a result is written to the cache, as bytes or as a std::string of them, and what a call
/// returns for it.
template <class R>
struct Stored;

template <class R>
concept Storable = requires {
  typename Stored<R>::Result;
};

template <>
struct Stored<Frame> {
  using Result = Frame;
  static std::span<const std::byte> encode(const Frame& frame) { return frame.bytes(); }
  static Frame read(HeldBytes held) { return frame_of(std::move(held)); }
};
template <>
struct Stored<std::string> {
  using Result = View<std::string_view>;
  static std::string_view encode(const std::string& text) { return text; }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};
template <>
struct Stored<Json> {
  using Result = Json;
  static std::string encode(const Json& json) { return json.dump(); }
  static Json read(const HeldBytes& held) {
    return Json::parse({reinterpret_cast<const char*>(held.bytes.data()), held.bytes.size()});
  }
};
template <PlainValue T>
requires(!std::same_as<T, bool>) struct Stored<std::vector<T>> {
  using Result = View<std::span<const T>>;
  static std::span<const T> encode(const std::vector<T>& values) { return values; }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};
template <>
struct Stored<std::vector<std::string>> {
  using Result = View<std::vector<std::string>>;
  static std::string encode(const std::vector<std::string>& texts);
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};
template <PlainValue T>
struct Stored<T> {
  static constexpr bool small = sizeof(T) <= 64;
  using Result = std::conditional_t<small, T, View<T>>;
  static std::span<const T> encode(const T& value) { return {&value, 1}; }
  static Result read(HeldBytes held) {
    if constexpr (small) {
      std::array<std::byte, sizeof(T)> bytes;
      std::memcpy(bytes.data(), held.bytes.data(), sizeof(T));
      return std::bit_cast<T>(bytes);
    } else {
      return Result(std::move(held));
    }
  }
};
/// Nothing at all, or the value and one byte more.
template <Storable T>
requires(!PlainValue<std::optional<T>>) struct Stored<std::optional<T>> {
  using Result = std::optional<typename Stored<T>::Result>;
  static std::string encode(const std::optional<T>& value) {
    if (!value) return {};
    const auto encoded = Stored<T>::encode(*value);
    const auto bytes = std::as_bytes(std::span(encoded));
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return text += '+';
  }
  static Result read(HeldBytes held) {
    if (held.bytes.empty()) return std::nullopt;
    held.bytes = held.bytes.first(held.bytes.size() - 1);
    return Stored<T>::read(std::move(held));
  }
};

/// A result that a call copies out of the cache, so that it holds nothing there.
template <class R>
concept SmallResult = PlainValue<R> && sizeof(R) <= 64;

/// True for values that hold a struct of the app's, byte by byte.
template <class T>
inline constexpr bool kBoundToBuild = std::is_class_v<T>&& PlainValue<T>;
template <class T>
inline constexpr bool kBoundToBuild<std::vector<T>> = kBoundToBuild<T>;
template <class T>
inline constexpr bool kBoundToBuild<std::optional<T>> = kBoundToBuild<T>;

template <class R>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

}  // namespace detail

}  // namespace ekiden
