// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/frame.hpp>
#include <string>
#include <vector>

namespace ekiden {

inline std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> all;
  for (std::size_t row = 0; row < column.size(); ++row) all.emplace_back(column.text(row));
  return all;
}

}  // namespace ekiden
