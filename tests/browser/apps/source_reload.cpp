// SPDX-License-Identifier: MIT
// What the development loop's test builds after a change.
#include <ekiden/app.hpp>
#include <ekiden/html.hpp>

using namespace ekiden;

EKIDEN_APP(app) { app.layout(html::Div("built again").id("text")); }
