// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "worker/app/definition.hpp"
#include "worker/app/pathnames.hpp"
#include "worker/dispatch/assets.hpp"
#include "worker/dispatch/callback_table.hpp"
#include "worker/dispatch/hot_reload.hpp"
#include "worker/dispatch/http_routes.hpp"
#include "worker/dispatch/index_page.hpp"
#include "worker/dispatch/static_content.hpp"
#include "worker/dispatch/update_component.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Dash's routes for one app.
///
/// What does not change is computed by the constructor and answered on the polling thread; a
/// layout function and callbacks ask for a callback thread. HEAD is answered like GET: the HTTP
/// layer leaves the body out.
///
/// Thread safety: begin and run may be called from any number of threads. Fork: made in the mold,
/// read-only afterwards. Errors: each becomes a response; neither function throws.
class Router : public Service {
 public:
  /// Throws Error if the pages cannot be made.
  /// REQUIRES: `app` outlives the router and does not change.
  Router(const AppDefinition& app, const Suites& suites, Assets assets, SiteOptions options);

  Next begin(Request& request, Response& response) noexcept override;
  void run(const Request& request, Response& response) noexcept override;
  std::string time_out(const Request& request, Response& response) noexcept override;
  std::uint32_t call_of(const Request& request) const noexcept override;
  std::string check_health() noexcept override;

  /// What `_reload-hash` is answered from. REQUIRES: before the first request.
  void set_reload_state(ReloadState state);
  /// For what runs on callback threads. REQUIRES: before the first request.
  void number_calls(shared::Traffic& traffic);

  const CallbackTable& callbacks() const { return callbacks_; }

 private:
  Next begin_unguarded(const Request& request, Response& response) const;
  void run_unguarded(const Request& request, Response& response) const;
  /// The callback that a request is for, or nullptr.
  const CallbackEntry* callback_of(const Request& request) const;
  std::string name_of_other(const Request& request) const;
  bool is_health_check(const Request& request) const;
  Next route(const Request& request, Response& response) const;
  Next route_post(std::string_view name, const Request& request, Response& response) const;
  Next route_get(std::string_view name, const Request& request, Response& response) const;
  Next route_outside(const Request& request, Response& response) const;
  void send_asset(std::string_view path, const Request& request, Response& response) const;
  void send_layout(const Request& request, Response& response) const;

  const AppDefinition& app_;
  const Suites suites_;
  const Assets assets_;
  const SiteOptions options_;
  const Pathnames pathnames_;
  const std::string assets_below_;  ///< "assets/"
  const HttpRoutes http_routes_;
  CallbackTable callbacks_;
  const UpdateComponent update_component_;
  PreparedContent index_, layout_, dependencies_, favicon_;
  ReloadAnswer reload_answer_;
  std::uint32_t layout_number_ = 0, route_number_ = 0;
};

}  // namespace ekiden::worker
