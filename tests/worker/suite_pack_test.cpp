// SPDX-License-Identifier: MIT
#include "worker/dispatch/suite_pack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/dispatch/compression.hpp"

#include <algorithm>
#include <cstdint>
#include <ekiden/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ekiden::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

const SuiteFile* find(std::string_view package, std::string_view path) {
  for (const SuiteFile& file : suite_files()) {
    if (file.package == package && file.path == path) return &file;
  }
  return nullptr;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

TEST(SuitePack, IsSortedByPackageAndPathWithoutDuplicates) {
  std::vector<std::pair<std::string_view, std::string_view>> keys;
  for (const SuiteFile& file : suite_files()) keys.emplace_back(file.package, file.path);

  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(SuitePack, HoldsTheFilesThatBrowsersAskForByFixedNames) {
  EXPECT_NE(find("plotly", "package_data/plotly.min.js"), nullptr);
  for (const char* chunk : {"datepicker", "dropdown", "graph", "highlight", "markdown", "mathjax",
                            "slider", "upload"}) {
    EXPECT_NE(find("dash", "dcc/async-" + std::string(chunk) + ".js"), nullptr) << chunk;
  }
  for (const char* chunk : {"export", "highlight", "table"}) {
    EXPECT_NE(find("dash", "dash_table/async-" + std::string(chunk) + ".js"), nullptr) << chunk;
  }
  EXPECT_NE(find("dash", "dash-renderer/build/dash-ws-worker.js"), nullptr);
}

TEST(SuitePack, HoldsThePinnedVersions) {
  const SuiteFile* react = find("dash", "deps/react@18.3.1.min.js");
  const SuiteFile* renderer = find("dash", "dash-renderer/build/dash_renderer.min.js");
  const SuiteFile* plotly = find("plotly", "package_data/plotly.min.js");
  ASSERT_TRUE(react && renderer && plotly);

  EXPECT_THAT(std::string(react->identity), HasSubstr("@license React"));
  EXPECT_EQ(react->version, "4.3.0");
  EXPECT_THAT(std::string(renderer->identity), HasSubstr("window.DashRenderer="));
  EXPECT_EQ(renderer->version, "3.4.1");
  EXPECT_THAT(std::string(plotly->identity.substr(0, 100)), HasSubstr("plotly.js v3.7.0"));
  EXPECT_EQ(plotly->version, "3.7.0");
}

TEST(SuitePack, TellsTheCharacterSetOfEveryScript) {
  for (const SuiteFile& file : suite_files()) {
    EXPECT_EQ(file.content_type, "application/javascript; charset=utf-8") << file.path;
  }
}

TEST(SuitePack, HasAnEntityTagOfItsOwnForEachContent) {
  std::set<std::string_view> tags;
  for (const SuiteFile& file : suite_files()) {
    EXPECT_THAT(std::string(file.etag), MatchesRegex("[0-9a-f]{32}")) << file.path;
    EXPECT_TRUE(tags.insert(file.etag).second) << file.path;
  }
}

TEST(SuitePack, CompressesEachFileIntoAGzipMemberOfThatFile) {
  for (const SuiteFile& file : suite_files()) {
    ASSERT_GT(file.gzip.size(), 18u) << file.path;
    const std::string_view trailer = file.gzip.substr(file.gzip.size() - 8);

    EXPECT_THAT(std::string(file.gzip.substr(0, 3)), StartsWith("\x1f\x8b\x08")) << file.path;
    // Development builds are only there compressed.
    const std::string content =
        file.identity.empty() ? gzip_expanded(file.gzip) : std::string(file.identity);
    EXPECT_GT(content.size(), 1000u) << file.path;
    EXPECT_EQ(little_endian(trailer), crc32(content)) << file.path;
    EXPECT_EQ(little_endian(trailer.substr(4)), content.size()) << file.path;
  }
}

TEST(SuitePack, GainsByEachBetterEncoding) {
  for (const SuiteFile& file : suite_files()) {
    EXPECT_FALSE(file.brotli.empty()) << file.path;
    EXPECT_LT(file.brotli.size(), file.gzip.size()) << file.path;
    if (file.identity.empty()) continue;
    EXPECT_LT(file.gzip.size(), file.identity.size()) << file.path;
  }
}

TEST(SuitePack, LoadsTheScriptsInTheOrderOfDash) {
  std::vector<std::string> before, after;
  for (const SuiteScript& script : suite_scripts()) {
    if (!script.development.empty()) {
      EXPECT_NE(find(script.package, script.development), nullptr) << script.development;
    }
    if (script.path.empty()) continue;
    (script.before_app_scripts ? before : after).emplace_back(script.path);
    EXPECT_NE(find(script.package, script.path), nullptr) << script.path;
  }

  EXPECT_THAT(before, ElementsAre("deps/polyfill@7.12.1.min.js", "deps/react@18.3.1.min.js",
                                  "deps/react-dom@18.3.1.min.js", "deps/prop-types@15.8.1.min.js"));
  EXPECT_THAT(after,
              ElementsAre("dash-renderer/build/dash_renderer.min.js", "dcc/dash_core_components.js",
                          "dcc/dash_core_components-shared.js", "html/dash_html_components.min.js",
                          "dash_table/bundle.js"));
}

TEST(SuitePack, AnnouncesThePropertiesThatHoldComponents) {
  EXPECT_EQ(Json::parse(suite_children_props()), Json::parse(R"({
    "dash_html_components": {},
    "dash_core_components": {"Clipboard": ["copied_children"], "Loading": ["custom_spinner"],
                             "Tab": ["label"]},
    "dash_table": {}})"));
}

}  // namespace
}  // namespace ekiden::worker
