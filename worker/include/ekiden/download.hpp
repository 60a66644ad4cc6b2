// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/json.hpp>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ekiden {
class Frame;
}

/// What the property `data` of dcc.Download is given, so that the browser saves a file:
///
///     app.callback(Output{"download", "data"}, Input{"button", "n_clicks"},
///                  CallbackOptions{.prevent_initial_call = true},
///                  [](int) { return dcc::send_string("Hello", "hello.txt"); });
///
/// `type` is a media type such as "text/csv"; without it the browser decides.
namespace ekiden::dcc {

using MediaType = std::optional<std::string>;

Json send_bytes(std::span<const std::byte> content, std::string filename,
                const MediaType& type = std::nullopt);
/// The characters of `content` are taken as bytes, whatever they are.
Json send_bytes(std::string_view content, std::string filename,
                const MediaType& type = std::nullopt);
/// REQUIRES: `content` is UTF-8.
Json send_string(std::string content, std::string filename, const MediaType& type = std::nullopt);
/// The file at `path`, saved under its own name unless another is given. Throws Error if it cannot
/// be read.
Json send_file(const std::filesystem::path& path, std::string filename = {},
               const MediaType& type = std::nullopt);
/// The frame as CSV text: see to_csv.
Json send_data_frame(const Frame& frame, std::string filename,
                     const MediaType& type = std::nullopt);

/// A line with the columns' names, then one for each row, as RFC 4180 has it except that lines end
/// in "\n". A NaN is an empty field.
std::string to_csv(const Frame& frame);

}  // namespace ekiden::dcc
