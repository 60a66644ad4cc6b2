// SPDX-License-Identifier: MIT
#include "tests/http/stand_in_service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ekiden/figure.hpp>
#include <numeric>
#include <system_error>
#include <vector>

#include "tests/http/raw_client.hpp"

namespace ekiden::test {
namespace {

constexpr std::string_view kQuick = "quick";

void open_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC) < 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
}

std::string client_of(const worker::Request& request) {
  return request.remote + "|" + std::string(request.scheme) + "|" + std::string(request.host);
}

/// Numbers that say when they are let go.
struct Numbers : detail::Counted {
  explicit Numbers(std::atomic<int>& counter) : gone(counter), values(kLateNumbers) {
    std::iota(values.begin(), values.end(), 0);
  }
  ~Numbers() override { gone.fetch_add(1); }

  std::atomic<int>& gone;
  std::vector<std::int32_t> values;
};

Json late_json(std::atomic<int>& gone) {
  const auto numbers = make_ref<const Numbers>(gone);
  const Json array = typed_array(std::span(numbers->values), numbers);
  return Json::Array{array, "between", array};
}

std::string describe(const worker::Request& request) {
  return std::to_string(static_cast<int>(request.method)) + "|" + request.path + "|" +
         std::string(request.query) + "|" + std::string(request.header("host")) + "|" +
         std::string(request.body);
}

}  // namespace

StandInService::StandInService() : big_(kBigBytes, 'b') {
  open_pipe(held_);
  open_pipe(released_);
  void* const shared =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  shared_ = new (shared) Shared{};
}

std::string StandInService::late_body() {
  std::atomic<int> gone{0};
  return late_json(gone).dump();
}

StandInService::~StandInService() {
  for (const int end : {held_[0], held_[1], released_[0], released_[1]}) ::close(end);
  ::munmap(shared_, sizeof *shared_);
}

worker::Service::Next StandInService::begin(worker::Request& request,
                                            worker::Response& response) noexcept {
  const bool asks_callback = request.path == "/client" && request.method == worker::Method::post;
  if (request.path == "/echo" || request.path == "/hold" || request.path == "/watch" ||
      request.path == "/quick" || asks_callback) {
    if (request.path == "/quick") response.callback = kQuick;
    return Next::run_on_callback_thread;
  }
  response.content_type = "text/plain";
  if (request.path == "/text") {
    response.static_body = "text";
  } else if (request.path == "/big") {
    response.static_body = big_;
  } else if (request.path == "/late") {
    const worker::LateBase64::Collecting collecting(response.body, response.late);
    late_json(shared_->arrays_gone).write(response.body);
  } else if (request.path == "/show") {
    response.body = describe(request);
  } else if (request.path == "/client") {
    response.body = client_of(request);
  } else {
    response.status = request.path == "/empty" ? 204 : 404;
  }
  return Next::send;
}

void StandInService::run(const worker::Request& request, worker::Response& response) noexcept {
  shared_->begun.fetch_add(1);
  if (request.path == "/hold" || std::string_view(request.body) == "hold") {
    char byte = 'h';
    if (::write(held_[1], &byte, 1) != 1 || ::read(released_[0], &byte, 1) != 1) {
      response.status = 500;
    }
  }
  if (request.path == "/watch") watch(request);
  response.content_type = "text/plain";
  response.body = request.path == "/client" ? client_of(request) : std::string(request.body);
  if (request.path != "/quick") return;
  response.callback = kQuick;
  response.body = std::to_string(::gettid());
}

std::string StandInService::time_out(const worker::Request& request,
                                     worker::Response& response) noexcept {
  response.status = 504;
  response.content_type = "text/plain";
  response.body = "late";
  return "stand-in " + request.path;
}

/// Tells the test that it has begun, and again once the client has gone.
void StandInService::watch(const worker::Request& request) {
  const char byte = 'w';
  bool told = ::write(held_[1], &byte, 1) == 1;
  constexpr std::chrono::milliseconds kStep{5};
  for (auto left = std::chrono::milliseconds(kPatience); told && left > kStep; left -= kStep) {
    if (*request.cancelled) {
      told = ::write(held_[1], &byte, 1) == 1;
      return;
    }
    ::poll(nullptr, 0, static_cast<int>(kStep.count()));
  }
}

bool StandInService::wait_until_held() {
  pollfd waiting{held_[0], POLLIN, 0};
  const int patience = static_cast<int>(std::chrono::milliseconds(kPatience).count());
  char byte = 0;
  return ::poll(&waiting, 1, patience) == 1 && ::read(held_[0], &byte, 1) == 1;
}

void StandInService::let_go() {
  const char byte = 'r';
  if (::write(released_[1], &byte, 1) != 1) {
    throw std::system_error(errno, std::generic_category(), "write");
  }
}

}  // namespace ekiden::test
