// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "worker/dispatch/callback_call.hpp"
#include "worker/dispatch/callback_table.hpp"
#include "worker/dispatch/error_page.hpp"
#include "worker/exchange.hpp"
#include "worker/json/document.hpp"

namespace ekiden::worker {

/// Answers `_dash-update-component`: finds the callback, checks the request against its
/// declaration, runs it, writes what it returned.
///
/// The keys of a response come from the declaration, never from the request, so a forged request
/// cannot make the browser change a property that no callback owns.
///
/// Thread safety: may run on any number of threads at once. Errors: every one becomes a response
/// and a log line; only the forced unwinding of a cancelled thread passes through.
class UpdateComponent {
 public:
  /// REQUIRES: `callbacks` outlives the object.
  UpdateComponent(const CallbackTable& callbacks, bool debug, bool prune_errors = true)
      : callbacks_(callbacks), debug_(debug), prune_errors_(prune_errors) {}

  /// 200 with the update, 204 if it was prevented, 400 if the body is no callback request, 500 if
  /// it does not fit the declaration or the callback throws. Returns what went wrong, if anything
  /// did, for callers that need more than the response tells.
  std::optional<Failure> run(const Request& request, Response& response) const;

 private:
  std::optional<Failure> run_callback(const CallbackEntry& entry, JsonView body,
                                      const Request& request, Response& response) const;
  std::optional<Failure> answer(const CallbackEntry& entry, const CallbackCall& call, JsonView body,
                                Response& response) const;
  Failure reject(std::string_view output, std::string_view reason, Response& response,
                 std::string_view advice = {}) const;

  const CallbackTable& callbacks_;
  const bool debug_;
  const bool prune_errors_;  ///< traces show the app\'s functions only
};

}  // namespace ekiden::worker
