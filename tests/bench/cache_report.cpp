// SPDX-License-Identifier: MIT
#include "cache_report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace ekiden::bench {
namespace {

std::string text_of(double value, Unit unit) {
  if (unit == Unit::number) return fmt::format("{:.3g}", value);
  if (value < 1e3) return fmt::format("{:.1f} ns", value);
  if (value < 1e6) return fmt::format("{:.1f} µs", value / 1e3);
  if (value < 1e9) return fmt::format("{:.1f} ms", value / 1e6);
  return fmt::format("{:.2f} s", value / 1e9);
}

std::string times(double ratio) {
  return ratio < 10 ? fmt::format("{:.2f} ×", ratio) : fmt::format(fmt::runtime("{:.0f} ×"), ratio);
}

std::string text_of(const Goal& goal, Unit unit) {
  switch (goal.kind) {
    case Goal::Kind::none:
      return "";
    case Goal::Kind::faster_than:
      return "≥ " + times(goal.value);
    case Goal::Kind::at_most_ratio:
      return "≤ " + times(goal.value);
    case Goal::Kind::at_most:
      return "≤ " + text_of(goal.value, unit);
    case Goal::Kind::at_least:
      return "≥ " + text_of(goal.value, unit);
  }
  return "";
}

bool met(const Goal& goal, double ours, double peer) {
  switch (goal.kind) {
    case Goal::Kind::none:
      return true;
    case Goal::Kind::faster_than:
      return peer >= goal.value * ours;
    case Goal::Kind::at_most_ratio:
      return ours <= goal.value * peer;
    case Goal::Kind::at_most:
      return ours <= goal.value;
    case Goal::Kind::at_least:
      return ours >= goal.value;
  }
  return false;
}

/// The goal as the least number of times that the peer takes; 0: it is none about the peer.
double ratio_goal(const Goal& goal) {
  if (goal.kind == Goal::Kind::faster_than) return goal.value;
  return goal.kind == Goal::Kind::at_most_ratio ? 1 / goal.value : 0;
}

std::vector<std::string> handed_in;  // as JSON; titles and peers need no escapes

}  // namespace

void print_head() {
  fmt::print(
      "| row | ours | peer | ratio | goal | met |\n"
      "|---|---|---|---|---|---|\n");
}

void print_row(const std::string& row, double ours, const std::string& peer_name, double peer,
               const Goal& goal, Unit unit) {
  const bool inverse = goal.kind == Goal::Kind::at_most_ratio;
  const std::string against = peer > 0 ? fmt::format("{} {}", peer_name, text_of(peer, unit)) : "";
  const std::string ratio = peer > 0 ? times(inverse ? ours / peer : peer / ours) : "";
  const char* verdict = goal.kind == Goal::Kind::none ? ""
                        : met(goal, ours, peer)       ? "yes"
                                                      : "**no**";
  fmt::print("| {} | {} | {} | {} | {} | {} |\n", row, text_of(ours, unit), against, ratio,
             text_of(goal, unit), verdict);
  std::fflush(stdout);
  if (peer <= 0) return;
  const double wanted = ratio_goal(goal);
  handed_in.push_back(fmt::format(R"({{"name": "{}", "peer": "{}", "ratio": {}{}}})", row,
                                  peer_name, peer / ours,
                                  wanted > 0 ? fmt::format(R"(, "goal": {})", wanted) : ""));
}

void hand_in(const std::string& path) {
  std::ofstream file(path);
  file << fmt::format("{{\"ratios\": [\n{}]}}\n", fmt::join(handed_in, ",\n"));
  file.close();
  if (!file) throw std::runtime_error("cache_bench: " + path + " cannot be written");
}

}  // namespace ekiden::bench
