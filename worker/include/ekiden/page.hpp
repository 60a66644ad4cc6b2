// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ekiden {

/// Names with their values, in order: attributes of an element, or headers of a response.
class Attributes {
 public:
  using Attribute = std::pair<std::string, std::string>;

  Attributes() = default;
  Attributes(std::initializer_list<Attribute> attributes) : attributes_(attributes) {}

  void add(std::string name, std::string value) {
    attributes_.emplace_back(std::move(name), std::move(value));
  }
  /// The value of the first attribute of that name, or nullptr.
  const std::string* find(std::string_view name) const {
    for (const auto& [own, value] : attributes_) {
      if (own == name) return &value;
    }
    return nullptr;
  }
  bool empty() const { return attributes_.empty(); }
  auto begin() const { return attributes_.begin(); }
  auto end() const { return attributes_.end(); }

 private:
  std::vector<Attribute> attributes_;
};

/// A script or stylesheet of the page: its address alone, or with attributes of its element:
///
///     app.external_scripts({"https://cdn.example/a.js",
///                           {"https://cdn.example/b.js", {{"integrity", "sha384-…"},
///                                                         {"crossorigin", "anonymous"}}}});
struct PageResource {
  PageResource(const char* address) : url(address) {}
  PageResource(std::string address) : url(std::move(address)) {}
  PageResource(std::string address, Attributes more)
      : url(std::move(address)), attributes(std::move(more)) {}

  std::string url;
  Attributes attributes;
};

/// JavaScript functions, as texts, that the renderer calls around its requests; empty: none.
/// `request_refresh_jwt` receives the token that a 401 with the text "JWT Expired" refused, and
/// returns a promise of a new one.
struct RendererHooks {
  // The empty initialisers are for GCC, which else warns where only some members are named.
  std::string layout_pre = {}, layout_post = {}, request_pre = {}, request_post = {};
  std::string callback_resolved = {}, request_refresh_jwt = {};
};

/// The parts of the index page, as HTML.
struct IndexParts {
  std::string metas, title, css, config, scripts, app_entry, favicon, renderer;
};

}  // namespace ekiden
