// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ekiden/clientside.hpp>
#include <ekiden/dependency.hpp>
#include <ekiden/from_json.hpp>
#include <ekiden/on_error.hpp>
#include <ekiden/update.hpp>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// From a handler's signature to a callback without types. App::callback is the way in.
namespace ekiden {

struct InitialDuplicate {};

/// For outputs that allow duplicates: run the callback when the page is loaded all the same.
inline constexpr InitialDuplicate initial_duplicate{};

/// Whether a callback is not run when the page is loaded: true, false or initial_duplicate.
class PreventInitialCall {
 public:
  template <std::same_as<bool> B>
  constexpr PreventInitialCall(B prevent) : prevents_(prevent), duplicates_(prevent) {}
  constexpr PreventInitialCall(InitialDuplicate) : prevents_(false), duplicates_(true) {}

  constexpr explicit operator bool() const { return prevents_; }
  /// True if outputs may allow duplicates.
  constexpr bool permits_duplicates() const { return duplicates_; }
  friend constexpr bool operator==(PreventInitialCall, PreventInitialCall) = default;

 private:
  bool prevents_, duplicates_;
};

/// A property that has another value while a callback runs: `{Output{"run", "disabled"}, true,
/// false}`.
struct Running {
  Output output;
  Json on, off;  ///< the value meanwhile, and afterwards
};

/// A path, below the app's prefix, at which a POST of `{"name": value, …}` runs a callback's
/// handler and is answered with what it returns as JSON, a list for several outputs. The arguments
/// have the names given here in the handler's order, or those of their properties,
/// "dropdown.value":
///
///     CallbackOptions{.api_endpoint = {"/api/population", {"city"}}}
///
/// An argument that is left out is null. The handler has no callback context there.
struct ApiEndpoint {
  ApiEndpoint() = default;
  ApiEndpoint(const char* path_) : path(path_) {}
  ApiEndpoint(std::string path_, std::vector<std::string> arguments_ = {})
      : path(std::move(path_)), arguments(std::move(arguments_)) {}

  std::string path;                    ///< empty: there is none
  std::vector<std::string> arguments;  ///< names; empty: those of the properties
};

/// What else can be said about a callback; stands before the handler:
///
///     app.callback(Output{"out", "children"}, Input{"button", "n_clicks"},
///                  CallbackOptions{.prevent_initial_call = true}, handler);
struct CallbackOptions {
  /// Do not run when the page is loaded. Not given: App::prevent_initial_callbacks decides.
  std::optional<PreventInitialCall> prevent_initial_call = std::nullopt;
  /// Called with what the handler throws. Not given: what App::on_error was given.
  ErrorHandler on_error = {};
  /// Set by the browser when the callback starts and ends, however it ends.
  std::vector<Running> running = {};
  /// None of its components need be on the page; the callback is then not run.
  bool optional = false;
  /// Left out of the dev tools' callback graph. Not given: App::hide_all_callbacks decides.
  std::optional<bool> hidden = std::nullopt;
  /// A route at which other programs call the handler, too: see ApiEndpoint.
  ApiEndpoint api_endpoint = {};
};

namespace detail {
struct OutputList {
  std::span<const Output> list;
};
}  // namespace detail

/// Several outputs of one callback; made by `outputs()`.
template <std::size_t N>
struct Outputs {
  std::array<Output, N> list;
};

/// The list form of a callback's outputs, `outputs(Output{…}, Output{…})`: the handler then returns
/// a std::tuple (or pair, or array) with one value for each.
template <std::same_as<Output>... O>
Outputs<sizeof...(O)> outputs(O... list) {
  return {{std::move(list)...}};
}

namespace detail {

/// A handler with its types erased.
class Handler : public Counted {
 public:
  static constexpr std::size_t kAllRead = static_cast<std::size_t>(-1);

  /// Decodes `values`, calls the handler, encodes what it returns. `reading` is the index of the
  /// value being decoded, then kAllRead: it tells where a BadArgument comes from.
  /// REQUIRES: one value per parameter.
  virtual Results run(std::span<const Json> values, std::size_t& reading) const = 0;
};

/// One callback as App::callback is told of it. Its members are not inline, because every callback
/// of an app would repeat them.
class Registration {
 public:
  struct Argument {
    Dependency dependency;
    bool is_state;
    bool is_optional;
  };

  Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration();

  void add(const Output& output);
  void add(const OutputList& list);
  void add(const Input& input);
  void add(const State& state);
  void add(const CallbackOptions& given);

  std::vector<Output> outputs;
  bool multi = false;
  std::vector<Argument> arguments;
  CallbackOptions options;
  Ref<const Handler> handler;
  std::optional<ClientsideFunction> clientside;  ///< in place of the handler
  /// Of the call that registers it, where no Output or argument tells.
  std::optional<Where> where;
};

template <class... T>
struct Types {};

/// The one signature of a handler; no members for generic lambdas and overloaded functors.
template <class F>
struct Signature {};
template <class F>
requires requires { &F::operator(); }
struct Signature<F> : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Parameters = Types<A...>;
  static constexpr bool is_const = true;
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {
  static constexpr bool is_const = false;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};

/// How a handler's result is divided among the outputs; `results` points to the first.
template <class R>
struct Result {
  static constexpr std::size_t count = 1;
  static constexpr bool writable = Writable<R>;
  static void write(R&& value, std::optional<Json>* results) {
    results->emplace(json_of(std::move(value)));
  }
};
template <>
struct Result<NoUpdate> {
  static constexpr std::size_t count = 0;  // fits any number
  static constexpr bool writable = true;
  static void write(NoUpdate, std::optional<Json>*) {}
};
template <class T>
struct Result<Update<T>> : Result<T> {
  static void write(Update<T>&& update, std::optional<Json>* results) {
    if (T* value = update.value()) Result<T>::write(std::move(*value), results);
  }
};

/// A result with a value per output: a std::tuple, pair or array.
template <class Tuple, class... T>
struct TupleResult {
  static constexpr std::size_t count = sizeof...(T);
  static constexpr bool writable = ((Result<T>::writable && Result<T>::count <= 1) && ...);
  static void write(Tuple&& values, std::optional<Json>* results) {
    std::apply([&](T&... value) { (Result<T>::write(std::move(value), results++), ...); }, values);
  }
};
template <class... T>
struct Result<std::tuple<T...>> : TupleResult<std::tuple<T...>, T...> {};
template <class T, class U>
struct Result<std::pair<T, U>> : TupleResult<std::pair<T, U>, T, U> {};
template <class T, std::size_t N>
struct Result<std::array<T, N>> {
  static constexpr std::size_t count = N;
  static constexpr bool writable = Result<T>::writable && Result<T>::count <= 1;
  static void write(std::array<T, N>&& values, std::optional<Json>* results) {
    for (T& value : values) Result<T>::write(std::move(value), results++);
  }
};

template <class T>
inline constexpr std::size_t kOutputCount = 0;
template <>
inline constexpr std::size_t kOutputCount<Output> = 1;
template <std::size_t N>
inline constexpr std::size_t kOutputCount<Outputs<N>> = N;

/// How many arguments a part of the registration stands for.
template <class T>
inline constexpr std::size_t kArgumentCount = std::same_as<T, Input> || std::same_as<T, State>;
template <class T>
inline constexpr bool kIsArgument = (kArgumentCount<T> > 0);
/// True for what `<ekiden/grouping.hpp>` makes.
template <class T>
inline constexpr bool kIsGroup = false;

/// False, but only known once the template is instantiated.
template <class...>
inline constexpr bool kNever = false;

template <class F, class R, class... A>
class TypedHandler final : public Handler {
 public:
  TypedHandler(F&& function, std::size_t outputs)
      : function_(std::move(function)), outputs_(outputs) {}

  Results run(std::span<const Json> values, std::size_t& reading) const override {
    return run(values, reading, std::index_sequence_for<A...>());
  }

 private:
  template <std::size_t... I>
  Results run([[maybe_unused]] std::span<const Json> values, std::size_t& reading,
              std::index_sequence<I...>) const {
    // Braces: the arguments are read in order.
    std::tuple<std::remove_cvref_t<A>...> arguments{
        read<std::remove_cvref_t<A>>(values, I, reading)...};
    reading = kAllRead;
    Results results(outputs_);
    if constexpr (std::is_void_v<R>) {
      std::apply(function_, std::move(arguments));
    } else {
      Result<R>::write(std::apply(function_, std::move(arguments)), results.data());
    }
    return results;
  }

  template <class T>
  static T read(std::span<const Json> values, std::size_t index, std::size_t& reading) {
    reading = index;
    return FromJson<T>::read(values[index]);
  }

  F function_;
  std::size_t outputs_;
};

template <class T>
constexpr bool check_parameter() {
  constexpr bool writable_reference =
      std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>;
  if constexpr (writable_reference) {
    static_assert(kNever<T>,
                  "callback: a handler's parameter must be taken by value or by const reference, "
                  "because the values of properties are read-only");
    return false;
  } else {
    constexpr bool readable = Readable<std::remove_cvref_t<T>>;
    static_assert(readable,
                  "callback: a handler's parameter has a type that is not read from JSON; use a "
                  "number, bool, std::string, Json, a std::vector, std::optional or std::map of "
                  "these, or specialise ekiden::FromJson for it");
    return readable;
  }
}

/// The handler as an object, or one compile error that says what is wrong with it.
template <std::size_t kOutputs, std::size_t kArguments, class F, class R, class... A>
Ref<const Handler> make_handler(F function, Types<A...>) {
  if constexpr (sizeof...(A) != kArguments) {
    static_assert(kNever<F>,
                  "callback: the handler must take one parameter per Input and State, in the order "
                  "in which they are given");
  } else if constexpr (!(check_parameter<A>() && ... && true)) {
  } else if constexpr (kOutputs == 0 && (std::is_void_v<R> || std::same_as<R, NoUpdate>)) {
    return make_ref<const TypedHandler<F, R, A...>>(std::move(function), kOutputs);
  } else if constexpr (kOutputs == 0) {
    static_assert(kNever<F>,
                  "callback: the handler returns a value, but the callback has no Output for it");
  } else if constexpr (std::is_void_v<R>) {
    static_assert(kNever<F>,
                  "callback: the handler returns nothing, but must return a value for each Output");
  } else if constexpr (Result<R>::count != 0 && Result<R>::count != kOutputs) {
    static_assert(kNever<F>,
                  "callback: the handler must return one value per Output: a std::tuple for "
                  "several, a plain value for one");
  } else if constexpr (!Result<R>::writable) {
    static_assert(kNever<R>,
                  "callback: the handler returns a type that is not written as JSON; return a "
                  "number, bool, std::string, Json, component or Figure, or define "
                  "'ekiden::Json to_json(const T&)' beside its type");
  } else {
    return make_ref<const TypedHandler<F, R, A...>>(std::move(function), kOutputs);
  }
  return {};
}

template <std::size_t kOutputs, std::size_t kArguments, class F>
Ref<const Handler> check_handler(F function) {
  using S = Signature<F>;
  if constexpr (!requires { typename S::Parameters; }) {
    static_assert(kNever<F>,
                  "callback: the handler must have exactly one signature, so write its parameter "
                  "types instead of 'auto'");
    return {};
  } else if constexpr (!S::is_const) {
    static_assert(kNever<F>,
                  "callback: a callback must not modify anything outside its scope, so remove "
                  "'mutable' from the handler: copy what it captures into a local variable, and "
                  "return what changes as the value of an Output");
    return {};
  } else {
    return make_handler<kOutputs, kArguments, F, typename S::Result>(std::move(function),
                                                                     typename S::Parameters());
  }
}

/// True for outputs or none, Inputs and States, options or not, handler: in that order.
template <class... Parts>
constexpr bool in_order() {
  constexpr std::size_t count = sizeof...(Parts);
  constexpr bool outputs[] = {(kOutputCount < Parts >> 0)..., false};
  constexpr bool argument[] = {kIsArgument<Parts>..., false};
  constexpr bool options[] = {std::same_as<Parts, CallbackOptions>..., false};
  if (outputs[count - 1] || argument[count - 1] || options[count - 1]) return false;
  for (std::size_t i = outputs[0] ? 1 : 0; i + 1 < count; ++i) {
    if (!argument[i] && !(options[i] && i + 2 == count)) return false;
  }
  return true;
}

template <std::size_t kOutputs, std::size_t kArguments, class Part>
void add_part(Registration& registration, Part&& part) {
  using T = std::decay_t<Part>;
  if constexpr (kIsArgument<T> && kIsGroup<T>) {
    std::apply([&](const auto&... one) { (registration.add(one), ...); }, part.dependencies);
  } else if constexpr (kIsArgument<T> || std::same_as<T, Output> ||
                       std::same_as<T, CallbackOptions>) {
    registration.add(part);
  } else if constexpr (kOutputCount<T> > 0) {
    registration.add(OutputList{part.list});
  } else {
    registration.handler = check_handler<kOutputs, kArguments, T>(std::forward<Part>(part));
  }
}

template <class F, class... Parts>
Ref<const Handler> grouped_handler(F function, const std::tuple<const Parts&...>& parts);

template <class... Parts>
void register_grouped(Registration& registration, Parts&&... parts) {
  constexpr std::size_t last = sizeof...(Parts) - 1;
  const std::tuple<const std::decay_t<Parts>&...> all(parts...);
  const auto add = [&](auto& part) {
    // The handler is no part that can be added.
    using T = std::decay_t<decltype(part)>;
    if constexpr (kIsArgument<T> || (kOutputCount < T >> 0) || std::same_as<T, CallbackOptions>) {
      add_part<0, 0>(registration, part);
    }
  };
  (add(parts), ...);
  registration.handler = grouped_handler(std::get<last>(all), all);
}

template <class... Parts>
void register_parts(Registration& registration, Parts&&... parts) {
  if constexpr (in_order<std::decay_t<Parts>...>()) {
    constexpr std::size_t outputs = (kOutputCount<std::decay_t<Parts>> + ...);
    constexpr std::size_t arguments = (kArgumentCount<std::decay_t<Parts>> + ...);
    if constexpr ((kIsGroup<std::decay_t<Parts>> || ...)) {
      register_grouped(registration, std::forward<Parts>(parts)...);
    } else {
      (add_part<outputs, arguments>(registration, std::forward<Parts>(parts)), ...);
    }
  } else {
    static_assert(kNever<Parts...>,
                  "callback: give the Output (or several in braces) first, then Inputs and States, "
                  "then CallbackOptions if any, then the handler");
  }
}

/// The same for a callback that the browser runs: all but the handler.
template <class... Parts>
void register_clientside_parts(Registration& registration, Parts&&... parts) {
  struct Browser {};
  if constexpr (in_order<std::decay_t<Parts>..., Browser>()) {
    (add_part<0, 0>(registration, std::forward<Parts>(parts)), ...);
  } else {
    static_assert(kNever<Parts...>,
                  "clientside_callback: give the function first, then the Output (or several in "
                  "braces), then Inputs and States, then CallbackOptions if any");
  }
}

}  // namespace detail

}  // namespace ekiden
