// SPDX-License-Identifier: MIT
#include "worker/dispatch/update_component.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <chrono>
#include <ekiden/update.hpp>
#include <utility>

#include "shared/log.hpp"
#include "worker/app/exception_text.hpp"
#include "worker/dispatch/callback_call.hpp"
#include "worker/dispatch/declared_request.hpp"
#include "worker/dispatch/global_write.hpp"
#include "worker/dispatch/run_handler.hpp"
#include "worker/json/reader.hpp"
#include "worker/seal/violation.hpp"
#include "worker/shown_call.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kJson = "application/json";

/// 204 if there is nothing to update, else what the outputs and the callback's set_props say.
void write_response(const CallbackEntry& entry, const CallbackCall& call, JsonView outputs,
                    const CallbackResult& result, Response& response) {
  call.write_headers(response.headers);
  if (entry.definition->outputs.empty() && !call.has_side_update()) {
    response.status = 204;
    return;
  }
  const LateBase64::Collecting collecting(response.body, response.late);
  response.body += R"({"multi":true,"response":)";
  write_result(entry, outputs, result, response.body);
  if (call.has_side_update()) {
    response.body += R"(,"sideUpdate":)";
    call.write_side_update(response.body);
  }
  response.body += '}';
  response.content_type = kJson;
}

Failure current_failure(const CallbackEntry& entry) {
  ExceptionText exception = current_exception_text();
  return {entry.id, entry.definition->where, std::move(exception.type),
          std::move(exception.message)};
}

RefusedCode code_of(const CallbackEntry& entry) {
  return {"callback", entry.id, entry.definition->where};
}

}  // namespace

std::optional<Failure> UpdateComponent::run(const Request& request, Response& response) const {
  std::optional<JsonDocument> body;
  try {
    body.emplace(request.body);
  } catch (const JsonParseError& error) {
    send_bad_request(fmt::format("400 Bad Request: {}\n", error.what()), response);
    return Failure{{}, {}, "JsonParseError", error.what()};
  }
  const JsonView named = body->root().find("output");
  const auto output = named ? named.text() : std::nullopt;
  if (!output) {
    constexpr std::string_view kReason = "400 Bad Request: the body is not a callback request\n";
    send_bad_request(kReason, response);
    return Failure{{}, {}, "CallbackException", std::string(kReason)};
  }
  const CallbackEntry* entry = callbacks_.find(*output);
  if (entry == nullptr) {
    return reject(*output, "Callback function not found for this output", response,
                  "If the app was updated meanwhile, reload the page.");
  }
  name_shown_call(entry->number);
  shared::log(shared::LogLevel::debug, "callback '{}' started", entry->id);
  std::optional<Failure> failure = run_callback(*entry, body->root(), request, response);
  response.callback = entry->id;
  shared::log(shared::LogLevel::debug, "callback '{}' finished: {}", entry->id, response.status);
  return failure;
}

std::optional<Failure> UpdateComponent::run_callback(const CallbackEntry& entry, JsonView body,
                                                     const Request& request,
                                                     Response& response) const {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = debug_ ? Clock::now() : Clock::time_point();
  CallbackCall call(*entry.definition, request);
  std::optional<Failure> failure = answer(entry, call, body, response);
  if (violations_noted() > 0) report_passed_write(code_of(entry), request);
  if (debug_) {
    const std::chrono::duration<double> seconds = Clock::now() - start;
    response.headers += server_timing("__dash_server", seconds.count(), {});
    call.write_timings(response.headers);
  }
  return failure;
}

std::optional<Failure> UpdateComponent::answer(const CallbackEntry& entry, const CallbackCall& call,
                                               JsonView body, Response& response) const {
  const CallbackDefinition& callback = *entry.definition;
  try {
    std::optional<ThrowRecorder> recorder;
    if (debug_) recorder.emplace();
    const JsonView outputs = body.find("outputs");
    check_outputs(callback, outputs);
    const std::vector<Json> arguments = read_arguments(callback, body);
    write_response(entry, call, outputs, run_handler(entry, arguments), response);
    return std::nullopt;
  } catch (const PreventUpdate&) {
    response.clear();
    response.status = 204;
    return std::nullopt;
  } catch (const Mismatch& mismatch) {
    return reject(entry.id, mismatch.what(), response);
  } catch (const GlobalWrite&) {
    Failure failure = refused_write(code_of(entry), call.request(), debug_, prune_errors_);
    debug_ ? send_debug_error(failure, response) : send_internal_error(response);
    return failure;
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    Failure failure = current_failure(entry);
    const std::string file = callback.where.substr(0, callback.where.rfind(':'));
    if (debug_) failure.trace = last_throw(file, prune_errors_);
    shared::log(shared::LogLevel::error, "callback {} ({}): {}; request {}", failure.callback,
                failure.where, type_and_message(failure), call.request().request_id);
    debug_ ? send_debug_error(failure, response) : send_internal_error(response);
    return failure;
  }
}

Failure UpdateComponent::reject(std::string_view output, std::string_view reason,
                                Response& response, std::string_view advice) const {
  shared::log(shared::LogLevel::warning, "callback request refused for output \"{}\": {}", output,
              reason);
  Failure failure{std::string(output), {}, "CallbackException", std::string(reason)};
  debug_ ? send_debug_error(failure, response) : send_internal_error(response, advice);
  return failure;
}

}  // namespace ekiden::worker
