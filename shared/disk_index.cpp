// SPDX-License-Identifier: MIT
#include "shared/disk_index.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ekiden::shared {
namespace {

/// One for each thread that reads at a moment; some are held by the dead for a while.
constexpr unsigned kMostReaders = 8192;
constexpr std::size_t kMostIdle = 64;
constexpr off_t kReserved = 2 << 20;
constexpr std::uint64_t kFileAge = std::uint64_t{1} << 63U;  ///< set in the ages of files

void check(int code, const char* what) {
  if (code != MDB_SUCCESS) throw DiskIndexError(what, code);
}

MDB_val to_val(const void* bytes, std::size_t size) {
  return {size, const_cast<void*>(bytes)};  // LMDB does not write to it
}

std::span<const std::byte> to_span(const MDB_val& value) {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

/// Ages lie in their order as bytes.
struct AgeKey {
  explicit AgeKey(std::uint64_t age) : bytes(__builtin_bswap64(age)) {}
  MDB_val val() const { return to_val(&bytes, sizeof bytes); }
  std::uint64_t bytes;
};

std::uint64_t age_of(const MDB_val& key) {
  std::uint64_t bytes = 0;
  if (key.mv_size != sizeof bytes) throw DiskIndexError("an age", MDB_CORRUPTED);
  std::memcpy(&bytes, key.mv_data, sizeof bytes);
  return __builtin_bswap64(bytes);
}

template <class T>
T object_of(const MDB_val& value) {
  T object{};
  if (value.mv_size != sizeof object) throw DiskIndexError("a number", MDB_CORRUPTED);
  std::memcpy(&object, value.mv_data, sizeof object);
  return object;
}

DiskIndex::Reading::Found found_in(std::uint64_t age, const MDB_val& value) {
  const auto bytes = to_span(value);
  const auto record = decode_record(bytes);
  if (!record) throw DiskIndexError("a record", MDB_CORRUPTED);
  DiskIndex::Reading::Found found{age, *record, bytes.first(record->head_bytes()),
                                  bytes.subspan(record->head_bytes())};
  const bool in_file = (age & kFileAge) != 0;
  if (in_file != record->in_file || found.value.size() != (in_file ? 0 : record->value_bytes)) {
    throw DiskIndexError("a record", MDB_CORRUPTED);
  }
  return found;
}

/// Adds a value to the totals; takes it from them if `sign` is -1.
void count(const DiskRecord& record, DiskTotals& totals, std::int64_t sign) {
  const auto change = [sign](std::uint64_t& number, std::uint64_t by) {
    number += static_cast<std::uint64_t>(sign) * by;
  };
  change(record.in_file ? totals.files : totals.small_values, 1);
  if (record.in_file) return change(totals.file_bytes, record.head_bytes() + record.value_bytes);
  change(totals.small_bytes, record.head_bytes() + record.value_bytes);
}

class Cursor {
 public:
  Cursor(MDB_txn* txn, MDB_dbi table) { check(mdb_cursor_open(txn, table, &cursor_), "a cursor"); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor() { mdb_cursor_close(cursor_); }
  bool get(MDB_val& key, MDB_val& value, MDB_cursor_op op) const {
    const int code = mdb_cursor_get(cursor_, &key, &value, op);
    if (code == MDB_NOTFOUND) return false;
    check(code, "reading");
    return true;
  }

 private:
  MDB_cursor* cursor_ = nullptr;
};

/// Touches each page of a table, LMDB's own list of free pages too.
template <class Visit>
void for_each(MDB_txn* txn, MDB_dbi table, Visit visit) {
  const Cursor cursor(txn, table);
  MDB_val key{};
  MDB_val value{};
  for (bool more = cursor.get(key, value, MDB_FIRST); more;
       more = cursor.get(key, value, MDB_NEXT)) {
    visit(key, value);
  }
}

}  // namespace

DiskIndexError::DiskIndexError(const char* what, int code)
    : std::runtime_error(std::string(what) + ": " + mdb_strerror(code)), code_(code) {}

bool DiskIndexError::damaged() const noexcept {
  switch (code_) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return true;
    default:
      return false;
  }
}

DiskIndex::DiskIndex(const std::filesystem::path& folder, std::uint64_t map_bytes)
    : map_bytes_(map_bytes) {
  check(mdb_env_create(&env_), "making the environment");
  try {
    check(mdb_env_set_mapsize(env_, map_bytes_), "the size of the map");
    check(mdb_env_set_maxdbs(env_, 5), "the number of tables");
    check(mdb_env_set_maxreaders(env_, kMostReaders), "the number of readers");
    check(mdb_env_open(env_, folder.c_str(), MDB_NOSYNC | MDB_NOMETASYNC | MDB_NOTLS, 0600),
          "opening");
    open_tables();
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

void DiskIndex::open_tables() {
  int fd = -1;
  struct stat status {};
  check(mdb_env_get_fd(env_, &fd), "its descriptor");
  if (fstat(fd, &status) != 0) throw DiskIndexError("its size", errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  MDB_envinfo info{};
  check(mdb_env_info(env_, &info), "its state");
  // Two pages are what LMDB makes of an empty file.
  const bool is_new = info.me_last_txnid == 0 && size <= 2 * kPage;
  if (is_new && ftruncate(fd, static_cast<off_t>(map_bytes_)) != 0) {
    throw DiskIndexError("its size", errno);
  }
  // So that even on a disk that is full something can be deleted.
  if (is_new) posix_fallocate(fd, 0, kReserved);
  check_size();
  MDB_txn* txn = nullptr;
  check(mdb_txn_begin(env_, nullptr, 0, &txn), "writing");
  const auto open = [&](const char* name, unsigned flags, MDB_dbi& table) {
    const int code = mdb_dbi_open(txn, name, flags | MDB_CREATE, &table);
    if (code == MDB_SUCCESS) return;
    mdb_txn_abort(txn);
    throw DiskIndexError(name, code);
  };
  open("keys", 0, keys_);
  open("small", 0, small_);
  open("files", 0, files_);
  open("voids", MDB_INTEGERKEY, voids_);
  open("totals", MDB_INTEGERKEY, totals_);
  check(mdb_txn_commit(txn), "making tables");
}

DiskIndex::~DiskIndex() {
  for (MDB_txn* txn : idle_) mdb_txn_abort(txn);
  mdb_env_close(env_);
}

void DiskIndex::check_size() const {
  int fd = -1;
  struct stat status {};
  check(mdb_env_get_fd(env_, &fd), "its descriptor");
  if (fstat(fd, &status) != 0) throw DiskIndexError("its size", errno);
  if (static_cast<std::uint64_t>(status.st_size) < map_bytes_) {
    throw DiskIndexError("its file was cut off", MDB_CORRUPTED);
  }
}

std::uint64_t DiskIndex::used_bytes() const {
  MDB_envinfo info{};
  check(mdb_env_info(env_, &info), "its state");
  return std::max<std::uint64_t>((info.me_last_pgno + 1) * kPage, kReserved);
}

MDB_dbi DiskIndex::table_of(std::uint64_t age) const {
  return (age & kFileAge) != 0 ? files_ : small_;
}

void DiskIndex::forget_dead_readers() {
  int dead = 0;
  check(mdb_reader_check(env_, &dead), "its readers");
}

void DiskIndex::sync() { check(mdb_env_sync(env_, 1), "syncing"); }

MDB_txn* DiskIndex::begin_reading() {
  check_size();
  MDB_txn* txn = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      txn = idle_.back();
      idle_.pop_back();
    }
  }
  if (txn != nullptr) {
    const int code = mdb_txn_renew(txn);
    if (code == MDB_SUCCESS) return txn;
    mdb_txn_abort(txn);
    throw DiskIndexError("reading", code);
  }
  int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (code == MDB_READERS_FULL) {
    forget_dead_readers();
    code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  }
  check(code, "reading");
  return txn;
}

void DiskIndex::end_reading(MDB_txn* txn) noexcept {
  if (txn == nullptr) return;
  mdb_txn_reset(txn);
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) {
    idle_.push_back(txn);
  } else {
    mdb_txn_abort(txn);
  }
}

std::optional<DiskIndex::Reading::Found> DiskIndex::Reading::find(const KeyHash& digest) const {
  MDB_val key = to_val(&digest, sizeof digest);
  MDB_val value{};
  const int code = mdb_get(txn_, index_.keys_, &key, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "looking for a key");
  const auto age = object_of<std::uint64_t>(value);
  const AgeKey age_key(age);
  MDB_val age_val = age_key.val();
  const int missing = mdb_get(txn_, index_.table_of(age), &age_val, &value);
  check(missing == MDB_NOTFOUND ? MDB_CORRUPTED : missing, "reading a value");
  return found_in(age, value);
}

DiskTotals DiskIndex::Reading::totals() const {
  const std::uint32_t zero = 0;
  MDB_val key = to_val(&zero, sizeof zero);
  MDB_val value{};
  const int code = mdb_get(txn_, index_.totals_, &key, &value);
  if (code == MDB_NOTFOUND) return {};
  check(code, "reading the totals");
  return object_of<DiskTotals>(value);
}

std::uint64_t DiskIndex::Reading::voided(std::uint32_t slot) const {
  MDB_val key = to_val(&slot, sizeof slot);
  MDB_val value{};
  const int code = mdb_get(txn_, index_.voids_, &key, &value);
  if (code == MDB_NOTFOUND) return 0;
  check(code, "reading what is void");
  return object_of<std::uint64_t>(value);
}

bool DiskIndex::Reading::is_current(const DiskRecord& record, const DiskTotals& totals) const {
  if (totals.cleared > record.began) return false;
  for (std::uint32_t name = 0; name < record.name_count; ++name) {
    if (voided(record.names[name]) > record.began) return false;
  }
  return true;
}

DiskIndex::Writing::Writing(DiskIndex& index) : Reading(index, nullptr) {
  index.check_size();
  check(mdb_txn_begin(index.env_, nullptr, 0, &txn_), "writing");
  try {
    totals = Reading::totals();
  } catch (...) {
    mdb_txn_abort(std::exchange(txn_, nullptr));
    throw;
  }
}

DiskIndex::Writing::~Writing() {
  if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
}

void DiskIndex::Writing::commit() {
  const std::uint32_t zero = 0;
  put(index_.totals_, to_val(&zero, sizeof zero), to_val(&totals, sizeof totals));
  check(mdb_txn_commit(std::exchange(txn_, nullptr)), "committing");
}

void DiskIndex::Writing::put(MDB_dbi table, MDB_val key, MDB_val value) {
  check(mdb_put(txn_, table, &key, &value, 0), "writing");
}

void DiskIndex::Writing::put(const KeyHash& digest, const DiskRecord& record,
                             std::span<const std::byte> value) {
  const std::string head = encode(record);
  append(digest, record.in_file ? Kind::file : Kind::small, std::as_bytes(std::span(head)), value);
  count(record, totals, 1);
}

void DiskIndex::Writing::append(const KeyHash& digest, Kind kind, std::span<const std::byte> head,
                                std::span<const std::byte> value) {
  const std::uint64_t age = ++totals.ages | (kind == Kind::file ? kFileAge : 0);
  put(index_.keys_, to_val(&digest, sizeof digest), to_val(&age, sizeof age));
  const AgeKey age_key(age);
  MDB_val key = age_key.val();
  MDB_val place{head.size() + value.size(), nullptr};
  check(mdb_put(txn_, index_.table_of(age), &key, &place, MDB_APPEND | MDB_RESERVE),
        "writing a value");
  auto* to = static_cast<std::byte*>(place.mv_data);
  std::memcpy(to, head.data(), head.size());
  if (!value.empty()) std::memcpy(to + head.size(), value.data(), value.size());
}

void DiskIndex::Writing::take_out(const KeyHash& digest, std::uint64_t age) {
  const AgeKey age_key(age);
  MDB_val age_val = age_key.val();
  MDB_val key = to_val(&digest, sizeof digest);
  check(mdb_del(txn_, index_.table_of(age), &age_val, nullptr), "removing a value");
  check(mdb_del(txn_, index_.keys_, &key, nullptr), "removing a key");
}

std::optional<std::string> DiskIndex::Writing::remove(const KeyHash& digest) {
  const auto found = find(digest);
  if (!found) return std::nullopt;
  std::optional<std::string> file;
  if (found->record.in_file) file = value_file_name(digest, found->record.written);
  count(found->record, totals, -1);
  take_out(digest, found->age);
  return file;
}

void DiskIndex::Writing::renew(const KeyHash& digest) {
  const auto found = find(digest);
  if (!found) return;
  const Kind kind = found->record.in_file ? Kind::file : Kind::small;
  const std::vector<std::byte> head(found->head.begin(), found->head.end());
  const std::vector<std::byte> value(found->value.begin(), found->value.end());
  take_out(digest, found->age);
  append(digest, kind, head, value);
}

std::optional<KeyHash> DiskIndex::Writing::oldest(Kind kind) const {
  const Cursor cursor(txn_, kind == Kind::file ? index_.files_ : index_.small_);
  MDB_val key{};
  MDB_val value{};
  if (!cursor.get(key, value, MDB_FIRST)) return std::nullopt;
  return disk_digest(found_in(age_of(key), value).record.key);
}

std::uint64_t DiskIndex::Writing::page_bytes() const {
  std::uint64_t pages = 0;
  for (const MDB_dbi table :
       {index_.keys_, index_.small_, index_.files_, index_.voids_, index_.totals_}) {
    MDB_stat stat{};
    check(mdb_stat(txn_, table, &stat), "counting pages");
    pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
  }
  return pages * kPage;
}

void DiskIndex::Writing::set_voided(std::uint32_t slot) {
  put(index_.voids_, to_val(&slot, sizeof slot), to_val(&totals.voidings, sizeof totals.voidings));
}

std::vector<std::string> DiskIndex::Writing::clear() {
  std::vector<std::string> files;
  for_each(txn_, index_.files_, [&files](const MDB_val& key, const MDB_val& value) {
    const DiskRecord record = found_in(age_of(key), value).record;
    files.push_back(value_file_name(disk_digest(record.key), record.written));
  });
  for (const MDB_dbi table : {index_.keys_, index_.small_, index_.files_, index_.voids_}) {
    check(mdb_drop(txn_, table, 0), "clearing");
  }
  totals.small_bytes = totals.file_bytes = totals.small_values = totals.files = 0;
  return files;
}

namespace {

struct FreePages {
  std::uint64_t last_page;
  void operator()(const MDB_val&, const MDB_val& value) const {
    const auto bytes = to_span(value);
    if (bytes.size() < 8) throw DiskIndexError("free pages", MDB_CORRUPTED);
    std::uint64_t count = 0;
    std::memcpy(&count, bytes.data(), 8);
    if (count > bytes.size() / 8 - 1) throw DiskIndexError("free pages", MDB_CORRUPTED);
    for (std::uint64_t at = 1; at <= count; ++at) {
      std::uint64_t page = 0;
      std::memcpy(&page, bytes.data() + at * 8, 8);
      if (page < 2 || page > last_page) throw DiskIndexError("free pages", MDB_CORRUPTED);
    }
  }
};

}  // namespace

void DiskIndex::walk() {
  MDB_envinfo info{};
  check(mdb_env_info(env_, &info), "its state");
  const Reading reading(*this);
  MDB_txn* txn = reading.txn_;
  DiskTotals counted;
  for_each(txn, 0, FreePages{info.me_last_pgno});
  const auto see = [&](const MDB_val& key, const MDB_val& value) {
    const auto found = found_in(age_of(key), value);
    const auto same = reading.find(disk_digest(found.record.key));
    if (!same || same->age != found.age) throw DiskIndexError("a key", MDB_CORRUPTED);
    // A large record lies in pages side by side: if the last is there, all are.
    if (!found.value.empty()) (void)*const_cast<volatile const std::byte*>(&found.value.back());
    count(found.record, counted, 1);
  };
  for_each(txn, small_, see);
  for_each(txn, files_, see);
  std::uint64_t keys = 0;
  for_each(txn, keys_, [&](const MDB_val&, const MDB_val&) { ++keys; });
  for_each(txn, voids_, [](const MDB_val& key, const MDB_val& value) {
    object_of<std::uint32_t>(key);
    object_of<std::uint64_t>(value);
  });
  const DiskTotals totals = reading.totals();
  if (totals.files != counted.files || totals.small_values != counted.small_values ||
      totals.file_bytes != counted.file_bytes || totals.small_bytes != counted.small_bytes ||
      keys != counted.files + counted.small_values) {
    throw DiskIndexError("its totals", MDB_CORRUPTED);
  }
  Writing(*this).set_voided(kNameSlots);  // can it be written? Not committed.
}

}  // namespace ekiden::shared
