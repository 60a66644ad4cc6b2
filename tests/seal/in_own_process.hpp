// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "tests/shared/processes.hpp"

namespace ekiden::test {

/// Whether `body` returns true in a fork: what it opens or seals stays so for its process.
inline bool holds_in_own_process(const std::function<bool()>& body) {
  return shared::Child([&body] { return body() ? 0 : 1; }).exit_code() == 0;
}

}  // namespace ekiden::test
