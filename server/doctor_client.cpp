// SPDX-License-Identifier: MIT
#include "server/doctor_client.hpp"

#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace ekiden::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestBody = 256U << 20;
constexpr std::string_view kHttp = "http://";

bool equal_any_case(std::string_view one, std::string_view other) {
  return std::equal(
      one.begin(), one.end(), other.begin(), other.end(),
      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes "." and ".." out of a path.
std::string normal_path(std::string_view path) {
  const std::string_view query = path.substr(std::min(path.find('?'), path.size()));
  std::string_view rest = path.substr(0, path.size() - query.size());
  std::vector<std::string_view> parts;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(part.size());
    const bool last = rest.empty();
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (part == "." || part == "..") {
      if (last) parts.emplace_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string normal;
  for (const std::string_view part : parts) normal.append("/").append(part);
  return (normal.empty() ? "/" : normal) + std::string(query);
}

/// Bytes that a request line must not hold, percent-encoded.
std::string encoded(std::string_view path) {
  std::string text;
  for (const char byte : path) {
    const auto code = static_cast<unsigned char>(byte);
    text += code > ' ' && code < 0x7f ? std::string(1, byte) : fmt::format("%{:02X}", code);
  }
  return text;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end == text.data() || value > kLongestBody) {
    throw std::runtime_error(fmt::format("the answer has the length '{}'", text));
  }
  return value;
}

int status_of(std::string_view line) {
  int status = 0;
  if (line.starts_with("HTTP/1.") && line.size() >= 12) {
    std::from_chars(line.data() + 9, line.data() + 12, status);
  }
  if (status < 100)
    throw std::runtime_error(
        fmt::format("what answers there is not HTTP: '{}'", line.substr(0, 60)));
  return status;
}

bool closes(std::string_view status_line, const HttpAnswer& answer) {
  const std::string_view connection = answer.field("Connection");
  if (status_line.starts_with("HTTP/1.0")) return !equal_any_case(connection, "keep-alive");
  return equal_any_case(connection, "close");
}

}  // namespace

std::string HttpUrl::authority() const {
  const std::string name = host.find(':') == host.npos ? host : "[" + host + "]";
  return port == "80" ? name : name + ":" + port;
}

HttpUrl parse_http_url(std::string_view text) {
  if (text.starts_with("https://")) {
    throw std::runtime_error(fmt::format(
        "{}: this program does not speak TLS yet; ask what stands behind the TLS end (nginx's "
        "upstream, the container's port) with http://",
        text));
  }
  if (!text.starts_with(kHttp)) {
    throw std::runtime_error(fmt::format("{}: not a URL such as http://example.com/sales/", text));
  }
  const std::string_view rest = text.substr(kHttp.size(), text.find('#') - kHttp.size());
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, path);
  HttpUrl url;
  url.path = encoded(rest.substr(path));
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  url.port = "80";
  const std::size_t colon = authority.rfind(':');
  if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = authority;
  const bool digits = std::all_of(url.port.begin(), url.port.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  if (url.host.empty() || url.port.empty() || !digits) {
    throw std::runtime_error(fmt::format("{}: not a URL such as http://example.com/sales/", text));
  }
  return url;
}

std::optional<HttpUrl> resolve(const HttpUrl& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  HttpUrl url = base;
  const std::string here = kHttp.data() + base.authority();
  for (const std::string_view prefix : {std::string_view(here), std::string_view(here).substr(5)}) {
    if (reference.starts_with(std::string(prefix) + "/")) reference.remove_prefix(prefix.size());
  }
  if (reference.starts_with("//")) {
    return std::nullopt;  // another host
  } else if (reference.find(':') < reference.find_first_of("/?")) {
    return std::nullopt;  // another scheme
  } else if (reference.starts_with('/')) {
    url.path = encoded(reference);
  } else {
    const std::string_view page = std::string_view(base.path).substr(0, base.path.find('?'));
    url.path = std::string(page.substr(0, page.rfind('/') + 1)) + encoded(reference);
  }
  url.path = normal_path(url.path);
  return url;
}

std::string_view HttpAnswer::field(std::string_view name) const {
  for (const auto& [known, value] : fields) {
    if (equal_any_case(known, name)) return value;
  }
  return {};
}

class HttpClient::Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds patience)
      : patience_(patience), end_(Clock::now() + patience) {}

  void wait_for(int descriptor, short events) const {
    pollfd polled{descriptor, events, 0};
    while (true) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count();
      const int ready = poll(&polled, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
      if (ready > 0) return;
      if (ready == 0) {
        throw std::runtime_error(fmt::format("no answer within {:g} s",
                                             std::chrono::duration<double>(patience_).count()));
      }
    }
  }

 private:
  std::chrono::milliseconds patience_;
  Clock::time_point end_;
};

HttpClient::HttpClient(const HttpUrl& site, std::chrono::milliseconds patience)
    : site_(site), patience_(patience) {}

HttpAnswer HttpClient::get(std::string_view path, std::string_view accept_encoding) {
  return exchange(fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: {}\r\nUser-Agent: ekiden-doctor\r\n\r\n",
      path, site_.authority(), accept_encoding));
}

HttpAnswer HttpClient::post(std::string_view path, std::string_view content_type,
                            std::string_view body) {
  return exchange(fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nUser-Agent: "
      "ekiden-doctor\r\n\r\n{}",
      path, site_.authority(), content_type, body.size(), body));
}

HttpAnswer HttpClient::exchange(const std::string& request) {
  const Deadline deadline(patience_);
  ++requests_;
  const bool reused = static_cast<bool>(connection_);
  if (!reused) connect(deadline);
  send(request, deadline);
  if (received_.empty() && !more(deadline)) {
    // A server may close an idle connection just when it is used again.
    if (!reused) throw std::runtime_error("the connection was closed without an answer");
    connect(deadline);
    send(request, deadline);
  }
  return receive(deadline);
}

void HttpClient::connect(const Deadline& deadline) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  const int error = getaddrinfo(site_.host.c_str(), site_.port.c_str(), &wanted, &found);
  if (error != 0) {
    throw std::runtime_error(fmt::format("{}: {}", site_.host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  received_.clear();
  int reason = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    connection_.reset(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!connection_) continue;
    reason = ::connect(connection_.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS) {
      deadline.wait_for(connection_.get(), POLLOUT);
      socklen_t size = sizeof reason;
      getsockopt(connection_.get(), SOL_SOCKET, SO_ERROR, &reason, &size);
    }
    if (reason == 0) {
      ++connections_;
      return;
    }
  }
  connection_.reset();
  throw std::runtime_error(fmt::format("{}: {}", site_.authority(), std::strerror(reason)));
}

/// What cannot be sent may have been refused before all of it was: the answer will say.
void HttpClient::send(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    deadline.wait_for(connection_.get(), POLLOUT);
    const ssize_t sent = ::send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
  }
}

bool HttpClient::more(const Deadline& deadline) {
  std::array<char, 65536> buffer;
  while (true) {
    deadline.wait_for(connection_.get(), POLLIN);
    const ssize_t size = ::recv(connection_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }
}

std::string HttpClient::take_line(const Deadline& deadline) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (received_.size() > 65536) throw std::runtime_error("what answers there is not HTTP");
    if (!more(deadline)) throw std::runtime_error("the connection ended within the answer");
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

std::string HttpClient::take(std::size_t size, const Deadline& deadline) {
  while (received_.size() < size) {
    if (!more(deadline)) throw std::runtime_error("the connection ended within the answer");
  }
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

std::string HttpClient::take_chunks(const Deadline& deadline) {
  std::string body;
  while (true) {
    const std::string line = take_line(deadline);
    const std::size_t size = number(trimmed(std::string_view(line).substr(0, line.find(';'))), 16);
    if (size == 0) break;
    body += take(size, deadline);
    take_line(deadline);
    if (body.size() > kLongestBody) throw std::runtime_error("the answer does not end");
  }
  while (!take_line(deadline).empty()) {
  }
  return body;
}

std::string HttpClient::take_rest(const Deadline& deadline) {
  while (more(deadline)) {
    if (received_.size() > kLongestBody) throw std::runtime_error("the answer does not end");
  }
  return std::exchange(received_, {});
}

HttpAnswer HttpClient::receive(const Deadline& deadline) {
  HttpAnswer answer;
  const std::string status_line = take_line(deadline);
  answer.status = status_of(status_line);
  for (std::string line; !(line = take_line(deadline)).empty();) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    answer.fields.emplace_back(line.substr(0, colon),
                               trimmed(std::string_view(line).substr(colon + 1)));
  }
  if (answer.status < 200) return receive(deadline);
  const bool empty = answer.status == 204 || answer.status == 304;
  const std::string_view length = answer.field("Content-Length");
  bool ends = closes(status_line, answer);
  if (!empty && equal_any_case(answer.field("Transfer-Encoding"), "chunked")) {
    answer.body = take_chunks(deadline);
  } else if (!empty && !length.empty()) {
    answer.body = take(number(length, 10), deadline);
  } else if (!empty) {
    answer.body = take_rest(deadline);
    ends = true;
  }
  if (ends) connection_.reset();
  return answer;
}

}  // namespace ekiden::server
