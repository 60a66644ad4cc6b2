// SPDX-License-Identifier: MIT
#include "worker/http/chunked_body.hpp"

#include <algorithm>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {
namespace {

/// Extensions and trailers carry nothing that we use; this much of them is forgiven per body.
constexpr std::size_t kMaxExtensionBytes = 4096;
constexpr std::size_t kMaxTrailerBytes = 8192;
constexpr int kMaxSizeDigits = 16;

bool is_value_char(char c) noexcept { return grammar::is_field_value({&c, 1}); }

}  // namespace

ChunkedBody::State ChunkedBody::feed(std::string_view bytes, std::size_t& consumed,
                                     std::string& body) {
  consumed = 0;
  while (consumed < bytes.size() && expected_ != Expected::nothing) {
    if (expected_ == Expected::data) {
      const std::string_view piece = bytes.substr(
          consumed,
          static_cast<std::size_t>(std::min<std::uint64_t>(chunk_, bytes.size() - consumed)));
      body.append(piece);
      consumed += piece.size();
      chunk_ -= piece.size();
      if (chunk_ == 0) expected_ = Expected::data_return;
    } else if (!step(bytes[consumed++])) {
      return State::refused;
    }
  }
  return expected_ == Expected::nothing ? State::complete : State::incomplete;
}

bool ChunkedBody::refuse(int status, std::string_view text) noexcept {
  rejection_ = {status, text};
  return false;
}

bool ChunkedBody::expect(bool valid, Expected next) noexcept {
  expected_ = next;
  return valid || refuse(400, "The chunked body is not valid.");
}

bool ChunkedBody::step(char c) noexcept {
  switch (expected_) {
    case Expected::size:
      return step_in_size(c);
    case Expected::extension:
      return step_in_extension(c);
    case Expected::size_line_feed:
      return c == '\n' ? begin_chunk() : expect(false, expected_);
    case Expected::data_return:
      return expect(c == '\r', Expected::data_line_feed);
    case Expected::data_line_feed:
      return expect(c == '\n', Expected::size);
    case Expected::trailer_line_feed:
      return expect(c == '\n', Expected::trailer);
    case Expected::last_line_feed:
      return expect(c == '\n', Expected::nothing);
    default:
      return step_in_trailer(c);
  }
}

bool ChunkedBody::step_in_size(char c) noexcept {
  if (const int digit = grammar::hex_digit(c); digit >= 0) {
    chunk_ = chunk_ * 16 + static_cast<std::uint64_t>(digit);
    return expect(++digits_ <= kMaxSizeDigits, Expected::size);
  }
  if (c == ';') return expect(digits_ > 0, Expected::extension);
  return expect(digits_ > 0 && c == '\r', Expected::size_line_feed);
}

bool ChunkedBody::step_in_extension(char c) noexcept {
  if (c == '\r') return expect(true, Expected::size_line_feed);
  if (++extension_bytes_ > kMaxExtensionBytes) {
    return refuse(400, "The chunk extensions are too long.");
  }
  return expect(is_value_char(c), Expected::extension);
}

bool ChunkedBody::begin_chunk() noexcept {
  digits_ = 0;
  if (chunk_ == 0) return expect(true, Expected::trailer);
  if (chunk_ > limits_.body_bytes - total_) return refuse(413, "The request body is too large.");
  total_ += chunk_;
  return expect(true, Expected::data);
}

bool ChunkedBody::step_in_trailer(char c) noexcept {
  if (++trailer_bytes_ > kMaxTrailerBytes) return refuse(431, "The trailer fields are too large.");
  if (expected_ == Expected::trailer) {
    if (c == '\r') return expect(true, Expected::last_line_feed);
    if (++trailer_count_ > limits_.header_count) return refuse(431, "Too many trailer fields.");
    return expect(grammar::is_token_char(c), Expected::trailer_name);
  }
  if (expected_ == Expected::trailer_name) {
    if (c == ':') return expect(true, Expected::trailer_value);
    return expect(grammar::is_token_char(c), Expected::trailer_name);
  }
  if (c == '\r') return expect(true, Expected::trailer_line_feed);
  return expect(is_value_char(c), Expected::trailer_value);
}

}  // namespace ekiden::worker
