// SPDX-License-Identifier: MIT
#include "worker/json/document.hpp"

#include <limits>
#include <utility>

#include "worker/json/number.hpp"
#include "worker/json/plain_text.hpp"
#include "worker/json/reader.hpp"

namespace ekiden::worker {

namespace {

/// Longer texts than nodes can say the place of.
constexpr std::size_t kMostBytes = std::numeric_limits<std::uint32_t>::max() / 2;
/// Memory kept for the thread's next document, at most.
constexpr std::size_t kKeptNodes = 1024;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

/// Reads one text. Whatever is not as it should be, or merely unusual, makes it stop: parse_json
/// then says what it is.
class JsonDocumentReader {
 public:
  JsonDocumentReader(std::string_view text, JsonDocument& document)
      : at_(text.data()), end_(at_ + text.size()), document_(document), nodes_(document.nodes_) {}

  bool read();

 private:
  using Kind = JsonDocument::Kind;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
  bool take(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }

  bool read_value();
  bool read_name();
  bool read_string();
  bool read_rest_of_string(const char* opening);
  bool read_number();
  bool read_digits() noexcept;
  bool read_word(std::string_view word, Kind kind);
  bool open(Kind kind);
  bool close();
  bool after_value();
  void add(Kind kind, std::string_view text) {
    nodes_.push_back({text.data(), static_cast<std::uint32_t>(text.size()), count() + 1, kind});
  }

  const char* at_;
  const char* const end_;
  JsonDocument& document_;
  std::vector<JsonDocument::Node>& nodes_;
  std::uint32_t open_ = kNone;  // the innermost open array or object; its `past` says the next one
  std::size_t depth_ = 0;
};

/// No recursion: `open_` is the stack.
bool JsonDocumentReader::read() {
  skip_space();
  do {
    if (!read_value() || !after_value()) return false;
  } while (open_ != kNone);
  skip_space();
  return at_ == end_;
}

/// A value, or all that opens before the first one that is not an array or object.
bool JsonDocumentReader::read_value() {
  for (;;) {
    switch (peek()) {
      case '"':
        return read_string();
      case '{':
        if (!open(Kind::object)) return false;
        if (peek() == '}') return close();
        if (!read_name()) return false;
        continue;
      case '[':
        if (!open(Kind::array)) return false;
        if (peek() == ']') return close();
        continue;
      case 't':
        return read_word("true", Kind::boolean);
      case 'f':
        return read_word("false", Kind::boolean);
      case 'n':
        return read_word("null", Kind::null);
      default:
        return read_number();
    }
  }
}

/// Closes what ends here. True: at the next value of what is still open, or nothing is.
bool JsonDocumentReader::after_value() {
  while (open_ != kNone) {
    ++nodes_[open_].size;
    skip_space();
    const bool is_object = nodes_[open_].kind == Kind::object;
    if (take(',')) {
      skip_space();
      return !is_object || read_name();
    }
    if (peek() != (is_object ? '}' : ']')) return false;
    close();
  }
  return true;
}

bool JsonDocumentReader::open(Kind kind) {
  if (++depth_ > kMaxJsonDepth) return false;
  ++at_;
  nodes_.push_back({nullptr, 0, open_, kind});
  open_ = count() - 1;
  skip_space();
  return true;
}

bool JsonDocumentReader::close() {
  ++at_;
  --depth_;
  open_ = std::exchange(nodes_[open_].past, count());
  return true;
}

bool JsonDocumentReader::read_name() {
  if (peek() != '"' || !read_string()) return false;
  skip_space();
  if (!take(':')) return false;
  skip_space();
  return true;
}

bool JsonDocumentReader::read_string() {
  const char* const opening = at_;
  at_ = skip_plain(at_ + 1, end_);
  if (peek() != '"') return read_rest_of_string(opening);
  add(Kind::string, {opening + 1, static_cast<std::size_t>(at_ - opening - 1)});
  ++at_;
  return true;
}

/// One with escapes or bytes beyond ASCII.
bool JsonDocumentReader::read_rest_of_string(const char* opening) {
  while (at_ != end_ && *at_ != '"') at_ += *at_ == '\\' && end_ - at_ > 1 ? 2 : 1;
  if (at_ == end_) return false;
  ++at_;
  try {
    const Json string = parse_json({opening, static_cast<std::size_t>(at_ - opening)});
    add(Kind::string, document_.decoded_.emplace_front(*string.as_string()));
    return true;
  } catch (const JsonParseError&) {
    return false;  // at another place than in the whole text
  }
}

bool JsonDocumentReader::read_digits() noexcept {
  if (!is_digit(peek())) return false;
  while (is_digit(peek())) ++at_;
  return true;
}

bool JsonDocumentReader::read_number() {
  const char* const begin = at_;
  take('-');
  const bool zero = peek() == '0';
  if (!read_digits()) return false;
  if (zero && at_ - begin > (*begin == '-' ? 2 : 1)) return false;
  if (take('.') && !read_digits()) return false;
  const bool has_exponent = take('e') || take('E');
  if (has_exponent) {
    if (!take('+')) take('-');
    if (!read_digits()) return false;
  }
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if ((has_exponent || text.size() > 300) && !json_number(text)) return false;
  add(Kind::number, text);
  return true;
}

bool JsonDocumentReader::read_word(std::string_view word, Kind kind) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(word)) return false;
  add(kind, rest.substr(0, word.size()));
  at_ += word.size();
  return true;
}

namespace {

/// What the thread's last document has left.
template <class Node>
std::vector<Node>& spare_nodes() {
  thread_local std::vector<Node> nodes;
  return nodes;
}

}  // namespace

JsonDocument::JsonDocument(std::string_view text) {
  nodes_.swap(spare_nodes<Node>());
  nodes_.clear();
  if (text.size() <= kMostBytes && JsonDocumentReader(text, *this).read()) return;
  nodes_.clear();
  add(parse_json(text));
}

JsonDocument::~JsonDocument() {
  if (nodes_.capacity() <= kKeptNodes) nodes_.swap(spare_nodes<Node>());
}

/// What only parse_json reads.
void JsonDocument::add(const Json& value) {
  const auto index = nodes_.size();
  const auto text_of = [this](std::string text) -> std::string_view {
    return decoded_.emplace_front(std::move(text));
  };
  std::string_view text;
  Kind kind = Kind::null;
  nodes_.emplace_back();
  std::size_t size = 0;
  if (const Json::Object* members = value.as_object()) {
    kind = Kind::object;
    size = members->size();
    for (const auto& [name, member] : *members) {
      add(Json(name));
      add(member);
    }
  } else if (const Json::Array* items = value.as_array()) {
    kind = Kind::array;
    size = items->size();
    for (const Json& item : *items) add(item);
  } else {
    kind = value.is_null()     ? Kind::null
           : value.as_bool()   ? Kind::boolean
           : value.as_string() ? Kind::string
                               : Kind::number;
    text = text_of(value.as_string() ? *value.as_string() : value.dump());
    size = text.size();
  }
  nodes_[index] = {text.data(), static_cast<std::uint32_t>(size),
                   static_cast<std::uint32_t>(nodes_.size()), kind};
}

Json JsonDocument::json_at(std::uint32_t index) const {
  const Node& node = nodes_[index];
  switch (node.kind) {
    case Kind::null:
      break;
    case Kind::boolean:
      return node.view().front() == 't';
    case Kind::number:
      return *json_number(node.view());
    case Kind::string:
      return node.view();
    case Kind::array: {
      Json::Array items;
      items.reserve(node.size);
      for (++index; index < node.past; index = nodes_[index].past) items.push_back(json_at(index));
      return items;
    }
    case Kind::object: {
      Json::Object members;
      members.reserve(node.size);
      for (++index; index < node.past; index = nodes_[index + 1].past) {
        members.emplace_back(nodes_[index].view(), json_at(index + 1));
      }
      return members;
    }
  }
  return {};
}

bool JsonView::is_null() const noexcept {
  return document_->nodes_[index_].kind == JsonDocument::Kind::null;
}

bool JsonView::is_array() const noexcept {
  return document_->nodes_[index_].kind == JsonDocument::Kind::array;
}

bool JsonView::is_object() const noexcept {
  return document_->nodes_[index_].kind == JsonDocument::Kind::object;
}

std::optional<std::string_view> JsonView::text() const noexcept {
  const JsonDocument::Node& node = document_->nodes_[index_];
  if (node.kind != JsonDocument::Kind::string) return std::nullopt;
  return node.view();
}

JsonView JsonView::find(std::string_view name) const noexcept {
  if (!is_object()) return {};
  const auto& nodes = document_->nodes_;
  JsonView found;
  for (std::uint32_t i = index_ + 1; i < nodes[index_].past; i = nodes[i + 1].past) {
    if (nodes[i].view() == name) found = {document_, i + 1, 0};
  }
  return found;
}

JsonView JsonView::first() const noexcept {
  const JsonDocument::Node& node = document_->nodes_[index_];
  if (!is_array() || node.size == 0) return {};
  return {document_, index_ + 1, node.past};
}

JsonView JsonView::next() const noexcept {
  const std::uint32_t past = document_->nodes_[index_].past;
  return past < end_ ? JsonView(document_, past, end_) : JsonView();
}

std::size_t JsonView::size() const noexcept {
  return is_array() ? document_->nodes_[index_].size : 0;
}

Json JsonView::json() const { return document_->json_at(index_); }

}  // namespace ekiden::worker
