// SPDX-License-Identifier: MIT
#include "worker/app/throw_trace.hpp"

#include <dlfcn.h>
#include <link.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <typeinfo>
#include <utility>

#include "worker/app/exception_text.hpp"
#include "worker/seal/sanitizer.hpp"

#if EKIDEN_HAS_LIBBACKTRACE
// The compiler's own header lies where only that compiler looks.
extern "C" {
struct backtrace_state;
using BacktraceError = void (*)(void* data, const char* message, int error);
using BacktraceLine = int (*)(void* data, std::uintptr_t pc, const char* file, int line,
                              const char* function);
backtrace_state* backtrace_create_state(const char* file, int threaded, BacktraceError, void*);
int backtrace_pcinfo(backtrace_state*, std::uintptr_t pc, BacktraceLine, BacktraceError, void*);
}
#endif

namespace ekiden::worker {

namespace {

struct Stack {
  std::array<std::uintptr_t, 64> frames;
  std::size_t size = 0;
};

thread_local const void* recorder = nullptr;  // the innermost; frames beyond it are not recorded
thread_local Stack thrown;

[[maybe_unused]] _Unwind_Reason_Code record_frame(_Unwind_Context* context, void*) {
  const bool beyond = _Unwind_GetCFA(context) > reinterpret_cast<std::uintptr_t>(recorder);
  if (beyond || thrown.size == thrown.frames.size()) return _URC_END_OF_STACK;
  // A return address: the call is before it. A refused write is no call.
  int interrupted = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  thrown.frames[thrown.size++] = interrupted != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

/// A frame with the mangled name, which tells namespaces better.
struct RawFrame {
  std::string symbol, file;
  int line = 0;
};

const link_map* object_at(std::uintptr_t code) {
  dl_find_object found{};
  const bool is_found = ::_dl_find_object(reinterpret_cast<void*>(code), &found) == 0;
  return is_found ? found.dlfo_link_map : nullptr;
}

[[maybe_unused]] std::uintptr_t base_of(const void* code) {
  const link_map* object = object_at(reinterpret_cast<std::uintptr_t>(code));
  return object != nullptr ? object->l_addr : 0;
}

RawFrame from_symbols(std::uintptr_t pc) {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(pc), &info) == 0 || info.dli_sname == nullptr) return {};
  return {info.dli_sname, {}, 0};
}

#if EKIDEN_HAS_LIBBACKTRACE
void ignore_error(void*, const char*, int) {}

int add_line(void* data, std::uintptr_t, const char* file, int line, const char* function) {
  auto& frames = *static_cast<std::vector<RawFrame>*>(data);
  if (function != nullptr) frames.push_back({function, file != nullptr ? file : "", line});
  return 0;
}

backtrace_state* make_state() { return backtrace_create_state(nullptr, 1, ignore_error, nullptr); }

backtrace_state* loaded_state = nullptr;  // by load_debug_info()

CopiedModule& copied_module() {
  static CopiedModule& module = *new CopiedModule;
  return module;
}

/// Debug info of the copied module's file. The library is told that it is the program, since of
/// that alone it takes a path, so addresses are looked up as if the module lay where the program
/// does.
backtrace_state* state_of_copy() {
  const CopiedModule& module = copied_module();
  if (!module.is_unchanged || !module.is_unchanged()) return nullptr;
  return backtrace_create_state(module.path.c_str(), 1, ignore_error, nullptr);
}

/// The functions at an address: several, if they were inlined into each other. One thread at a
/// time: those that come while a unit's debug info is read would all read it, too.
std::vector<RawFrame> frames_at(std::uintptr_t pc) {
  static constinit std::mutex mutex;
  const std::lock_guard lock(mutex);
  static backtrace_state* const lazy_state = loaded_state ? loaded_state : make_state();
  backtrace_state* state = loaded_state ? loaded_state : lazy_state;
  std::vector<RawFrame> frames;
  const std::uintptr_t base = base_of(reinterpret_cast<const void*>(pc));
  if (loaded_state == nullptr && base != 0 && base == copied_module().base) {
    static backtrace_state* const copy_state = state_of_copy();
    const std::uintptr_t program = base_of(reinterpret_cast<const void*>(&base_of));
    if (copy_state != nullptr) {
      backtrace_pcinfo(copy_state, pc - base + program, add_line, ignore_error, &frames);
    }
    state = nullptr;
  }
  if (state != nullptr) backtrace_pcinfo(state, pc, add_line, ignore_error, &frames);
  if (frames.empty()) frames.push_back(from_symbols(pc));
  return frames;
}
#else
std::vector<RawFrame> frames_at(std::uintptr_t pc) { return {from_symbols(pc)}; }
#endif

bool is_of_c(std::string_view symbol) { return !symbol.starts_with("_Z"); }

/// Of the standard library, of Ekiden's inside, or unknown.
bool is_inside(std::string_view symbol) {
  if (is_of_c(symbol)) return true;
  symbol.remove_prefix(2);
  if (symbol.starts_with('N')) symbol.remove_prefix(1);
  if (symbol.starts_with('K')) symbol.remove_prefix(1);
  constexpr auto kInside = std::to_array<std::string_view>(
      {"St", "S", "9__gnu_cxx", "6ekiden6worker", "6ekiden6detail", "6ekiden12_GLOBAL__N_1"});
  return std::any_of(kInside.begin(), kInside.end(),
                     [&](std::string_view prefix) { return symbol.starts_with(prefix); });
}

}  // namespace

ThrowRecorder::ThrowRecorder() noexcept : outer_(recorder) {
  recorder = this;
  thrown.size = 0;
}

ThrowRecorder::~ThrowRecorder() { recorder = outer_; }

std::vector<TraceFrame> last_throw(std::string_view app_file, bool prune) {
  return trace_of({thrown.frames.data(), thrown.size}, app_file, prune);
}

std::vector<TraceFrame> trace_of(std::span<const std::uintptr_t> code, std::string_view app_file,
                                 bool prune) {
  std::vector<TraceFrame> trace;
  for (const std::uintptr_t address : code) {
    for (RawFrame& frame : frames_at(address)) {
      const std::string_view file = std::string_view(frame.file).substr(frame.file.rfind('/') + 1);
      const bool of_app = !app_file.empty() && file == app_file;
      if (frame.symbol.empty() || (prune && !of_app && is_inside(frame.symbol))) continue;
      trace.push_back({demangled(frame.symbol.c_str()), std::move(frame.file), frame.line});
    }
  }
  return trace;
}

namespace {

bool is_of_program(std::uintptr_t code) {
  return object_at(code) == object_at(reinterpret_cast<std::uintptr_t>(&object_at));
}

bool is_of_app(std::uintptr_t code) {
  const link_map* object = object_at(code);
  const std::string_view path = object != nullptr ? object->l_name : "";
  return path.starts_with('/') && !path.starts_with("/lib") && !path.starts_with("/usr/lib") &&
         !is_of_program(code);
}

/// What the app's author has not written.
bool is_of_header(std::string_view file) {
  return file.starts_with("/usr/include/") || file.find("/include/ekiden/") != file.npos;
}

std::string readable(const RawFrame& frame) {
  constexpr std::string_view kString =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  std::string name = demangled(frame.symbol.c_str());
  if (name == "operator()") name = "lambda";
  for (auto at = name.find(kString); at != name.npos; at = name.find(kString, at)) {
    name.replace(at, kString.size(), "std::string");
  }
  const std::string file = frame.file.substr(frame.file.rfind('/') + 1);
  return frame.line > 0 ? name + " at " + file + ':' + std::to_string(frame.line) : name;
}

std::vector<std::string> lines_of(std::span<const std::uintptr_t> code, bool all) {
  std::vector<std::string> lines;
  for (const std::uintptr_t address : code) {
    if (!all && is_of_program(address)) continue;
    for (const RawFrame& frame : frames_at(address)) {
      const bool inside = !is_of_c(frame.symbol) && is_inside(frame.symbol);
      if (frame.symbol.empty() || (!all && (inside || is_of_header(frame.file)))) continue;
      lines.push_back('#' + std::to_string(lines.size()) + ' ' + readable(frame));
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> stack_lines(std::span<const std::uintptr_t> code) {
  return lines_of(code, std::none_of(code.begin(), code.end(), is_of_app));
}

void set_copied_module([[maybe_unused]] CopiedModule module) {
#if EKIDEN_HAS_LIBBACKTRACE
  copied_module() = std::move(module);
#endif
}

void load_debug_info() {
#if EKIDEN_HAS_LIBBACKTRACE
  loaded_state = make_state();
  // It is read when the first address is looked up.
  std::vector<RawFrame> ignored;
  if (loaded_state != nullptr) {
    backtrace_pcinfo(loaded_state, reinterpret_cast<std::uintptr_t>(&load_debug_info), add_line,
                     ignore_error, &ignored);
  }
#endif
}

void record_throw();  // for the hook below

void record_throw() {
  if (recorder == nullptr) return;
  thrown.size = 0;
  _Unwind_Backtrace(record_frame, nullptr);
}

}  // namespace ekiden::worker

#if !EKIDEN_HAS_SANITIZER_MALLOC
/// What `throw` compiles to. This one comes before the C++ library's, for the program and, since
/// it is exported, for app modules.
extern "C" [[noreturn]] __attribute__((visibility("default"))) void __cxa_throw(
    void* object, std::type_info* type, void (*destroy)(void*)) {
  using Throw = void (*)(void*, std::type_info*, void (*)(void*));
  static const Throw library_throw = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
  ekiden::worker::record_throw();
  library_throw(object, type, destroy);
  __builtin_unreachable();
}
#endif
