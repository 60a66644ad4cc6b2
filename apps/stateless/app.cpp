// SPDX-License-Identifier: MIT
// Dash is stateless, says the guide, so any server may answer any request. Here two servers share
// Redis behind a proxy that asks them in turn: what one has computed the other has, too.
#include <unistd.h>

#include <chrono>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <string>
#include <thread>

using namespace ekiden;
using namespace std::chrono_literals;

namespace {

/// The server's name: `SERVER_NAME`, as its operator has called it, or else its process.
std::string server_name() {
  const char* name = std::getenv("SERVER_NAME");
  return name != nullptr ? name : "process " + std::to_string(getppid());
}

struct Computed {
  std::int64_t value;
  char by[64];
};

}  // namespace

EKIDEN_APP(app) {
  const auto sum_of_squares = app.cache().memoize("sum_of_squares", [](std::int64_t n) -> Computed {
    std::this_thread::sleep_for(1s);  // simulate an expensive computation
    Computed result{0, {}};
    for (std::int64_t i = 1; i <= n; ++i) result.value += i * i;
    server_name().copy(result.by, sizeof result.by - 1);
    return result;
  });

  app.title("Stateless");
  app.layout(html::Div({
      html::H3("Sum of squares"),
      dcc::Dropdown(Json::array({10, 100, 1000}), 10).id("stateless-n").clearable(false),
      html::Table(html::Tbody({
          html::Tr({html::Td("sum"), html::Td().id("stateless-sum")}),
          html::Tr({html::Td("computed by"), html::Td().id("stateless-computed")}),
          html::Tr({html::Td("answered by"), html::Td().id("stateless-answered")}),
      })),
      html::Button("Ask again").id("stateless-ask"),
  }));

  app.callback({Output{"stateless-sum", "children"}, Output{"stateless-computed", "children"},
                Output{"stateless-answered", "children"}},
               Input{"stateless-n", "value"}, Input{"stateless-ask", "n_clicks"},
               [sum_of_squares](std::int64_t n, Json) {
                 const auto computed = sum_of_squares(n);
                 return std::tuple(computed->value, std::string(computed->by), server_name());
               });
}
