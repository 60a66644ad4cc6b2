// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::server {

/// The control socket to use: `given` if there is one, else that of the only server that runs.
/// Throws std::runtime_error that lists the servers found if there are several, or none.
std::filesystem::path choose_server(const std::string& given,
                                    const std::vector<std::filesystem::path>& folders);

/// How long a server may take for what it does at once.
inline constexpr std::chrono::seconds kControlPatience{10};

/// Sends one line to a server's control socket and returns its answer, without the line's end.
/// Throws std::runtime_error, naming the socket, if there is no answer within `patience`.
std::string ask_server(const std::filesystem::path& socket, std::string_view line,
                       std::chrono::milliseconds patience = kControlPatience);

}  // namespace ekiden::server
