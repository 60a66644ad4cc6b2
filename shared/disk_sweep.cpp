// SPDX-License-Identifier: MIT
#include "shared/disk_sweep.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "shared/disk_file.hpp"
#include "shared/disk_folder.hpp"
#include "shared/disk_index.hpp"
#include "shared/log.hpp"
#include "shared/void_journal.hpp"

namespace ekiden::shared {
namespace {

namespace fs = std::filesystem;

/// The names in a folder; of files that are ours those that `finished` says.
std::vector<std::string> value_files(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (is_value_file_name(name)) {
      names.push_back(std::move(name));
      continue;
    }
    const std::string_view tail = kUnfinished;
    const bool is_unfinished =
        name.ends_with(tail) &&
        is_value_file_name(std::string_view(name).substr(0, name.size() - tail.size()));
    std::error_code ignored;
    if (is_unfinished) fs::remove(entry.path(), ignored);
  }
  return names;
}

/// A file of the folder as far as the index is concerned.
struct Candidate {
  std::string name;
  std::string head;
  std::uint64_t written;
};

class Sweep {
 public:
  Sweep(const fs::path& folder, std::uint64_t bytes)
      : folder_(folder),
        values_(folder / "values"),
        bytes_(bytes),
        index_(folder / "index", DiskFolder::index_bytes(bytes)) {}

  void check() {
    index_.walk();
    std::size_t removed = 0;
    const DiskIndex::Reading txn(index_);
    for (const std::string& name : value_files(values_)) {
      if (is_known(txn, name)) continue;
      remove(name);
      ++removed;
    }
    shorten_journal(txn);
    if (removed == 0) return;
    log(LogLevel::info, "cache-dir {}: removed {} file{} that had not been entered",
        folder_.string(), removed, removed == 1 ? "" : "s");
  }

  void rebuild() {
    auto candidates = good_files();
    // The oldest first, so that a newer value of a key takes its place and ages come out right.
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.written < b.written; });
    DiskIndex::Writing txn(index_);
    for (const Voiding& one : read_voidings(folder_)) enter(txn, one);
    std::vector<std::string> doomed;
    for (const Candidate& one : candidates) enter(txn, one, doomed);
    const std::size_t kept = txn.totals.files;
    txn.commit();
    for (const std::string& name : doomed) remove(name);
    if (!candidates.empty()) {
      log(LogLevel::info, "cache-dir {}: {} value{} found in files", folder_.string(), kept,
          kept == 1 ? "" : "s");
    }
  }

 private:
  /// The journal's lines are by now in the index: one for each slot is enough.
  void shorten_journal(const DiskIndex::Reading& txn) const {
    std::vector<Voiding> voidings;
    for (std::uint32_t slot = 0; slot < kAllSlots; ++slot) {
      if (const auto number = txn.voided(slot); number != 0) voidings.push_back({number, slot});
    }
    voidings.push_back({txn.totals().cleared, kAllSlots});
    replace_voidings(folder_, voidings);
  }

  static void enter(DiskIndex::Writing& txn, const Voiding& one) {
    const std::uint64_t last = txn.totals.voidings;
    txn.totals.voidings = one.number;
    if (one.slot == kAllSlots) txn.totals.cleared = std::max(txn.totals.cleared, one.number);
    const auto slot = static_cast<std::uint32_t>(one.slot);
    if (one.slot < kAllSlots && txn.voided(slot) < one.number) txn.set_voided(slot);
    txn.totals.voidings = std::max(last, one.number);
  }

  void remove(const std::string& name) const {
    std::error_code ignored;
    fs::remove(values_ / name, ignored);
  }

  bool is_known(const DiskIndex::Reading& txn, const std::string& name) const {
    const KeyHash digest{std::stoull(name.substr(16, 16), nullptr, 16),
                         std::stoull(name.substr(0, 16), nullptr, 16)};
    const auto found = txn.find(digest);
    return found && found->record.in_file && value_file_name(digest, found->record.written) == name;
  }

  std::vector<Candidate> good_files() const {
    std::vector<Candidate> good;
    for (std::string& name : value_files(values_)) {
      auto file = ValueFile::open(values_ / name);
      const auto record = file ? file->record() : std::nullopt;
      if (record && value_file_name(disk_digest(record->key), record->written) == name) {
        good.push_back({std::move(name), file->head(), record->written});
        continue;
      }
      log(LogLevel::warning, "cache-dir {}: values/{} is damaged or no value; removed",
          folder_.string(), name);
      remove(name);
    }
    return good;
  }

  void enter(DiskIndex::Writing& txn, const Candidate& one, std::vector<std::string>& doomed) {
    const auto record = decode_record(std::as_bytes(std::span(one.head)));
    const KeyHash digest = disk_digest(record->key);
    if (!txn.is_current(*record, txn.totals) || txn.voided(key_slot(digest)) > record->began) {
      return doomed.push_back(one.name);
    }
    if (const auto older = txn.remove(digest)) doomed.push_back(*older);
    txn.put(digest, *record, {});
    // So that what is voided from now on is newer than every value.
    txn.totals.voidings = std::max(txn.totals.voidings, record->began);
    const std::uint64_t most = bytes_ - DiskFolder::index_bytes(bytes_);
    while (txn.totals.file_bytes > most) {
      const auto oldest = txn.oldest(DiskIndex::Kind::file);
      if (const auto name = txn.remove(*oldest)) doomed.push_back(*name);
    }
  }

  const fs::path& folder_;
  fs::path values_;
  std::uint64_t bytes_;
  DiskIndex index_;
};

}  // namespace

void sweep_values(const std::filesystem::path& folder, std::uint64_t bytes, SweepMode mode) {
  Sweep sweep(folder, bytes);
  if (mode == SweepMode::check) sweep.check();
  if (mode == SweepMode::rebuild) sweep.rebuild();
}

}  // namespace ekiden::shared
