// SPDX-License-Identifier: MIT
// Callbacks that do not run when the page is loaded: said for the callback or for the app, run by
// the server or by the browser, for components of the layout or of a callback's answer.
#include <array>
#include <ekiden/html.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

struct Flavor {
  bool clientside;  ///< the browser runs the callbacks
  bool content;     ///< a callback puts the components on the page
  bool global;      ///< the app prevents initial calls, callbacks allow them
};

/// Says only what differs from what the app says.
CallbackOptions options(const Flavor& flavor, bool prevent) {
  CallbackOptions options;
  if (prevent != flavor.global) options.prevent_initial_call = prevent;
  return options;
}

void lay_out(App& app, const Flavor& flavor, const Component& layout) {
  if (flavor.global) app.prevent_initial_callbacks();
  if (!flavor.content) {
    app.layout(layout);
    return;
  }
  app.layout(html::Div().id("content"));
  app.validation_layout({html::Div().id("content"), layout});
  app.callback(Output{"content", "children"}, Input{"content", "style"}, options(flavor, false),
               [layout](Json) { return layout; });
}

/// `count` outputs' worth of what the browser concatenates.
const char* concatenation(std::size_t count) {
  return count == 1 ? "(...texts) => texts.join('')"
                    : "(...texts) => [texts.join(''), texts.join('')]";
}

template <class>
using Text = std::string;

template <class... Inputs>
void concatenate(App& app, const Flavor& flavor, bool prevent, const Output& output,
                 const Inputs&... inputs) {
  if (flavor.clientside) {
    app.clientside_callback(concatenation(1), output, inputs..., options(flavor, prevent));
  } else {
    app.callback(output, inputs..., options(flavor, prevent),
                 [](const Text<Inputs>&... texts) { return (texts + ...); });
  }
}

template <class... Inputs>
void concatenate(App& app, const Flavor& flavor, bool prevent, const Outputs<2>& pair,
                 const Inputs&... inputs) {
  if (flavor.clientside) {
    app.clientside_callback(concatenation(2), pair, inputs..., options(flavor, prevent));
  } else {
    app.callback(pair, inputs..., options(flavor, prevent), [](const Text<Inputs>&... texts) {
      const std::string text = (texts + ...);
      return std::array{text, text};
    });
  }
}

/// The children of a letter's component, whose id is the letter, or an object of it.
template <class D>
D letter(bool pattern, const char* name, const char* property = "children") {
  if (pattern) return D{{{"i", MATCH}, {"j", name}}, property};
  return D{name, property};
}

/// A button and the letters, each a div of itself.
Component letters(bool pattern, std::initializer_list<const char*> names) {
  const auto id = [pattern](const char* name) -> Id {
    if (pattern) return {{"i", 0}, {"j", name}};
    return name;
  };
  Json::Array children{html::Button("click").id(id("btn")).className("btn")};
  for (const char* name : names) {
    const auto upper = static_cast<char>(name[0] - 'a' + 'A');
    children.push_back(html::Div(std::string(1, upper)).id(id(name)).className(name));
  }
  return html::Div(Json(std::move(children)));
}

void chains_of(App& app, const Flavor& flavor, bool pattern) {
  const auto output = [&](const char* name) { return letter<Output>(pattern, name); };
  const auto input = [&](const char* name) { return letter<Input>(pattern, name); };
  lay_out(app, flavor, letters(pattern, {"a", "b", "c", "d", "e", "f"}));
  const Input click = letter<Input>(pattern, "btn", "n_clicks");
  if (flavor.clientside) {
    app.clientside_callback("() => 'Click'", output("a"), click, options(flavor, true));
  } else {
    app.callback(output("a"), click, options(flavor, true), [](Json) { return "Click"; });
  }
  concatenate(app, flavor, false, output("b"), input("a"));
  concatenate(app, flavor, true, output("c"), input("a"));
  app.callback(output("d"), letter<Input>(pattern, "d", "style"), options(flavor, false),
               [](Json) -> std::string { throw PreventUpdate(); });
  concatenate(app, flavor, false, output("e"), input("a"), input("d"));
  // Prevented, but called all the same, because another callback changes b.
  concatenate(app, flavor, true, output("f"), input("a"), input("b"), input("d"));
}

void chains(App& app, const Flavor& flavor) { chains_of(app, flavor, false); }
void chains_of_patterns(App& app, const Flavor& flavor) { chains_of(app, flavor, true); }

void pairs(App& app, const Flavor& flavor) {
  const auto output = [](const char* name) { return Output{name, "children"}; };
  const auto input = [](const char* name) { return Input{name, "children"}; };
  lay_out(app, flavor, letters(false, {"a", "b", "c", "d", "e", "f", "g"}));
  const auto ab = outputs(output("a"), output("b"));
  const Input click{"btn", "n_clicks"};
  if (flavor.clientside) {
    app.clientside_callback("() => ['Blue', 'Cheese']", ab, click, options(flavor, true));
  } else {
    app.callback(ab, click, options(flavor, true),
                 [](Json) { return std::tuple("Blue", "Cheese"); });
  }
  concatenate(app, flavor, true, outputs(output("c"), output("d")), input("a"), input("b"));
  concatenate(app, flavor, true, outputs(output("e"), output("f")), input("a"));
  concatenate(app, flavor, false, output("g"), input("f"));
}

void first_option_without_its_name(App& app) {
  app.layout(html::Div({html::Button("click").id("btn"), html::Div().id("out")}));
  app.callback(Output{"out", "children"}, Input{"btn", "n_clicks"}, CallbackOptions{true},
               [](std::optional<int> clicks) { return clicks; });
}

template <auto set_up, bool clientside, bool content, bool global>
void with(App& app) {
  set_up(app, Flavor{clientside, content, global});
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbpi001-plain", with<chains, false, false, false>},
                       {"cbpi001-clientside", with<chains, true, false, false>},
                       {"cbpi001-content", with<chains, false, true, false>},
                       {"cbpi001-all", with<chains, true, true, true>},
                       {"cbpi001-global", with<chains, false, false, true>},
                       {"cbpi002-plain", with<chains_of_patterns, false, false, false>},
                       {"cbpi002-clientside", with<chains_of_patterns, true, false, false>},
                       {"cbpi002-content", with<chains_of_patterns, false, true, false>},
                       {"cbpi002-all", with<chains_of_patterns, true, true, true>},
                       {"cbpi002-global", with<chains_of_patterns, false, false, true>},
                       {"cbpi003-plain", with<pairs, false, false, false>},
                       {"cbpi003-clientside", with<pairs, true, false, false>},
                       {"cbpi003-content", with<pairs, false, true, false>},
                       {"cbpi003-all", with<pairs, true, true, true>},
                       {"cbpi003-global", with<pairs, false, false, true>},
                       {"cbpi004", first_option_without_its_name},
                   });
}
