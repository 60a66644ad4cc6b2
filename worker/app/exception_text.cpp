// SPDX-License-Identifier: MIT
#include "worker/app/exception_text.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

namespace ekiden::worker {

namespace {

std::string current_message() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (const char* text) {
    return text != nullptr ? text : "";
  } catch (const std::string& text) {
    return text;
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is being cancelled: nobody may stop that
  } catch (...) {
    return {};
  }
}

}  // namespace

std::string demangled(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  return status == 0 && text ? text.get() : symbol;
}

ExceptionText current_exception_text() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return {type != nullptr ? demangled(type->name()) : "an unknown exception", current_message()};
}

}  // namespace ekiden::worker
