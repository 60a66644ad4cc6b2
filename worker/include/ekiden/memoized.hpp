// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ekiden/callback.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize_key.hpp>
#include <ekiden/memoize_value.hpp>
#include <ekiden/ref.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Functions whose results all workers share.
namespace ekiden {

namespace shared {
class Pin;
class ValueWriter;
}  // namespace shared

template <class Signature>
class Memoized;

/// Thrown to those who waited while another callback computed the value, and failed. The one who
/// computed gets the exception itself.
class ComputationFailed : public Error {
 public:
  using Error::Error;
};

/// What the results of a memoized function depend on besides its arguments: a file, whose size and
/// time of change are looked at in every call, or a Frame that set-up made.
class DependsOn {
 public:
  DependsOn(const char* file) : file_(file) {}
  DependsOn(std::string file) : file_(std::move(file)) {}
  DependsOn(const Frame& frame);

  void write_key(detail::KeyWriter& key) const;

 private:
  std::string file_;  ///< empty for a frame
  std::uint64_t digest_ = 0;
};

/// As the arguments of Flask-Caching's `memoize`, and what it lacks. Those that are functions of
/// the call are Unless, ForcedUpdate, IsStale and ResponseFilter.
struct MemoizeOptions {
  /// How long a result is used before it is computed again. 0: for ever. Not given: what
  /// CACHE_DEFAULT_TIMEOUT says, else for ever.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// For so long after the timeout the old result is given out while one callback computes it anew.
  std::chrono::nanoseconds stale_while_revalidate{0};
  /// Above 0: a result is computed anew before it expires, the sooner the longer it takes to
  /// compute, so that nobody waits. 1 is a good value.
  double early_recompute = 0;
  /// Up to seven; Cache::evict voids all results that bear a tag.
  std::vector<std::string> tags = {};
  std::vector<DependsOn> depends_on = {};
  /// Positions of arguments, from 0, that do not change the result: a log level, a connection.
  std::vector<std::size_t> args_to_ignore = {};
  /// Whether a std::nullopt is remembered like any other result.
  bool cache_none = false;
  /// Makes the name that results are kept under from the function's.
  std::function<std::string(const std::string&)> make_name = {};
};

/// Given to `memoize` after the function: where it returns true, of no arguments or of the call's,
/// the result is neither looked for nor kept.
template <class F>
struct Unless {
  F function;
};
template <class F>
Unless(F) -> Unless<F>;
/// Where it returns true the result is computed anew, and kept.
template <class F>
struct ForcedUpdate {
  F function;
};
template <class F>
ForcedUpdate(F) -> ForcedUpdate<F>;
/// Called with a result that was found, and perhaps the arguments: true computes it anew.
template <class F>
struct IsStale {
  F function;
};
template <class F>
IsStale(F) -> IsStale<F>;
/// Called with a new result: false gives it to its caller and does not keep it.
template <class F>
struct ResponseFilter {
  F function;
};
template <class F>
ResponseFilter(F) -> ResponseFilter<F>;

namespace detail {

/// A call of the function whose types the cache does not know: writes the result.
struct Computation {
  void (*run)(const void* call, shared::ValueWriter& result);
  const void* call;
  /// The same with arguments of its own, for another thread to run later.
  std::function<void(shared::ValueWriter&)> (*copy)(const void* call);
};

/// What is the same for all results of one memoized function.
class MemoizedBase : public Counted {
 public:
  MemoizedBase(std::string name, const MemoizeOptions& options, std::string_view result_type,
               std::size_t arguments);

  /// The result kept under `key`, or computed and kept; computed anew in any case if `forced`.
  /// Throws what the computation throws, ComputationFailed, or WaitCancelled. Without a cache it is
  /// computed each time.
  HeldBytes get(const KeyWriter& key, const Computation& computation, bool forced) const;
  /// The same, copied to `result`.
  void get(const KeyWriter& key, const Computation& computation, bool forced,
           std::span<std::byte> result) const;
  bool erase(const KeyWriter& key) const;
  void invalidate() const;
  /// What the keys of this function begin with.
  std::string_view key_prefix() const noexcept { return key_prefix_; }
  void write_dependencies(KeyWriter& key) const {
    for (const DependsOn& dependency : options_.depends_on) dependency.write_key(key);
  }
  bool ignores(std::size_t argument) const noexcept {
    return argument < 64 && (ignored_ >> argument & 1U) != 0;
  }
  bool caches_none() const noexcept { return options_.cache_none; }
  /// Calls `make`, so that the frame that it returns lies where the result is to be, if that can
  /// be; then `in_place` is true.
  Frame make_frame(shared::ValueWriter& result, const std::function<Frame()>& make,
                   bool& in_place) const;

 private:
  struct Place;

  shared::Pin pin(std::string_view key, const Computation& computation, bool forced) const;
  void refresh_later(std::string_view key, const Computation& computation) const;

  std::uint32_t ordinal_;
  std::string name_;
  MemoizeOptions options_;
  std::string key_prefix_;
  std::string cache_name_;  ///< by which the cache voids all results
  std::vector<std::string> cache_tags_;
  std::uint64_t ignored_ = 0;
};

/// True where a process has a cache: in workers, not in set-up.
bool has_cache() noexcept;
std::span<std::byte> reserve(shared::ValueWriter& result, std::size_t bytes);
/// The result goes to its caller only.
void do_not_keep(shared::ValueWriter& result);
/// The result of a computation that no cache knows of.
HeldBytes compute_alone(const Computation& computation);

template <class R, class... A>
class MemoizedFunction : public MemoizedBase {
 public:
  using Result = typename Stored<R>::Result;

  MemoizedFunction(std::string name, const MemoizeOptions& options, std::string_view result_type)
      : MemoizedBase(std::move(name), options, result_type, sizeof...(A)) {}
  virtual R call(const A&... arguments) const = 0;
  virtual bool unless(const A&... arguments) const = 0;
  virtual bool forced_update(const A&... arguments) const = 0;
  virtual bool is_stale(const Result& result, const A&... arguments) const = 0;
  virtual bool filter(const R& result) const = 0;

  void compute(shared::ValueWriter& result, const A&... arguments) const {
    bool in_place = false;
    const R value = make(result, in_place, arguments...);
    if (!in_place) {
      const auto encoded = Stored<R>::encode(value);
      const std::span<const std::byte> bytes = std::as_bytes(std::span(encoded));
      const std::span<std::byte> place = reserve(result, bytes.size());
      if (!bytes.empty()) std::memcpy(place.data(), bytes.data(), bytes.size());
    }
    bool kept = filter(value);
    if constexpr (kIsOptional<R>) kept = kept && (value.has_value() || this->caches_none());
    if (!kept) do_not_keep(result);
  }

 private:
  R make(shared::ValueWriter& result, bool& in_place, const A&... arguments) const {
    if constexpr (std::same_as<R, Frame>) {
      return make_frame(
          result, [&] { return call(arguments...); }, in_place);
    } else {
      return call(arguments...);
    }
  }
};

/// Calls a condition with all of `values`, or with those that it takes.
template <class F, class... V>
bool ask(const F& condition, const V&... values) {
  if constexpr (std::is_invocable_r_v<bool, const F&, const V&...>) {
    return condition(values...);
  } else {
    static_assert(std::is_invocable_r_v<bool, const F&>,
                  "memoize: a condition must return bool and take nothing, or what the function "
                  "takes; IsStale takes the result first, ResponseFilter just that");
    return condition();
  }
}
template <class F, class R, class... A>
bool ask_result(const F& condition, const R& result, const A&... arguments) {
  if constexpr (std::is_invocable_r_v<bool, const F&, const R&>) {
    return condition(result);
  } else {
    return ask(condition, result, arguments...);
  }
}

template <template <class> class Kind, class C>
inline constexpr bool kIsKind = false;
template <template <class> class Kind, class F>
inline constexpr bool kIsKind<Kind, Kind<F>> = true;
template <class C>
inline constexpr bool kIsCondition = kIsKind<Unless, C> || kIsKind<ForcedUpdate, C> ||
                                     kIsKind<IsStale, C> || kIsKind<ResponseFilter, C>;

template <class F, class Conditions, class R, class... A>
class TypedMemoizedFunction;

template <class F, class... C, class R, class... A>
class TypedMemoizedFunction<F, std::tuple<C...>, R, A...> final : public MemoizedFunction<R, A...> {
 public:
  using Result = typename Stored<R>::Result;

  TypedMemoizedFunction(std::string name, const MemoizeOptions& options,
                        std::string_view result_type, F&& function, std::tuple<C...>&& conditions)
      : MemoizedFunction<R, A...>(std::move(name), options, result_type),
        function_(std::move(function)),
        conditions_(std::move(conditions)) {}
  R call(const A&... arguments) const override { return function_(arguments...); }
  bool unless(const A&... arguments) const override {
    return any<Unless>([&](const auto& condition) { return ask(condition, arguments...); });
  }
  bool forced_update(const A&... arguments) const override {
    return any<ForcedUpdate>([&](const auto& condition) { return ask(condition, arguments...); });
  }
  bool is_stale(const Result& result, const A&... arguments) const override {
    return any<IsStale>(
        [&](const auto& condition) { return ask_result(condition, result, arguments...); });
  }
  bool filter(const R& result) const override {
    return !any<ResponseFilter>([&](const auto& condition) { return !ask(condition, result); });
  }

 private:
  template <template <class> class Kind, class Test>
  bool any(const Test& test) const {
    const auto one = [&](const auto& condition) {
      if constexpr (kIsKind<Kind, std::remove_cvref_t<decltype(condition)>>) {
        return test(condition.function);
      } else {
        return false;
      }
    };
    return std::apply([&](const C&... condition) { return (one(condition) || ...); }, conditions_);
  }

  F function_;
  std::tuple<C...> conditions_;
};

}  // namespace detail

/// A function whose results all workers share. Cheap to copy: capture it by value in callbacks.
///
/// Thread safety: may be called by any number of threads of any number of workers; of those that
/// ask for the same missing value one computes, the others wait for it.
template <class R, class... A>
class Memoized<R(A...)> {
 public:
  /// What a call returns: a Frame for a Frame, numbers and structs of up to 64 bytes by value, a
  /// Json for a Json, else a View. Frames and views are read where they lie in the cache, which
  /// keeps them there.
  using Result = typename detail::Stored<R>::Result;

  explicit Memoized(Ref<const detail::MemoizedFunction<R, std::remove_cvref_t<A>...>> function)
      : function_(std::move(function)) {}

  Result operator()(const std::remove_cvref_t<A>&... arguments) const {
    if constexpr (std::same_as<R, Frame>) {
      if (!detail::has_cache()) return function_->call(arguments...);
    }
    const Call call{*function_, {arguments...}};
    const detail::Computation computation{&Call::run, &call, &Call::copy};
    if (function_->unless(arguments...)) {
      return detail::Stored<R>::read(detail::compute_alone(computation));
    }
    const detail::KeyWriter found_by = key(arguments...);
    const bool forced = function_->forced_update(arguments...);
    Result result = get(found_by, computation, forced);
    if (forced || !function_->is_stale(result, arguments...)) return result;
    return get(found_by, computation, true);
  }

  /// The function itself; neither looks into the cache nor changes it.
  R uncached(const std::remove_cvref_t<A>&... arguments) const {
    return function_->call(arguments...);
  }

 private:
  friend class Cache;
  using Function = detail::MemoizedFunction<R, std::remove_cvref_t<A>...>;

  struct Call {
    const Function& function;
    std::tuple<const std::remove_cvref_t<A>&...> arguments;

    static void run(const void* self, shared::ValueWriter& result) {
      const Call& call = *static_cast<const Call*>(self);
      std::apply([&](const auto&... argument) { call.function.compute(result, argument...); },
                 call.arguments);
    }
    static std::function<void(shared::ValueWriter&)> copy(const void* self) {
      const Call& call = *static_cast<const Call*>(self);
      return [function = Ref<const Function>(&call.function),
              arguments = std::tuple<std::remove_cvref_t<A>...>(call.arguments)](
                 shared::ValueWriter& result) {
        std::apply([&](const auto&... argument) { function->compute(result, argument...); },
                   arguments);
      };
    }
  };

  Result get(const detail::KeyWriter& key, const detail::Computation& computation,
             bool forced) const {
    if constexpr (detail::SmallResult<R>) {
      std::array<std::byte, sizeof(R)> bytes;
      function_->get(key, computation, forced, bytes);
      return std::bit_cast<R>(bytes);
    } else {
      return detail::Stored<R>::read(function_->get(key, computation, forced));
    }
  }
  detail::KeyWriter key(const std::remove_cvref_t<A>&... arguments) const {
    detail::KeyWriter key(function_->key_prefix());
    function_->write_dependencies(key);
    [[maybe_unused]] std::size_t position = 0;
    ((function_->ignores(position++)
          ? void()
          : detail::KeyOf<std::remove_cvref_t<A>>::write(key, arguments)),
     ...);
    return key;
  }

  Ref<const Function> function_;
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
    static_assert(
        kNever<R>,
        "memoize: the function returns a pointer, reference or view, or a struct with one, "
        "which means nothing in another process; return what it refers to by value, as a "
        "Frame, std::string, std::array or std::vector");
  } else if constexpr (!Storable<R>) {
    static_assert(kNever<R>,
                  "memoize: the function returns a type that cannot be shared between processes; "
                  "return a Frame, a std::string, a Json, a number, a struct of numbers, a "
                  "std::optional of these, or a std::vector of numbers, such structs or strings");
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

}  // namespace ekiden
