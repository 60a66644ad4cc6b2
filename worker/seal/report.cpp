// SPDX-License-Identifier: MIT
#include "worker/seal/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "shared/log.hpp"
#include "worker/app/replacement.hpp"
#include "worker/app/throw_trace.hpp"
#include "worker/seal/loaded_objects.hpp"
#include "worker/seal/owner.hpp"
#include "worker/seal/seal.hpp"
#include "worker/seal/sites.hpp"

namespace ekiden::worker {

namespace {

using Kind = Violation::Kind;

struct State {
  SealedModule module;
  std::optional<ViolationSites> sites;
  std::mutex mutex;  ///< symbols are looked up by one thread at a time
  std::map<std::pair<std::uint64_t, std::uintptr_t>, std::string> known;  ///< by site and address
};

State& state() {
  static State& instance = *new State;
  return instance;
}

/// " in add(int) at app.cpp:57", as much of it as is known. A lambda has no name.
std::string place_of(const TraceFrame& frame) {
  std::string text;
  if (frame.function != "operator()") text = " in " + frame.function;
  if (frame.line > 0) {
    const auto file = std::string_view(frame.file).substr(frame.file.rfind('/') + 1);
    text += fmt::format(" at {}:{}", file, frame.line);
  }
  return text;
}

bool is_in_header_of_others(const TraceFrame& frame) {
  return frame.file.starts_with("/usr/") || frame.file.find("/include/ekiden/") != frame.file.npos;
}

/// The innermost function that the app's author has written.
std::string place_of(std::span<const std::uintptr_t> stack) {
  for (const std::uintptr_t code : stack) {
    if (origin_of(reinterpret_cast<const void*>(code)) != Origin::app) continue;
    for (const TraceFrame& frame : trace_of({&code, 1}, {}, false)) {
      if (frame.line > 0 && !is_in_header_of_others(frame)) return place_of(frame);
    }
  }
  const auto named = trace_of(stack, {});
  return named.empty() ? "" : place_of(named.front());
}

std::string name_of_memory(std::span<const Global> globals, std::uintptr_t address) {
  if (const Global* owner = owner_of(globals, address)) {
    return fmt::format("memory of the global `{}`", owner->name);
  }
  std::string name = "memory that set-up allocated";
  if (const void* caller = allocator_of(address)) {
    const std::array<std::uintptr_t, 1> call{reinterpret_cast<std::uintptr_t>(caller) - 1};
    name += place_of(call);
  }
  return name;
}

std::string name_of_global(std::span<const Global> globals, std::uintptr_t address) {
  const Global* global = global_at(globals, address);
  if (global == nullptr) return "a global without a name in the module's symbol table";
  if (!global->is_guard) return fmt::format("the global `{}`", global->name);
  return fmt::format("the function's static variable `{}`, which set-up had not initialised,",
                     global->name);
}

/// What was done: "wrote to the global `counter`".
std::string deed(const Violation& violation) {
  if (violation.kind == Kind::view) return "wrote to a value in the cache";
  if (violation.kind == Kind::reference) {
    return "used a local variable of set-up, captured by reference: it is gone by now,";
  }
  const auto globals = sealed_globals(state().module.base, state().module.symbols);
  if (violation.kind == Kind::global) {
    return "wrote to " + name_of_global(globals, violation.address);
  }
  return (violation.kind == Kind::release ? "released " : "wrote to ") +
         name_of_memory(globals, violation.address);
}

std::uint64_t site_of(const Violation& violation, const Culprit& culprit) {
  const std::uintptr_t code = violation.frame_count > 0 ? violation.frames[0] : 1;
  return (code ^ std::hash<std::string>()(culprit.name)) | 1;
}

/// Looking symbols up takes long, and what is done once is often done again.
std::string describe(const Violation& violation, const Culprit& culprit) {
  constexpr std::size_t kMostKnown = 1024;
  const std::pair key(site_of(violation, culprit), violation.address);
  const std::lock_guard lock(state().mutex);
  auto& known = state().known;
  if (const auto found = known.find(key); found != known.end()) return found->second;
  std::string text = deed(violation) + place_of(violation.stack());
  if (known.size() < kMostKnown) known.emplace(key, text);
  return text;
}

void log_report(const std::string& text, const Culprit& culprit, std::uint64_t count) {
  const bool refused = seal_mode() == shared::SealMode::error;
  const shared::LogLevel level = refused ? shared::LogLevel::error : shared::LogLevel::warning;
  if (count > 1) {
    shared::log(level, "{} {} ({} times now)", culprit.name, text, count);
    return;
  }
  const std::string request =
      culprit.target.empty() ? ""
                             : fmt::format(" Request: {} from {}.", culprit.target, culprit.remote);
  shared::log(level, "{} {}; {}.{} {}", culprit.name, text,
              refused ? "this was refused" : "--seal warn lets the value live in this worker only",
              request, sanctioned_ways());
}

}  // namespace

void set_sealed_module(SealedModule module) {
  state().module = std::move(module);
  state().sites.emplace();
}

std::string report_violation(const Violation& violation, const Culprit& culprit) {
  std::string text = describe(violation, culprit);
  const std::uint64_t count = state().sites ? state().sites->add(site_of(violation, culprit)) : 1;
  if (is_power_of_ten(count)) log_report(text, culprit, count);
  if (seal_mode() == shared::SealMode::error) {
    ask_for_replacement("a write to what set-up had made was refused");
  }
  return text;
}

std::string_view sanctioned_ways() {
  return "A callback must not modify anything outside its scope. Return the value, keep it in the "
         "browser (dcc::Store), compute it by memoize, count with the cache (inc, dec), or hold a "
         "connection in ekiden::worker_local<T>; what is constant, initialise in set-up.";
}

}  // namespace ekiden::worker
