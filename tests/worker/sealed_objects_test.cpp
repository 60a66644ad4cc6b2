// SPDX-License-Identifier: MIT
// Objects made in set-up are shared by all workers as read-only pages. Here they lie in memory that
// is really made read-only, so a copy that wrote to its original would kill the process.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>

#include "tests/worker/box.hpp"
#include "worker/app/definition.hpp"
#include "worker/seal/arena.hpp"
#include "worker/seal/loaded_objects.hpp"

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
  worker::note_loaded_objects();
  worker::arena::open();
  auto* made = make();
  worker::arena::close();
  detail::set_up_is_over = true;
  if (!worker::arena::owns(made)) std::abort();
  worker::arena::seal();
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
