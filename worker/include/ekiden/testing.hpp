// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ekiden {
class App;
}

/// Drives an app in the test's own process, without server and browser: what is asked goes through
/// the code that answers a browser's requests, from JSON text to JSON text.
///
///     ekiden::testing::AppUnderTest page([](App& app) { set_up(app); });
///     auto outcome = page.fire("graph.figure", {{"dropdown.value", "Seoul"}});
///     EXPECT_EQ(outcome["graph.figure"]["layout"]["title"], Json("Seoul"));
namespace ekiden::testing {

/// "id.property", as all functions here name a property; of a component with a pattern id, given as
/// an object, `{"index":1,"type":"item"}.value`. Texts of that form may have the keys in any order.
std::string property_of(const Json& id, std::string_view property);

/// Properties with their values, by "id.property".
using Values = std::vector<std::pair<std::string, Json>>;

/// What one call of a callback led to.
struct Outcome {
  enum class Kind {
    updated,     ///< it returned; `values` are the outputs that it sets
    prevented,   ///< it threw PreventUpdate
    failed,      ///< it threw something else; `error` is "std::runtime_error: text"
    in_browser,  ///< it is a clientside callback, so nothing ran; `error` says so
  };

  /// "graph.figure", or "..a.p...b.q.." for a list of outputs; MATCH is replaced by its values.
  std::string callback;
  Kind kind = Kind::updated;
  Values values;     ///< without the outputs that received no_update
  Values set_props;  ///< what the callback set by set_props, which a page takes before `values`
  std::string error;

  bool updated() const { return kind == Kind::updated; }
  bool prevented() const { return kind == Kind::prevented; }
  bool failed() const { return kind == Kind::failed; }
  bool in_browser() const { return kind == Kind::in_browser; }
  /// The value of "id.property", or nullptr if the callback left it alone.
  const Json* find(std::string_view property) const;
  /// The same. Throws Error, with the callback's error if it failed, if there is none.
  const Json& operator[](std::string_view property) const;
};

/// An app, and the page that shows it: the values of all properties as the browser would have them.
///
/// Thread safety: one thread. Errors: set-up mistakes, unknown callbacks and unknown properties
/// throw Error; what a callback throws becomes an Outcome.
class AppUnderTest {
 public:
  /// Makes an app of its own, runs `set_up` on it and checks it as the server does.
  explicit AppUnderTest(const std::function<void(App&)>& set_up);
  /// The app of the module at `path`; relative paths in its set-up resolve in its data folder.
  explicit AppUnderTest(const std::string& path);
  AppUnderTest(AppUnderTest&&) noexcept;
  AppUnderTest& operator=(AppUnderTest&&) noexcept;
  ~AppUnderTest();

  /// What `_dash-layout` and `_dash-dependencies` answer. A layout function is called each time.
  Json layout() const;
  Json dependencies() const;

  /// The value that a property has on the page now; null if it is not set.
  Json value(std::string_view property) const;

  /// Calls the one callback of that id, which is its output, "graph.figure". Where the output has
  /// MATCH, it is that of one component: `property_of({{"type", "sum"}, {"index", 1}},
  /// "children")`. Where only Inputs have it, `values` tell which is meant. Wildcards stand for the
  /// components that are on the page. Arguments that are not among `values` have the value of the
  /// page; the page is not changed. Throws Error for a clientside callback, which needs a browser.
  Outcome fire(std::string_view callback, const Values& values = {}) const;

  /// Loads the page: takes the layout's values, and calls what a browser would call then.
  std::vector<Outcome> open();
  /// Sets properties as a user does, and calls all callbacks that follow from it, each after those
  /// that its arguments may come from, as the renderer orders them. The results stay on the page;
  /// components among them bring the callbacks along that the renderer calls for new components.
  /// Clientside callbacks that would follow come last, as Outcomes that say so; what follows from
  /// them is not known here.
  /// REQUIRES: callbacks come to an end; set_props may not set off the callback that called it.
  std::vector<Outcome> change(const Values& values);

 private:
  class Page;
  std::unique_ptr<Page> page_;
};

}  // namespace ekiden::testing
