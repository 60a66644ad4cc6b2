// SPDX-License-Identifier: MIT
#include "shared/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <memory>

#include "shared/log_file.hpp"

namespace ekiden::shared {
namespace {

struct State {
  std::atomic<LogLevel> level{LogLevel::info};
  std::atomic<int> fd{2};
  std::string role = "ekiden";
};

// Never destroyed: a thread may still log while static destructors run.
State& state() {
  static State& instance = *new State;
  return instance;
}

constexpr std::array<const char*, 5> kNames{"debug", "info", "warning", "error", "critical"};
constexpr std::array<spdlog::level::level_enum, 5> kSpdlogLevels{
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err,
    spdlog::level::critical};

const char* spdlog_name(spdlog::level::level_enum level) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kSpdlogLevels[i] == level) return kNames[i];
  }
  return "info";
}

void append_escaped(fmt::memory_buffer& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out.append(std::string_view("\\n"));
    } else if (c == '\t' || (byte >= 0x20 && byte != 0x7f)) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    }
  }
}

void append_time(fmt::memory_buffer& out, std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  const auto since = time.time_since_epoch();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  fmt::format_to(std::back_inserter(out), "{}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
                 local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
                 local.tm_sec, milliseconds);
}

/// One write(2) per line, no lock: it survives fork at any moment, and processes that share the
/// descriptor do not cut into each other's lines (up to PIPE_BUF bytes if it is a pipe).
class LineSink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override {
    fmt::memory_buffer line;
    append_time(line, message.time);
    fmt::format_to(std::back_inserter(line), " [{}] {} ", spdlog_name(message.level), getpid());
    append_escaped(line, state().role);
    line.append(std::string_view(": "));
    append_escaped(line, std::string_view(message.payload.data(), message.payload.size()));
    line.push_back('\n');
    write_line(state().fd.load(std::memory_order_relaxed), {line.data(), line.size()});
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
};

spdlog::logger& logger() {
  static spdlog::logger& instance = [&]() -> spdlog::logger& {
    auto& made = *new spdlog::logger("ekiden", std::make_shared<LineSink>());
    made.set_level(spdlog::level::trace);  // log_enabled() decides
    return made;
  }();
  return instance;
}

}  // namespace

void log_open(LogLevel level, int fd) {
  state().level.store(level, std::memory_order_relaxed);
  state().fd.store(fd, std::memory_order_relaxed);
  logger();
}

void log_role(std::string role) { state().role = std::move(role); }

bool log_enabled(LogLevel level) noexcept {
  return level >= state().level.load(std::memory_order_relaxed);
}

void log_line(LogLevel level, std::string_view text) noexcept {
  const int saved_errno = errno;
  try {
    logger().log(kSpdlogLevels[static_cast<std::size_t>(level)],
                 spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {  // out of memory: the line is lost, its caller is not
  }
  errno = saved_errno;
}

}  // namespace ekiden::shared
