// SPDX-License-Identifier: MIT
#include "worker/seal/arena.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "tests/seal/in_own_process.hpp"

namespace ekiden::worker {
namespace {

using test::holds_in_own_process;

std::uintptr_t address(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

TEST(Arena, OwnsNothingBeforeItIsOpened) {
  const int local = 0;
  EXPECT_FALSE(arena::owns(&local));
  EXPECT_FALSE(arena::owns(nullptr));
  EXPECT_FALSE(arena::is_open());
}

TEST(Arena, GivesAlignedBlocksThatDoNotOverlap) {
  EXPECT_TRUE(holds_in_own_process([] {
    arena::open();
    std::mt19937 random(1);
    std::set<std::pair<std::uintptr_t, std::uintptr_t>> blocks;
    for (int i = 0; i < 2000; ++i) {
      const std::size_t size = random() % (i % 50 == 0 ? 500'000 : 3000);
      const std::size_t alignment = std::size_t{1} << random() % 13;
      void* block = arena::allocate(size, alignment, nullptr);
      if (block == nullptr || !arena::owns(block) || arena::capacity(block) < size) return false;
      if (address(block) % alignment != 0) return false;
      std::memset(block, 0xAB, size);
      const auto [at, inserted] = blocks.insert({address(block), address(block) + size});
      const bool after = at == blocks.begin() || std::prev(at)->second <= at->first;
      const bool before = std::next(at) == blocks.end() || at->second <= std::next(at)->first;
      if (!inserted || !after || !before) return false;
      if (random() % 3 != 0) continue;
      arena::release(block);
      blocks.erase(at);
    }
    return true;
  }));
}

TEST(Arena, UsesReleasedBlocksAgain) {
  EXPECT_TRUE(holds_in_own_process([] {
    arena::open();
    void* const small = arena::allocate(100, 16, nullptr);
    void* const large = arena::allocate(1 << 20, 64, nullptr);
    arena::release(small);
    arena::release(large);
    return arena::allocate(100, 16, nullptr) == small &&
           arena::allocate(1 << 20, 64, nullptr) == large;
  }));
}

TEST(Arena, ListsTheBlocksInUseWithWhoAskedForThem) {
  EXPECT_TRUE(holds_in_own_process([] {
    arena::open();
    const int first = 1, second = 2;
    void* const kept = arena::allocate(40, 16, &first);
    arena::release(arena::allocate(1000, 16, nullptr));
    void* const aligned = arena::allocate(40, 256, &second);
    std::vector<arena::Block> blocks;
    for (auto block = arena::next_block(std::nullopt); block; block = arena::next_block(block)) {
      blocks.push_back(*block);
    }
    const auto* inside = static_cast<const std::byte*>(aligned);
    return blocks.size() == 2 && blocks[0].bytes.data() == kept && blocks[0].caller == &first &&
           inside >= blocks[1].bytes.data() && blocks[1].caller == &second &&
           inside + 40 <= blocks[1].bytes.data() + blocks[1].bytes.size();
  }));
}

TEST(Arena, IsFilledByManyThreads) {
  EXPECT_TRUE(holds_in_own_process([] {
    arena::open();
    std::mutex mutex;
    std::set<void*> blocks;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j) {
          void* block = arena::allocate(64, 16, nullptr);
          arena::release(arena::allocate(64, 16, nullptr));
          const std::lock_guard lock(mutex);
          blocks.insert(block);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return blocks.size() == 2000;
  }));
}

TEST(Arena, KeepsWhatIsReleasedOnceItIsSealed) {
  EXPECT_TRUE(holds_in_own_process([] {
    arena::open();
    auto* text = static_cast<char*>(arena::allocate(32, 16, nullptr));
    std::strcpy(text, "kept");
    arena::close();
    arena::seal();
    arena::release(text);
    return std::strcmp(text, "kept") == 0;
  }));
}

TEST(Arena, DiesOfAWriteOnceItIsSealed) {
  const auto write = [] {
    arena::open();
    auto* number = static_cast<volatile int*>(arena::allocate(32, 16, nullptr));
    arena::seal();
    *number = 1;
  };
  EXPECT_DEATH(write(), "");
}

}  // namespace
}  // namespace ekiden::worker
