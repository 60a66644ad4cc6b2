// SPDX-License-Identifier: MIT
#include <ekiden/module.hpp>

extern "C" const ekiden::AppModule ekiden_app_module;
extern "C" const ekiden::AppModule ekiden_app_module = {
    ekiden::AppModule::kLayout, "ekiden 0.0.9",
    [](ekiden::App&, char*, std::size_t) noexcept { return 0; }};
