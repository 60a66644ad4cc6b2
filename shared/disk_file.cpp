// SPDX-License-Identifier: MIT
#include "shared/disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace ekiden::shared {
namespace {

/// 0, or an error of errno.
int write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

std::optional<ValueFile> ValueFile::open(const std::filesystem::path& path) {
  // Not blocking: somebody may have put a named pipe there.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  return ValueFile(fd);
}

ValueFile::~ValueFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool ValueFile::read_at(std::uint64_t offset, std::span<std::byte> place) const {
  while (!place.empty()) {
    const ssize_t got = pread(fd_, place.data(), place.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    offset += static_cast<std::uint64_t>(got);
    place = place.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

std::optional<DiskRecord> ValueFile::record() {
  struct stat status {};
  if (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  head_.resize(std::min<std::uint64_t>(size, DiskRecord::kMostHead));
  if (!read_at(0, std::as_writable_bytes(std::span(head_)))) return std::nullopt;
  const auto record = decode_record(std::as_bytes(std::span(head_)));
  if (!record || !record->in_file) return std::nullopt;
  if (record->value_bytes != size - record->head_bytes()) return std::nullopt;
  head_.resize(record->head_bytes());  // shrinking: the key stays where it is
  return record;
}

bool ValueFile::check(const DiskRecord& record) const {
  const std::size_t block = std::min<std::uint64_t>(Checksum::kBlock, record.value_bytes);
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(block);
  Checksum checksum;
  for (std::uint64_t at = 0; at < record.value_bytes; at += Checksum::kBlock) {
    const std::span part(buffer.get(), std::min<std::uint64_t>(block, record.value_bytes - at));
    if (!read_at(record.head_bytes() + at, part)) return false;
    checksum.add(part);
  }
  return checksum.value() == record.value_checksum;
}

bool ValueFile::read(const DiskRecord& record, std::span<std::byte> place) const {
  Checksum checksum;
  for (std::uint64_t at = 0; at < record.value_bytes; at += Checksum::kBlock) {
    const std::size_t bytes = std::min<std::uint64_t>(Checksum::kBlock, record.value_bytes - at);
    const auto part = place.subspan(at, bytes);
    if (!read_at(record.head_bytes() + at, part)) return false;
    checksum.add(part);
  }
  return checksum.value() == record.value_checksum;
}

int ValueFile::write(const std::filesystem::path& path, std::span<const std::byte> head,
                     std::span<const std::byte> value) {
  const std::string unfinished = path.string() + kUnfinished;
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  int error = write_all(fd, head);
  if (error == 0) error = write_all(fd, value);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(unfinished.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(unfinished.c_str());
  return error;
}

}  // namespace ekiden::shared
