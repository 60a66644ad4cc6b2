// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::worker {

/// While it exists, each `throw` of this thread leaves behind where it happened, as far down as the
/// function that holds the recorder. For --debug: a throw then takes microseconds more.
///
/// Thread safety: one thread; recorders nest. Sanitizers have hooks of their own on throws, so
/// builds with one record nothing.
class ThrowRecorder {
 public:
  ThrowRecorder() noexcept;
  ThrowRecorder(const ThrowRecorder&) = delete;
  ThrowRecorder& operator=(const ThrowRecorder&) = delete;
  ~ThrowRecorder();

 private:
  const void* const outer_;
};

/// A function on the way to a throw. File and line are known where there is debug info.
struct TraceFrame {
  std::string function;  ///< "load(std::string const&)"
  std::string file;      ///< as the compiler was told it; may be empty
  int line = 0;
};

/// The stack of this thread's last recorded throw, innermost first, without the frames of the
/// standard library and of Ekiden's inside. `app_file`, "app.cpp", is a file whose lines are kept
/// whatever function they have been inlined into. With `prune` false, all frames are kept whose
/// function is known.
std::vector<TraceFrame> last_throw(std::string_view app_file, bool prune = true);

/// The same of any code addresses, innermost first; of calls, each is one inside the instruction.
std::vector<TraceFrame> trace_of(std::span<const std::uintptr_t> code, std::string_view app_file,
                                 bool prune = true);

/// A line for each frame, "#0 poll", "#1 fetch(int) at app.cpp:12": those of the app's code and of
/// the libraries below it, C's included, which say what a thread waits for. If there are none of
/// the app, all.
std::vector<std::string> stack_lines(std::span<const std::uintptr_t> code);

/// A module whose own name leads nowhere, and the file that it is a copy of.
struct CopiedModule {
  std::string path;
  std::uintptr_t base = 0;
  std::function<bool()> is_unchanged;  ///< whether the file still is what was copied
};
/// Where to read the module's lines when one is asked for, if load_debug_info() was not called.
void set_copied_module(CopiedModule module);

/// Reads the debug info of the program and of all modules that are loaded, once and for all. Needed
/// only for modules whose files cannot be opened later on by the names that they were loaded by.
/// Thread safety: before there are threads. Takes a while for large programs; never frees it.
void load_debug_info();

}  // namespace ekiden::worker
