// SPDX-License-Identifier: MIT
// What must not get into a page: addresses that run scripts, and text of the request.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>

#include "cases.hpp"

using namespace ekiden;

namespace {

void regular_page(App& app) { app.title("Title").layout(html::Div("Regular page").id("page")); }

void addresses_that_run_scripts(App& app) {
  app.layout(html::Div({
      dcc::Link("link", "javascript:alert(1)").id("link"),
      html::A("lines").id("lines").href("javascr\n\nipt:alert(1);console.log('ran');"),
      html::A("tabs").id("tabs").href("javascript\x09\x0a:alert(1)"),
      html::A("encoded").id("encoded").href(
          "&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112"
          "&#0000116&#0000058&#0000097&#0000108&#0000101&#0000114&#0000116&#0000040&#0000049"
          "&#0000041"),
      html::Form(
          {html::Button("action").id("form-button").formAction("javascript:alert('action')")})
          .id("form")
          .action("javascript:alert(1)"),
      html::Iframe().id("iframe").src("javascript:alert('iframe')"),
      html::ObjectEl().id("object").data("javascript:alert('object')"),
      html::Embed().id("embed").src("javascript:alert('embed')"),
  }));
}

void link_without_an_address(App& app) {
  app.layout(html::Div({dcc::Link("link", "").id("link")}));
}

/// One red pixel.
void image_in_its_address(App& app) {
  app.layout(html::Div({html::Img().id("image").src(
      "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")}));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"sinj001", regular_page},
                       {"xss001", addresses_that_run_scripts},
                       {"xss002", link_without_an_address},
                       {"xss003", image_in_its_address},
                   });
}
