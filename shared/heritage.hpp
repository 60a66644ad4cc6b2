// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/cache_settings.hpp"
#include "shared/changed_files.hpp"
#include "shared/dev_tools.hpp"
#include "shared/proxy_protocol.hpp"
#include "shared/seal_mode.hpp"

namespace ekiden::shared {

class BuildState;
class MemoCache;
class Scoreboard;
class TlsContext;
class Traffic;

/// The part of the settings that workers need; plain values.
struct WorkerSettings {
  std::uint32_t threads = 1;
  std::uint32_t queue_limit = 1024;      ///< callbacks waiting for a thread before 503
  std::size_t max_request_line = 8190;   ///< bytes; beyond: 414
  std::size_t max_header_bytes = 65536;  ///< whole header block; beyond: 431
  std::size_t max_header_count = 100;
  std::size_t max_body_bytes = 64U << 20;  ///< beyond: 413
  std::uint32_t max_connections = 1000;
  std::uint64_t max_requests = 0;         ///< until the worker is replaced; 0: any number
  std::uint64_t max_requests_jitter = 0;  ///< at most so many more
  std::size_t max_memory = 0;             ///< of its own; beyond, it is replaced. 0: any
  std::string tmp_upload_dir;  ///< for large bodies of requests; empty: TMPDIR, else /tmp
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds keep_alive{75'000};
  std::chrono::milliseconds graceful_timeout{30'000};
  std::chrono::milliseconds slow_callback{0};     ///< those that take longer are logged. 0: none
  std::chrono::microseconds short_callback{100};  ///< may be run by the polling thread. 0: none
  std::chrono::milliseconds request_timeout{0};   ///< of callbacks; beyond: 504. 0: none
  std::size_t compress_min_bytes = 1024;  ///< smaller answers are not compressed; 0: none is
  bool debug = false;
  std::string forwarded_allow_ips = "127.0.0.1,::1";  ///< see TrustedPeers
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  std::string proxy_allow_from = "127.0.0.1,::1";  ///< who may speak it; see TrustedPeers
  SealMode seal = SealMode::error;
  DevTools dev_tools;
  CacheSettings cache;
  /// gunicorn's default, which is Apache's combined format.
  std::string access_log_format = R"(%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s")";
};

/// Everything a worker inherits. Descriptors that are not in it are closed after fork.
struct Heritage {
  std::vector<int> listeners;  ///< non-blocking; shared by all workers
  MemoCache* cache = nullptr;  ///< mapped before the first fork, at the same address everywhere
  Scoreboard* scoreboard = nullptr;
  Traffic* traffic = nullptr;         ///< nullptr: nobody asks for it
  const BuildState* build = nullptr;  ///< nullptr: nothing is built
  WorkerSettings settings;
  std::shared_ptr<const TlsContext> tls;   ///< nullptr: the listeners speak plain HTTP
  int access_log = -1;                     ///< the access log's file; -1: none
  int error_log = 2;                       ///< the log's file
  std::uint64_t reload_seed = 0;           ///< another one each time the server starts
  std::vector<ChangedFile> changed_files;  ///< shortly before the generation was loaded

  std::uint32_t slot = 0;    ///< of the scoreboard and of the cache's pin rows
  std::uint32_t number = 0;  ///< as in the process title "ekiden: worker 3"
  std::uint32_t generation = 0;
  bool canary = false;  ///< the first of a generation on trial: shows that it can serve
  pid_t master = 0;     ///< 0 with --workers 0: nobody to die with
  int channel = -1;     ///< SOCK_SEQPACKET to the master; end of file means the master died
};

/// What a worker tells the master over `channel`: the first byte of a message.
enum class WorkerMessage : std::uint8_t {
  ready = 'R',    ///< serving; before it the master counts the worker as booting
  replace = 'V',  ///< start a successor, then let me drain; the reason follows, a text
};

}  // namespace ekiden::shared
