// SPDX-License-Identifier: MIT
// The assets folder: what of it a page loads, and in which order.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>

#include "cases.hpp"

using namespace ekiden;

namespace {

void in_order(App& app) {
  app.assets_ignore("ignored");
  app.layout(html::Div(html::Div("content").id("content")));
}

void after_external_files(App& app) {
  app.external_scripts({"https://cdn.example/library.js"});
  app.external_stylesheets({"https://cdn.example/style.css"});
  in_order(app);
}

void without_a_path(App& app) {
  app.assets_path_ignore({"scripts"});
  app.layout(html::Div(html::Div("content").id("content")));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"dada001", in_order},
                       {"dada002", after_external_files},
                       {"api001", without_a_path},
                   });
}
