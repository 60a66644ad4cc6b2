// SPDX-License-Identifier: MIT
#include "server/cache_tool.hpp"

#include <cxxabi.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <ekiden/json.hpp>
#include <memory>
#include <stdexcept>

#include "server/control_client.hpp"
#include "server/control_commands.hpp"
#include "server/control_paths.hpp"
#include "shared/key_text.hpp"

namespace ekiden::server {
namespace {

/// Rows of cells; the last column is not padded, the first ones are right-aligned.
class Table {
 public:
  explicit Table(std::size_t right_aligned) : right_aligned_(right_aligned) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
      for (std::size_t at = 0; at < row.size(); ++at) {
        widths[at] = std::max(widths[at], row[at].size());
      }
    }
    std::string text;
    for (const auto& row : rows_) {
      for (std::size_t at = 0; at + 1 < row.size(); ++at) {
        text += at < right_aligned_ ? fmt::format("{:>{}}  ", row[at], widths[at])
                                    : fmt::format("{:<{}}  ", row[at], widths[at]);
      }
      text += row.back() + "\n";
    }
    return text;
  }

 private:
  std::size_t right_aligned_;
  std::vector<std::vector<std::string>> rows_;
};

std::int64_t integer(const Json& object, std::string_view name) {
  const std::int64_t* value = object[name].as_integer();
  return value == nullptr ? 0 : *value;
}

const std::string& string(const Json& object, std::string_view name) {
  static const std::string none;
  const std::string* value = object[name].as_string();
  return value == nullptr ? none : *value;
}

const Json::Array& array(const Json& object, std::string_view name) {
  static const Json::Array none;
  const Json::Array* value = object[name].as_array();
  return value == nullptr ? none : *value;
}

/// "1.2 ms", "3 s", "5 min".
std::string duration(const Json& seconds) {
  const auto value = seconds.as_number();
  if (!value) return "never";
  if (*value <= 0) return "0";
  if (*value < 1e-3) return fmt::format("{:.0f} us", *value * 1e6);
  if (*value < 1) return fmt::format("{:.1f} ms", *value * 1e3);
  if (*value < 100) return fmt::format("{:.1f} s", *value);
  if (*value < 6000) return fmt::format("{:.0f} min", *value / 60);
  if (*value < 360'000) return fmt::format("{:.0f} h", *value / 3600);
  return fmt::format("{:.0f} d", *value / 86400);
}

std::string size(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits{"K", "M", "G", "T"};
  if (bytes < 10'000) return fmt::format("{}", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

/// "std::string" for "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE".
std::string type_name(const std::string& mangled) {
  constexpr std::size_t kLongest = 1000;
  const bool plain = std::all_of(mangled.begin(), mangled.end(),
                                 [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (mangled.empty() || mangled.size() > kLongest || !plain) return mangled;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  if (!readable) return mangled;
  std::string name = readable.get();
  const std::pair<std::string_view, std::string_view> kShorter[] = {
      {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
       "std::string"},
      {", std::allocator<std::string >", ""},
      {"ekiden::", ""}};
  for (const auto& [from, to] : kShorter) {
    for (std::size_t at = name.find(from); at != std::string::npos; at = name.find(from, at)) {
      name.replace(at, from.size(), to);
    }
  }
  return name;
}

std::string list_text(const Json& result) {
  Table table(4);
  table.add({"BYTES", "AGE", "EXPIRES", "COST", "TYPE", "KEY"});
  for (const Json& entry : array(result, "entries")) {
    table.add({size(integer(entry, "bytes")), duration(entry["age_s"]),
               duration(entry["expires_in_s"]), duration(entry["cost_s"]),
               type_name(string(entry, "type")), string(entry, "key")});
  }
  return table.text();
}

std::string show_text(const Json& result) {
  std::string text;
  for (const Json& entry : array(result, "entries")) {
    const bool binary = string(entry, "head_encoding") == "hex";
    std::string head = string(entry, "head");
    if (!binary) head = shared::quoted(head);
    const std::string& build = string(entry, "build");
    text += fmt::format(
        "{}key      {}\nkind     {}\ntype     {}\n{}bytes    {}\nage      {}\nexpires  {}\ncost    "
        " "
        "{}\n{}   {}\n",
        text.empty() ? "" : "\n", string(entry, "key"), string(entry, "kind"),
        type_name(string(entry, "type")), build.empty() ? "" : "build    " + build + "\n",
        integer(entry, "bytes"), duration(entry["age_s"]), duration(entry["expires_in_s"]),
        duration(entry["cost_s"]), binary ? "hex   " : "text  ", head);
  }
  return text;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string statistics_text(const Json& result) {
  constexpr std::array kTotals{"hits",      "misses",   "computations", "waits", "take_overs",
                               "evictions", "rebuilds", "uncached",     "stale", "refreshes"};
  Table totals(0);
  for (const char* name : kTotals) totals.add({name, fmt::format("{}", integer(result, name))});
  totals.add({"hit %", percent(integer(result, "hits"),
                               integer(result, "hits") + integer(result, "misses"))});
  totals.add({"values", fmt::format("{}", integer(result, "entries"))});
  totals.add({"used", fmt::format("{} of {}", size(integer(result, "payload_bytes")),
                                  size(integer(result, "data_bytes")))});
  Table functions(9);
  functions.add({"HITS", "MISSES", "HIT %", "WAITS", "STALE", "COMPUTED", "FAILED", "MEAN TIME",
                 "BYTES", "FUNCTION"});
  for (const Json& one : array(result, "functions")) {
    const std::int64_t hits = integer(one, "hits"), misses = integer(one, "misses");
    const auto count = [&one](const char* name) { return fmt::format("{}", integer(one, name)); };
    if (hits + misses + integer(one, "computations") == 0) continue;
    functions.add({count("hits"), count("misses"), percent(hits, hits + misses), count("waits"),
                   count("stale"), count("computations"), count("failures"),
                   duration(one["mean_compute_s"]), size(integer(one, "bytes")),
                   string(one, "name")});
  }
  return totals.text() + "\n" + functions.text();
}

std::string result_text(std::string_view command, const Json& result) {
  if (command == "cache.list") return list_text(result);
  if (command == "cache.show") return show_text(result);
  if (command == "cache.statistics") return statistics_text(result);
  if (command == "cache.clear") {
    return fmt::format("cleared {} values\n", integer(result, "cleared"));
  }
  return fmt::format("values with the tag {} are void\n",
                     shared::quoted(string(result, "evicted")));
}

/// The result in an answer. Throws std::runtime_error with the server's words if it is an error.
Json result_of(const std::string& answer) {
  const Json parsed = Json::parse(answer);
  if (const Json* error = parsed.find("error")) {
    throw std::runtime_error(error->as_string() == nullptr ? error->dump() : *error->as_string());
  }
  return parsed["result"];
}

struct Words {
  std::string command, key, tag, control_socket;
  std::int64_t limit = 100;
  bool json = false;
};

void declare(CLI::App& program, Words& into) {
  program.name("ekiden cache");
  program.description("Looks into the cache of a running server.");
  program.set_help_flag("-h,--help", "Print this and exit.");
  program.require_subcommand(1);
  program.fallthrough();
  program.add_flag("--json", into.json, "Print one line of JSON.");
  program
      .add_option("--control-socket", into.control_socket,
                  "The server's control socket; not needed if only one server runs.")
      ->type_name("PATH");
  const auto add = [&](const char* name, const char* command, const char* text) {
    CLI::App* added = program.add_subcommand(name, text);
    added->callback([&into, command] { into.command = command; });
    return added;
  };
  add("ls", "cache.list", "List values.")
      ->add_option("--limit", into.limit, "Most values to list. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, kMostListed));
  add("show", "cache.show", "Show a value: what is known of it, and its beginning.")
      ->add_option("KEY", into.key, "The key, as `ekiden cache ls` prints it.")
      ->required();
  add("stats", "cache.statistics", "Count hits, misses and computations, also of each function.");
  add("clear", "cache.clear", "Forget everything.");
  add("evict", "cache.evict", "Forget the values that bear a tag.")
      ->add_option("TAG", into.tag, "The tag, as in MemoizeOptions::tags.")
      ->required();
}

Json request_of(const Words& words) {
  Json::Object request{{"version", kControlVersion}, {"command", words.command}};
  if (words.command == "cache.list") request.emplace_back("limit", words.limit);
  if (words.command == "cache.show") request.emplace_back("key", words.key);
  if (words.command == "cache.evict") request.emplace_back("tag", words.tag);
  return request;
}

ToolOutput ask(const Words& words) {
  const auto socket = choose_server(words.control_socket, runtime_folders());
  const Json result = result_of(ask_server(socket, request_of(words).dump()));
  ToolOutput output;
  output.text = words.json ? result.dump() + "\n" : result_text(words.command, result);
  if (words.command == "cache.list" && !words.json) {
    const std::size_t listed = array(result, "entries").size();
    const std::int64_t total = integer(result, "total");
    if (static_cast<std::int64_t>(listed) == words.limit && total > words.limit) {
      output.note = fmt::format("{} of about {} values; --limit N lists more\n", listed, total);
    }
  }
  return output;
}

}  // namespace

std::string cache_answer_text(const std::string& command, const std::string& answer) {
  return result_text(command, result_of(answer));
}

ToolOutput run_cache_tool(const std::vector<std::string>& given) {
  CLI::App program;
  Words words;
  declare(program, words);
  try {
    std::vector<std::string> reversed(given.rbegin(), given.rend());  // as CLI11 wants them
    program.parse(std::move(reversed));
    return ask(words);
  } catch (const CLI::CallForHelp&) {
    return {kDone, program.help(), {}};
  } catch (const CLI::Error& error) {
    return {kUsageError, {}, fmt::format("ekiden cache: {}\n", error.what())};
  } catch (const std::exception& error) {
    return {kSystemError, {}, fmt::format("ekiden cache: {}\n", error.what())};
  }
}

}  // namespace ekiden::server
