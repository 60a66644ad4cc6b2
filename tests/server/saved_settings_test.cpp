// SPDX-License-Identifier: MIT
#include "server/saved_settings.hpp"

#include <gtest/gtest.h>

namespace ekiden::server {
namespace {

TEST(SavedSettings, ComeBackWithTheValuesThatTheyHad) {
  Settings settings;
  settings.app = "/srv/app.so";
  settings.bind = {"unix:/run/a b.sock", "[::1]:9000"};
  settings.env = {"NAME=a value", "OTHER="};
  settings.workers = 7;
  settings.cache_size = 5'000'001;
  settings.timeout = std::chrono::milliseconds(1'234);
  settings.control_socket = "";
  settings.error_logfile = "/var/log/x";
  settings.worker.debug = true;
  settings.worker.request_timeout = std::chrono::milliseconds(0);
  settings.worker.forwarded_allow_ips = "";

  const Settings restored = restored_settings(Json::parse(saved(settings).dump()));

  EXPECT_EQ(restored.app, settings.app);
  EXPECT_EQ(restored.bind, settings.bind);
  EXPECT_EQ(restored.env, settings.env);
  for (const Setting& setting : all_settings()) {
    EXPECT_EQ(setting.value_in(restored), setting.value_in(settings)) << setting.name;
  }
}

TEST(SavedSettings, OfAnotherVersionAreUsedAsFarAsTheyAreKnown) {
  const Settings restored = restored_settings(Json::parse(
      R"({"app":["a"],"later":["x"],"workers":["a million"],"threads":["3"],"timeout":7})"));

  EXPECT_EQ(restored.app, "a");
  EXPECT_EQ(restored.worker.threads, 3U);
  EXPECT_EQ(restored.workers, Settings{}.workers);
  EXPECT_EQ(restored.timeout, Settings{}.timeout);
}

}  // namespace
}  // namespace ekiden::server
