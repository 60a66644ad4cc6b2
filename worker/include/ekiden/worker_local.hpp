// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace ekiden {

namespace detail {

/// The number of a worker_local, by which each process finds the objects that are free.
class WorkerLocalNumber {
 public:
  WorkerLocalNumber();
  /// A free object, or nullptr. Throws Error while set-up runs.
  void* take() const;
  void give_back(void* object) const noexcept;

 private:
  std::uint32_t number_;
};

}  // namespace detail

/// Objects that callbacks need but must not share or make each time, such as connections to a
/// database: each worker has its own, made when they are first asked for, and each is one thread's
/// for as long as it holds the lease:
///
///     const worker_local<Connection> connections([] { return Connection("host=db"); });
///
///     app.callback(…, [connections](std::string city) {
///       auto connection = connections.lease();
///       return connection->query(city);
///     });
///
/// A worker has as many as it ever had threads that held one at once; they live until it ends. What
/// a callback leaves in one, another may find, on the same worker only: results belong into
/// `memoize`, state of a user into dcc::Store.
///
/// Thread safety: lease() from any thread; making the worker_local belongs into set-up or a global.
/// Fork: nothing is made before it. Errors: what `make` throws reaches the caller of lease().
template <class T>
class worker_local {
 public:
  /// `make` returns a T, or a std::unique_ptr<T> if that cannot be moved.
  template <class Make>
  requires std::is_invocable_v<const Make&>
  explicit worker_local(Make make)
      : make_([make = std::move(make)]() -> std::unique_ptr<T> {
          if constexpr (std::is_convertible_v<std::invoke_result_t<const Make&>,
                                              std::unique_ptr<T>>) {
            return make();
          } else {
            return std::unique_ptr<T>(new T(make()));
          }
        }) {}

  /// Gives the object back when it is destroyed. Made and destroyed by one thread.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : number_(other.number_), object_(std::move(other.object_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (object_) number_.give_back(object_.release());
    }

    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_.get(); }
    /// Destroys the object instead: of a connection that is broken. The lease is then empty.
    void discard() noexcept { object_.reset(); }

   private:
    friend class worker_local;
    Lease(const detail::WorkerLocalNumber& number, std::unique_ptr<T> object) noexcept
        : number_(number), object_(std::move(object)) {}

    detail::WorkerLocalNumber number_;
    std::unique_ptr<T> object_;
  };

  /// An object that nobody else uses now. Throws Error in set-up, before there are workers.
  Lease lease() const {
    std::unique_ptr<T> object(static_cast<T*>(number_.take()));
    if (!object) object = make_();
    return Lease(number_, std::move(object));
  }

 private:
  detail::WorkerLocalNumber number_;
  std::function<std::unique_ptr<T>()> make_;
};

}  // namespace ekiden
