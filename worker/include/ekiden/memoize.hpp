// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ekiden/app.hpp>
#include <ekiden/callback.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize_key.hpp>
#include <ekiden/ref.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Functions whose results all workers share.
namespace ekiden {

namespace shared {
class ValueWriter;
}

template <class Signature>
class Memoized;

/// Thrown to those who waited while another callback computed the value, and failed. The one who
/// computed gets the exception itself.
class ComputationFailed : public Error {
 public:
  using Error::Error;
};

struct MemoizeOptions {
  /// How long a result is used before it is computed again. 0: for ever.
  std::chrono::nanoseconds timeout{0};
};

namespace detail {

/// Bytes and what keeps them where they are.
struct HeldBytes {
  std::span<const std::byte> bytes;
  Ref<const Counted> owner;
};

/// A call of the function whose types the cache does not know: writes the result.
struct Computation {
  void (*run)(const void* call, shared::ValueWriter& result);
  const void* call;
};

/// What is the same for all results of one memoized function.
class MemoizedBase : public Counted {
 public:
  MemoizedBase(std::string name, const MemoizeOptions& options, std::string_view result_type);

  /// The result kept under `key`, or computed and kept. Throws what the computation throws, or
  /// ComputationFailed. Without a cache it is computed each time.
  HeldBytes get(const KeyWriter& key, Computation computation) const;
  /// The same, copied to `result`.
  void get(const KeyWriter& key, Computation computation, std::span<std::byte> result) const;
  bool erase(const KeyWriter& key) const;
  /// What the keys of this function begin with.
  std::string_view key_prefix() const noexcept { return key_prefix_; }

 private:
  std::string name_;
  std::string key_prefix_;
  std::chrono::nanoseconds timeout_;
};

/// True where a process has a cache: in workers, not in set-up.
bool has_cache() noexcept;
std::span<std::byte> reserve(shared::ValueWriter& result, std::size_t bytes);
Frame frame_of(HeldBytes held);

template <class T>
inline constexpr bool kRefersElsewhere =
    std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T>;
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

/// Values that are their bytes. A pointer inside a struct cannot be seen from here.
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

namespace detail {

/// How a result is written to the cache, and what a call returns for it.
template <class R>
struct Stored;

template <>
struct Stored<Frame> {
  using Result = Frame;
  static std::span<const std::byte> bytes(const Frame& frame) { return frame.bytes(); }
  static Frame read(HeldBytes held) { return frame_of(std::move(held)); }
};
template <>
struct Stored<std::string> {
  using Result = View<std::string_view>;
  static std::span<const std::byte> bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
  }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};
template <PlainValue T>
requires(!std::same_as<T, bool>) struct Stored<std::vector<T>> {
  using Result = View<std::span<const T>>;
  static std::span<const std::byte> bytes(const std::vector<T>& values) {
    return std::as_bytes(std::span(values));
  }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};
template <PlainValue T>
struct Stored<T> {
  static constexpr bool small = sizeof(T) <= 64;
  using Result = std::conditional_t<small, T, View<T>>;
  static std::span<const std::byte> bytes(const T& value) {
    return std::as_bytes(std::span(&value, 1));
  }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};

template <class R>
concept Storable = requires {
  typename Stored<R>::Result;
};

/// A result that a call copies out of the cache, so that it holds nothing there.
template <class R>
concept SmallResult = PlainValue<R> && sizeof(R) <= 64;

template <class R, class... A>
class MemoizedFunction : public MemoizedBase {
 public:
  using MemoizedBase::MemoizedBase;
  virtual R call(const std::remove_cvref_t<A>&... arguments) const = 0;
};

template <class F, class R, class... A>
class TypedMemoizedFunction final : public MemoizedFunction<R, A...> {
 public:
  TypedMemoizedFunction(std::string name, const MemoizeOptions& options,
                        std::string_view result_type, F&& function)
      : MemoizedFunction<R, A...>(std::move(name), options, result_type),
        function_(std::move(function)) {}
  R call(const std::remove_cvref_t<A>&... arguments) const override {
    return function_(arguments...);
  }

 private:
  F function_;
};

}  // namespace detail

/// A function whose results all workers share. Cheap to copy: capture it by value in callbacks.
///
/// Thread safety: may be called by any number of threads of any number of workers; of those that
/// ask for the same missing value one computes, the others wait for it.
template <class R, class... A>
class Memoized<R(A...)> {
 public:
  /// What a call returns: a Frame for a Frame, numbers and structs of up to 64 bytes by value, else
  /// a View. Frames and views are read where they lie in the cache, which keeps them there.
  using Result = typename detail::Stored<R>::Result;

  explicit Memoized(Ref<const detail::MemoizedFunction<R, A...>> function)
      : function_(std::move(function)) {}

  Result operator()(const std::remove_cvref_t<A>&... arguments) const {
    if constexpr (std::same_as<R, Frame>) {
      if (!detail::has_cache()) return function_->call(arguments...);
    }
    const auto compute = [&](shared::ValueWriter& result) {
      const R value = function_->call(arguments...);
      const std::span<const std::byte> bytes = detail::Stored<R>::bytes(value);
      const std::span<std::byte> place = detail::reserve(result, bytes.size());
      if (!bytes.empty()) std::memcpy(place.data(), bytes.data(), bytes.size());
    };
    using Compute = decltype(compute);
    const detail::Computation computation{[](const void* call, shared::ValueWriter& result) {
                                            (*static_cast<const Compute*>(call))(result);
                                          },
                                          &compute};
    if constexpr (detail::SmallResult<R>) {
      std::array<std::byte, sizeof(R)> bytes;
      function_->get(key(arguments...), computation, bytes);
      return std::bit_cast<R>(bytes);
    } else {
      return detail::Stored<R>::read(function_->get(key(arguments...), computation));
    }
  }

  /// The function itself; neither looks into the cache nor changes it.
  R uncached(const std::remove_cvref_t<A>&... arguments) const {
    return function_->call(arguments...);
  }

 private:
  friend class Cache;

  detail::KeyWriter key(const std::remove_cvref_t<A>&... arguments) const {
    detail::KeyWriter key(function_->key_prefix());
    (detail::KeyOf<std::remove_cvref_t<A>>::write(key, arguments), ...);
    return key;
  }

  Ref<const detail::MemoizedFunction<R, A...>> function_;
};

namespace detail {

/// Stands in for a memoized function that does not compile, so that there is one error only.
struct Refused {
  template <class... A>
  Refused operator()(A&&...) const;
};

template <class R>
constexpr bool check_result() {
  if constexpr (std::is_void_v<R>) {
    static_assert(kNever<R>,
                  "memoize: the function returns nothing, so there is nothing to remember");
  } else if constexpr (std::is_reference_v<R> || kRefersElsewhere<R>) {
    static_assert(kNever<R>,
                  "memoize: the function returns a pointer, reference or view, which means nothing "
                  "in another process; return what it refers to by value, as a Frame, std::string "
                  "or std::vector");
  } else if constexpr (!Storable<R>) {
    static_assert(kNever<R>,
                  "memoize: the function returns a type that cannot be shared between processes; "
                  "return a Frame, a std::string, a number, a struct of numbers, or a std::vector "
                  "of numbers or such structs");
  }
  return !std::is_reference_v<R> && Storable<R>;
}

template <class... A>
constexpr bool check_parameters() {
  constexpr bool read_only =
      ((!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>>)&&...);
  constexpr bool known = (KeyPart<std::remove_cvref_t<A>> && ...);
  static_assert(read_only,
                "memoize: the function's parameters must be taken by value or by const reference, "
                "because a remembered result cannot change them");
  static_assert(known,
                "memoize: the function has a parameter that cannot be told apart by its value; use "
                "numbers, bool, enums, strings, or std::optional, std::vector, std::array, "
                "std::pair or std::tuple of these");
  return read_only && known;
}

}  // namespace detail

/// The results that all workers share, kept in memory until it is needed for others.
/// `App::cache()` returns it.
class Cache {
 public:
  /// Makes `function` remember its results in all workers, under `name`:
  ///
  ///     const auto global_store = app.cache().memoize(
  ///         "global_store", [df](std::string category) -> Frame {
  ///           return df[df["category"] == category];
  ///         });
  ///
  /// A result is found by the name and the arguments' values, so the function must depend on
  /// nothing else that changes. A new build of the app starts with none of the old results. See
  /// Memoized for the types, KeyPart for those of the parameters. A struct must hold no pointers:
  /// those to an own process's memory cannot be told from numbers.
  ///
  /// Throws Error if the name is taken, or if set-up is over.
  template <class F>
  auto memoize(std::string name, F function) {
    return memoize(std::move(name), MemoizeOptions(), std::move(function));
  }
  template <class F>
  auto memoize(std::string name, MemoizeOptions options, F function) {
    using S = detail::Signature<F>;
    if constexpr (!requires { typename S::Parameters; }) {
      static_assert(detail::kNever<F>,
                    "memoize: the function must have exactly one signature, so write its parameter "
                    "types instead of 'auto'");
      return detail::Refused();
    } else if constexpr (!S::is_const) {
      static_assert(detail::kNever<F>,
                    "memoize: the function must not modify anything outside its scope, so remove "
                    "'mutable' from it: copy what it captures into a local variable, and return "
                    "what changes");
      return detail::Refused();
    } else {
      return make<F, typename S::Result>(std::move(name), options, std::move(function),
                                         typename S::Parameters());
    }
  }

  /// Forgets the result for these arguments. False if there was none.
  template <class R, class... A>
  bool delete_memoized(const Memoized<R(A...)>& function,
                       const std::type_identity_t<std::remove_cvref_t<A>>&... arguments) const {
    return function.function_->erase(function.key(arguments...));
  }

 private:
  template <class F, class R, class... A>
  auto make(std::string name, const MemoizeOptions& options, F function, detail::Types<A...>) {
    if constexpr (detail::check_result<R>() && detail::check_parameters<A...>()) {
      take_name(name);
      return Memoized<R(A...)>(make_ref<const detail::TypedMemoizedFunction<F, R, A...>>(
          std::move(name), options, typeid(R).name(), std::move(function)));
    } else {
      return detail::Refused();
    }
  }
  void take_name(const std::string& name);

  std::vector<std::string> names_;
};

}  // namespace ekiden
