// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "worker/dispatch/callback_table.hpp"
#include "worker/json/document.hpp"

/// A callback request held against the callback's declaration (section 2.3 of the wire protocol).
/// Thread safety: all functions are pure.
namespace ekiden::worker {

/// The request does not fit the callback's declaration: forged, or of another generation's page.
class Mismatch : public Error {
 public:
  using Error::Error;
};

/// Checks a request's `outputs`, or none, so that no request can make the browser
/// change a property that the callback does not own. Only where an id is a pattern does the request
/// say which component is meant; otherwise `outputs` may be left out. Throws Mismatch.
void check_outputs(const CallbackDefinition& callback, JsonView outputs);

/// The handler's arguments, in the order of its parameters; a list where a wildcard stands for any
/// number of components, null where the browser sent no value. Throws Mismatch.
std::vector<Json> read_arguments(const CallbackDefinition& callback, JsonView body);

/// Appends {"id":{"property":value}} without the outputs that stay as they are. Throws
/// InvalidCallbackReturnValue if the number of values does not fit.
/// REQUIRES: `outputs` has passed check_outputs.
void write_result(const CallbackEntry& entry, JsonView outputs, const CallbackResult& result,
                  std::string& out);

}  // namespace ekiden::worker
