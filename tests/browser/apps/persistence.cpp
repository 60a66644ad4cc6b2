// SPDX-License-Identifier: MIT
// What users changed and the browser keeps for them.
#include <ekiden/context.hpp>
#include <ekiden/dash_table.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

Json columns(bool deletable = false) {
  Json::Array list;
  for (const auto& [id, name] : {std::pair{"c0", "a"}, std::pair{"c1", "b"}}) {
    list.push_back(Json{{"id", id},
                        {"name", name},
                        {"renamable", true},
                        {"hideable", true},
                        {"deletable", deletable}});
  }
  return list;
}

dash_table::DataTableBuilder table(Json persistence = true) {
  const Json rows = Json::array({Json{{"c0", 0}, {"c1", 1}}, Json{{"c0", 2}, {"c1", 3}}});
  return dash_table::DataTable().id("table").columns(columns()).data(rows).persistence(
      std::move(persistence));
}

/// Shows in `#out` what the server is told of the table.
void report(App& app) {
  app.callback(Output{"out", "children"}, Input{"table", "columns"},
               Input{"table", "hidden_columns"},
               [](std::vector<Json> shown, std::optional<std::vector<std::string>> hidden) {
                 std::string text;
                 for (const Json& column : shown) text += *column["name"].as_string() + " ";
                 text += "| hidden:";
                 for (const std::string& id : hidden.value_or(std::vector<std::string>{})) {
                   text += " " + id;
                 }
                 return text;
               });
}

/// The page's query says what the table persists as: "?1" for 1, nothing for a false value.
void reloaded(App& app) {
  app.layout(html::Div(
      {dcc::Location("url"), html::Div().id("out"), html::Div(table(false)).id("container")}));
  app.callback(Output{"container", "children"}, Input{"url", "search"},
               [](std::optional<std::string> search) {
                 if (!search || search->empty()) return Children(table(false));
                 return Children(table(search->substr(1)));
               });
  report(app);
}

void reloaded_with_type(App& app, std::string type) {
  app.layout(html::Div({html::Div().id("out"), table().prop("persistence_type", type)}));
  report(app);
}
void reloaded_in_session(App& app) { reloaded_with_type(app, "session"); }
void reloaded_in_memory(App& app) { reloaded_with_type(app, "memory"); }

/// A button whose clicks make the table anew.
template <class F>
void remade(App& app, F make) {
  app.layout(
      html::Div({html::Button("again").id("button").n_clicks(0), html::Div().id("container")}));
  app.callback(Output{"container", "children"}, Input{"button", "n_clicks"}, make);
}

void shown_again(App& app) {
  remade(app, [](int clicks) {
    if (clicks % 2 == 1) return Children("gone");
    return Children(table(clicks < 3 ? 1 : 2).prop("persistence_type", "memory"));
  });
}

void fewer_properties(App& app) {
  remade(app, [](int clicks) {
    if (clicks % 2 == 0) return Children(table());
    return Children(table().persisted_props(Json::array({"data", "columns.name"})));
  });
}

void moved(App& app) {
  remade(app, [](int clicks) {
    Children children{html::Div("depth 0").id("depth-0"), table()};
    for (int depth = 1; depth <= clicks; ++depth) {
      const std::string name = std::to_string(depth);
      children = Children{html::Div("depth " + name).id("depth-" + name), html::Div(children)};
    }
    return children;
  });
}

void changed_by_server(App& app) {
  remade(app, [](int clicks) {
    const Json hidden = clicks % 2 == 1 ? Json::array({"c0"}) : Json::array({});
    return Children(table().prop("hidden_columns", hidden));
  });
}

void changed_beside(App& app) {
  remade(app, [](int clicks) { return Children(table().columns(columns(clicks % 2 == 1))); });
}

void cleared(App& app) {
  app.layout(html::Div({html::Button("reset").id("button"), table()}));
  app.callback(Output{"table", "columns"}, Input{"button", "n_clicks"},
               [](std::optional<int> clicks) -> Update<Json> {
                 if (!clicks || *clicks == 0) return no_update;
                 return columns();
               });
}

Component persisted(std::string persistence) {
  return dcc::Input().id("persisted").value("a").persistence(std::move(persistence));
}

void toggled(App& app) {
  app.layout(html::Div({
      dcc::Input().id("persistence").value(""),
      html::Div(persisted("")).id("container"),
      html::Div().id("out"),
  }));
  app.callback(Output{"container", "children"}, Input{"persistence", "value"},
               [](std::string persistence) { return persisted(persistence); });
  app.callback(Output{"out", "children"}, Input{"persisted", "value"},
               [](std::string value) { return value; });
}

void toggled_in_place(App& app) {
  app.layout(html::Div({
      dcc::Input().id("persistence").value(""),
      persisted(""),
      html::Div().id("out"),
  }));
  app.callback(Output{"persisted", "persistence"}, Input{"persistence", "value"},
               [](std::string value) { return value; });
  app.callback(Output{"out", "children"}, Input{"persisted", "value"},
               [](std::string value) { return value; });
}

Id part(const char* name, int number) { return {{"n", number}, {"part", name}}; }

Component matched(std::string persistence, int number) {
  return dcc::Input()
      .id(part("persisted", number))
      .className("persisted")
      .value("a")
      .persistence(std::move(persistence));
}

void toggled_patterns(App& app) {
  app.layout(html::Div({html::Button("next").id("button").n_clicks(0), html::Div().id("content")}));
  app.callback(Output{"content", "children"}, Input{"button", "n_clicks"}, [](int number) {
    return Children{
        dcc::Input().id(part("persistence", number)).className("persistence").value(""),
        html::Div(matched("", number)).id(part("container", number)),
        html::Div().id(part("out", number)).className("out"),
    };
  });
  app.callback(Output{{{"n", MATCH}, {"part", "container"}}, "children"},
               Input{{{"n", MATCH}, {"part", "persistence"}}, "value"}, State{"button", "n_clicks"},
               [](std::string persistence, int number) { return matched(persistence, number); });
  app.callback(Output{{{"n", MATCH}, {"part", "out"}}, "children"},
               Input{{{"n", MATCH}, {"part", "persisted"}}, "value"},
               [](std::string value) { return value; });
}

void in_a_list(App& app) {
  app.layout({
      dcc::Input().id("first").value("one").persistence(true),
      html::Div().id("first-out"),
      dcc::Input().id("second").value("two").persistence(true),
      html::Div().id("second-out"),
  });
  for (const char* name : {"first", "second"}) {
    app.callback(Output{name + std::string("-out"), "children"}, Input{name, "value"},
                 [](std::string value) { return "has " + value; });
  }
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"rdps001", reloaded},
                       {"rdps002", reloaded_in_session},
                       {"rdps003", reloaded_in_memory},
                       {"rdps004", shown_again},
                       {"rdps005", fewer_properties},
                       {"rdps006", moved},
                       {"rdps007", changed_by_server},
                       {"rdps008", changed_beside},
                       {"rdps009", cleared},
                       {"rdps010", toggled},
                       {"rdps011", toggled_in_place},
                       {"rdps012", toggled_patterns},
                       {"rdps014", in_a_list},
                   });
}
