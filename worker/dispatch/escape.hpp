// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

/// `text` as HTML text or a double-quoted attribute value.
std::string html_escaped(std::string_view text);

/// `json` so that it can stand inside a script element: `<`, `>`, `/` and `&` become \u003c and the
/// like. These characters occur in JSON only within strings, where the escape means the same.
std::string script_safe(std::string_view json);

/// A path as it stands in a URL: segments are percent-encoded, slashes stay.
std::string url_encoded_path(std::string_view path);

/// `text` as a JSON string, quotes included.
std::string json_quoted(std::string_view text);

}  // namespace ekiden::worker
