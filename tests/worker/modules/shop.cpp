// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace ekiden;

// Its title is the text of the file title.txt in its data folder.
EKIDEN_APP(app) {
  std::string title = "no title.txt";
  if (std::ifstream file("title.txt"); file) std::getline(file, title);
  app.title(title);
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "out"}})});
  app.callback(Output{"out", "children"}, Input{"in", "title"}, [](std::string text) {
    if (text == "nothing") throw std::out_of_range("nothing to sell");
    return "sold " + text;
  });
}
