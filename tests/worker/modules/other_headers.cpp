// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>

// As if the public headers had changed since this was compiled.
#undef EKIDEN_HEADERS
#define EKIDEN_HEADERS "0123456789abcdef"

EKIDEN_APP(app) { app.layout("never shown"); }
