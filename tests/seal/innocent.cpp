// SPDX-License-Identifier: MIT
// Keeps the rule, in ways that write somewhere all the same: one for each value of the input.
#include <openssl/evp.h>
#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <ekiden/app.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <locale>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <syncstream>
#include <thread>
#include <vector>

using namespace ekiden;

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual int corners() const = 0;
};
struct Square : Shape {
  int corners() const override { return 4; }
};

const std::unique_ptr<const Shape> shape = std::make_unique<Square>();
const std::regex pattern("([a-z]+)-([0-9]+)");
const std::map<std::string, std::vector<int>> table{{"one", {1, 2, 3}}, {"two", {4}}};
const std::string greeting = "a greeting that is too long for the string itself";
const std::locale classic = std::locale::classic();

std::string print() {
  std::printf("printed %d\n", 1);
  // What is not synchronized with stdio is one thread's at a time.
  std::osyncstream(std::cout) << "streamed " << std::setw(4) << 1.5 << std::endl;
  return "printed";
}

std::string throws() {
  try {
    throw std::runtime_error("caught");
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string casts() {
  const auto* square = dynamic_cast<const Square*>(shape.get());
  return std::to_string(square->corners());
}

std::string matches() {
  std::smatch match;
  const std::string text = "figs-42";
  if (!std::regex_match(text, match, pattern)) return "no match";
  return match[1].str() + std::regex_replace(text, pattern, "$2") +
         std::to_string(std::regex_search(text, std::regex("[[:digit:]]+")));
}

std::string time() {
  const std::time_t now = 86400;
  std::ostringstream text;
  text << std::put_time(std::localtime(&now), "%Y") << std::put_time(std::gmtime(&now), "%B");
  return text.str();
}

std::string locales() {
  const std::locale copy = classic;
  std::ostringstream text;
  text.imbue(std::locale());
  text << std::toupper('x', copy) << std::fixed << std::setprecision(2) << 1234.5;
  std::istringstream number("2.5");
  double value = 0;
  number >> value;
  return text.str() + std::to_string(value);
}

std::string sqlite() {
  sqlite3* database = nullptr;
  sqlite3_open(":memory:", &database);
  std::string found;
  sqlite3_exec(
      database, "create table t(x); insert into t values(7); select x from t",
      [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0];
        return 0;
      },
      &found, nullptr);
  sqlite3_close(database);
  return found;
}

std::string digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_Digest(greeting.data(), greeting.size(), bytes.data(), &size, EVP_sha256(), nullptr);
  return std::to_string(size);
}

std::string scratch() {
  thread_local std::vector<int> numbers;
  numbers.assign(100, 1);
  return std::to_string(std::accumulate(numbers.begin(), numbers.end(), 0));
}

std::string threads() {
  int result = 0;
  std::thread([&result] { result = static_cast<int>(table.at("one").size()); }).join();
  return std::to_string(result + std::async(std::launch::async, [] { return 1; }).get());
}

std::string numbers() {
  std::mt19937 random(std::random_device{}());
  return std::uniform_int_distribution(1, 1)(random) == 1 ? "random" : "";
}

std::string containers() {
  std::map<std::string, std::vector<int>> copy = table;
  copy["three"] = copy.at("one");
  std::string text = greeting;
  text += std::to_string(copy.size());
  return text;
}

using Kind = std::function<std::string()>;
const std::map<std::string, Kind> kKinds{
    {"print", print},     {"throw", throws},    {"cast", casts},     {"match", matches},
    {"time", time},       {"locale", locales},  {"sqlite", sqlite},  {"digest", digest},
    {"scratch", scratch}, {"threads", threads}, {"random", numbers}, {"containers", containers},
};

}  // namespace

EKIDEN_APP(app) {
  std::ios::sync_with_stdio(false);
  const Frame df({{"fruit", {"figs", "apples", "figs"}}, {"n", {1, 2, 3}}});
  const Json json{{"list", Json::array({1, "a text too long to be stored in the string itself"})}};
  const Component component = html::Div({html::Span("inside")}).id("made");
  const Figure figure{Scatter().x(std::vector<double>{1, 2}).name("a").line({{"width", 1}})};
  const auto store = app.cache().memoize(
      "store", [df](std::string fruit) -> Frame { return df[df["fruit"] == fruit]; });

  app.layout(html::Div({html::Div().id("in"), html::Div().id("out"), html::Div().id("objects")}));
  app.callback(Output{"out", "children"}, Input{"in", "title"},
               [](std::string kind) { return kKinds.at(kind)(); });
  app.callback(Output{"objects", "children"}, Input{"in", "title"}, [=](std::string kind) -> Json {
    const Frame frame = df;
    if (kind == "frame") return frame[frame["fruit"] == "figs"]["n"];
    if (kind == "sorted") return sort_values(frame, "n")["fruit"].unique();
    if (kind == "memoized") return store("figs")["n"];
    if (kind == "json") return Json::array({json, json["list"][0]});
    if (kind == "component") return html::Div({component, component});
    if (kind == "figure") {
      Figure changed = figure;
      changed.trace().name("b");
      return changed;
    }
    throw PreventUpdate();
  });
}
