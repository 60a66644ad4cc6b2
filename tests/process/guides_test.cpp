// SPDX-License-Identifier: MIT
// What a browser gets from the apps of the guide, from the real program: exact fields and values.
// The numbers are sections of the reference "Dash's wire protocol".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/json.hpp>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

class Guides : public testing::TestWithParam<const char*> {
 protected:
  Guides() : site(std::string("../../apps/") + GetParam()), client(connected(site)) {}

  static RawClient connected(Site& to) {
    to.server.wait_for("ready: 1 worker");
    return to.connect();
  }

  std::string get(const char* path, std::string_view type) {
    Reply reply = client.get(path);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), type);
    return reply.body;
  }
  Json get_json(const char* path) { return Json::parse(get(path, "application/json")); }
  Json update(const std::string& body) {
    client.send(RawClient::post_request("/_dash-update-component", body,
                                        "Content-Type: application/json\r\n"));
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    return Json::parse(reply.body);
  }
  /// Ids are the app's own, so that nothing that the browser keeps for one is another's.
  static std::string id(const std::string& name) { return (has_signal() ? "" : "direct-") + name; }
  static bool has_signal() { return GetParam() == std::string_view("caching_signaling"); }

  Site site;
  RawClient client;
};

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& member : *object.as_object()) names.push_back(member.first);
  return names;
}

Json component(const char* name_space, const char* type, Json::Object properties) {
  return {{"type", type}, {"namespace", name_space}, {"props", std::move(properties)}};
}

Json div(Json children, Json::Object more = {}) {
  more.emplace_back("children", std::move(children));
  return component("dash_html_components", "Div", std::move(more));
}

Json graphs(const std::string& prefix, int first, int last) {
  Json::Array items;
  for (int i = first; i <= last; ++i) {
    const std::string id = prefix + std::to_string(i);
    items.push_back(div(component("dash_core_components", "Graph", {{"id", id}}),
                        {{"className", "six columns"}}));
  }
  return div(items, {{"className", "row"}});
}

TEST_P(Guides, StartTheRendererWithItsConfiguration) {  // 1.6, 1.7
  const std::string page = get("/", "text/html; charset=utf-8");
  const std::string start = R"(<script id="_dash-config" type="application/json">)";
  const std::size_t at = page.find(start) + start.size();
  ASSERT_GE(at, start.size());
  const std::string text = page.substr(at, page.find("</script>", at) - at);
  EXPECT_EQ(text.find_first_of("<>"), std::string::npos);
  const Json config = Json::parse(text);

  Json expected = Json::parse(R"({
    "url_base_pathname": null, "requests_pathname_prefix": "/", "ui": false, "props_check": false,
    "disable_version_check": true, "show_undo_redo": false, "suppress_callback_exceptions": false,
    "update_title": "Updating...", "children_props": {}, "serve_locally": true,
    "dash_version": "4.3.0", "python_version": null, "dash_version_url": null, "ddk_version": null,
    "plotly_version": null, "validate_callbacks": false, "csrf_token_name": "_csrf_token",
    "csrf_header_name": "X-CSRFToken", "plotly_cloud_installed": true})");
  EXPECT_THAT(keys(config), testing::UnorderedElementsAreArray(keys(expected)));
  for (const auto& [name, value] : *expected.as_object()) {
    if (name == "children_props" || name == "plotly_version") continue;  // the npm packages'
    EXPECT_EQ(config[name], value) << name;
  }
  EXPECT_THAT(*config["plotly_version"].as_string(), testing::MatchesRegex("[0-9]+\\.[0-9.]+"));
  EXPECT_THAT(keys(config["children_props"]),
              testing::IsSupersetOf({"dash_core_components", "dash_html_components"}));
  EXPECT_THAT(page, HasSubstr(R"(<div id="react-entry-point">)"));
  EXPECT_THAT(page, HasSubstr(R"(<script id="_dash-renderer" type="application/javascript">)"
                              R"(var renderer = new DashRenderer();</script>)"));
}

TEST_P(Guides, ShowTheirLayout) {  // 4.1
  const Json dropdown =
      component("dash_core_components", "Dropdown",
                {{"id", id("dropdown")},
                 {"options", Json::array({"apples", "oranges", "figs", "pineapples"})},
                 {"value", "apples"},
                 {"clearable", false}});
  const Json signal = component("dash_html_components", "Div",
                                {{"id", "signal"}, {"style", Json{{"display", "none"}}}});
  const Json expected =
      has_signal()
          ? div(Json::array({dropdown, graphs("graph-", 1, 2), graphs("graph-", 3, 4), signal}))
          : div(Json::array({dropdown, graphs("direct-graph-", 1, 4)}));

  const Json layout = get_json("/_dash-layout");
  EXPECT_EQ(layout, expected) << layout.dump() << '\n' << expected.dump();
}

TEST_P(Guides, DeclareTheirCallbacks) {  // 2.4, 3
  const auto entry = [](const std::string& output, const std::string& input, const char* property) {
    return Json{{"output", output},
                {"inputs", Json::array({Json{{"id", input}, {"property", property}}})},
                {"state", Json::array({})},
                {"clientside_function", nullptr},
                {"prevent_initial_call", false},
                {"background", nullptr},
                {"dynamic_creator", false},
                {"no_output", false},
                {"optional", false},
                {"hidden", false},
                {"websocket", false},
                {"persistent", false}};
  };
  Json::Array expected;
  if (has_signal()) expected.push_back(entry("signal.children", "dropdown", "value"));
  for (int i = 1; i <= 4; ++i) {
    const std::string output = id("graph-") + std::to_string(i) + ".figure";
    expected.push_back(has_signal() ? entry(output, "signal", "children")
                                    : entry(output, id("dropdown"), "value"));
  }
  EXPECT_EQ(get_json("/_dash-dependencies"), Json(expected));
}

TEST_P(Guides, AnswerTheirCallbacks) {  // 2.1, 2.2
  if (has_signal()) {
    EXPECT_EQ(update(R"({"output":"signal.children",
                         "outputs":{"id":"signal","property":"children"},
                         "inputs":[{"id":"dropdown","property":"value","value":"figs"}],
                         "changedPropIds":["dropdown.value"]})"),
              Json::parse(R"({"multi":true,"response":{"signal":{"children":"figs"}}})"));
  }
  const std::string input = has_signal() ? R"({"id":"signal","property":"children",)"
                                         : R"({"id":"direct-dropdown","property":"value",)";
  const std::string graph = id("graph-2");
  const Json answer = update(R"({"output":")" + graph + R"(.figure","outputs":{"id":")" + graph +
                             R"(","property":"figure"},"inputs":[)" + input +
                             R"("value":"figs"}],"changedPropIds":[]})");

  EXPECT_THAT(keys(answer), testing::ElementsAre("multi", "response"));
  EXPECT_EQ(answer["multi"], Json(true));
  EXPECT_THAT(keys(answer["response"]), testing::ElementsAre(graph));
  const Json& figure = answer["response"][graph]["figure"];
  EXPECT_THAT(keys(figure), testing::UnorderedElementsAre("data", "layout"));
  EXPECT_EQ(figure["layout"]["margin"], Json::parse(R"({"l":20,"r":10,"b":20,"t":10})"));
  ASSERT_EQ(figure["data"].size(), 1u);
  const Json& trace = figure["data"][0];
  EXPECT_THAT(keys(trace), testing::UnorderedElementsAre("type", "mode", "line", "x", "y"));
  EXPECT_EQ(trace["type"], Json("scatter"));
  EXPECT_EQ(trace["mode"], Json("lines"));
  EXPECT_EQ(trace["line"], Json::parse(R"({"shape":"spline","width":0.5})"));
  for (const char* axis : {"x", "y"}) {  // 4.1: 2000 numbers in base64
    EXPECT_THAT(keys(trace[axis]), testing::UnorderedElementsAre("dtype", "bdata")) << axis;
    EXPECT_EQ(trace[axis]["dtype"], Json("f8"));
    EXPECT_EQ(trace[axis]["bdata"].as_string()->size(), (2000 * 8 + 2) / 3 * 4) << axis;
  }
}

INSTANTIATE_TEST_SUITE_P(Apps, Guides,
                         testing::Values("caching_signaling", "caching_without_signal"),
                         [](const auto& app) { return std::string(app.param); });

}  // namespace
}  // namespace ekiden::test
