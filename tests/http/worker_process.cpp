// SPDX-License-Identifier: MIT
#include "tests/http/worker_process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "worker/generation.hpp"

namespace ekiden::test {
namespace {

constexpr int kPatienceMs = static_cast<int>(std::chrono::milliseconds(kPatience).count());

void check(bool success, const char* what) {
  if (!success) throw std::system_error(errno, std::generic_category(), what);
}

class StandInGeneration final : public worker::Generation {
 public:
  explicit StandInGeneration(worker::Service& service) : service_(service) {}
  const std::string& name() const override { return name_; }
  std::size_t callback_count() const override { return 1; }
  worker::Service& service() override { return service_; }
  void begin_serving(const shared::Heritage&) override {}
  std::vector<shared::ChangedFile> changed_files() override { return {}; }
  std::vector<std::string> warnings() const override { return {}; }

 private:
  worker::Service& service_;
  std::string name_ = "stand-in";
};

std::string fresh_socket_path() {
  char folder[] = "/tmp/ekiden-test-XXXXXX";
  check(::mkdtemp(folder) != nullptr, "mkdtemp");
  return std::string(folder) + "/socket";
}

}  // namespace

RawClient TestListener::Address::connect() const {
  return RawClient(reinterpret_cast<const sockaddr*>(&bytes), size);
}

bool TestListener::Address::answers() const {
  try {
    connect();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

TestListener::TestListener(Kind kind) {
  if (kind == Kind::tcp) {
    auto& address = reinterpret_cast<sockaddr_in&>(address_.bytes);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_.size = sizeof address;
  } else {
    path_ = fresh_socket_path();
    auto& address = reinterpret_cast<sockaddr_un&>(address_.bytes);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    address_.size = sizeof address;
  }
  descriptor_ = ::socket(address_.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  check(descriptor_ >= 0, "socket");
  check(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address_.bytes), address_.size) == 0,
        "bind");
  check(::listen(descriptor_, 1024) == 0, "listen");
  check(
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address_.bytes), &address_.size) == 0,
      "getsockname");
}

TestListener::~TestListener() {
  close();
  if (path_.empty()) return;
  ::unlink(path_.c_str());
  ::rmdir(path_.substr(0, path_.rfind('/')).c_str());
}

void TestListener::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

WorkerProcess::WorkerProcess(worker::Service& service, TestListener& listener,
                             shared::Scoreboard& scoreboard, const shared::WorkerSettings& settings,
                             std::uint32_t slot, std::shared_ptr<const shared::TlsContext> tls)
    : slot_(scoreboard[slot]) {
  int channel[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) == 0, "socketpair");
  scoreboard.reset(slot, 1);
  pid_ = ::fork();
  check(pid_ >= 0, "fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(channel[0]);
    StandInGeneration generation(service);
    shared::Heritage heritage;
    heritage.listeners = {listener.descriptor()};
    heritage.scoreboard = &scoreboard;
    heritage.settings = settings;
    heritage.slot = slot;
    heritage.tls = std::move(tls);
    heritage.master = ::getppid();
    heritage.channel = channel[1];
    ::_exit(worker::worker_main(heritage, generation));
  }
  ::close(channel[1]);
  channel_ = channel[0];
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  check(handle_ >= 0, "pidfd_open");
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(handle_);
  close_channel();
}

bool WorkerProcess::wait_until_ready() {
  pollfd waiting{channel_, POLLIN, 0};
  char message = 0;
  return ::poll(&waiting, 1, kPatienceMs) == 1 && ::recv(channel_, &message, 1, 0) == 1 &&
         message == static_cast<char>(shared::WorkerMessage::ready);
}

void WorkerProcess::stop() const {
  signal(SIGSTOP);
  siginfo_t info{};
  while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(handle_), &info, WSTOPPED) !=
             0 &&
         errno == EINTR) {
  }
}

void WorkerProcess::signal(int number) const { ::kill(pid_, number); }

void WorkerProcess::close_channel() {
  if (channel_ >= 0) ::close(std::exchange(channel_, -1));
}

std::optional<int> WorkerProcess::wait_for_exit() {
  pollfd waiting{handle_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) return std::nullopt;
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool WorkerProcess::wait_until(
    const std::function<bool(const shared::WorkerSlot&)>& condition) const {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition(slot_)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    pollfd worker{handle_, POLLIN, 0};
    if (::poll(&worker, 1, 2) == 1) return condition(slot_);  // it has ended
  }
  return true;
}

ServedWorker::ServedWorker(const shared::WorkerSettings& settings, TestListener::Kind kind,
                           std::shared_ptr<const shared::TlsContext> tls)
    : listener(kind), process(service, listener, scoreboard, settings, 0, std::move(tls)) {
  if (!process.wait_until_ready()) throw std::runtime_error("the worker did not get ready");
}

}  // namespace ekiden::test
