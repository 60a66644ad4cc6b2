// SPDX-License-Identifier: MIT
#include "server/control_socket.hpp"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/control_paths.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;
using shared::log;
using shared::LogLevel;

/// After a failure to accept, such as for want of descriptors, which poll() would report again and
/// again.
constexpr std::uint64_t kRest = 1'000'000'000;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw std::runtime_error(
      fmt::format("--control-socket {}: {}", path.string(), std::strerror(error)));
}

bool somebody_listens(const fs::path& path) {
  return connect_to(path) || errno == EAGAIN || errno == EACCES || errno == EPERM;
}

void check_free(const fs::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) {
    throw std::runtime_error(fmt::format(
        "--control-socket {}: there is a file of that name which is not a socket; choose another "
        "path",
        path.string()));
  }
  if (somebody_listens(path)) fail(path, EADDRINUSE);
}

/// Same user, or root.
bool is_trusted(const Descriptor& connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid == geteuid() || peer.uid == 0) return true;
  log(LogLevel::warning, "control socket: process {} of user {} is not heard", peer.pid, peer.uid);
  return false;
}

bool hung_up(const Descriptor& connection) {
  pollfd polled{connection.get(), 0, 0};
  return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)) != 0;
}

std::uint64_t deadline_from(std::uint64_t now) {
  return now +
         static_cast<std::uint64_t>(std::chrono::nanoseconds(ControlSocket::kPatience).count());
}

}  // namespace

/// Listens before the file gets its name, so that whoever finds that file can connect.
ControlSocket::ControlSocket(fs::path path, Answer answer)
    : path_(std::move(path)), answer_(std::move(answer)) {
  check_free(path_);
  const fs::path unnamed = path_.parent_path() / fmt::format(".ekiden-{}", getpid());
  const sockaddr_un address = unix_address(unnamed);
  unix_address(path_);  // throws if it is too long
  listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener_) fail(path_, errno);
  unlink(unnamed.c_str());
  const mode_t before = umask(0177);
  const int bound =
      bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  umask(before);
  if (bound != 0) fail(path_, error);
  if (listen(listener_.get(), 16) != 0 || std::rename(unnamed.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    unlink(unnamed.c_str());
    fail(path_, reason);
  }
  struct stat status {};
  if (lstat(path_.c_str(), &status) == 0) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
}

void ControlSocket::add_to(std::vector<pollfd>& polled) const {
  if (listener_ && has_room() && resting_until_ns_ == 0) {
    polled.push_back({listener_.get(), POLLIN, 0});
  }
  for (const Client& client : clients_) {
    const short wanted = client.to_send.empty() ? POLLIN : POLLOUT;
    // One that waits is not read from; that it hangs up is told without being asked for.
    polled.push_back({client.connection.get(), client.waits ? short{0} : wanted, 0});
  }
}

/// Those that wait for a reload must not keep others out.
bool ControlSocket::has_room() const noexcept {
  const auto waiting = static_cast<std::size_t>(std::count_if(
      clients_.begin(), clients_.end(), [](const Client& client) { return client.waits; }));
  return clients_.size() - waiting < kMostClients && clients_.size() < kMostClients + kMostWaiting;
}

std::uint64_t ControlSocket::turn(std::uint64_t now) {
  if (!listener_) return UINT64_MAX;
  if (now >= resting_until_ns_) {
    resting_until_ns_ = 0;
    accept_clients(now);
  }
  std::erase_if(clients_, [&](Client& client) { return !serve(client, now); });
  std::uint64_t next = resting_until_ns_ == 0 ? UINT64_MAX : resting_until_ns_;
  for (const Client& client : clients_) {
    const bool at_once = client.to_send.empty() && client.asks() && !client.waits;
    next = std::min(next, at_once ? now : client.deadline_ns);
  }
  return next;
}

void ControlSocket::accept_clients(std::uint64_t now) {
  while (has_room()) {
    Descriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection) {
      const bool nobody = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
      if (!nobody) resting_until_ns_ = now + kRest;
      return;
    }
    if (!is_trusted(connection)) continue;
    clients_.push_back({++last_id_, std::move(connection), deadline_from(now), {}, {}});
  }
}

bool ControlSocket::serve(Client& client, std::uint64_t now) {
  if (client.waits) return !hung_up(client.connection);
  if (now >= client.deadline_ns) {
    log(LogLevel::warning, "control socket: dropped a client that was too slow");
    return false;
  }
  if (!client.to_send.empty()) {
    if (!send_answer(client)) return false;
    if (client.to_send.empty()) client.deadline_ns = deadline_from(now);
    return true;
  }
  if (!client.asks() && !receive(client)) return false;
  const std::size_t end = client.received.find('\n');
  if (end == std::string::npos) return client.received.size() <= kLongestRequest;
  if (end > kLongestRequest) return false;
  const auto answer = answer_(std::string_view(client.received).substr(0, end), client.id);
  client.received.erase(0, end + 1);
  client.waits = !answer;
  client.deadline_ns = client.waits ? UINT64_MAX : deadline_from(now);
  if (client.waits) return true;
  client.to_send = *answer + "\n";
  return send_answer(client);
}

void ControlSocket::answer_later(ClientId id, const std::string& line, std::uint64_t now) {
  const auto client = std::find_if(clients_.begin(), clients_.end(),
                                   [id](const Client& one) { return one.id == id && one.waits; });
  if (client == clients_.end()) return;
  client->waits = false;
  client->deadline_ns = deadline_from(now);
  client->to_send = line + "\n";
  if (!send_answer(*client)) clients_.erase(client);
}

bool ControlSocket::send_answer(Client& client) {
  const std::string_view left = std::string_view(client.to_send).substr(client.sent);
  const ssize_t sent =
      send(client.connection.get(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<std::size_t>(sent);
  if (client.sent < client.to_send.size()) return true;
  client.to_send.clear();
  client.sent = 0;
  return true;
}

/// False at the end of what the client has to say, or if it says too much.
bool ControlSocket::receive(Client& client) {
  std::array<char, 16384> buffer;
  while (!client.asks() && client.received.size() <= kLongestRequest) {
    const ssize_t size = recv(client.connection.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size == 0) return false;
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    client.received.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return true;
}

void ControlSocket::close() noexcept {
  struct stat status {};
  if (listener_ && lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_) {
    unlink(path_.c_str());
  }
  clients_.clear();
  listener_.reset();
}

namespace {

void remove_leftovers(const fs::path& folder) {
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    const fs::path& path = entry.path();
    struct stat status {};
    const bool is_socket = lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
    if (path.extension() != kControlSuffix || !is_socket) continue;
    if (!connect_to(path) && errno == ECONNREFUSED) unlink(path.c_str());
  }
}

/// Room for the folder and the place.
std::string file_name(const std::string& app, const std::string& place) {
  std::string name = app.substr(0, 32) + "-" + place;
  std::replace(name.begin(), name.end(), '/', '-');
  if (name[0] == '.') name[0] = '_';
  return name;
}

}  // namespace

ControlSocket open_control_socket(const std::string& setting, const std::string& app,
                                  const std::string& place, ControlSocket::Answer answer) {
  if (setting.empty()) return {};
  if (setting != "auto") return ControlSocket(fs::absolute(setting), std::move(answer));
  try {
    const fs::path folder = own_runtime_folder(runtime_folders());
    remove_leftovers(folder);
    const std::string name = file_name(app, place);
    fs::path path = folder / (name + kControlSuffix);
    if (connect_to(path)) path = folder / fmt::format("{}-{}{}", name, getpid(), kControlSuffix);
    return ControlSocket(path, std::move(answer));
  } catch (const std::exception& error) {
    log(LogLevel::warning, "`ekiden cache` and `ekiden ctl` will not reach this server: {}",
        error.what());
    return {};
  }
}

}  // namespace ekiden::server
