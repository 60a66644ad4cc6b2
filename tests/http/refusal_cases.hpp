// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace ekiden::test {

/// Bytes that a strict server refuses, with the status it gives and then closes.
struct RefusalCase {
  std::string name;
  std::string bytes;
  int status = 400;
};

/// Without it GoogleTest would print the object's bytes, and tests would change their names.
inline void PrintTo(const RefusalCase& refused, std::ostream* out) { *out << refused.name; }

/// The classes of malformed input that HTTP/1.1 servers are attacked with.
std::vector<RefusalCase> refusal_cases();

}  // namespace ekiden::test
