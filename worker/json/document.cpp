// SPDX-License-Identifier: MIT
#include "worker/json/document.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "worker/json/number.hpp"
#include "worker/json/number_list.hpp"
#include "worker/json/plain_text.hpp"
#include "worker/json/reader.hpp"
#include "worker/json/string_text.hpp"

namespace ekiden::worker {

namespace {

/// Longer texts than nodes can say the place of.
constexpr std::size_t kMostBytes = std::numeric_limits<std::uint32_t>::max() / 2;
constexpr std::size_t kFirstNodes = 64;
/// Memory kept for the thread's next document, at most.
constexpr std::size_t kKeptNodes = 1024;
/// A list that begins with as many numbers is read as one of numbers, for as long as it is one.
constexpr std::uint32_t kManyNumbers = 32;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

/// Reads one text. Whatever is not as it should be, or merely unusual, makes it stop: parse_json
/// then says what it is.
class JsonDocumentReader {
 public:
  JsonDocumentReader(std::string_view text, JsonDocument& document)
      : at_(text.data()),
        end_(at_ + text.size()),
        document_(document),
        nodes_(document.nodes_.data()),
        room_(static_cast<std::uint32_t>(document.nodes_.size())) {}

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
  void make_room();

  bool read_value();
  bool read_name();
  bool read_string();
  bool read_rest_of_string(const char* opening);
  bool read_number();
  bool read_digits() noexcept;
  bool read_rest_of_numbers();
  bool read_numbers(std::vector<double>& numbers);
  std::optional<std::vector<double>> numbers_so_far() const;
  bool read_word(std::string_view word, Kind kind);
  bool open(Kind kind);
  bool close();
  bool after_value();
  void push(JsonDocument::Node node) {
    if (count_ == room_) make_room();
    nodes_[count_++] = node;
  }
  void add(Kind kind, std::string_view text) {
    push({{text.data()}, static_cast<std::uint32_t>(text.size()), count_ + 1, kind});
  }

  const char* at_;
  const char* const end_;
  JsonDocument& document_;
  JsonDocument::Node* nodes_;  // the document's: there are more of them than are used
  std::uint32_t room_;
  std::uint32_t count_ = 0;
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
      if (is_object) return read_name();
      if (nodes_[open_].size != kManyNumbers || !read_rest_of_numbers()) return true;
    }
    if (peek() != (is_object ? '}' : ']')) return false;
    close();
  }
  return true;
}

void JsonDocumentReader::make_room() {
  document_.nodes_.resize(std::max(kFirstNodes, document_.nodes_.size() * 2));
  nodes_ = document_.nodes_.data();
  room_ = static_cast<std::uint32_t>(document_.nodes_.size());
}

bool JsonDocumentReader::open(Kind kind) {
  if (++depth_ > kMaxJsonDepth) return false;
  ++at_;
  const std::uint32_t outer = std::exchange(open_, count_);
  push({{nullptr}, 0, outer, kind});
  skip_space();
  return true;
}

bool JsonDocumentReader::close() {
  ++at_;
  --depth_;
  open_ = std::exchange(nodes_[open_].past, count_);
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

/// One with escapes or bytes beyond ASCII; of these only escapes need another place.
bool JsonDocumentReader::read_rest_of_string(const char* opening) {
  const char* const begin = opening + 1;
  const char* const closing = end_of_string(at_, end_);
  if (closing == nullptr) return false;
  const std::string_view text(begin, static_cast<std::size_t>(closing - begin));
  at_ = closing + 1;
  if (is_plain_string(text)) {
    add(Kind::string, text);
    return true;
  }
  std::optional<std::string> decoded = decoded_string(text);
  if (!decoded) return false;
  push(document_.made_node(*std::move(decoded), count_ + 1));
  return true;
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

/// In an array of kManyNumbers elements so far, after the comma: reads on to its end. False, and
/// nothing read, if there is something other than numbers in it, or one that is unusual.
bool JsonDocumentReader::read_rest_of_numbers() {
  const char* const start = at_;
  std::optional<std::vector<double>> numbers = numbers_so_far();
  if (!numbers || !read_numbers(*numbers)) {
    at_ = start;
    return false;
  }
  count_ = open_ + 1;
  nodes_[open_] = document_.made_node(
      detail::NumberListRef{make_ref<const detail::JsonNumberList>(std::move(*numbers))},
      nodes_[open_].past);
  return true;
}

/// Up to the end of the array. False at what is not as it should be there.
bool JsonDocumentReader::read_numbers(std::vector<double>& numbers) {
  do {
    skip_space();
    double number = 0;
    const char* const past = read_plain_number(at_, end_, number);
    if (past == nullptr) return false;
    numbers.push_back(number);
    at_ = past;
    skip_space();
  } while (take(','));
  return peek() == ']';
}

/// Those of the innermost array, if it has nothing else.
std::optional<std::vector<double>> JsonDocumentReader::numbers_so_far() const {
  std::vector<double> numbers;
  for (std::uint32_t i = open_ + 1; i < count_; ++i) {
    if (nodes_[i].kind != Kind::number) return std::nullopt;
    const std::string_view text = nodes_[i].view();
    double number = 0;
    if (read_plain_number(text.data(), text.data() + text.size(), number) == nullptr) {
      return std::nullopt;
    }
    numbers.push_back(number);
  }
  return numbers;
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
  if (text.size() <= kMostBytes && JsonDocumentReader(text, *this).read()) return;
  nodes_.clear();
  add(parse_json(text));
}

JsonDocument::~JsonDocument() {
  if (nodes_.capacity() <= kKeptNodes) nodes_.swap(spare_nodes<Node>());
}

JsonDocument::Node JsonDocument::made_node(Json value, std::uint32_t past) {
  Node node{{nullptr}, 0, past, Kind::made};
  node.made = &made_.emplace_front(std::move(value));
  return node;
}

/// What only parse_json reads.
void JsonDocument::add(const Json& value) {
  const Json::Object* const members = value.as_object();
  const Json::Array* const items = value.as_array();
  const auto index = nodes_.size();
  if (members == nullptr && items == nullptr && !value.is_null()) {
    nodes_.push_back(made_node(value, static_cast<std::uint32_t>(index + 1)));
    return;
  }
  nodes_.emplace_back();
  Node node{{nullptr}, static_cast<std::uint32_t>(value.size()), 0, Kind::null};
  if (members != nullptr) {
    node.kind = Kind::object;
    for (const auto& [name, member] : *members) {
      add(Json(name));
      add(member);
    }
  } else if (items != nullptr) {
    node.kind = Kind::array;
    for (const Json& item : *items) add(item);
  }
  node.past = static_cast<std::uint32_t>(nodes_.size());
  nodes_[index] = node;
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
        members.emplace_back(nodes_[index].string(), json_at(index + 1));
      }
      return members;
    }
    case Kind::made:
      return *node.made;
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
  if (!node.is_string()) return std::nullopt;
  return node.string();
}

JsonView JsonView::find(std::string_view name) const noexcept {
  if (!is_object()) return {};
  const JsonDocument::Node* const nodes = document_->nodes_.data();
  const std::uint32_t past = nodes[index_].past;
  std::uint32_t found = 0;
  for (std::uint32_t i = index_ + 1; i < past; i = nodes[i + 1].past) {
    if (nodes[i].string() == name) found = i + 1;
  }
  return found == 0 ? JsonView() : JsonView(document_, found, 0);
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
