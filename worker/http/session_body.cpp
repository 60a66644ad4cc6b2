// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "shared/log.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

/// What a body may take beyond its time-out: a second for each 16 KiB that have arrived.
constexpr std::uint64_t kNsPerBodyByte = 1'000'000'000U / (16U << 10);
/// A declared length is believed, as memory to set aside, up to this.
constexpr std::size_t kMaxReserved = 1U << 20;
/// Once this part of it has come, all of it is believed, and need not be copied as the body grows.
constexpr std::size_t kShareBelieved = 4;

/// Bodies that have this size are in a file, and smaller ones too while those of all connections
/// hold kMostInAll, unless they are really small: many clients that send slowly fill no memory.
constexpr std::size_t kMostInMemory = 16U << 20;
constexpr std::size_t kMostInAll = 64U << 20;
constexpr std::size_t kSmall = 64U << 10;

}  // namespace

void Session::begin_body() {
  state_ = State::reading_body;
  request_.body.clear(kKeptBytes);
  chunks_.reset();
  if (!framing_.has_body()) return;
  if (framing_.chunked) chunks_ = std::make_unique<ChunkedBody>(context_.limits);
  if (framing_.length < kMostInMemory) {
    request_.body.reserve(std::min<std::size_t>(framing_.length, kMaxReserved));
  }
  expire_in(context_.settings.body_timeout);
}

Session::Progress Session::take_body() {
  const std::size_t before = request_.body.size();
  Progress progress = Progress::ready;
  if (chunks_) {
    progress = take_chunks();
  } else {
    const std::string_view piece = input_.view().substr(0, framing_.length - before);
    if (!keep(piece)) return Progress::over;
    input_.consume(piece.size());
    if (request_.body.size() != framing_.length) progress = Progress::waiting;
  }
  if (progress == Progress::over) return progress;
  deadline_ns_ += (request_.body.size() - before) * kNsPerBodyByte;
  if (progress == Progress::ready && !request_.body.finish()) return cannot_keep();
  return progress;
}

Session::Progress Session::take_chunks() {
  std::size_t consumed = 0;
  std::string piece;
  const auto state = chunks_->feed(input_.view(), consumed, piece);
  if (!keep(piece)) return Progress::over;
  input_.consume(consumed);
  if (state == ChunkedBody::State::refused) {
    refuse(chunks_->rejection());
    return Progress::over;
  }
  if (state == ChunkedBody::State::incomplete) return Progress::waiting;
  chunks_.reset();
  return Progress::ready;
}

/// Appends to the body. False if the answer is on its way that says why it cannot.
bool Session::keep(std::string_view piece) {
  RequestBody& body = request_.body;
  const std::size_t size =
      std::max<std::size_t>(body.size() + piece.size(), framing_.chunked ? 0 : framing_.length);
  const std::size_t others = context_.bytes_of_bodies - counted_body_bytes_;
  const bool large = size >= kMostInMemory || (size > kSmall && others + size > kMostInAll);
  if (large && !body.in_file() && !context_.has_no_upload_folder) move_body_to_file();
  if (!body.in_file() && body.size() >= framing_.length / kShareBelieved) {
    body.reserve(framing_.length);
  }
  if (!body.append(piece)) {
    cannot_keep();
    return false;
  }
  count_body();
  return true;
}

void Session::move_body_to_file() {
  if (request_.body.move_to_file(context_.upload_folder.c_str())) return;
  shared::log(shared::LogLevel::warning,
              "--tmp-upload-dir {}: {}; large bodies of requests stay in memory",
              context_.upload_folder, std::strerror(errno));
  context_.has_no_upload_folder = true;
}

/// What this session's body holds in memory, among those of all sessions.
void Session::count_body() noexcept {
  const std::size_t held = request_.body.memory() > kSmall ? request_.body.memory() : 0;
  context_.bytes_of_bodies += held - counted_body_bytes_;
  counted_body_bytes_ = held;
}

Session::Progress Session::cannot_keep() {
  shared::log(shared::LogLevel::error, "--tmp-upload-dir {}: {}", context_.upload_folder,
              std::strerror(errno));
  refuse({503, "There is no room for the request's body."});
  return Progress::over;
}

}  // namespace ekiden::worker
