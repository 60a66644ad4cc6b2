// SPDX-License-Identifier: MIT
// The same app after a change.
#define STEADY_TITLE "second"
#include "steady.cpp"
