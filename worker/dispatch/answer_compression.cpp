// SPDX-License-Identifier: MIT
#include "worker/dispatch/answer_compression.hpp"

#include "worker/dispatch/compressor.hpp"
#include "worker/dispatch/content_coding.hpp"
#include "worker/dispatch/redundancy.hpp"

namespace ekiden::worker {

namespace {

/// A strong ETag names these bytes and no others.
bool is_about_bytes(const Response& response) {
  return response.status == 206 || response.header("Content-Encoding") ||
         response.header("Content-Range") || response.header("ETag").value_or("").starts_with('"');
}

bool is_awaited(const Request& request) {
  return request.cancelled == nullptr || !request.cancelled->load(std::memory_order_relaxed);
}

void compress_body(Encoding encoding, Response& response) {
  const auto compressor = Compressor::make(encoding, response.size());
  if (response.late.empty()) return compress_in_place(*compressor, response.body);
  response.body = compressed(*compressor, response.body, response.late);
  response.late.clear();
}

}  // namespace

void compress_answer(const Request& request, std::size_t min_bytes, Response& response) {
  const bool is_success = response.status >= 200 && response.status < 300;
  const bool is_large = min_bytes != 0 && response.size() >= min_bytes;
  if (!is_success || !is_large || is_about_bytes(response)) return;
  response.headers += "Vary: Accept-Encoding\r\n";
  const Encoding encoding = preferred_encoding(request.header("Accept-Encoding"), true, true);
  if (encoding == Encoding::identity || !is_awaited(request)) return;
  if (response.late.empty() && looks_like_chance(response.body)) return;
  compress_body(encoding, response);
  response.headers.append("Content-Encoding: ").append(name_of(encoding)).append("\r\n");
}

}  // namespace ekiden::worker
