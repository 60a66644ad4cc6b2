// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/callback.hpp>
#include <ekiden/dependency.hpp>
#include <ekiden/json.hpp>
#include <ekiden/on_error.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "worker/app/page_settings.hpp"

namespace ekiden {
class Cache;
}

namespace ekiden::worker {

/// An argument of a callback: an Input or a State, in the order of the handler's parameters.
struct Argument {
  Dependency dependency;
  bool is_state = false;
  bool is_optional = false;  ///< the component need not be on the page
};

/// What each output receives; nullopt leaves it as it is in the browser.
using CallbackResult = std::vector<std::optional<Json>>;

/// One registered callback with its types erased, so that dispatch has no templates.
struct CallbackDefinition {
  std::vector<Output> outputs;
  /// True if the outputs were given as a list: the id is then `..a.p...b.q..`, also for one.
  bool multi = false;
  std::vector<Argument> arguments;
  std::optional<PreventInitialCall> prevent_initial_call;  ///< nullopt: the app's setting
  std::vector<Running> running;
  bool optional = false;       ///< see CallbackOptions
  std::optional<bool> hidden;  ///< nullopt: the app's setting
  /// What the browser runs in place of `run`, which is then empty.
  std::optional<ClientsideFunction> clientside;
  std::string where;      ///< "app.cpp:42", of the first output or argument; empty if there is none
  ErrorHandler on_error;  ///< empty: the app's
  /// Decodes the arguments, calls the handler, encodes its result.
  /// Throws BadArgument, PreventUpdate, or what the handler throws.
  std::function<CallbackResult(std::span<const Json>)> run;

  /// What the wire calls `output`, and messages the callback's name: "graph.figure", or
  /// "..a.children...b.value.." for a list.
  std::string output_id() const;
  /// True if the request says which components the outputs are.
  bool has_pattern_output() const;
};

/// All that set-up says about an application. Read-only after set-up.
struct AppDefinition {
  std::string title = "Dash";
  std::string update_title = "Updating...";
  Json layout;                            ///< null until App::layout was called
  std::function<Json()> layout_function;  ///< called per request if set
  std::vector<CallbackDefinition> callbacks;
  std::vector<std::string> inline_scripts;  ///< of the page, without their elements
  bool suppress_callback_exceptions = false;
  bool hide_all_callbacks = false;
  PreventInitialCall prevent_initial_callbacks = false;
  ErrorHandler on_error;  ///< for callbacks that have none of their own
  PageSettings page;
  std::shared_ptr<Cache> cache;  ///< null until App::cache was called
};

}  // namespace ekiden::worker
