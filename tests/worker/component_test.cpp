// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/component.hpp>

#include "tests/worker/box.hpp"

namespace ekiden {
namespace {

using test::Box;
using test::BoxBuilder;

TEST(Component, IsWrittenWithPropsTypeAndNamespace) {
  const Json json = Box("text").id("a");

  EXPECT_EQ(json.dump(),
            R"({"props":{"children":"text","id":"a"},"type":"Box","namespace":"test_components"})");
}

TEST(Component, PropertiesTakeTheirOwnNotations) {
  const Component box = Box(3)
                            .clearable(false)
                            .options({"a", {"B", 2}})
                            .id({{"type", "box"}, {"index", 1}})
                            .prop("data-role", "menu");

  EXPECT_EQ(box.find("children")->dump(), "3");
  EXPECT_EQ(box.find("clearable")->dump(), "false");
  EXPECT_EQ(box.find("options")->dump(), R"(["a",{"label":"B","value":2}])");
  EXPECT_EQ(box.find("id")->dump(), R"({"type":"box","index":1})");
  EXPECT_EQ(box.find("data-role")->dump(), R"("menu")");
}

TEST(Component, ChildrenInBracesAreAListEvenIfThereIsOne) {
  const Component one = Box({Box("x")});
  const Component mixed = Box({Box("x"), "text", 1.5});

  EXPECT_EQ(one.find("children")->size(), 1u);
  ASSERT_EQ(mixed.find("children")->size(), 3u);
  EXPECT_EQ((*mixed.find("children"))[0].as_component()->name(), "Box");
  EXPECT_EQ((*mixed.find("children"))[1], Json("text"));
}

TEST(Component, SettingAPropertyTwiceReplacesItWhereItStands) {
  const Component box = Box("x").id("a").value(1).id("b");

  EXPECT_EQ(Json(box).dump(), R"({"props":{"children":"x","id":"b","value":1},"type":"Box",)"
                              R"("namespace":"test_components"})");
}

TEST(Component, ChangingABuilderLeavesComponentsMadeOfItAlone) {
  BoxBuilder builder = Box("before");
  const Component component = builder;
  const BoxBuilder copy = builder;
  builder.children("after");

  EXPECT_EQ(*component.find("children"), Json("before"));
  EXPECT_EQ(*Component(copy).find("children"), Json("before"));
  EXPECT_EQ(*Component(builder).find("children"), Json("after"));
}

TEST(Component, OfALibraryUnknownToTheGeneratorIsMadeByName) {
  const Component widget("my_library", "MyWidget", {{"id", "x"}, {"size", 3}});

  EXPECT_EQ(Json(widget).dump(),
            R"({"props":{"id":"x","size":3},"type":"MyWidget","namespace":"my_library"})");
  EXPECT_EQ(widget.node()->type(), nullptr);
}

TEST(Component, EqualComponentsAreEqualJson) {
  EXPECT_EQ(Json(Box("x").id("a")), Json(Box("x").id("a")));
  EXPECT_NE(Json(Box("x").id("a")), Json(Box("x").id("b")));
}

}  // namespace
}  // namespace ekiden
