// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/from_json.hpp>
#include <string>

namespace ekiden {

/// A file as dcc.Upload's `contents` has it; its name is the property `filename`. Where several
/// may be uploaded both are lists:
///
///     app.callback(Output{"report", "children"}, Input{"upload", "contents"},
///                  State{"upload", "filename"},
///                  [](std::optional<UploadedFile> file, std::optional<std::string> name) { … });
struct UploadedFile {
  std::string type;   ///< "text/csv", as the browser says; may be empty
  std::string bytes;  ///< decoded; any bytes, not only text
};

template <>
struct FromJson<UploadedFile> {
  /// Throws BadArgument unless `json` is "data:<type>;base64,<base64>".
  static UploadedFile read(const Json& json);
};

}  // namespace ekiden
