// SPDX-License-Identifier: MIT
// What an app says of its page.
#include <ekiden/app.hpp>
#include <filesystem>

#include "worker/app/definition.hpp"
#include "worker/app/digest.hpp"

namespace ekiden {

namespace {

/// Throws Error, as Dash's InvalidIndexException, if `index` lacks one of its three needs.
void check_index_string(const std::string& index) {
  std::string missing;
  int count = 0;
  for (const char* item : {"{%app_entry%}", "{%config%}", "{%scripts%}"}) {
    if (index.find(item) != std::string::npos) continue;
    missing += (count++ > 0 ? ", " : "") + std::string(item);
  }
  if (count == 0) return;
  throw Error("Missing item" + std::string(count > 1 ? "s " : " ") + missing + " in index string.");
}

}  // namespace

std::string worker::renderer_script(const RendererHooks& hooks) {
  std::string members;
  const auto add = [&members](const char* name, const std::string& function) {
    if (function.empty()) return;
    members.append(members.empty() ? "" : ",").append(name).append(": ").append(function);
  };
  add("layout_pre", hooks.layout_pre);
  add("layout_post", hooks.layout_post);
  add("request_pre", hooks.request_pre);
  add("request_post", hooks.request_post);
  add("callback_resolved", hooks.callback_resolved);
  add("request_refresh_jwt", hooks.request_refresh_jwt);
  return "var renderer = new DashRenderer(" + (members.empty() ? "" : '{' + members + '}') + ");";
}

App& App::title(std::string title) {
  definition_->title = std::move(title);
  return *this;
}

App& App::update_title(std::string title) {
  definition_->update_title = std::move(title);
  return *this;
}

App& App::external_stylesheets(std::vector<PageResource> stylesheets) {
  definition_->page.external_stylesheets = std::move(stylesheets);
  return *this;
}

App& App::external_scripts(std::vector<PageResource> scripts) {
  definition_->page.external_scripts = std::move(scripts);
  return *this;
}

App& App::meta_tags(std::vector<Attributes> tags) {
  definition_->page.meta_tags = std::move(tags);
  return *this;
}

App& App::validation_layout(Children layout) {
  definition_->page.validation_layout = std::move(layout);
  return *this;
}

App& App::index_string(std::string page) {
  check_index_string(page);
  definition_->page.index_string = std::move(page);
  return *this;
}

App& App::interpolate_index(std::function<std::string(const IndexParts&)> function) {
  definition_->page.interpolate_index = std::move(function);
  return *this;
}

App& App::hooks(RendererHooks hooks) {
  definition_->page.hooks = std::move(hooks);
  return *this;
}

App& App::show_undo_redo(bool show) {
  definition_->page.show_undo_redo = show;
  return *this;
}

App& App::eager_loading(bool eager) {
  definition_->page.eager_loading = eager;
  return *this;
}

App& App::compress(bool compress) {
  definition_->page.compress = compress;
  return *this;
}

App& App::serve_locally(bool local) {
  definition_->page.serve_locally = local;
  return *this;
}

App& App::extra_hot_reload_paths(std::vector<std::string> paths) {
  // Set-up runs in the app's data folder; later nobody knows which one that was.
  for (std::string& path : paths) path = std::filesystem::absolute(path).string();
  definition_->page.extra_hot_reload_paths = std::move(paths);
  return *this;
}

App& App::include_assets_files(bool include) {
  definition_->page.include_assets_files = include;
  return *this;
}

App& App::assets_ignore(std::string pattern) {
  definition_->page.assets_ignore = std::move(pattern);
  return *this;
}

App& App::assets_path_ignore(std::vector<std::string> patterns) {
  definition_->page.assets_path_ignore = std::move(patterns);
  return *this;
}

App& App::assets_url_path(std::string path) {
  const auto first = path.find_first_not_of('/');
  if (first == std::string::npos) throw Error("assets_url_path must not be empty");
  definition_->page.assets_url_path = path.substr(first, path.find_last_not_of('/') + 1 - first);
  return *this;
}

App& App::assets_external_path(std::string url) {
  definition_->page.assets_external_path = std::move(url);
  return *this;
}

App& App::csrf_names(std::string cookie, std::string header) {
  if (cookie.empty() || header.empty()) {
    throw Error("csrf_names: neither the cookie's nor the header's name may be empty");
  }
  definition_->page.csrf_token_name = std::move(cookie);
  definition_->page.csrf_header_name = std::move(header);
  return *this;
}

std::vector<std::string> App::csp_hashes(std::string_view algorithm) const {
  std::vector<std::string> hashes;
  const auto add = [&](const std::string& script) {
    hashes.push_back('\'' + std::string(algorithm) + '-' +
                     worker::digest_base64(algorithm, script) + '\'');
  };
  for (const std::string& script : definition_->inline_scripts) add(script);
  add(worker::renderer_script(definition_->page.hooks));
  return hashes;
}

}  // namespace ekiden
