// SPDX-License-Identifier: MIT
#include <cstdint>

// Of an older Ekiden whose entry had nothing but its layout's number.
extern "C" const std::uint32_t ekiden_app_module;
extern "C" const std::uint32_t ekiden_app_module = 0;
