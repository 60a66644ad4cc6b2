// SPDX-License-Identifier: MIT
#include "server/doctor_page.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <utility>

namespace ekiden::server {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string unescaped(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'},  {"&quot;", '"'}, {"&#34;", '"'}, {"&#x27;", '\''},
      {"&#39;", '\''}, {"&lt;", '<'},   {"&gt;", '>'}};
  std::string plain;
  while (!text.empty()) {
    const auto* entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                      [&](const auto& one) { return text.starts_with(one.first); });
    const bool found = entity != std::end(kEntities);
    plain += found ? entity->second : text.front();
    text.remove_prefix(found ? entity->first.size() : 1);
  }
  return plain;
}

void skip_space(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
}

/// A start tag; its attributes are read from the text behind the name, up to its end.
struct Tag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;

  std::string attribute(std::string_view wanted) const {
    for (const auto& [known, value] : attributes) {
      if (known == wanted) return value;
    }
    return {};
  }
};

std::string take_value(std::string_view& rest) {
  skip_space(rest);
  const char quote = rest.empty() ? ' ' : rest.front();
  std::size_t end = 0;
  if (quote == '"' || quote == '\'') {
    rest.remove_prefix(1);
    end = rest.find(quote);
  } else {
    end = rest.find_first_of(" \t\r\n\f>");
  }
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(value.size());
  if (!rest.empty() && (quote == '"' || quote == '\'')) rest.remove_prefix(1);
  return unescaped(value);
}

/// `rest` begins behind the "<"; afterwards behind the ">".
Tag take_tag(std::string_view& rest) {
  Tag tag;
  const std::size_t name_end = std::min(rest.find_first_of(" \t\r\n\f>/"), rest.size());
  tag.name = lower_case(rest.substr(0, name_end));
  rest.remove_prefix(name_end);
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f/"), rest.size()));
    if (rest.empty()) return tag;
    if (rest.front() == '>') break;
    const std::size_t end = std::min(rest.find_first_of(" \t\r\n\f=>/", 1), rest.size());
    std::string name = lower_case(rest.substr(0, end));
    rest.remove_prefix(end);
    skip_space(rest);
    std::string value;
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      value = take_value(rest);
    }
    tag.attributes.emplace_back(std::move(name), std::move(value));
  }
  rest.remove_prefix(1);
  return tag;
}

/// What stands before the element's end tag.
std::string_view take_content(std::string_view& rest, const std::string& name) {
  const std::string end_tag = "</" + name;
  const std::string_view content = rest.substr(0, rest.find(end_tag));
  rest.remove_prefix(content.size());
  return content;
}

void read_script(const Tag& tag, std::string_view content, DashPage& page) {
  const std::string id = tag.attribute("id"), source = tag.attribute("src");
  if (id == "_dash-config") page.config = content;
  if (id == "_dash-renderer") page.starts_renderer = true;
  if (!source.empty()) page.scripts.push_back(source);
}

void read_link(const Tag& tag, DashPage& page) {
  const std::string address = tag.attribute("href");
  const bool stylesheet = lower_case(tag.attribute("rel")).find("stylesheet") != std::string::npos;
  if (stylesheet && !address.empty()) page.stylesheets.push_back(address);
}

}  // namespace

DashPage read_page(std::string_view html) {
  DashPage page;
  for (std::size_t at = 0; (at = html.find('<')) != html.npos;) {
    html.remove_prefix(at + 1);
    if (html.starts_with("!--")) {
      html.remove_prefix(std::min(html.find("-->"), html.size()));
      continue;
    }
    const Tag tag = take_tag(html);
    if (tag.name == "script") read_script(tag, take_content(html, tag.name), page);
    if (tag.name == "title") page.title = unescaped(take_content(html, tag.name));
    if (tag.name == "link") read_link(tag, page);
  }
  return page;
}

bool is_fingerprinted(std::string_view url) {
  static const std::regex pattern(R"(\.v[A-Za-z0-9_]+m[0-9a-f]+\.)");
  return std::regex_search(url.begin(), url.end(), pattern);
}

}  // namespace ekiden::server
