// SPDX-License-Identifier: MIT
// A compiler takes a store for an instruction that cannot throw, so a frame in which one was
// refused may have no entry for it among its call sites, and the C++ library would end the process.
// The program's own personality routine, which stands before the library's for app modules too,
// lets this one exception pass such frames; their destructors are skipped. `noexcept` functions of
// g++ are such frames. Nor is one of the app's own threads, which ends because nobody caught that
// exception (own_thread.hpp), stopped by such frames.
#include <dlfcn.h>
#include <unwind.h>

#include <cstdint>
#include <cstring>
#include <typeinfo>

#include "worker/seal/own_thread.hpp"
#include "worker/seal/violation.hpp"

namespace {

using ekiden::worker::GlobalWrite;

constexpr _Unwind_Exception_Class kGnuException = 0x474E5543432B2B00;  // "GNUCC++\0"
constexpr _Unwind_Exception_Class kDependent = 0x474E5543432B2B01;     // of std::rethrow_exception

/// The head of an exception of the C++ library, as the ABI lays it out before the part that the
/// unwinder sees. Of a dependent one the first member is the object that was thrown.
struct ExceptionHead {
  void* type_or_object;
  void* members[9];
};

const ExceptionHead& head_of(const _Unwind_Exception* exception) {
  return *(reinterpret_cast<const ExceptionHead*>(exception) - 1);
}

bool is_global_write(_Unwind_Exception_Class kind, const _Unwind_Exception* exception) {
  if (kind == kDependent) {
    exception = static_cast<const _Unwind_Exception*>(head_of(exception).type_or_object) - 1;
  } else if (kind != kGnuException) {
    return false;
  }
  return *static_cast<const std::type_info*>(head_of(exception).type_or_object) ==
         typeid(GlobalWrite);
}

/// Reads the tables that compilers write for personality routines.
class TableReader {
 public:
  explicit TableReader(const std::uint8_t* at) : at_(at) {}

  std::uint8_t byte() { return *at_++; }
  std::uintptr_t uleb() {
    std::uintptr_t value = 0;
    unsigned shift = 0;
    std::uint8_t next = 0;
    do {
      next = byte();
      value |= static_cast<std::uintptr_t>(next & 0x7fU) << shift;
      shift += 7;
    } while ((next & 0x80U) != 0);
    return value;
  }
  /// A length or offset in one of the encodings that call-site tables use.
  std::uintptr_t encoded(std::uint8_t encoding) {
    switch (encoding & 0x0fU) {
      case 0x01:
        return uleb();
      case 0x02:
        return fixed<std::uint16_t>();
      case 0x03:
      case 0x0b:
        return fixed<std::uint32_t>();
      default:
        return fixed<std::uint64_t>();
    }
  }
  const std::uint8_t* at() const { return at_; }

 private:
  template <class T>
  std::uintptr_t fixed() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  const std::uint8_t* at_;
};

/// True unless the frame has a table of call sites, and the instruction is in none of them.
bool is_in_a_call_site(_Unwind_Context* context) {
  const auto* table = static_cast<const std::uint8_t*>(_Unwind_GetLanguageSpecificData(context));
  if (table == nullptr) return true;
  constexpr std::uint8_t kOmitted = 0xff;
  TableReader reader(table);
  if (const std::uint8_t start = reader.byte(); start != kOmitted) reader.encoded(start);
  if (reader.byte() != kOmitted) reader.uleb();
  const std::uint8_t encoding = reader.byte();
  const std::uintptr_t size = reader.uleb();
  const std::uint8_t* const end = reader.at() + size;
  int interrupted = 0;
  std::uintptr_t place = _Unwind_GetIPInfo(context, &interrupted) - _Unwind_GetRegionStart(context);
  if (interrupted == 0) --place;
  while (reader.at() < end) {
    const std::uintptr_t first = reader.encoded(encoding);
    const std::uintptr_t length = reader.encoded(encoding);
    reader.encoded(encoding);
    reader.uleb();
    if (place >= first && place < first + length) return true;
  }
  return false;
}

bool passes_frame(_Unwind_Action actions, _Unwind_Exception_Class kind,
                  const _Unwind_Exception* exception, _Unwind_Context* context) {
  if ((actions & _UA_FORCE_UNWIND) != 0) {
    return ekiden::worker::is_leaving_own_thread() &&
           (ekiden::worker::is_way_out(_Unwind_GetRegionStart(context)) ||
            !is_in_a_call_site(context));
  }
  return is_global_write(kind, exception) && !is_in_a_call_site(context);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) _Unwind_Reason_Code __gxx_personality_v0(
    int version, _Unwind_Action actions, _Unwind_Exception_Class kind, _Unwind_Exception* exception,
    _Unwind_Context* context) {
  using Personality = decltype(&__gxx_personality_v0);
  static const auto library_routine =
      reinterpret_cast<Personality>(::dlsym(RTLD_NEXT, "__gxx_personality_v0"));
  if (passes_frame(actions, kind, exception, context)) return _URC_CONTINUE_UNWIND;
  return library_routine(version, actions, kind, exception, context);
}
