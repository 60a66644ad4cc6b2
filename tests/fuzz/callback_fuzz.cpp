// SPDX-License-Identifier: MIT
// The input is the body of a request for a callback, in whole or its parts; see body_of. Whatever
// it is, the answer has a status of the protocol, changes nothing but the callback's own outputs,
// and tells nothing of the program.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/context.hpp>
#include <ekiden/dates.hpp>
#include <ekiden/grouping.hpp>
#include <ekiden/patch.hpp>
#include <ekiden/upload.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "shared/log.hpp"
#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

constexpr std::string_view kSecret = "a secret of the handler";

struct Form {
  std::string name;
  int age = 0;
  std::vector<double> marks;
};

const Pattern kRow{{"type", "row"}, {"index", MATCH}};

void set_up_patterns(App& app) {
  app.callback(Output{kRow, "sum"}, Input{{{"type", "row"}, {"index", ALLSMALLER}}, "value"},
               State{kRow, "value"}, [](std::vector<std::optional<int>> below, Json) {
                 const auto ids = callback_context().triggered_prop_ids();
                 return below.size() + ids.size();
               });
  app.callback({Output{{{"type", "row"}, {"index", ALL}}, "style"}, Output{"count", "children"}},
               Input{{{"type", "row"}, {"index", ALL}}, "value"},
               [](std::vector<Json> values) { return std::tuple(values, values.size()); });
}

void set_up_values(App& app) {
  app.callback(Output{"file", "children"}, Input{"upload", "contents"},
               State{"upload", "filename"}.optional(),
               [](std::vector<UploadedFile> files, std::optional<std::string>) {
                 std::size_t bytes = 0;
                 for (const UploadedFile& file : files) bytes += file.bytes.size();
                 return bytes;
               });
  app.callback(
      {Output{"date", "children"}, Output{"date", "title"}}, Input{"picker", "date"},
      Input{"picker", "time"},
      [](std::optional<std::chrono::year_month_day> date,
         std::chrono::sys_time<std::chrono::nanoseconds> time) { return std::tuple(date, time); });
  app.callback(
      {Output{"a", "x"}, Output{"a", "y"}},
      inputs(Member{&Form::name, Input{"name", "value"}}, Member{&Form::age, Input{"age", "value"}},
             Member{&Form::marks, State{"marks", "value"}}),
      [](Form form) { return std::tuple(form.name, form.age); });
}

void set_up_effects(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"graph", "clickData"}, [](Json point) {
    Patch figure;
    figure["data"][0]["x"].append(point);
    return figure;
  });
  app.callback(Input{"log", "value"}, [](Json value) {
    const CallbackContext& context = callback_context();
    set_props("seen", {{"children", value},
                       {"triggered", context.triggered_id()},
                       {"inputs", context.inputs()},
                       {"arguments", context.args_grouping()}});
  });
  app.callback(Output{"risky", "children"}, Input{"risk", "value"},
               [](std::string) -> std::string { throw std::runtime_error(std::string(kSecret)); });
  app.callback(Output{"caught", "children"}, Input{"risk", "value"},
               CallbackOptions{.on_error = [](const std::exception&) { return Json("caught"); }},
               [](int) -> int { throw std::runtime_error(std::string(kSecret)); });
  app.callback(Output{"api", "children"}, Input{"n", "value"}, State{"name", "value"},
               CallbackOptions{.api_endpoint = {"/api/call", {"n", "name"}}},
               [](int n, std::optional<std::string> name) {
                 return name.value_or("") + static_cast<char>(n);
               });
}

void set_up(App& app) {
  app.layout("x");
  set_up_patterns(app);
  set_up_values(app);
  set_up_effects(app);
}

[[noreturn]] void fail(const char* what, const std::string& body, const test::Answer& answer) {
  std::fprintf(stderr, "%s\nbody: %s\nanswer: %d %s\n", what, body.c_str(), answer.status,
               answer.body.c_str());
  std::abort();
}

/// The ids of the app's callbacks, as its pages know them.
std::vector<std::string> callback_ids(test::Site& site) {
  std::vector<std::string> ids;
  const Json all = Json::parse(site.get("/_dash-dependencies").body);
  for (const Json& callback : *all.as_array()) ids.push_back(callback["output"].dump());
  return ids;
}

/// The whole input, or the parts of a request for the callback that its first byte names, separated
/// by line ends: so that most requests reach the checks behind the first.
std::string body_of(std::string_view input, const std::vector<std::string>& ids) {
  const std::size_t which = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  if (which >= ids.size()) return std::string(input);
  std::string body = "{\"output\":" + ids[which];
  for (const char* part : {"outputs", "inputs", "state", "changedPropIds"}) {
    const std::string_view value = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), value.size() + 1));
    if (!value.empty()) body.append(",\"").append(part).append("\":").append(value);
  }
  return body + "}";
}

bool is_own(std::string_view id) {
  constexpr std::array<std::string_view, 10> kOwn = {"count", "file",  "date",   "a",   "graph",
                                                     "seen",  "risky", "caught", "api", "log"};
  return std::find(kOwn.begin(), kOwn.end(), id) != kOwn.end() ||
         (id.starts_with(R"({"index":)") && id.ends_with(R"(,"type":"row"})"));
}

void check_update(const std::string& body, const test::Answer& answer) {
  const Json json = Json::parse(answer.body);
  for (const auto& [name, part] : *json.as_object()) {
    if (name == "multi") continue;
    if (name != "response" && name != "sideUpdate") fail("an unknown field", body, answer);
    for (const auto& [id, properties] : *part.as_object()) {
      if (!is_own(id)) fail("a component that is not the callback's", body, answer);
    }
  }
}

void check_answer(const std::string& body, const test::Answer& answer, bool debug) {
  switch (answer.status) {
    case 200:
    case 204:
      if (answer.status == 204 && !answer.body.empty()) fail("204 with a body", body, answer);
      return;
    case 400:
    case 415:
    case 500:
      break;
    default:
      fail("a status that the protocol does not have", body, answer);
  }
  if (debug) return;
  constexpr std::array<std::string_view, 9> kInternals = {
      kSecret, "std::", "ekiden", ".cpp", ".hpp", "xception", "row", "risky", "what()"};
  for (const std::string_view internal : kInternals) {
    if (answer.body.find(internal) != std::string::npos) fail("tells internals", body, answer);
  }
  if (answer.body.size() > 500) fail("tells too much", body, answer);
}

}  // namespace
}  // namespace ekiden::worker

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ekiden::worker;
  using test::Site;
  static Site& plain = *new Site(set_up);
  static Site& debug = *new Site(set_up, SiteOptions{.debug = true});
  static const std::vector<std::string> ids = callback_ids(plain);
  static const bool is_quiet = (ekiden::shared::log_open(ekiden::shared::LogLevel::critical), true);
  if (size == 0 || !is_quiet) return 0;

  const std::string body = body_of({reinterpret_cast<const char*>(data), size}, ids);
  const auto answer = plain.update(body);
  check_answer(body, answer, false);
  if (answer.status == 200) check_update(body, answer);
  check_answer(body, debug.update(body), true);
  // An endpoint's answers may name its arguments, which other programs must know.
  const Site::Headers json{{"Content-Type", "application/json"}};
  check_answer(body, plain.ask(ekiden::worker::Method::post, "/api/call", json, body), true);
  return 0;
}
