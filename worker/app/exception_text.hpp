// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ekiden::worker {

/// A symbol as it is written in C++, or as it is if it is none.
std::string demangled(const char* symbol);

/// Type and text of the exception that the caller is handling, whatever its class.
/// REQUIRES: called from within a catch block.
struct ExceptionText {
  std::string type;     ///< "std::out_of_range"; "an unknown exception" if it is not a C++ one
  std::string message;  ///< what(), or the text itself if a string was thrown; may be empty
};
ExceptionText current_exception_text();

}  // namespace ekiden::worker
