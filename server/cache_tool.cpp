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
#include "server/control_tool.hpp"
#include "server/tool_text.hpp"
#include "shared/key_text.hpp"

namespace ekiden::server {
namespace {

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

struct Words : ControlOptions {
  std::string command, key, tag;
  std::int64_t limit = 100;
};

void declare(CLI::App& program, Words& into) {
  declare_control_options(program, "ekiden cache", "Looks into the cache of a running server.",
                          into);
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

Json::Object request_of(const Words& words) {
  Json::Object request{{"command", words.command}};
  if (words.command == "cache.list") request.emplace_back("limit", words.limit);
  if (words.command == "cache.show") request.emplace_back("key", words.key);
  if (words.command == "cache.evict") request.emplace_back("tag", words.tag);
  return request;
}

ToolOutput ask(const Words& words) {
  const Json result = ask_for(words, request_of(words), kControlPatience);
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
  return run_control_tool(program, given, [&words] { return ask(words); });
}

}  // namespace ekiden::server
