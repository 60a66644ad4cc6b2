// SPDX-License-Identifier: MIT
// What is left on disk when processes die, and when files are not what they were.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <functional>
#include <random>

#include "shared/disk_file.hpp"
#include "shared/disk_index.hpp"
#include "tests/shared/disk_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t kLarge = 300'000;

TEST(DiskFolder, ASecondServerIsToldWhoHasTheFolder) {
  DiskSite site;
  Child other([&] {
    try {
      DiskFolder second({site.path(), 64U << 20, "boot"});
    } catch (const std::runtime_error& error) {
      const std::string holder = "the server with pid " + std::to_string(getppid()) + " has it";
      return std::string(error.what()).find(holder) != std::string::npos ? 0 : 1;
    }
    return 2;
  });

  EXPECT_EQ(other.exit_code_within(30), 0);
}

TEST(DiskFolder, AFolderThatCannotBeMadeIsNamed) {
  const worker::test::TemporaryFolder folder;
  const auto file = folder.write("file", "");

  try {
    DiskFolder unusable({file / "cache", 64U << 20, "boot"});
    FAIL() << "a folder in a file";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("--cache-dir " + (file / "cache").string()));
  }
}

TEST(DiskFolder, AfterAPowerLossLargeValuesAreFoundInTheirFiles) {
  DiskSite site;
  site.save("small", "value");
  for (std::uint64_t key = 0; key < 20; ++key) site.save(std::to_string(key), pattern(kLarge, key));
  site.crash();
  site.reboot();

  site.start();

  EXPECT_EQ(site.found("small"), std::nullopt);
  for (std::uint64_t key = 0; key < 20; ++key) {
    EXPECT_TRUE(site.found(std::to_string(key)) == pattern(kLarge, key)) << key;
  }
  site.tier().invalidate("f:f");
  site.save("small", "new", {}, "f:f");
  EXPECT_EQ(site.found("small"), "new");
}

TEST(DiskFolder, WhatWasVoidedDoesNotComeBackAfterAPowerLoss) {
  for (const bool restarted : {false, true}) {
    DiskSite site;
    site.save("cleared", pattern(kLarge, 1));
    const fs::path cleared = site.files().at(0);
    const std::string cleared_text = file_text(cleared);
    site.tier().clear();
    site.save("void", pattern(kLarge, 2), {}, "f:f");
    site.save("kept", pattern(kLarge, 3), {}, "f:g");
    site.tier().invalidate("f:f");
    if (restarted) site.restart();
    site.crash();
    // The disk has not heard of the removal.
    std::ofstream(cleared, std::ios::binary) << cleared_text;
    site.reboot();

    site.start();

    EXPECT_EQ(site.found("cleared"), std::nullopt);
    EXPECT_EQ(site.found("void"), std::nullopt);
    EXPECT_TRUE(site.found("kept") == pattern(kLarge, 3));
    EXPECT_EQ(site.files().size(), 1U);
  }
}

TEST(DiskFolder, AServerThatStoppedLosesNothingWhenTheMachineStartsAnew) {
  DiskSite site;
  site.save("small", "value");
  site.save("void", "value", {}, "f:f");
  site.tier().invalidate("f:f");
  site.stop();
  site.reboot();

  site.start();

  EXPECT_EQ(site.found("small"), "value");
  EXPECT_EQ(site.found("void"), std::nullopt);
}

TEST(DiskFolder, OfTwoFilesOfAKeyTheNewerCountsAndTheOtherGoes) {
  DiskSite site;
  site.save("key", pattern(kLarge, 1));
  const fs::path old = site.files().at(0);
  const std::string text = file_text(old);
  site.save("key", pattern(kLarge, 2));
  std::ofstream(old, std::ios::binary) << text;
  site.crash();
  site.reboot();

  site.start();

  EXPECT_TRUE(site.found("key") == pattern(kLarge, 2));
  EXPECT_EQ(site.files().size(), 1U);
}

TEST(DiskFolder, WhatWasNotFinishedIsSweptAndWhatIsNotOursIsLeftAlone) {
  DiskSite site;
  site.save("key", pattern(kLarge, 1));
  const fs::path file = site.files().at(0);
  fs::copy(file, file.string() + ".tmp");
  const fs::path unknown = file.parent_path() / value_file_name({1, 2}, 3);
  fs::copy(file, unknown);
  std::ofstream(file.parent_path() / "letter.txt") << "dear";
  fs::create_directory(file.parent_path() / "photos");

  site.restart();

  EXPECT_FALSE(fs::exists(file.string() + ".tmp"));
  EXPECT_FALSE(fs::exists(unknown));
  EXPECT_TRUE(fs::exists(file.parent_path() / "letter.txt"));
  EXPECT_TRUE(fs::exists(file.parent_path() / "photos"));
  EXPECT_TRUE(site.found("key") == pattern(kLarge, 1));
}

/// Ways in which the file of a value goes bad.
const std::vector<std::pair<const char*, std::function<void(const fs::path&)>>> kDamages{
    {"cut off in its value", [](const fs::path& file) { fs::resize_file(file, 1000); }},
    {"cut off in its head", [](const fs::path& file) { fs::resize_file(file, 50); }},
    {"empty", [](const fs::path& file) { fs::resize_file(file, 0); }},
    {"longer", [](const fs::path& file) { fs::resize_file(file, 400'000); }},
    {"with another byte in its value", [](const fs::path& file) { overwrite(file, 200'000, "!"); }},
    {"with another last byte",
     [](const fs::path& file) { overwrite(file, fs::file_size(file) - 1, "\x7f"); }},
    {"with another byte in its head", [](const fs::path& file) { overwrite(file, 40, "!"); }},
    {"a text", [](const fs::path& file) { std::ofstream(file) << "something else"; }},
    {"gone", [](const fs::path& file) { fs::remove(file); }},
    {"a folder",
     [](const fs::path& file) {
       fs::remove(file);
       fs::create_directory(file);
     }},
    {"a named pipe",
     [](const fs::path& file) {
       fs::remove(file);
       EXPECT_EQ(mkfifo(file.c_str(), 0600), 0);
     }},
    {"a link to itself", [](const fs::path& file) {
       fs::remove(file);
       fs::create_symlink(file, file);
     }}};

TEST(DiskFile, ADamagedValueIsDroppedAndNotServed) {
  for (const auto& [how, damage] : kDamages) {
    SCOPED_TRACE(how);
    DiskSite site;
    site.save("key", pattern(kLarge, 1));
    site.save("other", pattern(kLarge, 2));
    for (const fs::path& file : site.files()) damage(file);

    EXPECT_EQ(site.found("key"), std::nullopt);
    EXPECT_EQ(site.found("other"), std::nullopt);

    EXPECT_EQ(site.tier().counters().dropped, 2U);
    site.save("key", pattern(kLarge, 3));
    EXPECT_TRUE(site.found("key") == pattern(kLarge, 3));
  }
}

TEST(DiskFile, ADamagedValueIsNotEnteredWhenTheIndexIsMadeAnew) {
  for (const auto& [how, damage] : kDamages) {
    SCOPED_TRACE(how);
    DiskSite site;
    site.save("key", pattern(kLarge, 1));
    const fs::path file = site.files().at(0);
    site.save("good", pattern(kLarge, 2));
    damage(file);
    site.crash();
    site.reboot();

    site.start();

    EXPECT_EQ(site.found("key"), std::nullopt);
    EXPECT_TRUE(site.found("good") == pattern(kLarge, 2));
    site.save("key", pattern(kLarge, 3));
    EXPECT_TRUE(site.found("key") == pattern(kLarge, 3));
  }
}

TEST(DiskFile, AnotherKeysFileIsNotServed) {
  DiskSite site;
  site.save("one", pattern(kLarge, 1));
  const fs::path one = site.files().at(0);
  site.save("two", pattern(kLarge, 2));
  const auto files = site.files();
  const fs::path two = files[0] == one ? files[1] : files[0];

  fs::copy_file(two, one, fs::copy_options::overwrite_existing);

  EXPECT_EQ(site.found("one"), std::nullopt);
  EXPECT_TRUE(site.found("two") == pattern(kLarge, 2));
}

/// A folder with 200 small values and one large, whose server is gone.
void fill(DiskSite& site) {
  for (std::uint64_t key = 0; key < 200; ++key) {
    site.save(std::to_string(key), pattern(24 + key * 40, key));
  }
  site.save("large", pattern(kLarge, 1));
  site.crash();
}

/// Starts, and expects that what is found is right. How many are.
int found_whole(DiskSite& site) {
  site.start();
  int found = 0;
  for (std::uint64_t key = 0; key < 200; ++key) {
    const auto text = site.found(std::to_string(key));
    EXPECT_TRUE(!text || *text == pattern(24 + key * 40, key)) << key;
    found += text ? 1 : 0;
  }
  EXPECT_TRUE(site.found("large") == pattern(kLarge, 1));
  site.save("new", "value");
  EXPECT_EQ(site.found("new"), "value");
  return found;
}

TEST(DiskIndexDamage, AnIndexCutOffAnywhereIsMadeAnewWithoutASignal) {
  for (const std::uint64_t size : {0U, 100U, 4096U, 8192U, 12'288U, 100'000U, 33'000'000U}) {
    SCOPED_TRACE(size);
    DiskSite site;
    fill(site);
    fs::resize_file(site.path() / "index" / "data.mdb", size);

    EXPECT_EQ(found_whole(site), 0);
  }
}

TEST(DiskIndexDamage, AnIndexThatIsSomethingElseIsMadeAnew) {
  const std::vector<std::function<void(const fs::path&)>> ways{
      [](const fs::path& file) { std::ofstream(file) << "a text"; },
      [](const fs::path& file) { overwrite(file, 0, std::string(20'000, 'x')); },
      [](const fs::path& file) { overwrite(file, 0, std::string(500'000, '\0')); },
      [](const fs::path& file) { fs::remove(file); },
      [](const fs::path& file) { fs::remove_all(file.parent_path()); },
      [](const fs::path& file) {
        fs::remove(file);
        fs::create_directory(file);
      }};
  for (std::size_t way = 0; way < ways.size(); ++way) {
    SCOPED_TRACE(way);
    DiskSite site;
    fill(site);
    ways[way](site.path() / "index" / "data.mdb");

    EXPECT_EQ(found_whole(site), 0);
  }
}

TEST(DiskIndexDamage, NoStrayBytesInTheIndexMakeAWrongValueOrASignal) {
  std::mt19937_64 random(7);
  const long rounds = setting("EKIDEN_DISK_DAMAGES", kSanitized ? 8 : 25);
  for (long round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    DiskSite site;
    fill(site);
    const fs::path file = site.path() / "index" / "data.mdb";
    for (int stray = 0; stray < 30; ++stray) {
      overwrite(file, random() % 1'500'000,
                std::string(1 + random() % 8, static_cast<char>(random())));
    }

    found_whole(site);
  }
}

TEST(DiskIndexDamage, AnIndexCutOffWhileItIsUsedIsLeftAlone) {
  DiskSite site;
  for (std::uint64_t key = 0; key < 200; ++key) site.save(std::to_string(key), pattern(1000, key));
  fs::resize_file(site.path() / "index" / "data.mdb", 8192);

  EXPECT_EQ(site.found("150"), std::nullopt);
  site.save("new", "value");
  EXPECT_EQ(site.found("new"), std::nullopt);
  EXPECT_FALSE(site.tier().erase("150"));

  EXPECT_GT(site.tier().counters().failures, 0U);
}

TEST(DiskTierFull, ADiskThatTakesNoMoreIsAMissAndDoesNotFail) {
  Child child([] {
    DiskSite site;
    site.save("before", "value");
    site.save("large before", pattern(kLarge, 1));
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);

    site.save("large", pattern(kLarge, 2));

    const bool right = site.found("large") == std::nullopt && site.found("before") == "value" &&
                       site.found("large before") == pattern(kLarge, 1) &&
                       site.files().size() == 1 && site.tier().counters().failures > 0;
    return right ? 0 : 1;
  });

  EXPECT_EQ(child.exit_code_within(60), 0);
}

/// Writes and reads at random, for ever; exits at a value that is not whole.
int use_at_random(const fs::path& path, std::uint64_t seed, std::uint64_t steps) {
  DiskTier tier({path, 64U << 20});
  std::mt19937_64 random(seed);
  for (std::uint64_t step = 0; step < steps; ++step) {
    const std::uint64_t key = random() % 50;
    const std::string name = std::to_string(key);
    const Tier::Item item{name, "f:f", {}};
    const std::uint64_t what = random() % 100;
    if (what < 40) {
      const std::size_t size =
          random() % 4 == 0 ? 65'536 + random() % 200'000 : 24 + random() % 9000;
      tier.save(item, tier.begin(item), bytes(pattern(size, key, random())), {});
    } else if (what < 43) {
      tier.erase(name);
    } else if (what == 43) {
      tier.invalidate("f:f");
    } else {
      Taken taken;
      if (!tier.find(item, taken)) continue;
      if (!whole_pattern(bytes(*taken.text()), key)) return 1;
    }
  }
  const DiskCounters counters = tier.counters();
  const bool busy = steps < 1000 || (counters.hits > 0 && counters.saved > 0);
  return busy && counters.dropped == 0 ? 0 : 2;
}

TEST(DiskTierProcesses, SeveralUseAFolderAtOnceAndReadWholeValues) {
  DiskSite site;
  site.close_tier();
  std::vector<Child> children;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    children.emplace_back([&, seed] { return use_at_random(site.path(), seed, 1500); });
  }

  for (Child& child : children) EXPECT_EQ(child.exit_code_within(110), 0);
}

TEST(DiskTierProcesses, KilledAtAnyMomentLeavesWholeValuesAndNobodyWaiting) {
  DiskSite site;
  site.close_tier();
  std::mt19937_64 random(3);
  const auto kills = static_cast<std::uint64_t>(setting("EKIDEN_DISK_KILLS", kSanitized ? 5 : 25));
  for (std::uint64_t round = 0; round < kills; ++round) {
    Child victim([&] { return use_at_random(site.path(), 100 + round, ~0ULL); });
    Child survivor([&] { return use_at_random(site.path(), 500 + round, random() % 100); });
    EXPECT_EQ(survivor.exit_code_within(60), 0) << round;
    victim.kill_and_wait();
    if (round % 5 != 4) continue;
    site.crash();
    site.start();
    site.close_tier();
  }
  site.crash();
  site.start();
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto text = site.found(std::to_string(key));
    EXPECT_TRUE(!text || whole_pattern(bytes(*text), key)) << key;
  }
  EXPECT_EQ(site.tier().counters().dropped, 0U);
}

TEST(DiskTierProcesses, AReaderThatDiedDoesNotKeepOldPagesForEver) {
  DiskSite site(16U << 20);
  site.save("key", pattern(1000, 1));
  site.close_tier();
  for (int round = 0; round < 3; ++round) {
    Child reader([&] {
      DiskIndex index(site.path() / "index", DiskFolder::index_bytes(16U << 20));
      const DiskIndex::Reading reading(index);
      raise(SIGKILL);
      return static_cast<int>(reading.totals().files);
    });
    EXPECT_EQ(reader.exit_code(), 1000 + SIGKILL);
  }

  site.open_tier();  // forgets the dead
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    site.save(std::to_string(key % 100), pattern(3000, key));
  }

  EXPECT_EQ(site.tier().counters().failures, 0U);
}

}  // namespace
}  // namespace ekiden::shared
