// SPDX-License-Identifier: MIT
#include "worker/request_body.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace ekiden::worker {
namespace {

/// O_TMPFILE is not in all file systems.
int open_nameless(const char* folder) noexcept {
  const int file = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  std::string name = std::string(folder) + "/ekiden-body-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

bool write_all(int file, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

RequestBody::RequestBody(RequestBody&& other) noexcept { *this = std::move(other); }

RequestBody& RequestBody::operator=(RequestBody&& other) noexcept {
  if (this == &other) return *this;
  leave_file();
  text_ = std::move(other.text_);
  file_ = std::exchange(other.file_, -1);
  file_bytes_ = std::exchange(other.file_bytes_, 0);
  mapped_ = std::exchange(other.mapped_, nullptr);
  return *this;
}

RequestBody& RequestBody::operator=(std::string text) {
  leave_file();
  text_ = std::move(text);
  return *this;
}

bool RequestBody::move_to_file(const char* folder) noexcept {
  const int file = open_nameless(folder);
  if (file < 0) return false;
  if (!write_all(file, text_)) {
    const int error = errno;
    ::close(file);
    errno = error;
    return false;
  }
  file_ = file;
  file_bytes_ = text_.size();
  text_ = std::string();
  return true;
}

bool RequestBody::append(std::string_view piece) {
  if (!in_file()) {
    text_.append(piece);
    return true;
  }
  if (!write_all(file_, piece)) return false;
  file_bytes_ += piece.size();
  return true;
}

bool RequestBody::finish() noexcept {
  if (!in_file() || mapped_ != nullptr) return true;
  void* memory = ::mmap(nullptr, file_bytes_, PROT_READ, MAP_PRIVATE, file_, 0);
  if (memory == MAP_FAILED) return false;
  mapped_ = static_cast<const char*>(memory);
  return true;
}

void RequestBody::clear(std::size_t kept) noexcept {
  leave_file();
  if (text_.capacity() > kept) text_ = std::string();
  text_.clear();
}

void RequestBody::leave_file() noexcept {
  if (mapped_ != nullptr) ::munmap(const_cast<char*>(mapped_), file_bytes_);
  if (file_ >= 0) ::close(file_);
  mapped_ = nullptr;
  file_ = -1;
  file_bytes_ = 0;
}

}  // namespace ekiden::worker
