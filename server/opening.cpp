// SPDX-License-Identifier: MIT
#include "server/opening.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "server/activation.hpp"
#include "server/proxy.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;

/// That of `left` which was opened for the address; empty: by others.
std::vector<Listener> copies_of(const std::vector<UpgradeState::Socket>& left,
                                const std::string& text) {
  std::vector<Listener> copies;
  for (const UpgradeState::Socket& socket : left) {
    if (socket.text == text) copies.emplace_back(Predecessor::copy(socket.descriptor), text);
  }
  return copies;
}

}  // namespace

LogFile open_access_log(const Settings& settings, Predecessor* predecessor) {
  return {"access-logfile", settings.access_logfile, STDOUT_FILENO,
          predecessor != nullptr ? predecessor->state().access_log : -1};
}

LogFile open_error_log(const Settings& settings, Predecessor* predecessor) {
  LogFile file("error-logfile", settings.error_logfile, STDERR_FILENO,
               predecessor != nullptr ? predecessor->state().error_log : -1);
  if (file.has_file()) shared::log_open(settings.log_level, file.descriptor());
  return file;
}

std::vector<Listener> open_listeners(const Settings& settings, Predecessor* predecessor) {
  std::vector<UpgradeState::Socket> left;
  if (predecessor != nullptr) left = predecessor->state().listeners;
  std::vector<Listener> listeners = copies_of(left, "");
  for (PassedSocket& passed : take_passed_sockets()) {
    Listener& listener = listeners.emplace_back(std::move(passed.fd));
    log(LogLevel::info, "{} was opened by whoever started this server{}", listener.url(),
        passed.name.empty() ? "" : fmt::format(", as {}", passed.name));
  }
  if (!listeners.empty()) return listeners;
  for (const std::string& text : settings.bind) {
    const auto address = parse_address(text);
    if (!address) throw std::runtime_error(fmt::format("--bind {}: not an address", text));
    auto open = copies_of(left, text);
    if (open.empty()) {
      listeners.emplace_back(*address, settings.backlog);
    } else {
      listeners.push_back(std::move(open.front()));
    }
  }
  return listeners;
}

AdminListener open_admin(const Settings& settings, Predecessor* predecessor,
                         AdminListener::Answer answer) {
  if (predecessor != nullptr && predecessor->state().admin &&
      predecessor->state().admin->text == settings.admin_bind) {
    return {
        Listener(Predecessor::copy(predecessor->state().admin->descriptor), settings.admin_bind),
        std::move(answer)};
  }
  return {settings.admin_bind, std::move(answer)};
}

shared::MemoCache::Limits limits_of(const Settings& settings) {
  shared::MemoCache::Limits limits;
  limits.data_bytes = settings.cache_size;
  limits.entries = settings.cache_entries;
  return limits;
}

std::unique_ptr<shared::DiskFolder> open_folder(const Settings& settings, bool in_use) {
  const shared::CacheSettings& cache = settings.worker.cache;
  if (!cache.has_disk()) return nullptr;
  return std::make_unique<shared::DiskFolder>(
      shared::DiskFolder::Options{cache.folder, cache.disk_bytes, {}, in_use});
}

std::shared_ptr<const shared::TlsContext> load_certificate(const Settings& settings) {
  if (!settings.certfile.empty()) {
    return std::make_shared<shared::TlsContext>(settings.certfile, settings.keyfile);
  }
  if (settings.keyfile.empty()) return nullptr;
  throw std::runtime_error(
      fmt::format("--keyfile {}: needs the --certfile that it belongs to", settings.keyfile));
}

void warn_of(const shared::TlsContext& certificate) {
  if (!certificate.note().empty()) log(LogLevel::warning, "--certfile: {}", certificate.note());
}

shared::Heritage heritage_of(const Settings& settings, const std::vector<Listener>& listeners,
                             shared::MemoCache& cache, shared::Scoreboard& scoreboard,
                             shared::Traffic* traffic, const shared::BuildState* build,
                             const LogFile& access_log, const LogFile& error_log) {
  shared::Heritage heritage;
  heritage.access_log = access_log.descriptor();
  heritage.error_log = error_log.descriptor();
  for (const Listener& listener : listeners) heritage.listeners.push_back(listener.fd());
  heritage.cache = &cache;
  heritage.scoreboard = &scoreboard;
  heritage.traffic = traffic;
  heritage.build = build;
  heritage.settings = settings.worker;
  if (std::string& folder = heritage.settings.cache.folder; !folder.empty()) {
    folder = std::filesystem::absolute(folder).string();  // set-up runs in another one
  }
  // Pages that are open while the server starts again must see another hash.
  heritage.reload_seed = static_cast<std::uint64_t>(getpid()) ^ shared::monotonic_ns();
  return heritage;
}

AppCode as_identity(const std::optional<Identity>& identity, AppCode code) {
  if (!identity) return code;
  code.load = [identity = *identity, load = std::move(code.load)] {
    become(identity);
    return load();
  };
  return code;
}

std::string name_of_app(const Settings& settings) {
  return std::filesystem::path(settings.app).stem().string();
}

std::chrono::microseconds stop_timeout(const Settings& settings) {
  return settings.drain_delay + settings.worker.graceful_timeout + std::chrono::seconds(10);
}

void announce_listeners(const std::vector<Listener>& listeners, const Settings& settings) {
  std::vector<std::string> urls;
  for (const Listener& listener : listeners) {
    const std::string url = listener.url();
    const bool secure = !settings.certfile.empty() && url.starts_with("http:");
    urls.push_back(secure ? "https" + url.substr(4) : url);
  }
  const auto proxy = parse_proxy(settings.proxy);
  if (proxy) check_proxy(*proxy, urls);
  for (const std::string& url : urls) log(LogLevel::info, "listening on {}", url);
  if (proxy) log(LogLevel::info, "a proxy shows {} as {}", proxy->inside, proxy->outside);
}

}  // namespace ekiden::server
