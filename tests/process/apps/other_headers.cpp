// SPDX-License-Identifier: MIT
#include "../../worker/modules/other_headers.cpp"
