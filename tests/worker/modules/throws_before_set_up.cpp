// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <stdexcept>

namespace {

struct Table {
  Table() { throw std::out_of_range("no such table"); }
};
const Table table;

}  // namespace

EKIDEN_APP(app) { app.layout("x"); }
