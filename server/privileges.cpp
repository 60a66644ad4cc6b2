// SPDX-License-Identifier: MIT
#include "server/privileges.hpp"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "server/setting_values.hpp"

namespace ekiden::server {
namespace {

void check(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

[[noreturn]] void fail(const char* setting, const std::string& value, const char* what) {
  throw std::runtime_error(fmt::format("--{} {}: {}", setting, value, what));
}

/// The user's numbers and name; of a number that has no name, that group is unknown.
Identity user_named(const std::string& user) {
  if (const passwd* known = getpwnam(user.c_str())) {
    return {known->pw_uid, known->pw_gid, known->pw_name};
  }
  const auto number = parse_count(user);
  if (!number || *number > UINT32_MAX - 1) fail("user", user, "there is no such user");
  const auto uid = static_cast<uid_t>(*number);
  if (const passwd* known = getpwuid(uid)) return {uid, known->pw_gid, known->pw_name};
  return {uid, static_cast<gid_t>(uid), {}};
}

gid_t group_named(const std::string& group) {
  if (const ::group* known = getgrnam(group.c_str())) return known->gr_gid;
  const auto number = parse_count(group);
  if (!number || *number > UINT32_MAX - 1) fail("group", group, "there is no such group");
  return static_cast<gid_t>(*number);
}

}  // namespace

std::optional<Identity> identity_of(const std::string& user, const std::string& group) {
  if (user.empty() && group.empty()) return std::nullopt;
  Identity identity = user.empty() ? Identity{geteuid(), getegid(), {}} : user_named(user);
  if (!group.empty()) identity.group = group_named(group);
  const bool is_self = identity.user == geteuid() && identity.group == getegid();
  if (geteuid() != 0 && !is_self) {
    fail(user.empty() ? "group" : "user", user.empty() ? group : user,
         "only a server that root starts can become somebody else");
  }
  return identity;
}

void become(const Identity& identity) {
  if (geteuid() != 0) return;
  int death_signal = 0;
  check(prctl(PR_GET_PDEATHSIG, &death_signal) == 0, "cannot ask for the signal of death");
  if (identity.name.empty()) {
    check(setgroups(1, &identity.group) == 0, "cannot give up groups");
  } else {
    check(initgroups(identity.name.c_str(), identity.group) == 0, "cannot take the user's groups");
  }
  check(setresgid(identity.group, identity.group, identity.group) == 0, "cannot change the group");
  check(setresuid(identity.user, identity.user, identity.user) == 0, "cannot change the user");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "cannot rule out new privileges");
  // Both are lost with the old user.
  check(prctl(PR_SET_PDEATHSIG, death_signal) == 0, "cannot set the signal of death");
  check(prctl(PR_SET_DUMPABLE, 1) == 0, "cannot look into /proc/self");
}

void give(const std::string& path, const Identity& identity) {
  namespace fs = std::filesystem;
  const auto change = [&](const fs::path& one) {
    if (lchown(one.c_str(), identity.user, identity.group) != 0) {
      throw std::runtime_error(fmt::format("{} cannot be given to user {}: {}", one.string(),
                                           identity.user, std::generic_category().message(errno)));
    }
  };
  change(path);
  if (!fs::is_directory(path)) return;
  for (const auto& entry : fs::recursive_directory_iterator(path)) change(entry.path());
}

}  // namespace ekiden::server
