// SPDX-License-Identifier: MIT
// Breaks the rule in every way: one kind of write for each value of the input.
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ekiden/app.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace ekiden;

int counter = 1;
std::atomic<int> atomic_counter = 1;
std::vector<int> df{1, 2, 3};
std::string title = "a title that is too long for the string itself";
std::map<std::string, int> by_name{{"one", 1}, {"two", 2}};
std::shared_ptr<int> shared_number = std::make_shared<int>(7);
std::mutex mutex;
std::vector<std::vector<std::string>> nested{{"deep inside, and long enough to be on the heap"}};
char buffer[64] = "buffer";
int* from_malloc = nullptr;

namespace {
int hidden = 1;
}

namespace app_code {

int* number_made_in_set_up = nullptr;

int next() {
  static std::vector<int> calls(3);
  calls.push_back(1);
  return static_cast<int>(calls.size());
}

__attribute__((noinline)) void add_quietly(int value) noexcept { counter += value; }
__attribute__((noinline)) void call_noexcept(int value) noexcept { df.push_back(value); }

void swallow() {
  try {
    counter = 99;
  } catch (...) {
  }
}

/// Takes the block from the vector and gives it back, as push_back does when it is full.
void fill_up() {
  while (df.size() < df.capacity()) df.push_back(0);
  df.push_back(0);
}

struct Cleans {
  std::unique_ptr<int> something = std::make_unique<int>(1);
};

/// Another one each time, so that no result is found in the cache.
int any_number() { return static_cast<int>(std::random_device{}() | 1); }

/// Writes in a thread of its own, and waits for what that makes known.
int in_packaged_task() {
  std::packaged_task<int()> task([] { return ++counter; });
  std::future<int> result = task.get_future();
  std::thread thread(std::move(task));
  thread.join();
  return result.get();
}
int with_promise() {
  std::promise<int> promise;
  std::future<int> result = promise.get_future();
  std::thread([promise = std::move(promise)]() mutable {
    ++counter;
    promise.set_value(counter);
  }).detach();
  return result.get();
}
void* count(void*) {
  ++counter;
  return nullptr;
}
void in_posix_thread() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, &count, nullptr) == 0) pthread_join(thread, nullptr);
}

using Mutation = std::function<void()>;

const std::map<std::string, Mutation> kMutations{
    {"scalar", [] { counter = 2; }},
    {"scalar among destructors",
     [] {
       const Cleans cleans;
       counter = *cleans.something + 5;
     }},
    {"hidden scalar", [] { ++hidden; }},
    {"element", [] { df[1] = 9; }},
    {"push_back", [] { df.push_back(4); }},
    {"push_back that grows", [] { fill_up(); }},
    {"insert", [] { df.insert(df.begin() + 1, 5); }},
    {"clear", [] { df.clear(); }},
    {"assign",
     [] {
       df = std::vector<int>{7, 8};
     }},
    {"erase", [] { df.erase(df.begin()); }},
    {"resize", [] { df.resize(1); }},
    {"loop",
     [] {
       for (int& value : df) ++value;
     }},
    {"append", [] { title += " and more"; }},
    {"character", [] { title[0] = 'A'; }},
    {"nested string", [] { nested[0][0][0] = 'D'; }},
    {"map insert", [] { by_name["three"] = 3; }},
    {"map value", [] { by_name.at("one") = 4; }},
    {"map erase", [] { by_name.erase("one"); }},
    {"shared_ptr copy", [] { const std::shared_ptr<int> copy = shared_number; }},
    {"mutex", [] { const std::lock_guard lock(mutex); }},
    {"atomic", [] { atomic_counter.fetch_add(1); }},
    {"static variable", [] { next(); }},
    {"pointer", [] { *number_made_in_set_up = 5; }},
    {"memset", [] { std::memset(buffer, 'x', sizeof buffer); }},
    {"memcpy", [] { std::memcpy(df.data(), "12345678", 8); }},
    {"from malloc", [] { from_malloc[1] = 5; }},
    {"noexcept", [] { add_quietly(1); }},
    {"noexcept call", [] { call_noexcept(1); }},
    {"swallowed", [] { swallow(); }},
    {"delete", [] { delete number_made_in_set_up; }},
    {"async", [] { std::async(std::launch::async, [] { return ++counter; }).get(); }},
    {"async, not asked",
     [] { const auto result = std::async(std::launch::async, [] { df.push_back(1); }); }},
    {"async, deep", [] { std::async(std::launch::async, [] { fill_up(); }).get(); }},
    {"packaged task", [] { in_packaged_task(); }},
    {"promise", [] { with_promise(); }},
    {"thread", [] { std::thread([] { ++counter; }).join(); }},
    {"thread of a thread",
     [] { std::thread([] { std::thread([] { ++counter; }).join(); }).join(); }},
    {"thread, noexcept", [] { std::thread([] { call_noexcept(1); }).join(); }},
    {"thread, swallowed", [] { std::thread([] { swallow(); }).join(); }},
    {"POSIX thread", [] { in_posix_thread(); }},
    {"realloc", [] { std::free(std::realloc(from_malloc, 4096)); }},
};

Json numbers() {
  Json::Array values;
  for (const int value : df) values.push_back(value);
  return values;
}

/// All that callbacks might have changed.
Json state() {
  Json::Object names;
  for (const auto& [name, value] : by_name) names.emplace_back(name, value);
  return {{"counter", counter},
          {"hidden", hidden},
          {"atomic", atomic_counter.load()},
          {"df", numbers()},
          {"title", title},
          {"names", names},
          {"shared", *shared_number},
          {"users", static_cast<int>(shared_number.use_count())},
          {"nested", nested[0][0]},
          {"number", *number_made_in_set_up},
          {"buffer", buffer},
          {"malloc", Json::array({from_malloc[0], from_malloc[1]})}};
}

}  // namespace app_code

EKIDEN_APP(app) {
  using namespace app_code;
  number_made_in_set_up = new int(7);
  from_malloc = static_cast<int*>(std::malloc(2 * sizeof(int)));
  from_malloc[0] = from_malloc[1] = 3;
  int local = 1;
  std::string local_text = "a local variable of set-up";
  const auto captured = std::make_shared<int>(1);

  app.layout(html::Div({html::Div().id("in"), html::Div().id("out"), html::Div().id("state"),
                        html::Div().id("other")}));
  const auto memoized = app.cache().memoize("memoized", [](int value) -> int {
    counter += value;
    return counter;
  });
  const auto swallowing = app.cache().memoize("swallowing", [](int value) -> int {
    swallow();
    return value;
  });

  app.callback(Output{"out", "children"}, Input{"in", "title"},
               [=, &local, &local_text](std::string kind) {
                 if (kind == "capture") {
                   *captured = 2;
                 } else if (kind == "memoized") {
                   memoized(any_number());
                 } else if (kind == "memoized by one for all") {
                   memoized(0);
                 } else if (kind == "memoized, swallowed inside") {
                   swallowing(any_number());
                 } else if (kind == "memoized, swallowed outside") {
                   try {
                     memoized(any_number());
                   } catch (...) {
                   }
                 } else if (kind == "memoized in a thread") {
                   std::async(std::launch::async, [&] { memoized(any_number()); }).get();
                 } else if (kind == "thread, memoized") {
                   std::thread([&] { memoized(any_number()); }).join();
                 } else if (kind == "reference") {
                   local = 2;
                 } else if (kind == "read by reference") {
                   return local_text + "!";
                 } else {
                   kMutations.at(kind)();
                 }
                 return "did: " + kind;
               });
  app.callback(Output{"state", "children"}, Input{"in", "title"},
               [](std::string) { return state().dump(); });
  app.callback(Output{"other", "children"}, Input{"in", "title"}, [](std::string kind) {
    if (kind == "throw") throw std::runtime_error("an ordinary error");
    if (kind == "crash") *static_cast<volatile int*>(nullptr) = 1;
    return "kept: " + kind;
  });
}
