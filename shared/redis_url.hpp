// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ekiden::shared {

/// Where a Redis server is and how to log in, as redis-py and Flask-Caching write it:
///
///     redis://[[user]:password@]host[:port][/db]      redis://host?db=N
///     unix://[[user]:password@]/path/of/socket[?db=N]
///
/// User and password may hold %XX.
struct RedisUrl {
  std::string host;  ///< name or address; empty for a unix socket
  std::uint16_t port = 6379;
  std::string unix_path;
  std::string user, password;
  unsigned database = 0;

  /// Throws std::invalid_argument with what is wrong and what would be right.
  static RedisUrl parse(std::string_view text);
  /// For people and logs: without user and password.
  std::string shown() const;
};

}  // namespace ekiden::shared
