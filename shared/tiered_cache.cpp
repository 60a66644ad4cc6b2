// SPDX-License-Identifier: MIT
#include "shared/tiered_cache.hpp"

#include <utility>

namespace ekiden::shared {
namespace {

/// Passes everything on, and notes how long the result is to live.
class NotingWriter final : public ValueWriter {
 public:
  explicit NotingWriter(ValueWriter& to) : to_(to) {}
  std::span<std::byte> reserve(std::size_t bytes) override { return to_.reserve(bytes); }
  std::optional<Draft> draft(std::size_t bytes, bool may_evict) override {
    return to_.draft(bytes, may_evict);
  }
  void accept(Draft& draft) override { to_.accept(draft); }
  void expire_in(std::chrono::nanoseconds timeout) override {
    timeout_ = timeout;
    to_.expire_in(timeout);
  }
  std::optional<std::chrono::nanoseconds> timeout() const { return timeout_; }

 private:
  ValueWriter& to_;
  std::optional<std::chrono::nanoseconds> timeout_;
};

struct NotThere {};

/// Who finds a function's value knows its tags.
bool has_unknown_tags(const Tier::Item& item) {
  return item.function.empty() && !item.tags.empty();
}

}  // namespace

/// A computation as the tiers see it: begun in each, then saved or abandoned in each.
class TieredCache::Computation {
 public:
  Computation(std::vector<std::unique_ptr<Tier>>& tiers, const Call& call)
      : tiers_(tiers), call_(call), timeout_(call.options.timeout) {}
  Computation(const Computation&) = delete;
  Computation& operator=(const Computation&) = delete;
  ~Computation() {
    for (std::size_t tier = 0; tier < stamps_.size(); ++tier) {
      tiers_[tier]->abandon(call_.item, stamps_[tier]);
    }
  }

  /// True if a tier had the value; those before it have begun.
  bool load(ValueWriter& result) {
    for (auto& tier : tiers_) {
      NotingWriter noting(result);
      const Tier::Lead lead = tier->load(call_.item, noting);
      if (lead.found) {
        timeout_ = noting.timeout().value_or(timeout_);
        return true;
      }
      stamps_.push_back(lead.stamp);
    }
    return false;
  }
  void begin() {
    for (auto& tier : tiers_) stamps_.push_back(tier->begin(call_.item));
  }
  void compute(const std::function<void(ValueWriter&)>& compute, ValueWriter& result) {
    NotingWriter noting(result);
    compute(noting);
    timeout_ = noting.timeout().value_or(timeout_);
    kept_ = !noting.timeout() || noting.timeout()->count() > 0;
  }
  /// Where the value is missing that is to be kept.
  void save(std::span<const std::byte> value) {
    if (!kept_) return;
    for (std::size_t tier = 0; tier < stamps_.size(); ++tier) {
      tiers_[tier]->save(call_.item, stamps_[tier], value, timeout_);
    }
    stamps_.clear();
  }

 private:
  std::vector<std::unique_ptr<Tier>>& tiers_;
  const Call& call_;
  std::vector<std::uint64_t> stamps_;
  std::chrono::nanoseconds timeout_;
  bool kept_ = true;
};

Pin TieredCache::get_or_compute(const Call& call,
                                const std::function<void(ValueWriter&)>& compute) {
  if (tiers_.empty()) return memory_.get_or_compute(call.item.key, call.options, compute);
  Computation computation(tiers_, call);
  Pin pin = memory_.get_or_compute(call.item.key, call.options, [&](ValueWriter& result) {
    if (!computation.load(result)) computation.compute(compute, result);
  });
  computation.save(pin.bytes());
  return pin;
}

Pin TieredCache::refresh(const Call& call, const std::function<void(ValueWriter&)>& compute) {
  Computation computation(tiers_, call);
  Pin pin = memory_.refresh(call.item.key, call.options, [&](ValueWriter& result) {
    computation.begin();
    computation.compute(compute, result);
  });
  computation.save(pin.bytes());
  return pin;
}

std::optional<Pin> TieredCache::find(const Call& call) {
  auto pin = memory_.find(call.item.key);
  if (pin || tiers_.empty()) return pin;
  try {
    return memory_.refresh(call.item.key, call.options, [&](ValueWriter& result) {
      for (auto& tier : tiers_) {
        if (tier->find(call.item, result)) return;
      }
      throw NotThere();
    });
  } catch (const NotThere&) {
    return std::nullopt;
  }
}

bool TieredCache::store(const Call& call, std::span<const std::byte> value) {
  const bool stored = memory_.store(call.item.key, value, call.options);
  keep(call, value);
  return stored || (!tiers_.empty() && !has_unknown_tags(call.item));
}

bool TieredCache::add(const Call& call, std::span<const std::byte> value) {
  if (find(call)) return false;
  const auto added = memory_.store_if(call.item.key, std::nullopt, value, call.options);
  if (added != MemoCache::StoredIf::stored) return false;
  keep(call, value);
  return true;
}

void TieredCache::keep(const Call& call, std::span<const std::byte> value) {
  for (auto& tier : tiers_) {
    if (has_unknown_tags(call.item)) {
      tier->erase(call.item.key);
    } else {
      tier->save(call.item, tier->begin(call.item), value, call.options.timeout);
    }
  }
}

bool TieredCache::erase(std::string_view key) {
  bool erased = false;
  // The tiers first: otherwise a caller could bring the old value back from them meanwhile.
  for (auto& tier : tiers_) erased = tier->erase(key) || erased;
  return memory_.erase(key) || erased;
}

void TieredCache::invalidate(std::string_view name) {
  for (auto& tier : tiers_) tier->invalidate(name);
  memory_.invalidate(name);
}

void TieredCache::clear() {
  for (auto& tier : tiers_) tier->clear();
  memory_.clear();
}

}  // namespace ekiden::shared
