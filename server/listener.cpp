// SPDX-License-Identifier: MIT
#include "server/listener.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "server/setting_values.hpp"

namespace ekiden::server {
namespace {

constexpr std::uint16_t kDefaultPort = 8050;
constexpr std::string_view kUnix = "unix:";

template <class Sockaddr>
void assign(Address& address, const Sockaddr& from) {
  std::memcpy(&address.storage, &from, sizeof from);
  address.length = sizeof from;
}

bool assign_unix(Address& address, std::string_view path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof local.sun_path) return false;
  path.copy(local.sun_path, path.size());
  assign(address, local);
  address.unix_path = path;
  return true;
}

bool assign_tcp(Address& address, std::string host, std::uint16_t port) {
  if (host.empty() || host == "*") host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    assign(address, v4);
    return true;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return false;
  assign(address, v6);
  return true;
}

/// Splits "host:port", "[v6]:port" or a host alone. False if the brackets do not match.
bool split(std::string_view text, std::string& host, std::string& port) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    host = text.substr(1, bracket - 1);
    if (bracket + 1 == text.size()) return true;
    if (text[bracket + 1] != ':') return false;
    port = text.substr(bracket + 2);
    return !port.empty();
  }
  if (colon != std::string_view::npos && text.find(':') != colon) colon = std::string_view::npos;
  host = text.substr(0, colon);
  if (colon == std::string_view::npos) return true;
  port = text.substr(colon + 1);
  return !port.empty();
}

std::string remedy(int error) {
  switch (error) {
    case EADDRINUSE:
      return " (another server listens there; stop it or choose another address)";
    case EACCES:
      return " (ports below 1024 need CAP_NET_BIND_SERVICE; a socket file needs a writable folder)";
    case EADDRNOTAVAIL:
      return " (no interface of this machine has that address)";
    case ENOENT:
      return " (the folder of the socket file does not exist)";
    default:
      return "";
  }
}

std::string lower_first(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

[[noreturn]] void fail(const Address& address, int error) {
  throw std::runtime_error(fmt::format("--bind {}: {}{}", address.text,
                                       lower_first(std::strerror(error)), remedy(error)));
}

bool somebody_listens(const Address& address) {
  // Non-blocking, or a full queue of connections would hold us up.
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address.storage),
                 address.length) == 0 ||
         errno != ECONNREFUSED;
}

void remove_stale_socket(const Address& address) {
  struct stat status {};
  if (lstat(address.unix_path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) {
    throw std::runtime_error(fmt::format(
        "--bind {}: there is a file of that name which is not a socket; choose another path",
        address.text));
  }
  if (somebody_listens(address)) fail(address, EADDRINUSE);
  unlink(address.unix_path.c_str());
}

/// A name of the abstract namespace begins with a zero, and is shown with an @.
std::string unix_url(const sockaddr_storage& bound, socklen_t length) {
  const auto& local = reinterpret_cast<const sockaddr_un&>(bound);
  std::string path(local.sun_path, length - offsetof(sockaddr_un, sun_path));
  if (path.starts_with('\0')) {
    path[0] = '@';
  } else {
    path.resize(std::strlen(path.c_str()));
  }
  return "unix:" + path;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  Address address;
  address.text = text;
  if (text.starts_with(kUnix)) {
    if (!assign_unix(address, text.substr(kUnix.size()))) return std::nullopt;
    return address;
  }
  std::string host, port_text;
  if (text.empty() || !split(text, host, port_text)) return std::nullopt;
  std::uint16_t port = kDefaultPort;
  if (!port_text.empty()) {
    const auto value = parse_count(port_text);
    if (!value || *value > 65535) return std::nullopt;
    port = static_cast<std::uint16_t>(*value);
  }
  if (!assign_tcp(address, host, port)) return std::nullopt;
  return address;
}

Listener::Listener(const Address& address, std::uint32_t backlog) : text_(address.text) {
  fd_.reset(socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd_) fail(address, errno);
  if (address.unix_path.empty()) {
    bind_tcp(address);
  } else {
    bind_unix(address);
  }
  if (listen(fd_.get(), static_cast<int>(backlog)) != 0) fail(address, errno);
}

void Listener::bind_tcp(const Address& address) {
  const int on = 1;
  setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0) {
    fail(address, errno);
  }
}

void Listener::bind_unix(const Address& address) {
  remove_stale_socket(address);
  const mode_t before = umask(0117);
  const int result =
      ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length);
  const int error = errno;
  umask(before);
  if (result != 0) fail(address, error);
  file_.path = address.unix_path;
  struct stat status {};
  if (lstat(file_.path.c_str(), &status) == 0) {
    file_.device = status.st_dev;
    file_.inode = status.st_ino;
  }
}

std::string Listener::url() const {
  if (!file_.path.empty()) return "unix:" + file_.path;
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  if (bound.ss_family == AF_UNIX) return unix_url(bound, length);
  char text[INET6_ADDRSTRLEN] = "?";
  if (bound.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(bound);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("http://[{}]:{}", text, ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(bound);
  inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  return fmt::format("http://{}:{}", text, ntohs(v4.sin_port));
}

void Listener::close() noexcept {
  struct stat status {};
  if (fd_ && !file_.path.empty() && lstat(file_.path.c_str(), &status) == 0 &&
      status.st_dev == file_.device && status.st_ino == file_.inode) {
    unlink(file_.path.c_str());
  }
  fd_.reset();
}

}  // namespace ekiden::server
