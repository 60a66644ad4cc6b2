// SPDX-License-Identifier: MIT
// Any bytes as a key of the cache: its text is one line that may be printed.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/key_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view key(reinterpret_cast<const char*>(data), size);
  const ekiden::shared::KeyText read = ekiden::shared::read_key(key);
  for (const std::string& text : {read.text, read.build, read.type}) {
    if (!ekiden::shared::is_text(text) || text.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
