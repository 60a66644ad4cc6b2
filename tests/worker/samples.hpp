// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace ekiden::worker::test {

/// Rows of a table as JSON: much of each stands in the one before.
inline std::string rows(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < bytes) {
    text += R"({"city":"Seoul","category":"figs","amount":)" + std::to_string(random() % 1000) +
            R"(,"price":)" + std::to_string(random() % 10000) + "},";
  }
  return text.substr(0, bytes);
}

/// Base64 of numbers that have nothing in common.
inline std::string base64_of_chance(std::size_t bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::mt19937 random(2);
  std::string text(bytes, '\0');
  for (char& c : text) c = kDigits[random() % 64];
  return text;
}

inline std::string chance(std::size_t bytes) {
  std::mt19937 random(3);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random() & 0xFF);
  return text;
}

}  // namespace ekiden::worker::test
