// SPDX-License-Identifier: MIT
#include <ekiden/ref.hpp>

namespace ekiden::detail {

bool set_up_is_over = false;

}  // namespace ekiden::detail
