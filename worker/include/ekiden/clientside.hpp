// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ekiden {

/// A JavaScript function that the browser runs in place of a handler, given to
/// App::clientside_callback.
class ClientsideFunction {
 public:
  /// `window.dash_clientside[name_space][function_name]`, which a script of the assets folder
  /// defines. Throws Error for names that Dash keeps for itself.
  ClientsideFunction(std::string name_space, std::string function_name);
  /// The function itself: `"function (clicks) { return clicks + 1; }"`, or an arrow function.
  ClientsideFunction(const char* source) : ClientsideFunction(std::string(source)) {}
  ClientsideFunction(std::string source);

  const std::string& name_space() const { return name_space_; }
  const std::string& function_name() const { return function_name_; }
  /// The script that defines the function; empty if it is defined elsewhere.
  const std::string& script() const { return script_; }

 private:
  std::string name_space_, function_name_, script_;
};

}  // namespace ekiden
