// SPDX-License-Identifier: MIT
#include "shared/disk_tier.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "shared/clock.hpp"
#include "shared/disk_folder.hpp"
#include "shared/disk_tier_impl.hpp"
#include "shared/log.hpp"

namespace ekiden::shared {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kMostUsed = 256;

}  // namespace

DiskTier::Impl::Impl(Options given)
    : options(std::move(given)),
      values(options.folder / "values"),
      map_bytes(DiskFolder::index_bytes(options.bytes)),
      index(options.folder / "index", map_bytes) {
  index.forget_dead_readers();  // of workers that this one replaces
  readers_checked_ns = coarse_ns();
}

void DiskTier::Impl::report(const std::exception& error) {
  failures.fetch_add(1, std::memory_order_relaxed);
  const auto* of_index = dynamic_cast<const DiskIndexError*>(&error);
  if (of_index == nullptr || !of_index->damaged()) return complain(error.what());
  if (damaged.exchange(true)) return;
  log(LogLevel::error,
      "cache-dir {}: the index is damaged ({}); this worker goes on without it, and the next start "
      "makes it anew",
      options.folder.string(), error.what());
}

void DiskTier::Impl::complain(std::string_view what) {
  const std::uint64_t now = coarse_ns();
  std::uint64_t last = complained_ns.load();
  if (last != 0 && now - last < 10 * kSecond) return;
  if (!complained_ns.compare_exchange_strong(last, now)) return;
  log(LogLevel::warning, "cache-dir {}: {}", options.folder.string(), what);
}

bool DiskTier::Impl::is_current(const DiskIndex::Reading& txn, const DiskRecord& record,
                                const DiskTotals& totals) const {
  if (record.expires != 0 && options.wall() >= record.expires) return false;
  return txn.is_current(record, totals);
}

void DiskTier::Impl::give_lifetime(const DiskRecord& record, ValueWriter& result) const {
  if (record.expires == 0) return;
  const std::uint64_t now = options.wall();
  // A clock that was set back gives no value more than its lifetime; it has begun, so not zero.
  const std::uint64_t left = record.expires > now ? record.expires - now : 1;
  result.expire_in(std::chrono::nanoseconds(std::min(left, record.timeout)));
}

DiskTier::Impl::Result DiskTier::Impl::try_look_up(const Item& item, ValueWriter& result,
                                                   std::uint64_t& stamp) {
  const KeyHash digest = disk_digest(item.key);
  std::string head;
  std::uint64_t damaged_one = 0;
  {
    const DiskIndex::Reading txn(index);
    const DiskTotals totals = txn.totals();
    stamp = totals.voidings;
    const auto found = txn.find(digest);
    if (!found || found->record.key != item.key) return Result::miss;
    if (!is_current(txn, found->record, totals)) return Result::miss;
    const DiskRecord& record = found->record;
    if (record.in_file) {
      head.assign(reinterpret_cast<const char*>(found->head.data()), found->head.size());
    } else if (Checksum::of(found->value) != record.value_checksum) {
      damaged_one = record.written;
    } else {
      give_lifetime(record, result);
      const auto place = result.reserve(found->value.size());
      if (!place.empty()) std::memcpy(place.data(), found->value.data(), place.size());
    }
  }
  if (damaged_one != 0) {
    drop(digest, damaged_one, "a value in the index was damaged");
    return Result::miss;
  }
  if (!head.empty()) {
    const Result read = read_file(head, result);
    if (read != Result::hit) return read;
  }
  note_use(digest);
  return Result::hit;
}

DiskTier::Impl::Result DiskTier::Impl::read_file(const std::string& head, ValueWriter& result) {
  const auto wanted = decode_record(std::as_bytes(std::span(head)));
  const KeyHash digest = disk_digest(wanted->key);
  const std::filesystem::path path = path_of(value_file_name(digest, wanted->written));
  auto file = ValueFile::open(path);
  if (!file) return Result::gone;
  const auto record = file->record();
  // Read twice: a place that was reserved cannot be given back to who would compute then.
  if (!record || file->head() != head || !file->check(*record)) {
    drop(digest, wanted->written, "a value's file was damaged");
    return Result::miss;
  }
  give_lifetime(*record, result);
  if (!file->read(*record, result.reserve(record->value_bytes))) {
    throw std::runtime_error("cache-dir: " + path.string() + " changed while it was read");
  }
  return Result::hit;
}

bool DiskTier::Impl::look_up(const Item& item, ValueWriter& result, std::uint64_t& stamp) {
  Result got = Result::miss;
  attempt([&] {
    got = try_look_up(item, result, stamp);
    // Another process replaced or evicted the value before its file was opened.
    if (got == Result::gone) got = try_look_up(item, result, stamp);
    if (got != Result::gone) return;
    const KeyHash digest = disk_digest(item.key);
    std::uint64_t written = 0;
    if (const auto found = DiskIndex::Reading(index).find(digest)) written = found->record.written;
    drop(digest, written, "a value's file was gone");
  });
  (got == Result::hit ? hits : misses).fetch_add(1, std::memory_order_relaxed);
  return got == Result::hit;
}

void DiskTier::Impl::drop(const KeyHash& digest, std::uint64_t written, const char* what) {
  dropped.fetch_add(1, std::memory_order_relaxed);
  complain(std::string(what) + "; it was dropped and will be computed again");
  DiskIndex::Writing txn(index);
  const auto found = txn.find(digest);
  if (!found || found->record.written != written) return;
  const auto file = txn.remove(digest);
  txn.commit();
  if (file) unlink_all({*file});
}

void DiskTier::Impl::note_use(const KeyHash& digest) {
  const std::lock_guard lock(mutex);
  if (used.size() < kMostUsed) used.push_back(digest);
}

void DiskTier::Impl::unlink_all(const std::vector<std::string>& files) const {
  for (const std::string& file : files) ::unlink(path_of(file).c_str());
}

DiskTier::DiskTier(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {}

DiskTier::~DiskTier() { flush(std::chrono::hours(24)); }

Tier::Lead DiskTier::load(const Item& item, ValueWriter& result) {
  Lead lead;
  lead.found = impl_->look_up(item, result, lead.stamp);
  return lead;
}

bool DiskTier::find(const Item& item, ValueWriter& result) {
  std::uint64_t stamp = 0;
  return impl_->look_up(item, result, stamp);
}

std::uint64_t DiskTier::begin(const Item&) {
  std::uint64_t stamp = 0;
  impl_->attempt([&] { stamp = DiskIndex::Reading(impl_->index).totals().voidings; });
  return stamp;
}

void DiskTier::abandon(const Item&, std::uint64_t) {}

void DiskTier::Impl::note_voiding(const Voiding& voiding) {
  if (!add_voiding(options.folder, voiding)) complain("a voiding may be lost with the machine");
}

void DiskTier::Impl::not_voided() {
  log(LogLevel::error,
      "cache-dir {}: what was just deleted or voided could not be noted on disk and may come back "
      "from there",
      options.folder.string());
}

bool DiskTier::erase(std::string_view key) {
  bool erased = false;
  const bool done = impl_->attempt([&] {
    const KeyHash digest = disk_digest(key);
    DiskIndex::Writing txn(impl_->index);
    const auto found = txn.find(digest);
    erased = found && found->record.key == key &&
             (found->record.expires == 0 || impl_->options.wall() < found->record.expires) &&
             txn.is_current(found->record, txn.totals);
    const auto file = txn.remove(digest);
    ++txn.totals.voidings;
    txn.set_voided(key_slot(digest));
    const Voiding voiding{txn.totals.voidings, key_slot(digest)};
    txn.commit();
    if (!file) return;  // a small value is lost with the index anyway
    impl_->note_voiding(voiding);
    impl_->unlink_all({*file});
  });
  if (!done) impl_->not_voided();
  return erased;
}

void DiskTier::invalidate(std::string_view name) {
  const bool done = impl_->attempt([&] {
    DiskIndex::Writing txn(impl_->index);
    ++txn.totals.voidings;
    txn.set_voided(name_slot(name));
    const Voiding voiding{txn.totals.voidings, name_slot(name)};
    txn.commit();
    impl_->note_voiding(voiding);
  });
  if (!done) impl_->not_voided();
}

void DiskTier::clear() {
  const bool done = impl_->attempt([&] {
    DiskIndex::Writing txn(impl_->index);
    txn.totals.cleared = ++txn.totals.voidings;
    const auto files = txn.clear();
    const Voiding voiding{txn.totals.voidings, kAllSlots};
    txn.commit();
    impl_->note_voiding(voiding);
    impl_->unlink_all(files);
  });
  if (!done) impl_->not_voided();
}

void DiskTier::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock(impl_->mutex);
  impl_->idle.wait_for(lock, patience, [this] { return impl_->pending == 0; });
}

DiskCounters DiskTier::counters() const {
  return {impl_->hits,    impl_->misses,  impl_->saved,
          impl_->evicted, impl_->dropped, impl_->failures};
}

}  // namespace ekiden::shared
