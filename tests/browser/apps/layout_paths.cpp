// SPDX-License-Identifier: MIT
// A page whose chapters replace each other, each with callbacks of its own.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

Json figure(const std::string& title) {
  return {{"data",
           Json::array({{{"x", Json::array({title})}, {"y", Json::array({1})}, {"type", "bar"}}})},
          {"layout", {{"title", {{"text", title}}}, {"width", 500}, {"height", 300}}}};
}

/// The third chapter has the same parts as the first two, in another order and deeper.
Json chapter(int number) {
  const std::string name = "chapter-" + std::to_string(number);
  const Json title = html::H2("Chapter " + std::to_string(number)).id(name + "-title");
  const Json label = html::Label().id(name + "-label");
  const Json graph = dcc::Graph().id(name + "-graph");
  const std::string choice = name + "-choice";
  switch (number) {
    case 1:
      return html::Div({title, dcc::Dropdown().id(choice).options({"Oslo", "Lima"}).value("Oslo"),
                        label, graph});
    case 2:
      return html::Div({title, dcc::RadioItems().id(choice).options({"Peru", "Chad"}).value("Peru"),
                        label, graph});
    case 3:
      return Json::array({html::Div(html::Div(
          {title, label, graph,
           dcc::RadioItems().id(choice).options({"Summer", "Winter"}).value("Winter")}))});
    default:
      return "Only text";
  }
}

void chapters(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      dcc::RadioItems()
          .id("contents")
          .options({{"Chapter 1", 1}, {"Chapter 2", 2}, {"Chapter 3", 3}, {"Chapter 4", 4}})
          .value(1),
      html::Div().id("body"),
  }));
  app.callback(Output{"body", "children"}, Input{"contents", "value"}, chapter);
  for (const std::string name : {"chapter-1", "chapter-2", "chapter-3"}) {
    app.callback(Output{name + "-graph", "figure"}, Input{name + "-choice", "value"}, figure);
    app.callback(Output{name + "-label", "children"}, Input{name + "-choice", "value"},
                 [](std::string value) { return value; });
  }
}

}  // namespace

EKIDEN_APP(app) { set_up_case(app, {{"cblp001", chapters}}); }
