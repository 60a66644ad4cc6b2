// SPDX-License-Identifier: MIT
// Protocol reference, sections 1.6 (index page), 1.8 (assets) and 9 (CSP).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/site.hpp"
#include "tests/support/temporary_folder.hpp"
#include "worker/dispatch/index_page.hpp"

namespace ekiden::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class SetUp>
std::string page(SetUp set_up, const Assets& assets = {}) {
  App app;
  set_up(app);
  return index_page(app.definition(), test::small_suites(), assets, {});
}

template <class Function>
std::string error_of(Function function) {
  try {
    function();
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

constexpr const char* kNeeds = "{%app_entry%}{%config%}{%scripts%}";

TEST(IndexString, IsFilledWithThePartsOfThePage) {
  const std::string html = page([](App& app) {
    app.title("T").index_string(
        "<head>{%metas%}|{%title%}|{%favicon%}|{%css%}</head>"
        "<p>mine</p>{%app_entry%}{%config%}{%scripts%}{%renderer%}{%unknown%}");
  });

  EXPECT_THAT(html, AllOf(HasSubstr("<meta charset=\"UTF-8\">"), HasSubstr("|T|<link rel=\"icon\""),
                          HasSubstr("</head><p>mine</p>\n<div id=\"react-entry-point\">"),
                          HasSubstr("<script id=\"_dash-config\" type=\"application/json\">{"),
                          HasSubstr("new DashRenderer();</script>{%unknown%}")));
}

TEST(IndexString, IsNotFilledTwice) {
  EXPECT_THAT(page([](App& app) { app.title("{%config%}"); }),
              HasSubstr("<title>{%config%}</title>"));
}

TEST(IndexString, MustHaveItsThreeNeeds) {
  EXPECT_EQ(error_of([] { App().index_string("{%app_entry%}{%scripts%}"); }),
            "Missing item {%config%} in index string.");
  EXPECT_EQ(error_of([] { App().index_string(""); }),
            "Missing items {%app_entry%}, {%config%}, {%scripts%} in index string.");
}

TEST(IndexString, MustLeadToAPageThatStartsTheRenderer) {
  EXPECT_EQ(error_of([] { page([](App& app) { app.index_string(kNeeds); }); }),
            "Missing item new DashRenderer in index.");
  EXPECT_EQ(error_of([] {
              page([](App& app) {
                app.interpolate_index([](const IndexParts& parts) { return parts.title; });
              });
            }),
            "Missing items #react-entry-point, #_dash-config, dash-renderer, new DashRenderer in "
            "index.");
}

TEST(InterpolateIndex, PutsThePageTogether) {
  const std::string html = page([](App& app) {
    app.interpolate_index([](const IndexParts& parts) {
      return "<!-- own -->" + parts.app_entry + parts.config + parts.scripts + parts.renderer;
    });
  });

  EXPECT_THAT(html,
              AllOf(HasSubstr("<!-- own -->\n<div id=\"react-entry"), Not(HasSubstr("<head"))));
}

TEST(MetaTags, ReplaceOnlyTheDefaultsThatTheyName) {
  const std::string html = page([](App& app) {
    app.meta_tags({{{"name", "viewport"}, {"content", "width=100"}},
                   {{"name", "author"}, {"content", "\"><script>"}}});
  });

  EXPECT_THAT(html, AllOf(HasSubstr("content=\"IE=edge\">\n      <meta charset=\"UTF-8\">\n"),
                          HasSubstr("<meta name=\"viewport\" content=\"width=100\">"),
                          Not(HasSubstr("initial-scale")),
                          HasSubstr("content=\"&quot;&gt;&lt;script&gt;\">")));
}

TEST(ExternalResources, KeepTheirAttributes) {
  const std::string html = page([](App& app) {
    app.external_scripts({"a.js", {"b.js", {{"integrity", "sha384-x"}, {"crossorigin", "y"}}}});
    app.external_stylesheets({{"b.css", {{"media", "print"}}}, {"c.css", {{"rel", "preload"}}}});
  });

  EXPECT_THAT(
      html,
      AllOf(HasSubstr("<script src=\"a.js\"></script>\n"
                      "<script src=\"b.js\" integrity=\"sha384-x\" crossorigin=\"y\"></script>"),
            HasSubstr("<link rel=\"stylesheet\" href=\"b.css\" media=\"print\">"),
            HasSubstr("<link href=\"c.css\" rel=\"preload\">")));
}

TEST(AssetsInThePage, AreThoseThatNoPatternIgnores) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.js", "a.ignored.js", "old/b.js", "new/older/c.js", "new/d.js"}) {
    folder.write(name, "1");
  }
  const std::string html = page(
      [](App& app) {
        app.assets_ignore("\\.ignored\\.").assets_path_ignore({"^old", "x+y"});
      },
      Assets::load(folder.path()));

  EXPECT_THAT(html, AllOf(HasSubstr("/assets/a.js?"), HasSubstr("/assets/new/d.js?")));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("a.ignored.js")), Not(HasSubstr("/b.js")),
                          Not(HasSubstr("/c.js"))));
}

TEST(AssetsInThePage, AreNoneIfTheAppSaysSo) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.js", "a.css", "favicon.ico"}) folder.write(name, "1");

  EXPECT_THAT(page([](App& app) { app.include_assets_files(false); }, Assets::load(folder.path())),
              Not(HasSubstr("/assets/")));
}

TEST(AssetsInThePage, CanLieElsewhere) {
  const test::TemporaryFolder folder;
  folder.write("a.js", "1");
  const Assets assets = Assets::load(folder.path());

  EXPECT_THAT(page([](App& app) { app.assets_url_path("/static/"); }, assets),
              HasSubstr("src=\"/static/a.js?m="));
  EXPECT_THAT(page([](App& app) { app.assets_external_path("https://cdn.test/x/"); }, assets),
              HasSubstr("src=\"https://cdn.test/x/assets/a.js?m="));
}

TEST(AssetsInThePage, CannotBeChosenByABrokenPattern) {
  EXPECT_THAT(error_of([] { page([](App& app) { app.assets_ignore("("); }); }),
              HasSubstr("assets_ignore: \"(\" is no regular expression"));
}

TEST(Hooks, AreWrittenAsTheRenderersArgument) {
  EXPECT_THAT(page([](App& app) {
                app.hooks({.request_pre = "(p) => 1", .request_refresh_jwt = "async (t) => t"});
              }),
              HasSubstr("var renderer = new DashRenderer({request_pre: (p) => 1,"
                        "request_refresh_jwt: async (t) => t});</script>"));
}

TEST(EagerLoading, PutsAllPartsOfTheLibrariesInThePage) {
  const auto lazy = [](const std::string& html) {
    return html.find("/plotly.v3") != html.npos && html.find("async-graph") != html.npos;
  };

  EXPECT_FALSE(lazy(page([](App&) {})));
  EXPECT_TRUE(lazy(page([](App& app) { app.eager_loading(); })));
}

TEST(CspHashes, AreThoseOfTheInlineScriptsInThePage) {
  App app;
  app.definition().inline_scripts = {"alert(1)"};

  // From `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`, and the same for the other.
  EXPECT_THAT(app.csp_hashes(),
              ElementsAre("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
                          "'sha256-jZlsGVOhUAIcH+4PVs7QuGZkthRMgvT2n0ilH6/zTM0='"));
  EXPECT_EQ(app.csp_hashes("sha384")[0].size(), 64U + 9U);
  EXPECT_EQ(app.csp_hashes("sha512")[0].size(), 88U + 9U);
  for (const char* unknown : {"sha999", "md5", ""}) {
    EXPECT_THAT(error_of([&] { app.csp_hashes(unknown); }),
                HasSubstr("Possible CSP hash algorithms"));
  }
  EXPECT_THAT(index_page(app.definition(), test::small_suites(), {}, {}),
              HasSubstr("<script>alert(1)</script>\n"));
}

}  // namespace
}  // namespace ekiden::worker
