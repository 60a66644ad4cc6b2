// SPDX-License-Identifier: MIT
// --certfile and --keyfile of the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/http/certificate.hpp"
#include "tests/http/tls_client.hpp"
#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> options_of(const Certificate& certificate,
                                    std::vector<std::string> more = {}) {
  more.insert(more.end(),
              {"--certfile", certificate.certfile(), "--keyfile", certificate.keyfile()});
  return more;
}

std::string name_shown_by(const Site& site) { return TlsClient(site.connect()).peer_name(); }

/// What the program says when it is to serve, or to check, with these options; the exit code, too.
std::string refusal(std::vector<std::string> options, bool check_only = false) {
  if (check_only) options.push_back("--check-config");
  Site site("steady", std::move(options));
  const int code = site.server.wait_for_exit().value_or(-1);
  return site.server.output() + "exit code " + std::to_string(code);
}

TEST(Certificate, MakesTheListenersSpeakHttps) {
  const Certificate certificate("one.example");
  Site site("steady", options_of(certificate, {"--access-logfile", "-", "--access-logformat",
                                               "%({wsgi.url_scheme}e)s %(U)s"}));
  site.server.wait_for("ready: 1 worker");
  TlsClient client(site.connect());

  EXPECT_EQ(client.peer_name(), "one.example");
  client.send(Site::callback_request("scheme", ""));
  EXPECT_THAT(client.receive().body, HasSubstr("\"https\""));
  site.server.wait_for("https /_dash-update-component");
}

TEST(Certificate, IsAnnouncedWithItsScheme) {
  const Certificate certificate;
  RunningServer server = run_program(
      options_of(certificate, {"--bind", "127.0.0.1:0", "--control-socket", "", "--cache-size",
                               "4M", (test_apps() / "steady.so").string()}));

  EXPECT_THAT(server.wait_for("listening on "), HasSubstr("https://127.0.0.1:"));
}

TEST(Certificate, OneProcessAloneServesByHttpsToo) {
  const Certificate certificate;
  Site site("steady", options_of(certificate, {"--workers", "0"}));
  site.server.wait_for("serves in one process");

  EXPECT_EQ(TlsClient(site.connect()).get("/").status, 200);
}

TEST(Certificate, ANewOneIsShownAfterAReload) {
  const Certificate certificate("one.example"), renewed("two.example");
  Site site("steady", options_of(certificate));
  site.server.wait_for("ready: 1 worker");
  EXPECT_EQ(name_shown_by(site), "one.example");
  TlsClient kept(site.connect());
  kept.get("/");

  certificate.replace_by(renewed);
  EXPECT_EQ(name_shown_by(site), "one.example");
  site.server.send_signal(SIGHUP);
  site.server.wait_for("generation 2 serves");

  EXPECT_EQ(kept.get("/").status, 200);  // by the worker that drains
  site.server.wait_for("has left");
  EXPECT_EQ(name_shown_by(site), "two.example");
}

TEST(Certificate, ABadNewOneFailsTheReloadAndTheOldOneGoesOnServing) {
  const Certificate certificate("one.example");
  Site site("steady", options_of(certificate));
  const pid_t worker = site.server.ready_worker(1);
  site.server.wait_for("ready: 1 worker");
  std::ofstream(certificate.certfile()) << "no certificate\n";

  site.server.send_signal(SIGHUP);

  EXPECT_THAT(site.server.wait_for("reload failed"),
              AllOf(HasSubstr("generation 1 goes on serving: --certfile "),
                    HasSubstr("holds no usable certificate in PEM form")));
  EXPECT_EQ(name_shown_by(site), "one.example");
  kill(worker, SIGKILL);  // whoever takes its place has the old one, too
  site.server.ready_worker(1, 2);
  EXPECT_EQ(name_shown_by(site), "one.example");
}

TEST(Certificate, ThatCannotBeUsedEndsTheStartAsWrongSettingsDo) {
  const Certificate certificate, other, locked("locked.example", 24h, "secret");
  const std::string good = certificate.certfile(), key = certificate.keyfile();

  EXPECT_THAT(refusal({"--certfile", "/nowhere/cert.pem"}),
              AllOf(HasSubstr("ekiden: --certfile /nowhere/cert.pem: no such file or directory"),
                    HasSubstr("exit code 2")));
  EXPECT_THAT(refusal({"--certfile", good}),
              AllOf(HasSubstr("holds no private key in PEM form"),
                    HasSubstr("give its file as --keyfile"), HasSubstr("exit code 2")));
  EXPECT_THAT(refusal({"--certfile", good, "--keyfile", other.keyfile()}),
              AllOf(HasSubstr("--keyfile " + other.keyfile() + ": is not the key of"),
                    HasSubstr("exit code 2")));
  EXPECT_THAT(refusal({"--certfile", locked.certfile(), "--keyfile", locked.keyfile()}),
              AllOf(HasSubstr("the key is encrypted"), HasSubstr("exit code 2")));
  EXPECT_THAT(refusal({"--keyfile", key}),
              AllOf(HasSubstr("needs the --certfile"), HasSubstr("exit code 2")));
}

TEST(Certificate, IsCheckedByCheckConfig) {
  const Certificate certificate, other, old("old.example", -24h);

  EXPECT_THAT(refusal({"--certfile", certificate.certfile(), "--keyfile", other.keyfile()}, true),
              AllOf(HasSubstr("is not the key of the certificate"), HasSubstr("exit code 2")));
  EXPECT_THAT(refusal(options_of(old), true),
              AllOf(HasSubstr("the certificate has expired on 20"), HasSubstr("exit code 0")));
  EXPECT_THAT(refusal(options_of(certificate), true),
              AllOf(HasSubstr("settings and app are in order"), HasSubstr("exit code 0")));
}

TEST(Certificate, TheKeyIsReadBeforeTheServerBecomesSomebodyElse) {
  if (getuid() != 0) GTEST_SKIP() << "needs root";
  const Certificate certificate;
  chmod(certificate.keyfile().c_str(), 0600);
  Site site("steady", options_of(certificate, {"--user", "nobody"}));
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(TlsClient(site.connect()).get("/").status, 200);
  site.server.send_signal(SIGHUP);
  site.server.wait_for("generation 2 serves");
  EXPECT_EQ(TlsClient(site.connect()).get("/").status, 200);
}

}  // namespace
}  // namespace ekiden::test
