// SPDX-License-Identifier: MIT
// How values get to the disk, and what goes to make room for them.
#include <algorithm>
#include <utility>

#include "shared/clock.hpp"
#include "shared/disk_folder.hpp"
#include "shared/disk_tier_impl.hpp"
#include "shared/log.hpp"

namespace ekiden::shared {
namespace {

constexpr std::uint64_t kMinute = 60'000'000'000;
/// Values that wait to be written, each pinned; more are written by who computed them.
constexpr std::size_t kMostPending = 8;
/// Uses that one write makes good for, so that it stays short.
constexpr std::size_t kMostRenewed = 32;

}  // namespace

DiskRecord DiskTier::Impl::record_of(const Item& item, std::uint64_t stamp,
                                     std::span<const std::byte> value,
                                     std::chrono::nanoseconds timeout) const {
  DiskRecord record;
  record.key = item.key;
  if (!item.function.empty()) record.names[record.name_count++] = name_slot(item.function);
  for (const std::string& tag : item.tags) {
    if (record.name_count < DiskRecord::kMostNames) {
      record.names[record.name_count++] = name_slot(tag);
    }
  }
  record.in_file = value.size() > kSmall;
  record.value_bytes = value.size();
  record.began = stamp;
  record.timeout = static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.count(), 0));
  if (record.timeout != 0) record.expires = options.wall() + record.timeout;
  return record;
}

void DiskTier::save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
                    std::chrono::nanoseconds timeout) {
  if (item.key.size() > DiskRecord::kMostKey) {
    impl_->failures.fetch_add(1, std::memory_order_relaxed);
    return impl_->complain("a value's key is longer than 32 KiB; it is not kept on disk");
  }
  const DiskRecord record = impl_->record_of(item, stamp, value, timeout);
  if (value.size() <= kAtOnce || !impl_->options.later || !impl_->options.pin) {
    return impl_->write(record, value);
  }
  std::optional<Pin> pin = impl_->options.pin(item.key);
  {
    const std::lock_guard lock(impl_->mutex);
    if (!pin || pin->bytes().data() != value.data() || impl_->pending >= kMostPending) pin.reset();
    if (pin) ++impl_->pending;
  }
  if (!pin) return impl_->write(record, value);
  auto held = std::make_shared<Pin>(std::move(*pin));
  impl_->options.later([impl = impl_, held = std::move(held), record, key = std::string(item.key)] {
    DiskRecord own = record;
    own.key = key;
    impl->write(own, held->bytes());
    const std::lock_guard lock(impl->mutex);
    --impl->pending;
    impl->idle.notify_all();
  });
}

void DiskTier::Impl::write(const DiskRecord& given, std::span<const std::byte> value) {
  attempt([&] {
    DiskRecord record = given;
    record.value_checksum = Checksum::of(value);
    // No two files of a key have one name, even if the clock stands still.
    std::uint64_t last = last_written.load();
    do {
      record.written = std::max(wall_ns(), last + 1);
    } while (!last_written.compare_exchange_weak(last, record.written));
    if (!record.in_file) return enter(record, value);

    const std::string file = value_file_name(disk_digest(record.key), record.written);
    const std::string head = encode(record);
    const int error = ValueFile::write(path_of(file), std::as_bytes(std::span(head)), value);
    if (error != 0) {
      failures.fetch_add(1, std::memory_order_relaxed);
      return complain("a value was not written: " + std::system_category().message(error));
    }
    try {
      enter(record, {});
    } catch (...) {
      unlink_all({file});
      throw;
    }
  });
}

void DiskTier::Impl::enter(const DiskRecord& record, std::span<const std::byte> value) {
  const KeyHash digest = disk_digest(record.key);
  const std::uint64_t now = coarse_ns();
  if (std::uint64_t last = readers_checked_ns; now - last > kMinute) {
    if (readers_checked_ns.compare_exchange_strong(last, now)) index.forget_dead_readers();
  }
  std::vector<std::string> files;
  DiskIndex::Writing txn(index);
  bool kept = txn.is_current(record, txn.totals) && txn.voided(key_slot(digest)) <= record.began;
  if (kept) {
    if (const auto file = txn.remove(digest)) files.push_back(*file);
    renew_used(txn);
    kept = make_room(txn, record, files);
    if (kept) txn.put(digest, record, value);
    txn.commit();
  }
  if (kept) saved.fetch_add(1, std::memory_order_relaxed);
  if (!kept && record.in_file) files.push_back(value_file_name(digest, record.written));
  unlink_all(files);
}

bool DiskTier::Impl::make_room(DiskIndex::Writing& txn, const DiskRecord& record,
                               std::vector<std::string>& files) {
  const std::uint64_t bytes = record.head_bytes() + record.value_bytes;
  const auto kind = record.in_file ? DiskIndex::Kind::file : DiskIndex::Kind::small;
  // A quarter of the index is room for copies that LMDB writes before it frees the old pages.
  const std::uint64_t most = record.in_file
                                 ? options.bytes - std::min(options.bytes, index.used_bytes())
                                 : map_bytes / 4 * 3;
  const auto taken = [&] { return record.in_file ? txn.totals.file_bytes : txn.page_bytes(); };
  const std::uint64_t needed = record.in_file ? bytes : bytes + 4 * DiskIndex::kPage;
  if (needed > most) {
    failures.fetch_add(1, std::memory_order_relaxed);
    complain("a value is larger than the disk may take (cache-disk-size); it is not kept there");
    return false;
  }
  while (taken() + needed > most) {
    const auto oldest = txn.oldest(kind);
    if (!oldest) break;
    if (const auto file = txn.remove(*oldest)) files.push_back(*file);
    evicted.fetch_add(1, std::memory_order_relaxed);
  }
  return true;
}

void DiskTier::Impl::renew_used(DiskIndex::Writing& txn) {
  std::vector<KeyHash> digests;
  {
    const std::lock_guard lock(mutex);
    const std::size_t count = std::min(used.size(), kMostRenewed);
    digests.assign(used.end() - static_cast<std::ptrdiff_t>(count), used.end());
    used.resize(used.size() - count);
  }
  for (const KeyHash& digest : digests) txn.renew(digest);
}

}  // namespace ekiden::shared
