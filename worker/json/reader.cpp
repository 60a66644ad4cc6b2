// SPDX-License-Identifier: MIT
#include "worker/json/reader.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "worker/json/number.hpp"
#include "worker/json/plain_text.hpp"

namespace ekiden::worker {

namespace {

/// UTF-8 of which the reader takes whole runs of ASCII at once, instead of a byte at a time.
struct Utf8InRuns : rapidjson::UTF8<> {
  template <class Out>
  static bool Validate(rapidjson::MemoryStream& stream, Out& out) {
    // The reader is compiled for strings that are decoded in place, too.
    if constexpr (requires { out.Push(1); }) {
      const char* const end = skip_plain(stream.src_, stream.end_);
      const auto size = static_cast<std::size_t>(end - stream.src_);
      if (size > 0) {
        std::memcpy(out.Push(static_cast<rapidjson::SizeType>(size)), stream.src_, size);
        stream.src_ = end;
        return true;
      }
    }
    return rapidjson::UTF8<>::Validate(stream, out);
  }
};
using Reader = rapidjson::GenericReader<Utf8InRuns, Utf8InRuns>;

/// Builds a Json bottom-up: values wait on a stack until their array or object ends.
class TreeBuilder {
 public:
  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(Json(value)); }
  // Numbers arrive as RawNumber.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool);
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return add(Json(std::string_view(text, size)));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    keys_.emplace_back(text, size);
    return true;
  }
  bool StartObject() { return descend(); }
  bool StartArray() { return descend(); }
  bool EndArray(rapidjson::SizeType count);
  bool EndObject(rapidjson::SizeType count);

  bool too_big() const { return too_big_; }
  bool too_deep() const { return depth_ > kMaxJsonDepth; }
  Json take_root() { return std::move(values_.back()); }

 private:
  bool add(Json value) {
    values_.push_back(std::move(value));
    return true;
  }
  bool descend() { return ++depth_ <= kMaxJsonDepth; }

  std::vector<Json> values_;
  std::vector<std::string> keys_;
  std::size_t depth_ = 0;
  bool too_big_ = false;
};

bool TreeBuilder::RawNumber(const char* text, rapidjson::SizeType size, bool) {
  std::optional<Json> number = json_number({text, size});
  too_big_ = !number;
  return number && add(std::move(*number));
}

bool TreeBuilder::EndArray(rapidjson::SizeType count) {
  --depth_;
  const auto first = values_.end() - static_cast<std::ptrdiff_t>(count);
  Json::Array items(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
  values_.erase(first, values_.end());
  return add(Json(std::move(items)));
}

bool TreeBuilder::EndObject(rapidjson::SizeType count) {
  --depth_;
  const auto first_value = values_.end() - static_cast<std::ptrdiff_t>(count);
  const auto first_key = keys_.end() - static_cast<std::ptrdiff_t>(count);
  Json::Object members;
  members.reserve(count);
  auto key = first_key;
  for (auto value = first_value; value != values_.end(); ++value, ++key) {
    members.emplace_back(std::move(*key), std::move(*value));
  }
  values_.erase(first_value, values_.end());
  keys_.erase(first_key, keys_.end());
  return add(Json(std::move(members)));
}

/// Looks for a text among the members of the outermost object, and ends the parse there.
class TextFinder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TextFinder> {
 public:
  explicit TextFinder(std::string_view name) : name_(name) {}

  bool Default() { return is_other(); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!named_ || depth_ != 1) return is_other();
    found = std::string(text, size);
    return false;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    named_ = depth_ == 1 && std::string_view(text, size) == name_;
    return true;
  }
  bool StartObject() { return descend(); }
  bool StartArray() { return descend(); }
  bool EndObject(rapidjson::SizeType) { return ascend(); }
  bool EndArray(rapidjson::SizeType) { return ascend(); }

  std::optional<std::string> found;

 private:
  bool is_other() {
    named_ = false;
    return true;
  }
  bool descend() {
    named_ = false;
    return ++depth_ <= kMaxJsonDepth;
  }
  bool ascend() {
    --depth_;
    return true;
  }

  const std::string_view name_;
  std::size_t depth_ = 0;
  bool named_ = false;
};

[[noreturn]] void fail_at(std::string_view text, std::size_t offset, std::string reason,
                          bool too_deep) {
  const std::string_view before = text.substr(0, offset);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t line_end = before.rfind('\n');
  const std::size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
  throw JsonParseError(line, before.size() - line_begin + 1, std::move(reason), too_deep);
}

std::string message(std::size_t line, std::size_t column, const std::string& reason) {
  return "JSON: line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
         reason;
}

}  // namespace

JsonParseError::JsonParseError(std::size_t line_, std::size_t column_, std::string reason_,
                               bool too_deep_)
    : Error(message(line_, column_, reason_)),
      line(line_),
      column(column_),
      reason(std::move(reason_)),
      too_deep(too_deep_) {}

Json parse_json(std::string_view text) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  TreeBuilder tree;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, tree);
  if (tree.too_deep()) {
    fail_at(text, result.Offset(),
            "Nested more than " + std::to_string(kMaxJsonDepth) + " levels deep.", true);
  }
  if (tree.too_big()) {
    fail_at(text, result.Offset(), rapidjson::GetParseError_En(rapidjson::kParseErrorNumberTooBig),
            false);
  }
  if (result.IsError()) {
    fail_at(text, result.Offset(), rapidjson::GetParseError_En(result.Code()), false);
  }
  // The stream says '\0' for its end, so a NUL in the text looks like the end of it.
  if (stream.Tell() != text.size()) {
    fail_at(text, stream.Tell(), "A NUL byte outside a string.", false);
  }
  return tree.take_root();
}

std::optional<std::string> read_text_member(std::string_view text, std::string_view name) {
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  TextFinder finder(name);
  reader.Parse<rapidjson::kParseIterativeFlag>(stream, finder);
  return std::move(finder.found);
}

}  // namespace ekiden::worker

namespace ekiden {

Json Json::parse(std::string_view text) { return worker::parse_json(text); }

}  // namespace ekiden
