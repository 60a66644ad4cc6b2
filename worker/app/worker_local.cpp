// SPDX-License-Identifier: MIT
#include <ekiden/json.hpp>
#include <ekiden/worker_local.hpp>
#include <map>
#include <mutex>
#include <vector>

#include "worker/app/module.hpp"

namespace ekiden::detail {

namespace {

/// The objects that no thread holds, by the number of their worker_local.
struct Free {
  std::mutex mutex;
  std::map<std::uint32_t, std::vector<void*>> objects;
};

/// Made by the first callback that asks, outside of what is sealed. Never destroyed: callbacks may
/// outlive the static objects.
Free& free_objects() {
  static Free& objects = *new Free;
  return objects;
}

std::uint32_t numbers_taken = 0;

}  // namespace

WorkerLocalNumber::WorkerLocalNumber() : number_(numbers_taken++) {}

void* WorkerLocalNumber::take() const {
  if (worker::is_set_up_running()) {
    throw Error(
        "worker_local: set-up runs before there are workers; call lease() in the callbacks that "
        "need the object");
  }
  Free& free = free_objects();
  const std::lock_guard lock(free.mutex);
  std::vector<void*>& objects = free.objects[number_];
  if (objects.empty()) return nullptr;
  void* const object = objects.back();
  objects.pop_back();
  return object;
}

void WorkerLocalNumber::give_back(void* object) const noexcept {
  Free& free = free_objects();
  const std::lock_guard lock(free.mutex);
  free.objects[number_].push_back(object);
}

}  // namespace ekiden::detail
