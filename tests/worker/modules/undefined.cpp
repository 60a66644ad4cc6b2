// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <string>

std::string defined_in_no_library();

EKIDEN_APP(app) { app.layout(defined_in_no_library()); }
