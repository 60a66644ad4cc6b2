// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>

EKIDEN_APP(app) { app.title("other shop").layout({"closed"}); }
