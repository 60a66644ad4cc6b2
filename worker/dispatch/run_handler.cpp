// SPDX-License-Identifier: MIT
#include "worker/dispatch/run_handler.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <ekiden/update.hpp>
#include <utility>

#include "worker/app/exception_text.hpp"
#include "worker/seal/app_call.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

/// The one value that stands for all outputs, divided among them.
CallbackResult divided(const CallbackEntry& entry, const Json& value) {
  const CallbackDefinition& callback = *entry.definition;
  CallbackResult result(callback.outputs.size());
  if (value.is_null()) return result;
  if (result.empty()) {
    throw InvalidCallbackReturnValue("No-output callback received return value: " + value.dump());
  }
  if (!callback.multi) {
    result.front() = value;
    return result;
  }
  const Json::Array* values = value.as_array();
  if (values == nullptr) {
    throw InvalidCallbackReturnValue(
        fmt::format("The callback {} is a multi-output.\nExpected the output type to be a list or "
                    "tuple but got:\n{}.",
                    entry.id, value.dump()));
  }
  return CallbackResult(values->begin(), values->end());
}

CallbackResult handled(const CallbackEntry& entry, const std::exception& error) {
  CallbackResult result = in_app_code([&] { return entry.on_error->run(error); });
  if (result.empty()) return CallbackResult(entry.definition->outputs.size());
  if (result.size() > 1) return result;
  return result.front() ? divided(entry, *result.front())
                        : CallbackResult(entry.definition->outputs.size());
}

}  // namespace

CallbackResult run_handler(const CallbackEntry& entry, std::span<const Json> arguments) {
  const auto run = [&] { return entry.definition->run(arguments); };
  if (entry.on_error == nullptr) return in_app_code(run);
  try {
    return in_app_code(run);
  } catch (const PreventUpdate&) {
    throw;
  } catch (const GlobalWrite&) {
    throw;
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (const std::exception& error) {
    return handled(entry, error);
  } catch (...) {
    const ExceptionText text = current_exception_text();
    return handled(entry,
                   Error(text.message.empty() ? text.type : text.type + ": " + text.message));
  }
}

}  // namespace ekiden::worker
