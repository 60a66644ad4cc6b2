// SPDX-License-Identifier: MIT
#include "worker/seal/data_symbols.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/seal/sealed_app.hpp"

namespace ekiden::worker {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string module(const std::string& variant) {
  return std::string(EKIDEN_SEAL_MODULES "/mutations_") + variant + ".so";
}

std::vector<std::byte> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes;
  std::transform(std::istreambuf_iterator<char>(file), {}, std::back_inserter(bytes),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

TEST(DataSymbols, NameTheGlobalsOfAModule) {
  for (const std::string& variant : test::module_variants()) {
    const DataSymbols symbols = read_data_symbols(module(variant));
    EXPECT_FALSE(symbols.is_stripped);
    EXPECT_THAT(writable_globals(symbols),
                AllOf(Contains("counter (4 bytes)"), Contains("df (24 bytes)"),
                      Contains("title (32 bytes)"), Contains("buffer (64 bytes)"),
                      Contains("(anonymous namespace)::hidden (4 bytes)"),
                      Contains("app_code::next()::calls (24 bytes)")));
  }
}

TEST(DataSymbols, LeaveOutWhatNobodyHasWritten) {
  for (const std::string& variant : test::module_variants()) {
    EXPECT_THAT(
        writable_globals(read_data_symbols(module(variant))),
        Each(AllOf(Not(HasSubstr("guard")), Not(HasSubstr("vtable")), Not(HasSubstr("typeinfo")),
                   Not(HasSubstr("DYNAMIC")), Not(HasSubstr("__")))));
  }
}

TEST(DataSymbols, OfAFileThatIsNoLibraryAreNone) {
  EXPECT_THAT(read_data_symbols("/proc/self/cmdline").variables, IsEmpty());
  EXPECT_THAT(read_data_symbols("/no/such/file").variables, IsEmpty());
}

/// Wherever a file ends, nothing behind its end is read.
TEST(DataSymbols, OfATruncatedFileAreNone) {
  const std::vector<std::byte> whole = bytes_of(module("gcc_O2"));
  ASSERT_GT(whole.size(), 4096U);
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 7) {
    const std::vector<std::byte> part(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(read_data_symbols(part).variables, IsEmpty()) << size;
  }
}

}  // namespace
}  // namespace ekiden::worker
