// SPDX-License-Identifier: MIT
#include "worker/app/module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "worker/app/throw_trace.hpp"
#include "worker/exchange.hpp"
#include "worker/generation.hpp"

namespace ekiden::worker {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A module that was built beside this program.
fs::path built(const std::string& name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / "modules" / (name + ".so");
}

/// A copy of it in `folder`, under another name.
fs::path installed(const TemporaryFolder& folder, const std::string& name, const std::string& as) {
  const fs::path path = folder.path() / (as + ".so");
  fs::remove(path);
  fs::copy_file(built(name), path);
  return path;
}

/// Loads a generation that is never destroyed, as in a server: what set-up made is immortal.
Generation& load(const fs::path& path, bool debug = false) {
  static auto& all = *new std::vector<std::unique_ptr<Generation>>;
  LoadOptions options;
  options.app_path = path;
  options.debug = debug;
  return *all.emplace_back(Generation::load(options));
}

std::string error_of_loading(const fs::path& path) {
  try {
    load(path);
    return "it was loaded";
  } catch (const Error& error) {
    return error.what();
  }
}

Response get(Generation& generation, std::string path) {
  Request request;
  request.path = std::move(path);
  Response response;
  generation.service().begin(request, response);
  return response;
}

/// Builds with a sanitizer do not.
bool records_throws() {
  const ThrowRecorder recorder;
  try {
    throw Error("x");
  } catch (const Error&) {
  }
  return !last_throw("module_test.cpp").empty();
}

std::string sell(Generation& generation, const std::string& what) {
  Request request;
  request.method = Method::post;
  request.path = "/_dash-update-component";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"output":"out.children","outputs":{"id":"out","property":"children"},)"
                 R"("inputs":[{"id":"in","property":"title","value":")" +
                 what + "\"}]}";
  Response response;
  if (generation.service().begin(request, response) == Service::Next::run_on_callback_thread) {
    generation.service().run(request, response);
  }
  return response.body;
}

TEST(Generation, ServesAModulesApp) {
  Generation& shop = load(built("shop"));

  EXPECT_EQ(shop.name(), "shop");
  EXPECT_EQ(shop.callback_count(), 1U);
  EXPECT_THAT(std::string(get(shop, "/").bytes()), HasSubstr("<title>no title.txt</title>"));
  EXPECT_EQ(sell(shop, "figs"), R"({"multi":true,"response":{"out":{"children":"sold figs"}}})");
}

TEST(Generation, EndsSetUpWhenItIsLoaded) {
  load(built("shop"));

  EXPECT_TRUE(detail::set_up_is_over);
}

TEST(Generation, ReadsRelativePathsInTheAppsDataFolder) {
  const TemporaryFolder folder;
  folder.write("corner.data/title.txt", "The corner shop");
  const fs::path before = fs::current_path();

  Generation& shop = load(installed(folder, "shop", "corner"));

  EXPECT_THAT(std::string(get(shop, "/").bytes()), HasSubstr("<title>The corner shop</title>"));
  EXPECT_EQ(fs::current_path(), before);
}

TEST(Generation, ServesTheAssetsBesideTheModule) {
  const TemporaryFolder folder;
  folder.write("corner.assets/page.css", "body{}");
  Generation& shop = load(installed(folder, "shop", "corner"));

  EXPECT_THAT(std::string(get(shop, "/").bytes()), HasSubstr("/assets/page.css?m="));
  fs::remove_all(folder.path() / "corner.assets");
  EXPECT_EQ(get(shop, "/assets/page.css").bytes(), "body{}");
}

TEST(Generation, ServesTheComponentPackagesThatItsModuleLinks) {
  Generation& packaged = load(built("packaged"));
  Generation& other = load(built("other_shop"));

  const std::string widgets = "/_dash-component-suites/widgets/widgets.min.js";
  EXPECT_EQ(get(packaged, widgets).bytes(), "widgets()");
  EXPECT_THAT(std::string(get(packaged, "/").bytes()), HasSubstr("widgets.v2_0_1meeeeeeeeee"));
  EXPECT_EQ(get(other, widgets).status, 404);
  EXPECT_THAT(std::string(get(other, "/").bytes()), Not(HasSubstr("widgets")));
}

TEST(Generation, LivesOnWhenItsModuleIsTruncated) {
  const TemporaryFolder folder;
  const fs::path path = installed(folder, "shop", "corner");
  Generation& shop = load(path);

  fs::resize_file(path, 0);

  EXPECT_THAT(sell(shop, "figs"), HasSubstr("sold figs"));
}

TEST(Generation, IsTheNewAppOnceTheModuleWasReplaced) {
  const TemporaryFolder folder;
  Generation& first = load(installed(folder, "shop", "corner"));
  Generation& second = load(installed(folder, "other_shop", "corner"));

  EXPECT_THAT(std::string(get(second, "/").bytes()), HasSubstr("<title>other shop</title>"));
  EXPECT_THAT(sell(first, "figs"), HasSubstr("sold figs"));
}

TEST(Generation, LeavesNoDescriptorOpen) {
  const auto open_descriptors = [] {
    const fs::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  load(built("shop"));
  const auto before = open_descriptors();

  load(built("other_shop"));
  error_of_loading(built("throws"));
  error_of_loading(built("undefined"));

  EXPECT_EQ(open_descriptors(), before);
}

TEST(GenerationError, NamesTheModuleAndWhatSetUpThrew) {
  EXPECT_THAT(error_of_loading(built("throws")),
              AllOf(HasSubstr(built("throws").string()), HasSubstr("set-up"),
                    HasSubstr("the table of prices is empty")));
}

TEST(GenerationError, SaysThatSetUpHasNoWorkerLocals) {
  EXPECT_THAT(error_of_loading(built("leases_in_set_up")),
              HasSubstr("worker_local: set-up runs before there are workers"));
}

TEST(GenerationErrorDeathTest, TellsWhatAStaticInitialiserThrew) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";

  EXPECT_DEATH(load(built("throws_before_set_up")),
               "throws_before_set_up.so: a static initialiser of the app threw "
               "std::out_of_range: no such table");
}

TEST(GenerationError, NamesTheUnknownIdOfACallback) {
  EXPECT_THAT(error_of_loading(built("unknown_id")),
              AllOf(HasSubstr(built("unknown_id").string()), HasSubstr("nowhere")));
}

TEST(GenerationError, SaysThatAModuleOfAnotherVersionMustBeRebuilt) {
  EXPECT_THAT(error_of_loading(built("old_build")),
              AllOf(HasSubstr("was built against ekiden 0.0.9, this is ekiden "),
                    HasSubstr("; rebuild it")));
  EXPECT_THAT(
      error_of_loading(built("old_layout")),
      AllOf(HasSubstr("was built against another version of Ekiden"), HasSubstr("rebuild it")));
}

TEST(GenerationError, NamesTheFileInsteadOfItsPrivateCopy) {
  const TemporaryFolder folder;
  const fs::path text = folder.write("text.so", "this is not a library");

  for (const fs::path& path : {text, built("undefined")}) {
    EXPECT_THAT(error_of_loading(path),
                AllOf(HasSubstr(path.string()), Not(HasSubstr("/proc/self"))));
  }
  EXPECT_THAT(error_of_loading(built("undefined")), HasSubstr("defined_in_no_library"));
}

TEST(GenerationError, SaysThatAFileIsCutOff) {
  const TemporaryFolder folder;
  const fs::path path = installed(folder, "shop", "cut");
  const auto size = fs::file_size(path);

  for (const auto left : {size - 1, size / 2, size / 20}) {
    fs::resize_file(path, left);
    EXPECT_THAT(error_of_loading(path),
                AllOf(HasSubstr(path.string() + ": the file is cut off: it has " +
                                std::to_string(left) + " bytes of " + std::to_string(size)),
                      HasSubstr("rename it into place")));
  }
  EXPECT_THAT(error_of_loading(installed(folder, "shop", "cut")), HasSubstr("it was loaded"));
}

TEST(GenerationError, SaysWhatIsNotAnApp) {
  const TemporaryFolder folder;

  EXPECT_THAT(error_of_loading(built("no_app")), HasSubstr("not an Ekiden app"));
  EXPECT_THAT(error_of_loading(folder.path()), HasSubstr("not a file"));
  EXPECT_THAT(error_of_loading(folder.path() / "missing.so"),
              HasSubstr("missing.so: cannot open the app module: No such file or directory"));
}

TEST(GenerationError, LeavesTheWorkingFolderAsItWas) {
  const TemporaryFolder folder;
  folder.write("bad.data/title.txt", "x");
  const fs::path before = fs::current_path();

  error_of_loading(installed(folder, "throws", "bad"));

  EXPECT_EQ(fs::current_path(), before);
}

TEST(Module, HasItsLinesInTheErrorPageUnderDebug) {
  const std::string page = sell(load(built("shop"), true), "nothing");
  EXPECT_THAT(page, HasSubstr("std::out_of_range: nothing to sell"));
  if (!records_throws()) GTEST_SKIP() << "built with a sanitizer";
  EXPECT_THAT(page, HasSubstr("shop.cpp:18</cite>"));
}

}  // namespace
}  // namespace ekiden::worker
