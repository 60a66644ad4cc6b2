// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace ekiden {

namespace detail {

/// True once set-up is over and the process serves. Written once, by the mold, while it is
/// single-threaded; workers inherit it.
extern bool set_up_is_over;

/// Base of every reference-counted object an app may hold: Json arrays, components, frames.
///
/// Set-up data are read-only in a worker, so copying a captured `Frame` or `Json` in a callback
/// must not write to them, not even a counter. An object therefore remembers whether it was made
/// during set-up; after set-up such an object is immortal and its counter is never touched.
///
/// Thread safety: the counter is atomic. Fork: counters of set-up objects are shared pages that
/// nobody writes.
class Counted {
 public:
  Counted() noexcept : made_in_set_up_(!set_up_is_over) {}
  Counted(const Counted&) noexcept : Counted() {}
  Counted& operator=(const Counted&) noexcept { return *this; }
  virtual ~Counted() = default;

  void retain() const noexcept {
    if (!immortal()) count_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() const noexcept {
    if (!immortal() && count_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  /// True if the caller's reference is the only one, so that the object may be changed in place.
  bool unique() const noexcept {
    return !immortal() && count_.load(std::memory_order_acquire) == 1;
  }

 private:
  bool immortal() const noexcept { return made_in_set_up_ && set_up_is_over; }

  mutable std::atomic<std::uint32_t> count_{0};
  const bool made_in_set_up_;
};

}  // namespace detail

/// Owning pointer to a Counted object; copying it is a reference, never a deep copy.
template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(T* object) noexcept : object_(object) {
    if (object_) object_->retain();
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Ref(const Ref<U>& other)
  noexcept : Ref(other.get()) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) object_->release();
  }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

template <class T, class... Args>
Ref<T> make_ref(Args&&... args) {
  return Ref<T>(new T(std::forward<Args>(args)...));
}

}  // namespace ekiden
