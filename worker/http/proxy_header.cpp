// SPDX-License-Identifier: MIT
#include "worker/http/proxy_header.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "worker/http/address_text.hpp"

namespace ekiden::worker {
namespace {

using shared::ProxyProtocol;
using State = ProxyHeader::State;

constexpr std::string_view kBegin1 = "PROXY ";
constexpr std::string_view kBegin2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kLongestLine = 107;  // with its line end
constexpr std::size_t kFixed2 = 16;        // of version 2, before the addresses

constexpr std::string_view kLineNotValid = "The line of the PROXY header is not valid.";

ProxyHeader refused(std::string_view fault) { return {State::refused, 0, {}, fault}; }

/// Whether the bytes are the beginning, or at least a part of it.
bool may_begin(std::string_view bytes, std::string_view beginning) noexcept {
  const std::size_t known = std::min(bytes.size(), beginning.size());
  return bytes.substr(0, known) == beginning.substr(0, known);
}

/// Takes a word and the one space behind it off the line; the last word has none.
std::string_view next_word(std::string_view& line) noexcept {
  const std::size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

template <class Address>
std::optional<std::string> read_address(int family, std::string_view word) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  Address address{};
  const bool plain = word.find_first_not_of("0123456789abcdefABCDEF:.") == word.npos;
  if (!plain || word.size() >= text.size()) return std::nullopt;
  word.copy(text.data(), word.size());
  if (::inet_pton(family, text.data(), &address) != 1) return std::nullopt;
  return address_text(address);
}

bool is_port(std::string_view word) noexcept {
  std::uint16_t port = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, port);
  return error == std::errc() && rest == end && (word == "0" || !word.starts_with('0'));
}

/// Without the line's end.
ProxyHeader read_line(std::string_view line) {
  const std::size_t size = line.size() + 2;
  line.remove_prefix(kBegin1.size());
  const std::string_view family = line.substr(0, line.find(' '));
  if (family == "UNKNOWN") return {State::complete, size, {}, {}};
  if (std::count(line.begin(), line.end(), ' ') != 4) return refused(kLineNotValid);
  const bool v4 = family == "TCP4";
  if (!v4 && family != "TCP6") {
    return refused("The PROXY header names another protocol than TCP4, TCP6 and UNKNOWN.");
  }
  const auto next_address = [&] {
    const std::string_view word = next_word(line);
    return v4 ? read_address<in_addr>(AF_INET, word) : read_address<in6_addr>(AF_INET6, word);
  };
  next_word(line);
  const auto client = next_address();
  const auto server = next_address();
  if (!client || !server) return refused("An address of the PROXY header is not valid.");
  const std::string_view client_port = next_word(line);
  if (!is_port(client_port) || !is_port(line)) {
    return refused("A port of the PROXY header is not valid.");
  }
  return {State::complete, size, *client, {}};
}

/// The line ends at the first carriage return or line feed, since no other may be in it.
ProxyHeader read_version1(std::string_view bytes) {
  const std::string_view most = bytes.substr(0, kLongestLine);
  const std::size_t end = most.find_first_of("\r\n");
  const bool cut_off = end == most.npos || end + 1 == most.size();
  if (cut_off && most.size() == kLongestLine) {
    return refused("The line of the PROXY header is longer than 107 bytes.");
  }
  if (end == most.npos || (most[end] == '\r' && cut_off)) return {};
  if (most.substr(end, 2) != "\r\n") {
    return refused("The line of the PROXY header does not end with CRLF.");
  }
  return read_line(most.substr(0, end));
}

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

enum class Family : unsigned { unspecified, ipv4, ipv6, unix_path };

/// Two addresses and, but for unix, two ports.
std::size_t least_bytes(Family family) noexcept {
  constexpr std::array<std::size_t, 4> kBytes{0, 12, 36, 216};
  return kBytes[static_cast<std::size_t>(family)];
}

/// The first of the addresses: the client's.
std::string client_in(std::string_view addresses, Family family) {
  if (family == Family::unix_path) return "unix:";
  if (family == Family::ipv4) {
    in_addr address{};
    std::memcpy(&address, addresses.data(), sizeof address);
    return address_text(address);
  }
  in6_addr address{};
  std::memcpy(&address, addresses.data(), sizeof address);
  return address_text(address);
}

/// What follows the addresses is skipped.
ProxyHeader read_version2(std::string_view bytes) {
  constexpr unsigned kLocal = 0x20, kProxy = 0x21;  // the version, 2, and the command
  if (bytes.size() < kFixed2) return {};
  const unsigned command = byte_at(bytes, 12);
  if (command != kLocal && command != kProxy) {
    return refused("The PROXY header has another version than 2, or an unknown command.");
  }
  const std::size_t size = kFixed2 + (byte_at(bytes, 14) << 8 | byte_at(bytes, 15));
  if (size > kLongestProxyHeader) return refused("The PROXY header is longer than 4096 bytes.");
  const unsigned family = byte_at(bytes, 13) >> 4, transport = byte_at(bytes, 13) & 0xf;
  if (command == kProxy && (family > 3 || transport > 2)) {
    return refused("The PROXY header has an unknown address family or transport.");
  }
  const bool names_client = command == kProxy && family != 0 && transport != 0;
  const Family known = names_client ? Family{family} : Family::unspecified;
  if (size < kFixed2 + least_bytes(known)) {
    return refused("The PROXY header is too short for its addresses.");
  }
  if (bytes.size() < size) return {};
  if (!names_client) return {State::complete, size, {}, {}};
  return {State::complete, size, client_in(bytes.substr(kFixed2), known), {}};
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes, ProxyProtocol allowed) {
  if (bytes.empty()) return {};
  if (may_begin(bytes, kBegin1)) {
    if (allowed == ProxyProtocol::version2) {
      return refused("The PROXY header is of version 1; it has to be of version 2.");
    }
    return read_version1(bytes);
  }
  if (may_begin(bytes, kBegin2)) {
    if (allowed == ProxyProtocol::version1) {
      return refused("The PROXY header is of version 2; it has to be of version 1.");
    }
    return read_version2(bytes);
  }
  return refused("The connection does not begin with a PROXY header.");
}

}  // namespace ekiden::worker
