// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <functional>
#include <string>

namespace ekiden {

/// What the Error says that `call` throws.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace ekiden
