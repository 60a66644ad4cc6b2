// SPDX-License-Identifier: MIT
// Objects made in set-up are shared by all workers as read-only pages. Here they lie in memory that
// is really made read-only, so a copy that wrote to its original would kill the process.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>
#include <new>

#include "tests/worker/box.hpp"
#include "worker/app/definition.hpp"

namespace {

/// While `open`, serves every `new` of this program from pages of its own.
struct Arena {
  static constexpr std::size_t kSize = std::size_t{1} << 20;

  void* allocate(std::size_t size, std::size_t alignment = 16) {
    used = (used + alignment - 1) / alignment * alignment;
    void* block = begin + used;
    used += size;
    if (used > kSize) std::abort();
    return block;
  }
  bool owns(const void* block) const { return block >= begin && block < begin + kSize; }
  bool seal() const { return mprotect(begin, kSize, PROT_READ) == 0; }

  bool open = false;
  std::size_t used = 0;
  std::byte* const begin = static_cast<std::byte*>(
      mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
};

Arena& arena() {
  static Arena instance;
  return instance;
}

}  // namespace

void* operator new(std::size_t size) {
  if (arena().open) return arena().allocate(size);
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return arena().open ? arena().allocate(size) : std::malloc(size);
}
// Not inlined, or gcc takes the free() for the wrong end of a `new` that it has not inlined.
[[gnu::noinline]] void operator delete(void* block) noexcept {
  if (!arena().owns(block)) std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto boundary = static_cast<std::size_t>(alignment);
  if (arena().open) return arena().allocate(size, boundary);
  if (void* block = std::aligned_alloc(boundary, (size + boundary - 1) / boundary * boundary)) {
    return block;
  }
  throw std::bad_alloc();
}
void operator delete(void* block, std::align_val_t) noexcept { operator delete(block); }

namespace ekiden {
namespace {

using test::Box;

/// What a callback might capture.
struct Captured {
  Json json{{"list", Json::array({1, "a text too long to be stored in the string itself"})}};
  test::BoxBuilder builder = Box({Box("x").id("y")});
  Component component = builder;
  Figure figure{Scatter().x(std::vector<double>{1, 2}).name("a").line({{"width", 1}})};
};

/// Makes the object that `new` returns during set-up, then ends set-up and seals it.
template <class Make>
auto* set_up_and_seal(Make make) {
  arena().open = true;
  auto* made = make();
  arena().open = false;
  detail::set_up_is_over = true;
  if (!arena().owns(made) || !arena().seal()) std::abort();
  return made;
}

/// Ends the process: 0 if `holds`.
[[noreturn]] void finish(bool holds) { std::_Exit(holds ? 0 : 1); }

TEST(SealedObjects, AreCopiedAndDestroyedWithoutAWrite) {
  const auto copy_them = [] {
    const Captured* captured = set_up_and_seal([] { return new Captured; });
    const auto* copy = new Captured(*captured);
    const std::string text = Json(copy->figure).dump() + copy->json.dump();
    delete copy;
    finish(text == Json(captured->figure).dump() + captured->json.dump());
  };

  EXPECT_EXIT(copy_them(), testing::ExitedWithCode(0), "");
}

TEST(SealedObjects, AreChangedByCopy) {
  const auto change_copies = [] {
    const Captured* captured = set_up_and_seal([] { return new Captured; });
    Captured copy = *captured;
    copy.builder.id("changed");
    copy.figure.trace().name("changed");
    copy.figure.update_layout({{"title", "changed"}});
    copy.json = Json::array({copy.json, captured->component});
    finish(Json(copy.builder) != Json(captured->builder) && copy.json[0] == captured->json &&
           Json(copy.figure) != Json(captured->figure));
  };

  EXPECT_EXIT(change_copies(), testing::ExitedWithCode(0), "");
}

TEST(SealedObjects, ServeACallbackThatCapturedThem) {
  const auto call_it = [] {
    const App* app = set_up_and_seal([] {
      auto* made = new App;
      made->callback(Output{"out", "figure"}, Input{"in", "value"},
                     [captured = Captured()](std::string name) {
                       Figure figure = captured.figure;
                       figure.trace().name(name).customdata(captured.json["list"]);
                       return figure;
                     });
      return made;
    });
    const worker::CallbackDefinition callback = app->definition().callbacks.front();
    const auto results = callback.run(std::vector<Json>{"b"});
    finish((*results.at(0)).dump().find(R"("name":"b")") != std::string::npos);
  };

  EXPECT_EXIT(call_it(), testing::ExitedWithCode(0), "");
}

TEST(SealedObjects, ServeACallbackThatSelectsRowsOfAFrame) {
  const auto call_it = [] {
    const App* app = set_up_and_seal([] {
      auto* made = new App;
      const Frame df({{"fruit", {"figs", "apples"}}, {"n", {1, 2}}});
      const auto store = made->cache().memoize(
          "store", [df](std::string fruit) -> Frame { return df[df["fruit"] == fruit]; });
      made->callback(Output{"out", "figure"}, Input{"in", "value"}, [df, store](std::string fruit) {
        const Frame copy = df;
        return Json{{"n", store(fruit)["n"]}, {"all", copy["fruit"].unique()}};
      });
      return made;
    });
    const auto results = app->definition().callbacks.front().run(std::vector<Json>{"apples"});
    finish((*results.at(0)).dump() ==
           R"({"n":{"dtype":"i4","bdata":"AgAAAA=="},"all":["figs","apples"]})");
  };

  EXPECT_EXIT(call_it(), testing::ExitedWithCode(0), "");
}

TEST(SealedObjects, WouldNoticeAWrite) {
  const auto write = [] {
    Captured* captured = set_up_and_seal([] { return new Captured; });
    captured->json = Json();
    finish(true);
  };

  EXPECT_DEATH(write(), "");
}

}  // namespace
}  // namespace ekiden
