// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <ekiden/app.hpp>
#include <ekiden/memoized.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace ekiden {

/// How long a value is kept; std::nullopt: as CACHE_DEFAULT_TIMEOUT says, 0: for ever.
using CacheTimeout = std::optional<std::chrono::nanoseconds>;

/// A lock that all workers of the machine know of, held until this is destroyed. If its holder
/// dies, the next one in line gets it.
class CacheLock {
 public:
  CacheLock(CacheLock&& other) noexcept
      : key_(std::exchange(other.key_, {})), held_(std::move(other.held_)) {}
  CacheLock& operator=(CacheLock&&) = delete;
  ~CacheLock();

 private:
  friend class Cache;
  CacheLock(std::string key, detail::HeldBytes held)
      : key_(std::move(key)), held_(std::move(held)) {}

  std::string key_;         ///< empty: moved from
  detail::HeldBytes held_;  ///< keeps the lock's value from being evicted
};

/// The results and values that all workers share, kept in memory until it is needed for others.
/// `App::cache()` returns it; capture a reference to it in callbacks.
///
/// The direct members, get() to dec(), have Flask-Caching's names and meanings, but for types: a
/// value is read as the type that it was written as. A callback that uses them to remember things
/// for another one gives up what makes memoized functions safe: that a value is the same whoever
/// asks. Thread safety: all members, in callbacks; memoize() in set-up.
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
  /// Memoized for the types, KeyPart for those of the parameters, MemoizeOptions for what may stand
  /// before the function, and Unless, ForcedUpdate, IsStale and ResponseFilter for what may follow
  /// it. A struct must hold no pointers; those in a class with constructors or private members are
  /// not noticed.
  ///
  /// Throws Error if the name is taken, or if set-up is over.
  template <class F, class... Conditions>
  requires(!std::same_as<std::remove_cvref_t<F>, MemoizeOptions>) auto memoize(
      std::string name, F function, Conditions... conditions) {
    return memoize(std::move(name), MemoizeOptions(), std::move(function),
                   std::move(conditions)...);
  }
  template <class F, class... Conditions>
  auto memoize(std::string name, MemoizeOptions options, F function, Conditions... conditions) {
    using S = detail::Signature<F>;
    if constexpr (!(detail::kIsCondition<Conditions> && ... && true)) {
      static_assert(detail::kNever<F>,
                    "memoize: after the function may stand Unless{…}, ForcedUpdate{…}, IsStale{…} "
                    "and ResponseFilter{…}");
      return detail::Refused();
    } else if constexpr (!requires { typename S::Parameters; }) {
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
                                         std::tuple<Conditions...>(std::move(conditions)...),
                                         typename S::Parameters());
    }
  }

  /// Forgets the result for these arguments. False if there was none.
  template <class R, class... A>
  requires(sizeof...(A) > 0) bool delete_memoized(
      const Memoized<R(A...)>& function,
      const std::type_identity_t<std::remove_cvref_t<A>>&... arguments) const {
    return function.function_->erase(function.key(arguments...));
  }
  /// Forgets all results of the function, in all workers in one step, also those being computed.
  template <class R, class... A>
  void delete_memoized(const Memoized<R(A...)>& function) const {
    function.function_->invalidate();
  }
  /// Forgets all values that bear the tag, likewise.
  void evict(std::string_view tag) const;

  /// The value under `key`, as Memoized gives results; nullopt if there is none. Throws Error if it
  /// was written as another type.
  template <class T>
  requires detail::Storable<T>
  auto get(std::string_view key) const -> std::optional<typename detail::Stored<T>::Result> {
    auto held = find(key, {typeid(T).name(), detail::kBoundToBuild<T>});
    if (!held) return std::nullopt;
    return detail::Stored<T>::read(std::move(*held));
  }
  /// False if it does not fit. `set("note", "text")` writes a std::string. A value with tags stays
  /// in shared memory: it is not kept on disk, and other machines do not see it.
  template <class T>
  bool set(std::string_view key, const T& value, CacheTimeout timeout = std::nullopt,
           const std::vector<std::string>& tags = {}) const {
    return put(key, value, timeout, tags, Put::always);
  }
  /// As set, but only if there is no value. One of many that do so at once gets true: on each
  /// machine, if several share a Redis.
  template <class T>
  bool add(std::string_view key, const T& value, CacheTimeout timeout = std::nullopt,
           const std::vector<std::string>& tags = {}) const {
    return put(key, value, timeout, tags, Put::if_absent);
  }
  bool has(std::string_view key) const;
  /// Flask-Caching's `delete`, which is a word of C++. False if there was none.
  bool delete_(std::string_view key) const;
  /// The keys that there were.
  std::vector<std::string> delete_many(const std::vector<std::string>& keys) const;
  template <class T>
  auto get_many(const std::vector<std::string>& keys) const {
    std::vector<std::optional<typename detail::Stored<T>::Result>> values;
    values.reserve(keys.size());
    for (const std::string& key : keys) values.push_back(get<T>(key));
    return values;
  }
  template <class T>
  auto get_dict(const std::vector<std::string>& keys) const {
    std::map<std::string, std::optional<typename detail::Stored<T>::Result>> values;
    for (const std::string& key : keys) values.emplace(key, get<T>(key));
    return values;
  }
  /// The keys whose value was kept.
  template <class T>
  std::vector<std::string> set_many(const std::map<std::string, T>& values,
                                    CacheTimeout timeout = std::nullopt) const {
    std::vector<std::string> kept;
    for (const auto& [key, value] : values) {
      if (set(key, value, timeout)) kept.push_back(key);
    }
    return kept;
  }
  /// Gives a value in shared memory another timeout from now on. False if there is none.
  bool touch(std::string_view key, CacheTimeout timeout) const;
  /// Adds to the std::int64_t under `key`, 0 if there is none, and gives the sum. None of many at
  /// once is lost. Throws Error if the value is of another type. The sum is of this server, since
  /// its start: it is not kept on disk or in Redis.
  std::int64_t inc(std::string_view key, std::int64_t by = 1) const;
  std::int64_t dec(std::string_view key, std::int64_t by = 1) const { return inc(key, -by); }
  /// Forgets everything, memoized results too.
  void clear() const;

  /// Waits until nobody else holds the lock of that name. A callback that waits gives its thread
  /// back meanwhile. Not recursive: whoever asks for it twice waits for ever. Throws WaitCancelled.
  CacheLock lock(std::string_view name) const;
  /// The lock if nobody else holds it.
  std::optional<CacheLock> try_lock(std::string_view name) const;
  /// Waits until at most `count` calls of that name began in the last `period`, this one included.
  /// Throws WaitCancelled.
  void throttle(std::string_view name, std::int64_t count, std::chrono::nanoseconds period) const;
  /// The function, run by one callback at a time of all workers.
  template <class F>
  auto barrier(std::string name, F function) const {
    return [this, name = std::move(name),
            function = std::move(function)](auto&&... arguments) -> decltype(auto) {
      const CacheLock held = lock(name);
      return function(std::forward<decltype(arguments)>(arguments)...);
    };
  }

 private:
  enum class Put { always, if_absent };

  template <class F, class R, class Conditions, class... A>
  auto make(std::string name, const MemoizeOptions& options, F function, Conditions conditions,
            detail::Types<A...>) {
    if constexpr (detail::check_result<R>() && detail::check_parameters<A...>()) {
      using Function = detail::TypedMemoizedFunction<F, Conditions, R, std::remove_cvref_t<A>...>;
      const Memoized<R(A...)> memoized(make_ref<const Function>(
          name, options, typeid(R).name(), std::move(function), std::move(conditions)));
      take_name(name);
      return memoized;
    } else {
      return detail::Refused();
    }
  }
  void take_name(const std::string& name);

  template <class T>
  bool put(std::string_view key, const T& value, CacheTimeout timeout,
           const std::vector<std::string>& tags, Put how) const {
    if constexpr (std::is_convertible_v<const T&, std::string_view> &&
                  !std::same_as<T, std::string>) {
      return put(key, std::string(std::string_view(value)), timeout, tags, how);
    } else {
      static_assert(detail::Storable<T>,
                    "Cache: a value of this type cannot be shared between processes; use a Frame, "
                    "a std::string, a Json, a number, a struct of numbers, a std::optional of "
                    "these, or a std::vector of numbers, such structs or strings");
      const auto encoded = detail::Stored<T>::encode(value);
      return put_bytes(key, {typeid(T).name(), detail::kBoundToBuild<T>},
                       std::as_bytes(std::span(encoded)), timeout, tags, how);
    }
  }
  /// What a value was written as. A struct of the app's may be another one in its next build.
  struct Type {
    std::string_view name;
    bool bound_to_build;
  };
  bool put_bytes(std::string_view key, Type type, std::span<const std::byte> value,
                 CacheTimeout timeout, const std::vector<std::string>& tags, Put how) const;
  std::optional<detail::HeldBytes> find(std::string_view key, Type type) const;

  std::vector<std::string> names_;
};

}  // namespace ekiden
