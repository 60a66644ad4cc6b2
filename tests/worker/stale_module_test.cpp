// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/testing.hpp>
#include <filesystem>

namespace ekiden {
namespace {

TEST(StaleModule, IsRefusedIfItWasCompiledAgainstOtherHeaders) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "modules";

  try {
    const testing::AppUnderTest app(folder / "other_headers.so");
    FAIL() << "a module that was built against other headers was loaded";
  } catch (const Error& error) {
    const std::string version = "ekiden " EKIDEN_VERSION ", headers ";
    EXPECT_THAT(
        error.what(),
        ::testing::AllOf(::testing::HasSubstr("was built against " + version + "0123456789abcdef"),
                         ::testing::HasSubstr("this is " + version + EKIDEN_HEADERS),
                         ::testing::EndsWith("; rebuild it")));
  }
}

}  // namespace
}  // namespace ekiden
