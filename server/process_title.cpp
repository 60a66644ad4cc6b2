// SPDX-License-Identifier: MIT
#include "server/process_title.hpp"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>

namespace ekiden::server {
namespace {

char* area = nullptr;
std::size_t area_bytes = 0;

std::string& program_name() {
  static std::string name = "ekiden";
  return name;
}

/// Extends the area by `text` if that lies right behind it, as the kernel lays them out.
void take(char*& end, char* text) {
  if (text == end) end = text + strlen(text) + 1;
}

}  // namespace

void claim_process_title(int argc, char** argv) {
  if (argc < 1 || area != nullptr) return;
  char* end = argv[0];
  for (int i = 0; i < argc; ++i) take(end, argv[i]);
  std::size_t count = 0;
  for (; environ[count] != nullptr; ++count) take(end, environ[count]);

  // Kept for the life of the process: getenv gives out pointers into them.
  char** moved = static_cast<char**>(std::calloc(count + 1, sizeof(char*)));
  char* program = strdup(argv[0]);
  if (moved == nullptr || program == nullptr) return;
  for (std::size_t i = 0; i < count; ++i) moved[i] = strdup(environ[i]);
  environ = moved;
  program_invocation_name = program;
  const char* slash = strrchr(program, '/');
  program_invocation_short_name = slash != nullptr ? program + (slash - program) + 1 : program;
  area = argv[0];
  area_bytes = static_cast<std::size_t>(end - argv[0]);
}

void name_processes(std::string name) { program_name() = std::move(name); }

void set_process_role(std::string_view role) {
  const std::string title = program_name() + ": " + std::string(role);
  if (area_bytes > 0) {
    memset(area, 0, area_bytes);
    memcpy(area, title.data(), std::min(title.size(), area_bytes - 1));
  }
  // The thread's name holds 15 bytes: "ekiden:worker 3".
  std::string name = title;
  if (const std::size_t space = name.find(": "); space != std::string::npos) {
    name.erase(space + 1, 1);
  }
  prctl(PR_SET_NAME, name.substr(0, 15).c_str());
}

}  // namespace ekiden::server
