// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <stdexcept>

EKIDEN_APP(app) {
  app.layout("x");
  throw std::runtime_error("the table of prices is empty");
}
