// SPDX-License-Identifier: MIT
#include "worker/dispatch/index_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "worker/app/pathnames.hpp"
#include "worker/dispatch/asset_filter.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kIndexString = R"(<!DOCTYPE html>
<html>
    <head>
      {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>
)";

constexpr std::string_view kAppEntry = R"(
<div id="react-entry-point">
    <div class="_dash-loading">
        Loading...
    </div>
</div>
)";

/// What the parts of a page are made from.
struct Sources {
  const AppDefinition& app;
  const Suites& suites;
  const Assets& assets;
  const SiteOptions& options;
  const std::string requests;  ///< the prefix of URLs
  const AssetFilter filter;

  bool in_page(const Asset& asset) const {
    return app.page.include_assets_files && filter.in_page(asset.path);
  }
};

std::string asset_url(const Asset& asset, const Sources& from) {
  return fmt::format("{}?m={}", asset_url(from.app.page, url_encoded_path(asset.path)),
                     asset.modified);
}

std::string attributes_html(const Attributes& attributes) {
  std::string html;
  for (const auto& [name, value] : attributes) {
    fmt::format_to(std::back_inserter(html), " {}=\"{}\"", name, html_escaped(value));
  }
  return html;
}

std::string metas(const std::vector<Attributes>& own) {
  const auto has = [&own](std::string_view name, std::string_view value) {
    for (const Attributes& meta : own) {
      const std::string* found = meta.find(name);
      if (found != nullptr && (value.empty() || *found == value)) return true;
    }
    return false;
  };
  std::string html;
  const auto add = [&html](std::string_view attributes) {
    html.append(html.empty() ? "" : "\n      ").append("<meta").append(attributes) += '>';
  };
  if (!has("http-equiv", "X-UA-Compatible"))
    add(R"( http-equiv="X-UA-Compatible" content="IE=edge")");
  if (!has("charset", "")) add(R"( charset="UTF-8")");
  if (!has("name", "viewport")) {
    add(R"( name="viewport" content="width=device-width, initial-scale=1")");
  }
  for (const Attributes& meta : own) add(attributes_html(meta));
  return html;
}

std::string favicon_link(const Sources& from) {
  const Asset* own = from.assets.find("favicon.ico");
  const std::string url = own != nullptr && from.in_page(*own)
                              ? asset_url(*own, from)
                              : fmt::format("{}_favicon.ico?v={}", from.requests, kDashVersion);
  return fmt::format(R"(<link rel="icon" type="image/x-icon" href="{}">)", html_escaped(url));
}

void append_stylesheet(const PageResource& sheet, std::string& out) {
  const char* rel = sheet.attributes.find("rel") != nullptr ? "" : " rel=\"stylesheet\"";
  fmt::format_to(std::back_inserter(out), "<link{} href=\"{}\"{}>\n", rel, html_escaped(sheet.url),
                 attributes_html(sheet.attributes));
}

void append_script(const PageResource& script, std::string& out) {
  fmt::format_to(std::back_inserter(out), "<script src=\"{}\"{}></script>\n",
                 html_escaped(script.url), attributes_html(script.attributes));
}

std::string stylesheets(const Sources& from) {
  std::string out;
  for (const PageResource& sheet : from.app.page.external_stylesheets) {
    append_stylesheet(sheet, out);
  }
  for (const Asset& asset : from.assets.in_page_order()) {
    if (asset.path.ends_with(".css") && from.in_page(asset)) {
      append_stylesheet(asset_url(asset, from), out);
    }
  }
  return out;
}

void append_suite_file(const SuiteFile& file, const Sources& from, std::string& out) {
  append_script(serves_locally(from.app.page, from.options)
                    ? from.requests + "_dash-component-suites/" + fingerprinted_path(file)
                    : std::string(file.public_url),
                out);
}

/// The file that the page loads for a script; empty: none. As in Dash, checks of properties decide
/// on React and its kin, which come before the app's scripts.
std::string_view path_in_page(const SuiteScript& script, const SiteOptions& options) {
  const bool development =
      options.on(script.before_app_scripts ? &shared::DevTools::props_check
                                           : &shared::DevTools::serve_dev_bundles);
  return development && !script.development.empty() ? script.development : script.path;
}

void append_suite_scripts(const Sources& from, bool before_app_scripts, std::string& out) {
  for (const SuiteScript& script : from.suites.scripts) {
    if (script.before_app_scripts != before_app_scripts) continue;
    const std::string_view path = path_in_page(script, from.options);
    if (path.empty()) continue;
    const SuiteFile* file = find_suite_file(from.suites.files, script.package, path);
    if (file == nullptr) {
      throw Error(fmt::format("the front-end pack lists {}/{} as a script but does not contain it",
                              script.package, path));
    }
    append_suite_file(*file, from, out);
  }
}

/// The parts that are otherwise loaded when they are first used. plotly.js is first, because the
/// graph's part looks for it.
void append_lazy_suite_scripts(const Sources& from, std::string& out) {
  for (const bool plotly : {true, false}) {
    for (const SuiteFile& file : from.suites.files) {
      const std::string_view name = file.path.substr(file.path.rfind('/') + 1);
      const bool lazy =
          plotly ? name == "plotly.min.js" : name.starts_with("async-") && name.ends_with(".js");
      if (lazy) append_suite_file(file, from, out);
    }
  }
}

void append_asset_scripts(const Sources& from, std::string& out) {
  for (const Asset& asset : from.assets.in_page_order()) {
    const bool module = asset.path.ends_with(".mjs");
    if ((!module && !asset.path.ends_with(".js")) || !from.in_page(asset)) continue;
    append_script({asset_url(asset, from), module ? Attributes{{"type", "module"}} : Attributes()},
                  out);
  }
}

/// Assets come before the renderer and the component libraries, so that they can define
/// window.dash_clientside functions which these then find.
std::string scripts(const Sources& from) {
  std::string out;
  append_suite_scripts(from, true, out);
  for (const PageResource& script : from.app.page.external_scripts) append_script(script, out);
  for (const SuiteFile& script : from.suites.package_scripts) append_suite_file(script, from, out);
  append_asset_scripts(from, out);
  append_suite_scripts(from, false, out);
  if (from.app.page.eager_loading) append_lazy_suite_scripts(from, out);
  for (const std::string& script : from.app.inline_scripts) {
    out.append("<script>").append(script).append("</script>\n");
  }
  return out;
}

/// In one pass: what is put in is not searched for placeholders again.
std::string interpolated(std::string_view page, const IndexParts& parts) {
  const std::pair<std::string_view, const std::string&> places[] = {
      {"metas%}", parts.metas},     {"title%}", parts.title},      {"favicon%}", parts.favicon},
      {"css%}", parts.css},         {"config%}", parts.config},    {"app_entry%}", parts.app_entry},
      {"scripts%}", parts.scripts}, {"renderer%}", parts.renderer}};
  std::string out;
  for (auto at = page.find("{%"); at != std::string_view::npos; at = page.find("{%")) {
    out += page.substr(0, at);
    page.remove_prefix(at + 2);
    std::string_view text = "{%";
    for (const auto& [name, part] : places) {
      if (!page.starts_with(name)) continue;
      text = part;
      page.remove_prefix(name.size());
      break;
    }
    out += text;
  }
  return out.append(page);
}

bool loads_the_renderer(std::string_view page) {
  constexpr std::string_view kSource = "src=\"";
  for (auto at = page.find(kSource); at != std::string_view::npos; at = page.find(kSource)) {
    page.remove_prefix(at + kSource.size());
    const std::string_view url = page.substr(0, page.find('"'));
    for (const char* name : {"dash-renderer", "dash_renderer"}) {
      if (url.find(name) != std::string_view::npos) return true;
    }
  }
  return false;
}

/// Without these the browser shows nothing, and does not say why.
void check_page(std::string_view page) {
  const auto has = [page](const char* text) { return page.find(text) != std::string_view::npos; };
  const std::pair<const char*, bool> items[] = {
      {"#react-entry-point", has("id=\"react-entry-point\"")},
      {"#_dash-config", has("id=\"_dash-config\"")},
      {"dash-renderer", loads_the_renderer(page)},
      {"new DashRenderer", has("id=\"_dash-renderer")}};
  std::string missing;
  int count = 0;
  for (const auto& [name, there] : items) {
    if (!there) missing += (count++ > 0 ? ", " : "") + std::string(name);
  }
  if (count > 0)
    throw Error(fmt::format("Missing item{} {} in index.", count > 1 ? "s" : "", missing));
}

}  // namespace

bool serves_locally(const PageSettings& page, const SiteOptions& options) {
  return page.serve_locally || options.on(&shared::DevTools::serve_dev_bundles) ||
         options.on(&shared::DevTools::props_check);
}

std::string index_page(const AppDefinition& app, const Suites& suites, const Assets& assets,
                       const SiteOptions& options) {
  const PageSettings& page = app.page;
  const Sources from{app, suites, assets, options, pathnames_of(page).requests, AssetFilter(page)};
  IndexParts parts;
  parts.metas = metas(page.meta_tags);
  parts.title = html_escaped(app.title);
  parts.css = stylesheets(from);
  parts.config = R"(<script id="_dash-config" type="application/json">)" +
                 script_safe(config_json(app, suites, options)) + "</script>";
  parts.scripts = scripts(from);
  parts.app_entry = kAppEntry;
  parts.favicon = favicon_link(from);
  parts.renderer = R"(<script id="_dash-renderer" type="application/javascript">)" +
                   renderer_script(page.hooks) + "</script>";
  std::string html =
      page.interpolate_index
          ? page.interpolate_index(parts)
          : interpolated(page.index_string.empty() ? kIndexString : page.index_string, parts);
  check_page(html);
  return html;
}

}  // namespace ekiden::worker
