// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ekiden/callback.hpp>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

/// Arguments and outputs of callbacks grouped by structs and tuples, where Dash has dicts and
/// tuples of dependencies.
///
///     struct Form { std::string name; int age = 0; };
///     struct Card { std::string title; Figure chart; };
///
///     app.callback(outputs(Member{&Card::title, Output{"title", "children"}},
///                          Member{&Card::chart, Output{"chart", "figure"}}),
///                  inputs(Member{&Form::name, Input{"name", "value"}},
///                         Member{&Form::age, State{"age", "value"}}),
///                  [](const Form& form) -> Card { … });
///
/// On the wire, and in the callback context, the arguments are one after the other.
namespace ekiden {

/// One member of a struct, and the property that it comes from or goes to.
template <class S, class M, class D>
struct Member {
  static_assert(std::same_as<D, Input> || std::same_as<D, State> || std::same_as<D, Output>,
                "Member: it belongs to an Input, a State or an Output");
  Member(M S::*pointer_, D dependency_) : pointer(pointer_), dependency(std::move(dependency_)) {}

  M S::*pointer;
  D dependency;
};

namespace detail {

/// The arguments that are members of an S; the handler has one parameter for all of them.
template <class S, class D, class M>
struct ArgumentMembers;
template <class S, class... D, class... M>
struct ArgumentMembers<S, Types<D...>, Types<M...>> {
  std::tuple<D...> dependencies;
  std::tuple<M S::*...> pointers;
};

/// The arguments that are the elements of one std::tuple, pair or array.
template <class... D>
struct ArgumentTuple {
  std::tuple<D...> dependencies;
};

/// The outputs that are members of an S, which the handler returns.
template <class S, class... M>
struct OutputMembers {
  std::array<Output, sizeof...(M)> list;
  std::tuple<M S::*...> pointers;
};

template <class S, class... D, class... M>
inline constexpr std::size_t kArgumentCount<ArgumentMembers<S, Types<D...>, Types<M...>>> =
    sizeof...(D);
template <class... D>
inline constexpr std::size_t kArgumentCount<ArgumentTuple<D...>> = sizeof...(D);
template <class S, class... M>
inline constexpr std::size_t kOutputCount<OutputMembers<S, M...>> = sizeof...(M);

template <class S, class... D, class... M>
inline constexpr bool kIsGroup<ArgumentMembers<S, Types<D...>, Types<M...>>> = true;
template <class... D>
inline constexpr bool kIsGroup<ArgumentTuple<D...>> = true;
template <class S, class... M>
inline constexpr bool kIsGroup<OutputMembers<S, M...>> = true;

/// Values of the request on their way into parameters; knows which one is read.
struct Reader {
  std::span<const Json> values;
  std::size_t& reading;

  template <class T>
  T read(std::size_t index) {
    reading = index;
    return FromJson<T>::read(values[index]);
  }
};

/// How the parameter for an argument, or a group of them, is checked and read.
template <class Part>
struct Parameter {
  template <class T>
  static constexpr bool check() {
    return check_parameter<T>();
  }
  template <class T>
  static T read(const Part&, Reader& reader, std::size_t first) {
    return reader.read<T>(first);
  }
};

template <class S, class... D, class... M>
struct Parameter<ArgumentMembers<S, Types<D...>, Types<M...>>> {
  using Part = ArgumentMembers<S, Types<D...>, Types<M...>>;

  template <class T>
  static constexpr bool check() {
    constexpr bool fits = std::same_as<std::remove_cvref_t<T>, S>;
    static_assert(fits,
                  "callback: the parameter for inputs(Member{…}, …) must be the struct whose "
                  "members they are");
    return fits && (check_parameter<M>() && ...);
  }
  template <class T>
  static T read(const Part& part, Reader& reader, std::size_t first) {
    T value{};
    std::apply([&](const auto&... pointer) { ((value.*pointer = reader.read<M>(first++)), ...); },
               part.pointers);
    return value;
  }
};

template <class T>
inline constexpr bool kIsTuple = requires {
  std::tuple_size<T>::value;
};

template <class... D>
struct Parameter<ArgumentTuple<D...>> {
  using Part = ArgumentTuple<D...>;

  template <class T>
  static constexpr bool check() {
    using Tuple = std::remove_cvref_t<T>;
    if constexpr (!kIsTuple<Tuple>) {
      static_assert(kNever<T>,
                    "callback: the parameter for inputs(…) must be a std::tuple, pair or array "
                    "with one element for each of them");
      return false;
    } else if constexpr (std::tuple_size_v<Tuple> != sizeof...(D)) {
      static_assert(
          kNever<T>,
          "callback: the parameter for inputs(…) must have as many elements as there are Inputs "
          "and States in it");
      return false;
    } else {
      return check_elements<Tuple>(std::index_sequence_for<D...>());
    }
  }
  template <class T>
  static T read(const Part&, Reader& reader, std::size_t first) {
    return read_elements<T>(reader, first, std::index_sequence_for<D...>());
  }

 private:
  template <class T, std::size_t... I>
  static constexpr bool check_elements(std::index_sequence<I...>) {
    return (check_parameter<std::tuple_element_t<I, T>>() && ...);
  }
  template <class T, std::size_t... I>
  static T read_elements(Reader& reader, std::size_t first, std::index_sequence<I...>) {
    return T{reader.read<std::tuple_element_t<I, T>>(first + I)...};
  }
};

/// How the result goes to outputs that are not grouped: as without groups.
template <class Outputs>
struct GroupedResult {
  template <class R>
  static void write(const Outputs&, R&& result, Results& results) {
    Result<R>::write(std::move(result), results.data());
  }
};

template <class S, class... M>
struct GroupedResult<OutputMembers<S, M...>> {
  using Group = OutputMembers<S, M...>;
  static void write(const Group& group, S&& value, Results& results) {
    std::apply(
        [&, to = results.data()](const auto&... pointer) mutable {
          (Result<M>::write(std::move(value.*pointer), to++), ...);
        },
        group.pointers);
  }
  static void write(const Group& group, Update<S>&& update, Results& results) {
    if (S* value = update.value()) write(group, std::move(*value), results);
  }
  static void write(const Group&, NoUpdate, Results&) {}
};

template <class F, class R, class Outputs, class Parts, class Parameters>
class GroupedHandler;
template <class F, class R, class Outputs, class... Part, class... A>
class GroupedHandler<F, R, Outputs, Types<Part...>, Types<A...>> final : public Handler {
 public:
  GroupedHandler(F&& function, Outputs outputs, std::tuple<Part...> parts, std::size_t count)
      : function_(std::move(function)),
        outputs_(std::move(outputs)),
        parts_(std::move(parts)),
        count_(count) {}

  Results run(std::span<const Json> values, std::size_t& reading) const override {
    return run(Reader{values, reading}, std::index_sequence_for<A...>());
  }

 private:
  static constexpr std::array<std::size_t, sizeof...(Part) + 1> first_values() {
    std::array<std::size_t, sizeof...(Part) + 1> first{};
    const std::size_t counts[] = {kArgumentCount<Part>..., 0};
    for (std::size_t i = 0; i < sizeof...(Part); ++i) first[i + 1] = first[i] + counts[i];
    return first;
  }
  static constexpr auto kFirst = first_values();

  template <std::size_t... I>
  Results run([[maybe_unused]] Reader reader, std::index_sequence<I...>) const {
    std::tuple<std::remove_cvref_t<A>...> arguments{
        Parameter<Part>::template read<std::remove_cvref_t<A>>(std::get<I>(parts_), reader,
                                                               kFirst[I])...};
    reader.reading = kAllRead;
    Results results(count_);
    if constexpr (std::is_void_v<R>) {
      std::apply(function_, std::move(arguments));
    } else {
      GroupedResult<Outputs>::write(outputs_, std::apply(function_, std::move(arguments)), results);
    }
    return results;
  }

  F function_;
  Outputs outputs_;
  std::tuple<Part...> parts_;
  std::size_t count_;
};

template <class R, class Outputs>
inline constexpr bool kFitsOutputs = false;
template <class R, class S, class... M>
inline constexpr bool kFitsOutputs<R, OutputMembers<S, M...>> =
    std::same_as<R, S> || std::same_as<R, Update<S>> || std::same_as<R, NoUpdate>;

template <class R, class Outputs>
constexpr bool check_grouped_result() {
  constexpr std::size_t count = kOutputCount<Outputs>;
  if constexpr (kIsGroup<Outputs>) {
    static_assert(kFitsOutputs<R, Outputs>,
                  "callback: for outputs(Member{…}, …) the handler must return the struct whose "
                  "members they are, or an Update of it");
    return kFitsOutputs<R, Outputs>;
  } else if constexpr (count == 0) {
    constexpr bool nothing = std::is_void_v<R> || std::same_as<R, NoUpdate>;
    static_assert(nothing,
                  "callback: the handler returns a value, but the callback has no Output for it");
    return nothing;
  } else if constexpr (std::is_void_v<R>) {
    static_assert(kNever<R>,
                  "callback: the handler returns nothing, but must return a value for each Output");
    return false;
  } else {
    constexpr bool fits =
        (Result<R>::count == 0 || Result<R>::count == count) && Result<R>::writable;
    static_assert(fits,
                  "callback: the handler must return one value per Output, of types that are "
                  "written as JSON: a std::tuple for several, a plain value for one");
    return fits;
  }
}

template <class Outputs, class F, class... Part, class... A>
Ref<const Handler> make_grouped(F function, Outputs outputs, std::tuple<Part...> parts,
                                Types<A...>) {
  using R = typename Signature<F>::Result;
  if constexpr (sizeof...(A) != sizeof...(Part)) {
    static_assert(kNever<F>,
                  "callback: the handler must take one parameter per Input, State and inputs(…), "
                  "in the order in which they are given");
  } else if constexpr ((Parameter<Part>::template check<A>() && ... && true) &&
                       check_grouped_result<R, Outputs>()) {
    return make_ref<const GroupedHandler<F, R, Outputs, Types<Part...>, Types<A...>>>(
        std::move(function), std::move(outputs), std::move(parts), kOutputCount<Outputs>);
  }
  return {};
}

template <class Part>
auto argument_part(const Part& part) {
  if constexpr (kIsArgument<Part>) {
    return std::tuple<Part>(part);
  } else {
    return std::tuple<>();
  }
}

struct NoOutputs {};

template <class Part>
auto output_part(const Part& part) {
  if constexpr (kOutputCount < Part >> 0) {
    return part;
  } else {
    return NoOutputs();
  }
}

/// The handler of a callback of which a part is a group. REQUIRES: in_order<Parts...>().
template <class F, class... Parts>
Ref<const Handler> grouped_handler(F function, const std::tuple<const Parts&...>& parts) {
  using S = Signature<F>;
  if constexpr (!requires { typename S::Parameters; } || !S::is_const) {
    return check_handler<0, 0>(std::move(function));
  } else {
    return std::apply(
        [&](const auto& first, const auto&... rest) {
          return make_grouped(std::move(function), output_part(first),
                              std::tuple_cat(argument_part(first), argument_part(rest)...),
                              typename S::Parameters());
        },
        parts);
  }
}

template <class S, class... M, class... D>
ArgumentMembers<S, Types<D...>, Types<M...>> members_of(Member<S, M, D>... members) {
  return {{std::move(members.dependency)...}, {members.pointer...}};
}

}  // namespace detail

/// Arguments that reach the handler as one struct; a member that is not named keeps its default.
template <class S, class... M, class... D>
requires((std::same_as<D, Input> ||
          std::same_as<D, State>)&&...) auto inputs(Member<S, M, D>... members) {
  return detail::members_of(std::move(members)...);
}

/// Arguments that reach the handler as one std::tuple, pair or array.
template <class... D>
requires(sizeof...(D) > 0 &&
         ((std::same_as<D, Input> ||
           std::same_as<D, State>)&&...)) detail::ArgumentTuple<D...> inputs(D... dependencies) {
  return {{std::move(dependencies)...}};
}

/// Outputs that are the members of the one struct which the handler returns. A member may be an
/// Update; those that are not named go nowhere.
template <class S, class... M>
detail::OutputMembers<S, M...> outputs(Member<S, M, Output>... members) {
  static_assert((detail::Result<M>::writable && ...),
                "outputs: a member has a type that is not written as JSON");
  return {{std::move(members.dependency)...}, {members.pointer...}};
}

}  // namespace ekiden
