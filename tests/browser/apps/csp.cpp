// SPDX-License-Identifier: MIT
// A Content-Security-Policy with the hashes of the page's inline scripts. The case is the hashes'
// algorithm, or "none".
#include <cstdlib>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

void echo_in_the_browser(App& app) {
  app.layout(html::Div({dcc::Input().id("input").type("text"), html::Div().id("output")}));
  app.clientside_callback("function (text) { return text; }", Output{"output", "children"},
                          Input{"input", "value"});
}

void send_policy(App& app, const std::vector<std::string>& hashes) {
  // The component libraries bring their styles in their scripts.
  std::string policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'";
  for (const std::string& hash : hashes) policy += " " + hash;
  app.default_headers({{"Content-Security-Policy", policy}});
}

void no_hashes(App& app) {
  echo_in_the_browser(app);
  send_policy(app, {});
}

template <ekiden::Literal Algorithm>
void hashes(App& app) {
  echo_in_the_browser(app);
  send_policy(app, app.csp_hashes(Algorithm.view()));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"none", no_hashes},
                       {"sha256", hashes<"sha256">},
                       {"sha384", hashes<"sha384">},
                       {"sha512", hashes<"sha512">},
                   });
}
