// SPDX-License-Identifier: MIT
// Apps made of components that are not bundled: two packages that the module links.
#include <ekiden/dash_bootstrap_components.hpp>
#include <ekiden/dash_cytoscape.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

Component counter_card() {
  return dbc::Card({
      dbc::CardHeader("Orders"),
      dbc::CardBody({
          html::P("Press to place an order.").className("card-text"),
          dbc::Button("Order").id("order").color("success").className("me-2"),
          dbc::Button("Details").id("details").outline(true).color("secondary"),
          dbc::Badge("0").id("orders").color("primary").className("ms-2"),
          dbc::Tooltip("One more, please").target("order").placement("bottom"),
      }),
  });
}

/// Not dbc::Tabs: that release reads what dash-renderer 2 put into its children, and 3 does not.
Component period_card() {
  return dbc::Card({
      dbc::CardHeader(dbc::Select()
                          .id("choice")
                          .options(Json::array({Json{{"label", "Week"}, {"value", "week"}},
                                                Json{{"label", "Year"}, {"value", "year"}}}))
                          .value("week")),
      dbc::CardBody(html::P().id("period")),
  });
}

/// A component inside `options[].label`, which only the page's configuration makes the browser
/// draw.
Component choice_card() {
  return dbc::Card(dbc::CardBody({
      dbc::RadioItems()
          .id("speed")
          .options(Json(Json::Array{
              {{"label", html::Strong("Slow").id("slow-label")}, {"value", "slow"}},
              {{"label", "Fast"}, {"value", "fast"}},
          }))
          .value("fast"),
      dbc::Progress().id("progress").value(80).label("80 %").className("mt-2"),
  }));
}

void bootstrap(App& app) {
  app.title("Bootstrap");
  app.layout(dbc::Container({
                                html::H3("Bootstrap components").className("my-3"),
                                dbc::Row({
                                    dbc::Col(counter_card()).width(6),
                                    dbc::Col(period_card()).width(6),
                                }),
                                dbc::Row(dbc::Col(choice_card()).width(12)).className("mt-3"),
                                dbc::Modal({
                                               dbc::ModalHeader(dbc::ModalTitle("Details")),
                                               dbc::ModalBody().id("summary"),
                                               dbc::ModalFooter(dbc::Button("Close").id("close")),
                                           })
                                    .id("modal"),
                            })
                 .className("p-2"));
  app.callback(Output{"orders", "children"}, Input{"order", "n_clicks"},
               [](std::optional<int> clicks) { return clicks.value_or(0); });
  app.callback(Output{"period", "children"}, Input{"choice", "value"},
               [](std::string tab) { return "Figures of the " + tab; });
  app.callback({Output{"progress", "value"}, Output{"progress", "label"}}, Input{"speed", "value"},
               [](std::string speed) {
                 const int value = speed == "fast" ? 80 : 20;
                 return std::tuple(value, std::to_string(value) + " %");
               });
  app.callback({Output{"modal", "is_open"}, Output{"summary", "children"}},
               Input{"details", "n_clicks"}, Input{"close", "n_clicks"},
               State{"orders", "children"}, CallbackOptions{.prevent_initial_call = true},
               [](std::optional<int>, std::optional<int>, int orders) {
                 const bool open = callback_context().triggered_id() == "details";
                 return std::tuple(open, std::to_string(orders) + " orders so far");
               });
}

Json node(const std::string& id, double x, double y) {
  return {{"data", {{"id", id}, {"label", "Node " + id}}}, {"position", {{"x", x}, {"y", y}}}};
}

Json edge(const std::string& source, const std::string& target) {
  return {{"data", {{"source", source}, {"target", target}}}};
}

void cytoscape(App& app) {
  app.layout(html::Div({
      html::Button("Add a node").id("add"),
      html::Div().id("tapped"),
      cyto::Cytoscape()
          .id("graph")
          .layout({{"name", "preset"}, {"fit", false}})
          .style({{"width", "600px"}, {"height", "400px"}})
          .elements(Json::Array{node("1", 150, 100), node("2", 350, 250), edge("1", "2")}),
  }));
  app.callback(Output{"tapped", "children"}, Input{"graph", "tapNodeData"},
               [](std::optional<Json> data) -> std::string {
                 if (!data) return "Nothing tapped";
                 return "Tapped " + *data->find("label")->as_string();
               });
  app.callback(Output{"graph", "elements"}, Input{"add", "n_clicks"}, State{"graph", "elements"},
               CallbackOptions{.prevent_initial_call = true}, [](int clicks, Json elements) {
                 const std::string id = std::to_string(clicks + 2);
                 Json::Array all = *elements.as_array();
                 all.push_back(node(id, 150 + 100 * clicks, 350));
                 all.push_back(edge("1", id));
                 return Json(std::move(all));
               });
}

}  // namespace

EKIDEN_APP(app) { set_up_case(app, {{"bootstrap", bootstrap}, {"cytoscape", cytoscape}}); }
