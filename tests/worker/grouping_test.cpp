// SPDX-License-Identifier: MIT
// Protocol reference, section 2.5.
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/grouping.hpp>

#include "tests/worker/one_callback.hpp"

namespace ekiden {
namespace {

struct Form {
  std::string name;
  int age = 7;
  std::vector<int> marks;
};

struct Card {
  std::string title;
  Update<int> size;
};

const Output kTitle{"title", "children"}, kSize{"size", "value"};
const Input kName{"name", "value"}, kButton{"button", "n_clicks"};
const State kAge{"age", "value"};
const State kMarks{{{"type", "mark"}, {"index", ALL}}, "value"};

using Grouping = OneCallback;

using Texts = std::vector<std::string>;

TEST_F(Grouping, ArgumentsAreTheMembersOfOneStruct) {
  app.callback(
      kTitle, kButton,
      inputs(Member{&Form::name, kName}, Member{&Form::age, kAge}, Member{&Form::marks, kMarks}),
      State{"last", "data"}, [](int clicks, const Form& form, std::string last) {
        return Json::array({clicks, form.name, form.age, form.marks, last});
      });

  EXPECT_EQ(run({1, "Ada", 36, Json::array({4, 5}), "z"}), Texts{R"([1,"Ada",36,[4,5],"z"])"});
  ASSERT_EQ(definition().arguments.size(), 5U);
  EXPECT_EQ(definition().arguments[1].dependency.id, "name");
  EXPECT_FALSE(definition().arguments[1].is_state);
  EXPECT_TRUE(definition().arguments[2].is_state);
}

TEST_F(Grouping, MembersThatAreNotNamedKeepTheirDefaults) {
  app.callback(kTitle, inputs(Member{&Form::name, kName}),
               [](Form form) { return form.name + std::to_string(form.age); });
  EXPECT_EQ(run({"Ada"}), Texts{"\"Ada7\""});
}

TEST_F(Grouping, ErrorsNameTheArgumentWithinTheGroup) {
  app.callback(kTitle, kButton, inputs(Member{&Form::name, kName}, Member{&Form::age, kAge}),
               [](int, Form form) { return form.name; });
  EXPECT_EQ(error({1, "Ada", "old"}),
            "callback 'title.children': argument 3 (State \"age.value\"): expected an integer, got "
            "the string \"old\"");
}

TEST_F(Grouping, AStructIsReturnedForSeveralOutputs) {
  app.callback(outputs(Member{&Card::title, kTitle}, Member{&Card::size, kSize}), kName,
               [](std::string name) -> Update<Card> {
                 if (name.empty()) return no_update;
                 if (name == "x") return Card{name, no_update};
                 return Card{name, 3};
               });

  EXPECT_EQ(definition().output_id(), "..title.children...size.value..");
  EXPECT_EQ(run({"Ada"}), (Texts{"\"Ada\"", "3"}));
  EXPECT_EQ(run({"x"}), (Texts{"\"x\"", "-"}));
  EXPECT_EQ(run({""}), (Texts{"-", "-"}));
}

TEST_F(Grouping, TheOrderOfTheMembersInTheStructDoesNotMatter) {
  app.callback(outputs(Member{&Card::size, kSize}, Member{&Card::title, kTitle}), kName,
               [](std::string name) {
                 return Card{name, 3};
               });
  EXPECT_EQ(run({"Ada"}), (Texts{"3", "\"Ada\""}));
}

TEST_F(Grouping, ATupleTakesSeveralArguments) {
  app.callback({kTitle, kSize}, inputs(kName, kAge), kButton,
               [](const std::pair<std::string, int>& both, std::optional<int> clicks) {
                 return std::tuple(both.first, both.second + clicks.value_or(0));
               });
  EXPECT_EQ(run({"Ada", 36, nullptr}), (Texts{"\"Ada\"", "36"}));
}

TEST_F(Grouping, AnArrayTakesArgumentsOfOneType) {
  app.callback(kTitle, inputs(Input{"a", "value"}, Input{"b", "value"}, Input{"c", "value"}),
               [](std::array<int, 3> all) { return all[0] * 100 + all[1] * 10 + all[2]; });
  EXPECT_EQ(run({1, 2, 3}), Texts{"123"});
}

TEST_F(Grouping, OptionsStandBeforeTheHandlerAsWithoutGroups) {
  app.callback(outputs(Member{&Card::title, kTitle}), inputs(kName),
               CallbackOptions{.prevent_initial_call = true}, [](std::tuple<std::string> name) {
                 return Card{std::get<0>(name), 1};
               });
  EXPECT_EQ(definition().prevent_initial_call, PreventInitialCall(true));
  EXPECT_EQ(definition().output_id(), "..title.children..");
}

TEST_F(Grouping, ClientsideCallbacksTakeTheArgumentsOneAfterTheOther) {
  app.clientside_callback("(a, b) => a + b", kTitle, inputs(kName, kAge));
  EXPECT_EQ(definition().arguments.size(), 2U);
}

}  // namespace
}  // namespace ekiden
