// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/heritage.hpp"
#include "shared/scoreboard.hpp"
#include "shared/tls_context.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/stand_in_service.hpp"
#include "worker/exchange.hpp"

namespace ekiden::test {

/// A listening socket on a port of its own, or in the file system, as the master would open it.
class TestListener {
 public:
  enum class Kind { tcp, unix_path };

  struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;

    RawClient connect() const;
    bool answers() const;  ///< to an attempt to connect
  };

  explicit TestListener(Kind kind = Kind::tcp);
  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;
  ~TestListener();

  int descriptor() const noexcept { return descriptor_; }
  const Address& address() const noexcept { return address_; }
  RawClient connect() const { return address_.connect(); }
  /// This process's copy; workers keep theirs.
  void close();

 private:
  int descriptor_ = -1;
  Address address_;
  std::string path_;
};

/// A worker in a process of its own, forked as the mold forks it, with a stand-in service.
/// Killed at the latest by the destructor.
class WorkerProcess {
 public:
  /// `slot` of `scoreboard`, which the tests of several workers share.
  WorkerProcess(worker::Service& service, TestListener& listener, shared::Scoreboard& scoreboard,
                const shared::WorkerSettings& settings, std::uint32_t slot = 0,
                std::shared_ptr<const shared::TlsContext> tls = nullptr);
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess();

  /// Waits for the message that it serves. False if it ended instead, or after kPatience.
  bool wait_until_ready();
  void signal(int number) const;
  /// Sends SIGSTOP, and waits until no thread runs any more.
  void stop() const;
  /// As the death of the master looks to the worker.
  void close_channel();
  /// The exit code; -signal if it was killed; nothing if it still runs after kPatience.
  std::optional<int> wait_for_exit();
  /// Waits until the worker's slot looks as wanted. False after kPatience.
  bool wait_until(const std::function<bool(const shared::WorkerSlot&)>& condition) const;

 private:
  const shared::WorkerSlot& slot_;
  pid_t pid_ = -1;
  int handle_ = -1;  // pidfd
  int channel_ = -1;
};

/// One worker with everything it needs.
struct ServedWorker {
  explicit ServedWorker(const shared::WorkerSettings& settings = {},
                        TestListener::Kind kind = TestListener::Kind::tcp,
                        std::shared_ptr<const shared::TlsContext> tls = nullptr);

  RawClient connect() const { return listener.connect(); }

  StandInService service;
  shared::Scoreboard scoreboard;
  TestListener listener;
  WorkerProcess process;
};

}  // namespace ekiden::test
