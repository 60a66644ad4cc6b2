// SPDX-License-Identifier: MIT
// Loses memory with each callback.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <string>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "grow"}})});
  app.callback(Output{"grow", "children"}, Input{"in", "title"}, [](std::string mebibytes) {
    const std::size_t bytes = std::stoul(mebibytes) << 20;
    void* const lost = std::malloc(bytes);
    std::memset(lost, 1, bytes);
    std::printf("lost at %p\n", lost);  // or the compiler would leave all of it out
    return mebibytes;
  });
}
