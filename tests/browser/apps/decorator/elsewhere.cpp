// SPDX-License-Identifier: MIT
#include "elsewhere.hpp"

#include <optional>
#include <string>

using namespace ekiden;

void show_elsewhere(App& app, const char* output, const char* text) {
  app.callback(Output{output, "children"}, Input{"input", "value"},
               [text = std::string(text)](std::optional<std::string> value) {
                 return text + ": " + value.value_or("none");
               });
}

void show_in_browser_elsewhere(App& app, const char* output, const char* text) {
  app.clientside_callback("value => '" + std::string(text) + ": ' + (value ?? 'none')",
                          Output{output, "children"}, Input{"input", "value"});
}
