// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ekiden/dash_table.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ekiden {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

Json as_json(const Component& component) { return Json::parse(Json(component).dump()); }

const detail::ComponentType& type_of(const Component& component) {
  return *component.node()->type();
}

std::vector<std::string> property_names(const Component& component) {
  const auto names = type_of(component).properties;
  return {names.begin(), names.end()};
}

std::vector<std::string> node_properties(const Component& component) {
  const auto names = type_of(component).node_properties;
  return {names.begin(), names.end()};
}

TEST(GeneratedComponents, WriteTheJsonThatTheRendererReads) {
  const Component page = html::Div({
                                       html::H1("Population"),
                                       dcc::Dropdown().id("city").value("Seoul").clearable(false),
                                       "text",
                                       3,
                                   })
                             .id("page")
                             .className("row");

  EXPECT_EQ(as_json(page), Json::parse(R"({
    "type": "Div", "namespace": "dash_html_components", "props": {
      "children": [
        {"type": "H1", "namespace": "dash_html_components", "props": {"children": "Population"}},
        {"type": "Dropdown", "namespace": "dash_core_components",
         "props": {"id": "city", "value": "Seoul", "clearable": false}},
        "text", 3],
      "id": "page", "className": "row"}})"))
      << Json(page).dump();
}

TEST(GeneratedComponents, EmitOnlyTheirOwnTypeWhenNothingIsSet) {
  EXPECT_EQ(as_json(html::Br()), Json::parse(R"({
    "type": "Br", "namespace": "dash_html_components", "props": {}})"));
  EXPECT_EQ(as_json(dash_table::DataTable()), Json::parse(R"({
    "type": "DataTable", "namespace": "dash_table", "props": {}})"));
}

TEST(GeneratedComponents, KeepAListOfOneChildAList) {
  const Json props = as_json(html::Div({html::Div("x")}))["props"];

  ASSERT_NE(props["children"].as_array(), nullptr) << props.dump();
  EXPECT_EQ(props["children"].size(), 1u);
}

TEST(GeneratedComponents, TakeOptionsAndValueInTheOrderOfPython) {
  const Json plain = as_json(dcc::Dropdown({"Seoul", "Lima"}, "Lima"))["props"];
  const Json labelled =
      as_json(dcc::RadioItems({{"New York", "NYC"}, {"Montreal", "MTL"}}))["props"];

  EXPECT_EQ(plain, Json::parse(R"({"options": ["Seoul", "Lima"], "value": "Lima"})"));
  EXPECT_EQ(labelled["options"], Json::parse(R"([{"label": "New York", "value": "NYC"},
                                                 {"label": "Montreal", "value": "MTL"}])"));
}

TEST(GeneratedComponents, TakeOtherPositionalArgumentsWhereTheyReadWell) {
  EXPECT_EQ(as_json(dcc::Store("session"))["props"], Json::parse(R"({"id": "session"})"));
  EXPECT_EQ(as_json(dcc::Link("Home", "/"))["props"],
            Json::parse(R"({"children": "Home", "href": "/"})"));
  EXPECT_EQ(as_json(dcc::Slider(0, 1, 0.25))["props"],
            Json::parse(R"({"min": 0, "max": 1, "step": 0.25})"));
  EXPECT_EQ(as_json(dcc::Tab("Chart", "chart"))["props"],
            Json::parse(R"({"label": "Chart", "value": "chart"})"));
}

TEST(GeneratedComponents, AcceptIdsOfPatternMatchingCallbacks) {
  const Json props = as_json(html::Button("x").id({{"type", "row"}, {"index", 2}}))["props"];

  EXPECT_EQ(props["id"], Json::parse(R"({"type": "row", "index": 2})"));
}

TEST(GeneratedComponents, KeepTheWireNameOfAPropertyThatIsACppKeyword) {
  EXPECT_EQ(as_json(html::Track().default_(true))["props"], Json::parse(R"({"default": true})"));
  EXPECT_EQ(as_json(dcc::Checklist().inline_(true))["props"], Json::parse(R"({"inline": true})"));
}

TEST(GeneratedComponents, ReplaceAPropertyThatIsSetTwice) {
  EXPECT_EQ(as_json(html::P("a").title("x").children("b").title("y"))["props"],
            Json::parse(R"({"children": "b", "title": "y"})"));
}

TEST(GeneratedComponents, LeaveAComponentAloneThatWasMadeBeforeTheBuilderWentOn) {
  auto builder = html::P("a");
  const Component before = builder;
  builder.title("later");

  EXPECT_EQ(as_json(before)["props"], Json::parse(R"({"children": "a"})"));
  EXPECT_EQ(as_json(builder)["props"], Json::parse(R"({"children": "a", "title": "later"})"));
}

TEST(GeneratedComponents, KnowTheirProperties) {
  EXPECT_THAT(property_names(dcc::Store("x")),
              ElementsAre("clear_data", "data", "id", "modified_timestamp", "storage_type"));
  EXPECT_THAT(property_names(dcc::Interval()),
              ElementsAre("disabled", "id", "interval", "max_intervals", "n_intervals"));
  EXPECT_EQ(property_names(html::Div()).size(), 18u);
  EXPECT_EQ(property_names(dash_table::DataTable()).size(), 76u);
  EXPECT_THAT(property_names(dcc::Graph()), Contains("relayoutData"));
}

TEST(GeneratedComponents, SortTheirPropertiesForBinarySearch) {
  const Component components[] = {html::Textarea(), dcc::Graph(), dcc::Input(), dcc::Upload(),
                                  dash_table::DataTable()};
  for (const Component& component : components) {
    const auto names = property_names(component);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end())) << component.type();
  }
}

TEST(GeneratedComponents, LeaveOutWhatOnlyTheBrowserSets) {
  const Component components[] = {html::Div(), dcc::Tooltip(), dcc::Loading(),
                                  dash_table::DataTable()};
  for (const Component& component : components) {
    const auto names = property_names(component);
    EXPECT_THAT(names, Not(Contains("setProps"))) << component.type();
    EXPECT_THAT(names, Not(Contains("componentPath"))) << component.type();
    EXPECT_THAT(names, Not(Contains("loading_state"))) << component.type();
    EXPECT_THAT(names, Not(Contains("data-*"))) << component.type();
  }
}

TEST(GeneratedComponents, AcceptDataAndAriaAttributesInHtmlOnly) {
  EXPECT_TRUE(type_of(html::Div()).wildcards);
  EXPECT_FALSE(type_of(dcc::Graph()).wildcards);
  EXPECT_EQ(as_json(html::Div().prop("data-role", "menu"))["props"],
            Json::parse(R"({"data-role": "menu"})"));
}

TEST(GeneratedComponents, NameThePropertiesThatHoldComponents) {
  EXPECT_THAT(node_properties(dcc::Clipboard()), ElementsAre("copied_children"));
  EXPECT_THAT(node_properties(dcc::Loading()), ElementsAre("custom_spinner"));
  EXPECT_THAT(node_properties(dcc::Tab()), ElementsAre("label"));
  EXPECT_THAT(node_properties(html::Div()), IsEmpty());
}

template <class Expected, class Builder, class Parameter>
constexpr bool takes(Builder& (Builder::*)(Parameter)) {
  return std::same_as<Expected, Parameter>;
}

// The types are facts of the public documentation of Dash.
static_assert(takes<Flag>(&dcc::DropdownBuilder::clearable));
static_assert(takes<Flag>(&dcc::GraphBuilder::animate));
static_assert(takes<Number>(&dcc::IntervalBuilder::interval));
static_assert(takes<Number>(&html::DivBuilder::n_clicks));
static_assert(takes<Text>(&html::DivBuilder::className));
static_assert(takes<Text>(&dcc::MarkdownBuilder::link_target));
static_assert(takes<Id>(&dcc::GraphBuilder::id));
static_assert(takes<Id>(&dash_table::DataTableBuilder::id));
static_assert(takes<Children>(&dcc::TabBuilder::children));
static_assert(takes<Children>(&dcc::TabBuilder::label));
static_assert(takes<Children>(&dcc::ConfirmDialogProviderBuilder::children));
static_assert(takes<Options>(&dcc::ChecklistBuilder::options));
static_assert(takes<Style>(&html::DivBuilder::style));
static_assert(takes<Style>(&dash_table::DataTableBuilder::style_table));
static_assert(takes<Json>(&dash_table::DataTableBuilder::style_data_conditional));
static_assert(takes<Json>(&dcc::DropdownBuilder::value));
static_assert(takes<Json>(&dcc::GraphBuilder::figure));
static_assert(takes<Json>(&dcc::SliderBuilder::marks));
static_assert(takes<OneOf<"local", "session", "memory">>(&dcc::StoreBuilder::storage_type));
static_assert(
    takes<OneOf<"vertical", "horizontal">>(&dcc::DatePickerSingleBuilder::calendar_orientation));
static_assert(takes<OneOf<"csv", "xlsx", "none">>(&dash_table::DataTableBuilder::export_format));

// What misuse meets: no conversion, instead of a page that does not work.
static_assert(!std::is_constructible_v<Flag, const char*>);
static_assert(!std::is_constructible_v<Flag, int>);
static_assert(!std::is_constructible_v<Number, bool>);
static_assert(!std::is_constructible_v<Number, const char*>);
static_assert(!std::is_constructible_v<Text, int>);
static_assert(!std::is_constructible_v<Text, std::nullptr_t>);
static_assert(std::is_constructible_v<Text, std::string_view>);

}  // namespace
}  // namespace ekiden
