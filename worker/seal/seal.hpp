// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/seal_mode.hpp"
#include "worker/seal/loaded_objects.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

/// "A callback never changes anything outside its scope", enforced: once set-up is over, the .data
/// and .bss of the app's module and libraries, and all that the app has allocated, are read-only
/// pages. A write faults; the handler sends the thread on to a throw, as if the instruction had
/// been one, so it never happens, and a note of the thread says so whatever becomes of the
/// exception.
///
/// In order: begin_set_up(), load the module, run its set-up, end_set_up(), seal_app(), fork,
/// watch_faults(). Once per process; nothing of it happens with SealMode::off.
///
/// Fork: pages are sealed in the mold and stay so in workers. Thread safety: begin_… to watch_… in
/// one thread. A crash leaves nothing behind.

/// From now on the app's allocations are kept together.
void begin_set_up(shared::SealMode mode);
void end_set_up() noexcept;

/// Something that may not be written to.
struct SealedArea {
  AddressRange range;
  Violation::Kind kind = Violation::Kind::global;
};
/// Adds an area that is read-only already, such as the cache's. At most 64 areas are known in all.
void add_sealed_area(SealedArea area);

/// Makes everything of the app's read-only. Throws std::system_error if the kernel refuses.
void seal_app();
/// The opposite: static destructors write. Called at exit.
void unseal_app() noexcept;

/// What is sealed: for the handler, and to look for owners. Async-signal-safe.
std::span<const SealedArea> sealed_areas() noexcept;
const SealedArea* sealed_area_of(std::uintptr_t address) noexcept;
shared::SealMode seal_mode() noexcept;  ///< off until begin_set_up()

/// Installs the handler of SIGSEGV. Faults elsewhere end the process as they did before.
void watch_faults();

}  // namespace ekiden::worker
