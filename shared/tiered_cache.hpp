// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/memo_cache.hpp"
#include "shared/tier.hpp"

namespace ekiden::shared {

/// The segment, and the tiers behind it: what is missing here is looked for there by the one
/// caller that would compute it, and what was computed is kept there as well.
///
/// Thread safety: all members. Fork: made in a worker, after it.
class TieredCache {
 public:
  struct Call {
    Tier::Item item;
    StoreOptions options;
  };

  /// REQUIRES: `memory` outlives it.
  explicit TieredCache(MemoCache& memory, std::vector<std::unique_ptr<Tier>> tiers = {})
      : memory_(memory), tiers_(std::move(tiers)) {}

  MemoCache& memory() noexcept { return memory_; }

  /// As the members of MemoCache.
  Pin get_or_compute(const Call& call, const std::function<void(ValueWriter&)>& compute);
  Pin refresh(const Call& call, const std::function<void(ValueWriter&)>& compute);
  std::optional<Pin> find(const Call& call);
  /// A value with tags but no function is kept in the segment only: whoever finds it elsewhere
  /// later does not know them, and what came from there could not be voided by them.
  bool store(const Call& call, std::span<const std::byte> value);
  /// As store, if there is no value. Of many callers of one server one gets true.
  bool add(const Call& call, std::span<const std::byte> value);
  bool erase(std::string_view key);
  void invalidate(std::string_view name);
  void clear();

 private:
  class Computation;

  void keep(const Call& call, std::span<const std::byte> value);

  MemoCache& memory_;
  std::vector<std::unique_ptr<Tier>> tiers_;
};

}  // namespace ekiden::shared
