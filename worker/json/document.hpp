// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/json.hpp>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::worker {

class JsonDocument;

/// One value of a JsonDocument, or none: what a look-up gives that finds nothing. Valid while the
/// document lives.
class JsonView {
 public:
  JsonView() noexcept = default;

  explicit operator bool() const noexcept { return document_ != nullptr; }
  bool is_null() const noexcept;
  /// Not of a long list of nothing but numbers: that is a value without parts, as a string is.
  bool is_array() const noexcept;
  bool is_object() const noexcept;
  /// Of a string.
  std::optional<std::string_view> text() const noexcept;
  /// The member of that name; of several the last.
  JsonView find(std::string_view name) const noexcept;
  /// Of an array: its first element, or none.
  JsonView first() const noexcept;
  /// Of an element of an array: the one after it, or none.
  JsonView next() const noexcept;
  /// Elements of an array; 0 of anything else.
  std::size_t size() const noexcept;

  Json json() const;

 private:
  friend class JsonDocument;
  JsonView(const JsonDocument* document, std::uint32_t index, std::uint32_t end) noexcept
      : document_(document), index_(index), end_(end) {}

  const JsonDocument* document_ = nullptr;
  std::uint32_t index_ = 0;
  std::uint32_t end_ = 0;  // of the array that it is an element of
};

/// A JSON text, read into a flat list of its values: for texts of which few values are wanted,
/// once. Costs a fraction of parse_json, which makes of each value an object of its own.
///
/// A long list of nothing but numbers becomes one value, too, and a Json that knows as_numbers().
///
/// Reads what parse_json reads, and refuses what that refuses with the same error.
///
/// Thread safety: one thread's, the one that made it; nested ones are fine.
class JsonDocument {
 public:
  /// Throws JsonParseError. REQUIRES: `text` outlives the document.
  explicit JsonDocument(std::string_view text);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  ~JsonDocument();

  JsonView root() const noexcept { return {this, 0, 1}; }

 private:
  friend class JsonView;
  friend class JsonDocumentReader;

  enum class Kind : std::uint8_t { null, boolean, number, string, array, object, made };
  struct Node {
    union {
      const char* text;  // of a string, number or boolean
      const Json* made;  // of what does not stand in the text as such
    };
    std::uint32_t size;  // of `text`; of an array or object: how many elements or members
    std::uint32_t past;  // the node after it and all that is in it
    Kind kind;
    std::string_view view() const noexcept { return {text, size}; }
    bool is_string() const noexcept {
      return kind == Kind::string || (kind == Kind::made && made->as_string() != nullptr);
    }
    /// REQUIRES: is_string().
    std::string_view string() const noexcept {
      return kind == Kind::string ? view() : std::string_view(*made->as_string());
    }
  };

  Json json_at(std::uint32_t index) const;
  void add(const Json& value);
  Node made_node(Json value, std::uint32_t past);

  std::vector<Node> nodes_;       // members are two nodes, name and value
  std::forward_list<Json> made_;  // strings with escapes, lists of numbers
};

}  // namespace ekiden::worker
