// SPDX-License-Identifier: MIT
#include "worker/seal/owner.hpp"

#include <algorithm>
#include <cstring>
#include <deque>

#include "worker/seal/arena.hpp"
#include "worker/seal/loaded_objects.hpp"

namespace ekiden::worker {

namespace {

std::uintptr_t begin_of(std::span<const std::byte> bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data());
}

bool contains(std::span<const std::byte> bytes, std::uintptr_t address) {
  return address - begin_of(bytes) < bytes.size();
}

/// The blocks of the arena by address.
class Blocks {
 public:
  Blocks() {
    for (auto block = arena::next_block(std::nullopt); block; block = arena::next_block(block)) {
      blocks_.push_back(*block);
    }
    reached_.resize(blocks_.size());
  }

  /// Its number, or the number of blocks if none is at `address`.
  std::size_t find(std::uintptr_t address) const {
    const auto after = std::upper_bound(
        blocks_.begin(), blocks_.end(), address,
        [](std::uintptr_t value, const auto& block) { return value < begin_of(block.bytes); });
    if (after == blocks_.begin()) return blocks_.size();
    const auto found = after - 1;
    // A pointer to the end is one to the block, too: an iterator of a full vector.
    const bool inside = address - begin_of(found->bytes) <= found->bytes.size();
    return inside ? static_cast<std::size_t>(found - blocks_.begin()) : blocks_.size();
  }
  std::size_t size() const { return blocks_.size(); }
  const arena::Block& operator[](std::size_t number) const { return blocks_[number]; }
  /// True the first time.
  bool reach(std::size_t number) {
    const bool first = !reached_[number];
    reached_[number] = true;
    return first;
  }

 private:
  std::vector<arena::Block> blocks_;
  std::vector<bool> reached_;
};

/// A search from all variables at once, one pointer further at a time.
class Search {
 public:
  explicit Search(std::size_t target, Blocks& blocks) : target_(target), blocks_(blocks) {}

  const Global* run(std::span<const Global> globals) {
    for (const Global& global : globals) {
      if (follow(global.bytes, &global)) return &global;
    }
    while (!waiting_.empty()) {
      const auto [number, owner] = waiting_.front();
      waiting_.pop_front();
      if (follow(blocks_[number].bytes, owner)) return owner;
    }
    return nullptr;
  }

 private:
  struct Reached {
    std::size_t number;
    const Global* owner;
  };

  /// Notes the blocks that `bytes` point to. True if the target is one of them.
  bool follow(std::span<const std::byte> bytes, const Global* owner) {
    const std::size_t misplaced = begin_of(bytes) % sizeof(std::uintptr_t);
    if (misplaced != 0) return false;
    for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= bytes.size();
         at += sizeof(std::uintptr_t)) {
      std::uintptr_t word = 0;
      std::memcpy(&word, bytes.data() + at, sizeof word);
      if (!arena::owns(reinterpret_cast<const void*>(word))) continue;
      const std::size_t number = blocks_.find(word);
      if (number == blocks_.size()) continue;
      if (number == target_) return true;
      if (blocks_.reach(number)) waiting_.push_back({number, owner});
    }
    return false;
  }

  const std::size_t target_;
  Blocks& blocks_;
  std::deque<Reached> waiting_;
};

}  // namespace

std::vector<Global> sealed_globals(std::uintptr_t module_base, const DataSymbols& module) {
  std::vector<Global> globals;
  for (const AppObject& object : app_objects()) {
    const bool is_module = object.base == module_base;
    const DataSymbols symbols = is_module ? module : read_data_symbols(object.path);
    for (const DataSymbol& symbol : symbols.variables) {
      const auto* start = reinterpret_cast<const std::byte*>(object.base + symbol.address);
      globals.push_back({variable_name(symbol), {start, symbol.size}, is_guard(symbol)});
    }
  }
  return globals;
}

const Global* global_at(std::span<const Global> globals, std::uintptr_t address) {
  const auto found = std::find_if(globals.begin(), globals.end(), [address](const Global& one) {
    return contains(one.bytes, address);
  });
  return found == globals.end() ? nullptr : &*found;
}

const Global* owner_of(std::span<const Global> globals, std::uintptr_t address) {
  Blocks blocks;
  const std::size_t target = blocks.find(address);
  if (target == blocks.size()) return nullptr;
  return Search(target, blocks).run(globals);
}

const void* allocator_of(std::uintptr_t address) {
  const Blocks blocks;
  const std::size_t found = blocks.find(address);
  return found == blocks.size() ? nullptr : blocks[found].caller;
}

}  // namespace ekiden::worker
