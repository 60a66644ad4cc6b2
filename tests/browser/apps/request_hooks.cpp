// SPDX-License-Identifier: MIT
// JavaScript of the app around the renderer's requests and its layout.
#include <cstdlib>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

Component echo(Children more) {
  return html::Div({
      dcc::Input().id("input").value("initial value"),
      html::Div().id("output"),
      html::Div(std::move(more)),
  });
}

void echo_callback(App& app, bool prevent_initial_call = false) {
  app.callback(Output{"output", "children"}, Input{"input", "value"},
               CallbackOptions{.prevent_initial_call = prevent_initial_call},
               [](std::string value) { return value; });
}

void hooks_in_index_string(App& app) {
  app.index_string(R"(<!DOCTYPE html>
<html>
  <head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
  <body>
    <p id="top">above</p>
    {%app_entry%}
    <footer>
      {%config%}{%scripts%}
      <script id="_dash-renderer">
        window.seen = {};
        new DashRenderer({
          request_pre: body => { window.seen.pre = JSON.stringify(body); },
          request_post: (body, response) => {
            window.seen.post = JSON.stringify(body);
            window.seen.response = JSON.stringify(response);
          },
        });
      </script>
    </footer>
    <p id="bottom">below</p>
  </body>
</html>)");
  app.layout(echo(nullptr));
  echo_callback(app);
}

void hooks_in_interpolated_index(App& app) {
  app.interpolate_index([](const IndexParts& parts) {
    return "<!DOCTYPE html><html><head><title>My page</title></head><body><h1 id=\"header\">Header"
           "</h1>" +
           parts.app_entry + parts.config + parts.scripts +
           R"(<script id="_dash-renderer">
                window.seen = {};
                new DashRenderer({
                  request_pre: () => { window.seen.pre = true; },
                  request_post: () => { window.seen.post = true; },
                });
              </script><p id="footer">Footer</p></body></html>)";
  });
  app.layout(echo(nullptr));
  echo_callback(app);
}

void refreshed_tokens(App& app) {
  app.hooks({.request_refresh_jwt = "old => window.renewToken(old)"});
  app.layout(echo(nullptr));
  echo_callback(app, true);
  const int status = std::atoi(std::getenv("EKIDEN_TEST_STATUS"));
  // The text decides what token it takes: one as long as the text itself.
  app.before_request([status](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "POST") return std::nullopt;
    const Json body = Json::parse(request.body);
    const std::string text = from_json<std::string>(body["inputs"][0], "value");
    const std::string wanted = text.empty() ? "" : "Bearer " + text;
    if (request.header("Authorization") == wanted) return std::nullopt;
    return HttpResponse{.status = status, .body = "JWT Expired"};
  });
}

void layout_hooks(App& app) {
  app.hooks({.layout_pre = R"(() => {
               const note = document.createElement('p');
               note.id = 'note';
               note.textContent = 'the layout is on its way';
               document.body.append(note);
             })",
             .layout_post = "layout => { layout.props.children = 'changed on its way'; }"});
  app.layout(html::Div("as the server has it").id("layout"));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"rdrh001", hooks_in_index_string},
                       {"rdrh002", hooks_in_interpolated_index},
                       {"rdrh003", refreshed_tokens},
                       {"rdrh004", layout_hooks},
                   });
}
