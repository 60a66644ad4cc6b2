// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/log.hpp"

namespace ekiden::server {

/// Values of settings from text and back. nullopt: not a value of that kind.

std::optional<std::uint64_t> parse_count(std::string_view text);    ///< "4"
std::optional<std::uint64_t> parse_size(std::string_view text);     ///< "8190", "128M", "1 GiB"
std::optional<std::uint64_t> parse_seconds(std::string_view text);  ///< "1.5" is 1500 ms
std::optional<std::uint64_t> parse_flag(std::string_view text);     ///< "true", "0", "on"
std::optional<std::uint64_t> parse_level(std::string_view text);    ///< "warning"

std::string format_size(std::uint64_t bytes);            ///< "128M"
std::string format_seconds(std::uint64_t milliseconds);  ///< "1.5"
std::string_view level_name(shared::LogLevel level);

/// Of `candidates`, the one that `word` is most likely a misspelling of; empty if none is near.
template <class Candidates>
std::string nearest(std::string_view word, const Candidates& candidates);
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Candidates>
std::string nearest(std::string_view word, const Candidates& candidates) {
  std::string best;
  std::size_t least = word.size() / 3 + 2;  // as many slips still count as a misspelling
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace ekiden::server
