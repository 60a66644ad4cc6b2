// SPDX-License-Identifier: MIT
#include "server/doctor_tool.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <ekiden/json.hpp>

#include "server/doctor_checks.hpp"

namespace ekiden::server {
namespace {

struct Words {
  std::string url;
  double patience_s = 10;
  bool json = false;
};

void declare(CLI::App& program, Words& into) {
  program.name("ekiden doctor");
  program.description(
      "Checks a deployed Dash app from outside, as browsers see it. Exit code 0: it works, "
      "perhaps with warnings; 1: something does not.");
  program.set_help_flag("-h,--help", "Print this and exit.");
  program.add_option("URL", into.url, "Where the app's page is: http://example.com/sales/.")
      ->required();
  program.add_flag("--json", into.json, "Print one line of JSON.");
  program.add_option("--timeout", into.patience_s, "How long to wait for an answer. Default: 10.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0));
}

std::size_t count(const std::vector<Finding>& findings, Level level) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [level](const Finding& finding) { return finding.level == level; }));
}

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<9}{:<14}{}\n", name_of(finding.level), finding.check, finding.says);
    if (!finding.remedy.empty()) text += fmt::format("{:23}-> {}\n", "", finding.remedy);
  }
  return text + fmt::format("{} ok, {} warnings, {} errors\n", count(findings, Level::ok),
                            count(findings, Level::warning), count(findings, Level::error));
}

std::string json_of(const std::string& url, const std::vector<Finding>& findings) {
  Json::Array checks;
  for (const Finding& finding : findings) {
    checks.push_back(Json{{"check", finding.check},
                          {"level", std::string(name_of(finding.level))},
                          {"says", finding.says},
                          {"remedy", finding.remedy}});
  }
  const Json result{{"url", url},
                    {"works", count(findings, Level::error) == 0},
                    {"checks", Json(std::move(checks))}};
  return result.dump() + "\n";
}

ToolOutput examine(const Words& words) {
  const auto patience = std::chrono::milliseconds(static_cast<long>(words.patience_s * 1000));
  const std::vector<Finding> findings = check_deployment(parse_http_url(words.url), patience);
  ToolOutput output;
  output.exit_code = count(findings, Level::error) == 0 ? kDone : kSystemError;
  output.text = words.json ? json_of(words.url, findings) : text_of(findings);
  return output;
}

}  // namespace

ToolOutput run_doctor_tool(const std::vector<std::string>& given) {
  CLI::App program;
  Words words;
  declare(program, words);
  try {
    std::vector<std::string> reversed(given.rbegin(), given.rend());  // as CLI11 wants them
    program.parse(std::move(reversed));
    return examine(words);
  } catch (const CLI::CallForHelp&) {
    return {kDone, program.help(), {}};
  } catch (const CLI::Error& error) {
    return {kUsageError, {}, fmt::format("ekiden doctor: {}\n", error.what())};
  } catch (const std::exception& error) {
    return {kUsageError, {}, fmt::format("ekiden doctor: {}\n", error.what())};
  }
}

}  // namespace ekiden::server
