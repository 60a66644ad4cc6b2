// SPDX-License-Identifier: MIT
// The direct members of Cache.
#include <atomic>
#include <cstdint>
#include <cstring>
#include <ekiden/memoize.hpp>
#include <ekiden/update.hpp>
#include <utility>

#include "shared/clock.hpp"
#include "shared/process_identity.hpp"
#include "shared/tiered_cache.hpp"
#include "worker/app/held_memory.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden {

namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

shared::TieredCache& cache_for(const char* member) {
  shared::TieredCache* cache = worker::process_cache();
  if (cache == nullptr) {
    throw Error(std::string("Cache::") + member +
                ": there is no cache here; it can be used in callbacks, not in set-up, and not "
                "with --cache null");
  }
  return *cache;
}

/// `kind` keeps values, locks and throttles apart; memoized results begin otherwise.
std::string key_of(char kind, std::string_view key) {
  detail::KeyWriter writer("");
  writer.tag(kind);
  writer.text(worker::cache_defaults().key_prefix);
  writer.text(key);
  return std::string(writer.view());
}

std::string value_key(std::string_view key) { return key_of('D', key); }

detail::HeldBytes held(shared::Pin pin) {
  const auto* memory = new worker::PinnedMemory(std::move(pin));
  return {memory->bytes(), Ref<const detail::Counted>(memory)};
}

std::string trailer(std::string_view name, bool bound_to_build) {
  std::string text(name);
  if (bound_to_build) text += "@" + worker::app_build_id();
  const auto size = static_cast<std::uint16_t>(text.size());
  return text.append(reinterpret_cast<const char*>(&size), sizeof size);
}

/// A direct value and the name of its type, which stands at its end.
struct Typed {
  explicit Typed(std::span<const std::byte> bytes) {
    std::uint16_t size = 0;
    if (bytes.size() < sizeof size) return;
    std::memcpy(&size, bytes.last(sizeof size).data(), sizeof size);
    const std::size_t whole = size + sizeof size;
    if (bytes.size() < whole) return;
    const auto name = bytes.last(whole).first(size);
    type = {reinterpret_cast<const char*>(name.data()), name.size()};
    value = bytes.first(bytes.size() - whole);
  }
  std::string_view type;
  std::span<const std::byte> value;
};

using StoredIf = shared::MemoCache::StoredIf;

/// False if another was faster. Throws Error if all of the cache is in use.
bool stored(shared::MemoCache& memory, std::string_view key,
            std::optional<std::span<const std::byte>> expected, std::span<const std::byte> value,
            const shared::StoreOptions& options) {
  const StoredIf result = memory.store_if(key, expected, value, options);
  if (result == StoredIf::no_room) {
    throw Error("Cache: all of it is in use; choose a larger --cache-size");
  }
  return result == StoredIf::stored;
}

shared::TieredCache::Call call_of(std::string_view key, const std::vector<std::string>& tags,
                                  CacheTimeout timeout) {
  shared::TieredCache::Call call{{key, {}, tags}, {}};
  call.options.timeout = timeout.value_or(worker::cache_defaults().timeout);
  return call;
}

std::vector<std::string> cache_tags(const std::vector<std::string>& tags) {
  if (tags.size() > 7) {
    throw Error("Cache::set: " + std::to_string(tags.size()) + " tags; at most 7 are possible");
  }
  std::vector<std::string> named;
  for (const std::string& tag : tags) named.push_back("t:" + tag);
  return named;
}

}  // namespace

bool Cache::put_bytes(std::string_view key, Type type, std::span<const std::byte> value,
                      CacheTimeout timeout, const std::vector<std::string>& tags, Put how) const {
  shared::TieredCache& cache = cache_for(how == Put::always ? "set" : "add");
  const std::string whole_key = value_key(key);
  const std::vector<std::string> named = cache_tags(tags);
  auto call = call_of(whole_key, named, timeout);
  call.options.names = cache.memory().names({}, named);
  std::vector<std::byte> bytes(value.begin(), value.end());
  const std::string end = trailer(type.name, type.bound_to_build);
  const auto end_bytes = std::as_bytes(std::span(end));
  bytes.insert(bytes.end(), end_bytes.begin(), end_bytes.end());
  if (how == Put::always) return cache.store(call, bytes);
  return cache.add(call, bytes);
}

std::optional<detail::HeldBytes> Cache::find(std::string_view key, Type type) const {
  const std::string whole_key = value_key(key);
  auto pin = cache_for("get").find(call_of(whole_key, {}, std::nullopt));
  if (!pin) return std::nullopt;
  detail::HeldBytes found = held(std::move(*pin));
  const Typed typed(found.bytes);
  const std::string_view stored = typed.type.substr(0, typed.type.find('@'));
  if (stored != type.name) {
    throw Error("Cache::get(\"" + std::string(key) +
                "\"): the value was written as another type than it is read as (" +
                std::string(stored) + ", " + std::string(type.name) + ")");
  }
  if (type.bound_to_build && typed.type.substr(stored.size() + 1) != worker::app_build_id()) {
    return std::nullopt;
  }
  found.bytes = typed.value;
  return found;
}

bool Cache::has(std::string_view key) const {
  return cache_for("has").find(call_of(value_key(key), {}, std::nullopt)).has_value();
}

bool Cache::delete_(std::string_view key) const {
  return cache_for("delete_").erase(value_key(key));
}

std::vector<std::string> Cache::delete_many(const std::vector<std::string>& keys) const {
  std::vector<std::string> deleted;
  for (const std::string& key : keys) {
    if (delete_(key)) deleted.push_back(key);
  }
  return deleted;
}

bool Cache::touch(std::string_view key, CacheTimeout timeout) const {
  return cache_for("touch").memory().touch(value_key(key),
                                           timeout.value_or(worker::cache_defaults().timeout));
}

void Cache::clear() const { cache_for("clear").clear(); }

void Cache::evict(std::string_view tag) const {
  cache_for("evict").invalidate("t:" + std::string(tag));
}

std::int64_t Cache::inc(std::string_view key, std::int64_t by) const {
  shared::MemoCache& memory = cache_for("inc").memory();
  const std::string whole_key = value_key(key);
  const std::string end = trailer(typeid(std::int64_t).name(), false);
  shared::StoreOptions options;
  options.timeout = worker::cache_defaults().timeout;
  while (true) {
    const auto pin = memory.find(whole_key);
    std::int64_t sum = by;
    if (pin) {
      const Typed typed(pin->bytes());
      std::int64_t before = 0;
      if (typed.type != typeid(std::int64_t).name() || typed.value.size() != sizeof before) {
        throw Error("Cache::inc(\"" + std::string(key) + "\"): the value is not a std::int64_t");
      }
      std::memcpy(&before, typed.value.data(), sizeof before);
      sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(before) +
                                      static_cast<std::uint64_t>(by));
    }
    std::string bytes(reinterpret_cast<const char*>(&sum), sizeof sum);
    bytes += end;
    const auto expected = pin ? std::optional(pin->bytes()) : std::nullopt;
    if (stored(memory, whole_key, expected, std::as_bytes(std::span(bytes)), options)) return sum;
  }
}

namespace {

/// Who holds a lock: the process, and a number that no other holder in it has.
struct Holder {
  shared::ProcessIdentity process;
  std::uint64_t number;
};

Holder new_holder() {
  static std::atomic<std::uint64_t> last{0};
  return {shared::this_process(), last.fetch_add(1) + 1};
}

bool same(const Holder& a, const Holder& b) {
  return a.process.pid == b.process.pid && a.process.start_ticks == b.process.start_ticks &&
         a.number == b.number;
}

Holder holder_of(const shared::Pin& pin) {
  Holder holder{};
  if (pin.bytes().size() == sizeof holder) {
    std::memcpy(&holder, pin.bytes().data(), sizeof holder);
  }
  return holder;
}

/// The pinned value of the lock if the caller holds it now; what to wait for is noted in `seen`.
std::optional<shared::Pin> take(shared::MemoCache& memory, const std::string& key,
                                const Holder& self, std::uint32_t& seen) {
  seen = memory.watch(key);
  const auto there = memory.find(key);
  if (there && !shared::certainly_dead(holder_of(*there).process)) return std::nullopt;
  const auto mine = std::as_bytes(std::span(&self, 1));
  const auto expected = there ? std::optional(there->bytes()) : std::nullopt;
  if (!stored(memory, key, expected, mine, {})) return std::nullopt;
  auto pin = memory.find(key);
  return pin && same(holder_of(*pin), self) ? std::move(pin) : std::nullopt;
}

void wait(shared::MemoCache& memory, const std::string& key, std::uint32_t seen,
          std::chrono::milliseconds patience) {
  try {
    memory.wait(key, seen, patience);
  } catch (const shared::WaitGivenUp&) {
    throw WaitCancelled();
  }
}

}  // namespace

CacheLock::~CacheLock() {
  if (key_.empty() || worker::process_cache() == nullptr) return;
  shared::MemoCache& memory = worker::process_cache()->memory();
  memory.erase(key_);
  memory.notify(key_);
}

CacheLock Cache::lock(std::string_view name) const {
  shared::MemoCache& memory = cache_for("lock").memory();
  const std::string key = key_of('L', name);
  const Holder self = new_holder();
  while (true) {
    std::uint32_t seen = 0;
    if (auto pin = take(memory, key, self, seen)) return CacheLock(key, held(std::move(*pin)));
    wait(memory, key, seen, kLookAgain);
  }
}

std::optional<CacheLock> Cache::try_lock(std::string_view name) const {
  shared::MemoCache& memory = cache_for("try_lock").memory();
  const std::string key = key_of('L', name);
  std::uint32_t seen = 0;
  auto pin = take(memory, key, new_holder(), seen);
  if (!pin) return std::nullopt;
  return CacheLock(key, held(std::move(*pin)));
}

void Cache::throttle(std::string_view name, std::int64_t count,
                     std::chrono::nanoseconds period) const {
  constexpr std::int64_t kMost = 4096;
  if (count < 1 || count > kMost || period.count() <= 0) {
    throw Error("Cache::throttle(\"" + std::string(name) + "\"): the count must be 1 to " +
                std::to_string(kMost) + " and the period more than 0");
  }
  shared::MemoCache& memory = cache_for("throttle").memory();
  const std::string key = key_of('T', name);
  while (true) {
    // The value: when the latest calls began, the oldest first.
    const std::uint32_t seen = memory.watch(key);
    const auto there = memory.find(key);
    std::vector<std::uint64_t> began(there ? there->bytes().size() / sizeof(std::uint64_t) : 0);
    if (!began.empty()) {
      std::memcpy(began.data(), there->bytes().data(), began.size() * sizeof(std::uint64_t));
    }
    const auto most = static_cast<std::size_t>(count);
    if (began.size() > most) began.erase(began.begin(), began.end() - count);
    const std::uint64_t now = shared::monotonic_ns();
    const std::uint64_t next =
        began.size() < most ? now : began.front() + static_cast<std::uint64_t>(period.count());
    if (next > now) {
      const auto left = std::chrono::nanoseconds(next - now);
      wait(memory, key, seen, std::chrono::ceil<std::chrono::milliseconds>(left));
      continue;
    }
    if (began.size() == most) began.erase(began.begin());
    began.push_back(now);
    const auto expected = there ? std::optional(there->bytes()) : std::nullopt;
    if (stored(memory, key, expected, std::as_bytes(std::span(began)), {.timeout = period})) return;
  }
}

namespace detail {

std::string Stored<std::vector<std::string>>::encode(const std::vector<std::string>& texts) {
  // The count, where each text ends, then the texts.
  std::vector<std::uint64_t> head{texts.size()};
  std::uint64_t end = 0;
  for (const std::string& text : texts) head.push_back(end += text.size());
  std::string bytes(reinterpret_cast<const char*>(head.data()), head.size() * sizeof head[0]);
  for (const std::string& text : texts) bytes += text;
  return bytes;
}

}  // namespace detail

namespace {

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t index) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

}  // namespace

std::size_t View<std::vector<std::string>>::size() const noexcept {
  return number_at(held_.bytes, 0);
}

std::string_view View<std::vector<std::string>>::operator[](std::size_t index) const& noexcept {
  const char* texts =
      reinterpret_cast<const char*>(held_.bytes.data()) + (size() + 1) * sizeof(std::uint64_t);
  const std::uint64_t begin = index == 0 ? 0 : number_at(held_.bytes, index);
  return {texts + begin, number_at(held_.bytes, index + 1) - begin};
}

std::vector<std::string> View<std::vector<std::string>>::copy() const {
  std::vector<std::string> texts;
  texts.reserve(size());
  for (std::size_t index = 0; index < size(); ++index) texts.emplace_back((*this)[index]);
  return texts;
}

}  // namespace ekiden
