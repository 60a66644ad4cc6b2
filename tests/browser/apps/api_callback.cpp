// SPDX-License-Identifier: MIT
// What callbacks exchange with the world outside the page: other programs, and files.
#include <ekiden/dcc.hpp>
#include <ekiden/download.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/grouping.hpp>
#include <ekiden/html.hpp>
#include <ekiden/upload.hpp>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

void route_for_other_programs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("name").value("Ada"),
      html::Div().id("greeting"),
  }));
  app.callback(Output{"greeting", "children"}, Input{"name", "value"},
               CallbackOptions{.api_endpoint = {"/api/greeting", {"name"}}},
               [](std::string name) { return "Hello, " + name; });
}

struct Received {
  std::optional<UploadedFile> file;
  std::optional<std::string> name;
};

struct Report {
  std::string text;
  Update<> download;
};

void file_in_and_out(App& app) {
  app.layout(html::Div({
      dcc::Upload(html::Div("Give me a file")).id("upload"),
      html::Div().id("report"),
      dcc::Download().id("download"),
  }));
  app.callback(outputs(Member{&Report::text, Output{"report", "children"}},
                       Member{&Report::download, Output{"download", "data"}}),
               inputs(Member{&Received::file, Input{"upload", "contents"}},
                      Member{&Received::name, State{"upload", "filename"}}),
               [](const Received& received) -> Report {
                 if (!received.file) return {"nothing yet", no_update};
                 const auto size = static_cast<std::int64_t>(received.file->bytes.size());
                 const Frame frame({{"file", {received.name.value_or("")}},
                                    {"bytes", std::vector<std::int64_t>{size}}});
                 return {received.file->type, dcc::send_data_frame(frame, "report.csv")};
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {{"api", route_for_other_programs}, {"files", file_in_and_out}});
}
