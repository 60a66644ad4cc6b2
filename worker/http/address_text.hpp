// SPDX-License-Identifier: MIT
#pragma once

#include <netinet/in.h>

#include <string>

namespace ekiden::worker {

/// An address as requests and logs name it: "192.0.2.1", "2001:db8::1". An IPv4-mapped IPv6 address
/// is the IPv4 address that it stands for.
std::string address_text(const in_addr& address);
std::string address_text(const in6_addr& address);

}  // namespace ekiden::worker
