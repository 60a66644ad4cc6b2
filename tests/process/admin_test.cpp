// SPDX-License-Identifier: MIT
// What --admin-bind shows of the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A server with an admin socket beside its own.
class AdminSite {
 public:
  explicit AdminSite(const std::string& app, std::vector<std::string> arguments = {})
      : site(app, with_admin(std::move(arguments))) {}

  Reply get(const std::string& path) const { return ask("GET " + path + " HTTP/1.1\r\n\r\n"); }
  Reply ask(const std::string& request) const {
    RawClient client = connect();
    client.send(request);
    return client.receive();
  }
  RawClient connect() const { return connect_to(socket()); }
  /// The sample of that name and labels, NaN if there is none.
  double sample(const std::string& name) const {
    std::istringstream lines(get("/metrics").body);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
    }
    return std::nan("");
  }
  /// Calls the callback once.
  Reply call(const std::string& output) const {
    RawClient client = site.connect();
    client.send(Site::callback_request(output, "x"));
    return client.receive();
  }

 private:
  std::string socket() const { return (folder_.path() / "admin").string(); }
  std::vector<std::string> with_admin(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--admin-bind", "unix:" + socket()});
    return arguments;
  }

  const worker::test::TemporaryFolder folder_;

 public:
  Site site;
};

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(Admin, SaysWhetherTheServerLivesAndIsReady) {
  AdminSite admin("steady");
  admin.site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(admin.get("/livez").status, 200);
  EXPECT_EQ(admin.get("/readyz").status, 200);
  EXPECT_EQ(admin.get("/readyz?verbose").status, 200);
}

TEST(Admin, AnswersWhileEveryWorkerHangs) {
  AdminSite admin("steady", {"--workers", "2", "--timeout", "0"});
  const pid_t first = admin.site.server.ready_worker(1);
  const pid_t second = admin.site.server.ready_worker(2);
  admin.site.server.wait_for("ready: 2 workers");

  kill(first, SIGSTOP);
  kill(second, SIGSTOP);

  EXPECT_EQ(admin.get("/livez").status, 200);
  EXPECT_THAT(admin.get("/metrics").body, HasSubstr("ekiden_workers{state=\"ready\"} 2\n"));
  kill(first, SIGCONT);
  kill(second, SIGCONT);
}

TEST(Admin, IsNotReadyWhileItDrains) {
  AdminSite admin("counts");
  admin.site.server.wait_for("ready: 1 worker");
  RunningCallback running(admin.site);

  admin.site.server.send_signal(SIGTERM);

  EXPECT_TRUE(eventually([&] { return admin.get("/readyz").status == 503; }));
  EXPECT_EQ(admin.get("/livez").status, 200);
  EXPECT_THAT(running.finish().body, HasSubstr("done"));
  EXPECT_EQ(admin.site.server.wait_for_exit(), 0);
}

TEST(Admin, IsNotReadyDuringTheDrainDelayWhileTheServerAcceptsAndServes) {
  AdminSite admin("steady", {"--drain-delay", "3600"});
  admin.site.server.wait_for("ready: 1 worker");

  admin.site.server.send_signal(SIGTERM);

  admin.site.server.wait_for("SIGTERM: not ready any more; takes connections for --drain-delay");
  EXPECT_EQ(admin.get("/readyz").status, 503);
  EXPECT_EQ(admin.get("/livez").status, 200);
  EXPECT_EQ(admin.call("echo").status, 200);
  admin.site.server.send_signal(SIGHUP);
  admin.site.server.send_signal(SIGTERM);  // once more: no delay
  EXPECT_EQ(admin.site.server.wait_for_exit(), 0);
  EXPECT_EQ(admin.site.server.count("generation 2"), 0);
}

TEST(Admin, TheServerDrainsAfterTheDelay) {
  AdminSite admin("steady", {"--drain-delay", "0.05"});
  admin.site.server.wait_for("ready: 1 worker");

  admin.site.server.send_signal(SIGTERM);

  EXPECT_EQ(admin.site.server.wait_for_exit(), 0);
  EXPECT_EQ(admin.site.server.count("not ready any more"), 1);
  EXPECT_EQ(admin.site.server.count("has left"), 1);
}

TEST(Admin, CountsAnswersAndCallbacks) {
  AdminSite admin("counts");
  admin.site.server.wait_for("ready: 1 worker");

  admin.call("read");
  admin.call("read");
  admin.call("count");

  const std::string read = R"({callback="read.children")";
  EXPECT_EQ(admin.sample("ekiden_callback_duration_seconds_count" + read + "}"), 2);
  EXPECT_EQ(admin.sample("ekiden_callback_duration_seconds_bucket" + read + R"(,le="+Inf"})"), 2);
  EXPECT_EQ(admin.sample("ekiden_callback_queue_seconds_count" + read + "}"), 2);
  EXPECT_EQ(admin.sample("ekiden_callback_failures_total" + read + "}"), 0);
  EXPECT_EQ(admin.sample(R"(ekiden_callback_failures_total{callback="count.children"})"), 1);
  EXPECT_EQ(admin.sample(R"(ekiden_http_responses_total{code="2xx"})"), 2);
  EXPECT_EQ(admin.sample(R"(ekiden_http_responses_total{code="5xx"})"), 1);
  EXPECT_GT(admin.sample("ekiden_callback_response_bytes_total" + read + "}"), 50);
}

TEST(Admin, CountersNeverFall) {
  AdminSite admin("counts");
  const pid_t first = admin.site.server.ready_worker(1);
  admin.call("read");

  kill(first, SIGKILL);
  admin.site.server.ready_worker(1, 2);
  admin.call("read");
  admin.site.server.send_signal(SIGHUP);
  admin.site.server.wait_for("generation 2 serves");
  admin.call("read");

  const std::string count = R"(ekiden_callback_duration_seconds_count{callback="read.children"})";
  EXPECT_EQ(admin.sample(count), 3);
  EXPECT_EQ(admin.sample("ekiden_worker_deaths_total"), 1);
  EXPECT_EQ(admin.sample(R"(ekiden_reloads_total{outcome="served"})"), 1);
  EXPECT_EQ(admin.sample("ekiden_generation"), 2);
}

/// One worker's only thread runs a callback, and connections of its bring others: these go to the
/// sibling. Again and again until the metric has counted one, since clients do not choose a worker.
bool passes_a_connection(AdminSite& admin) {
  const double before = admin.sample("ekiden_connections_passed_total");
  return eventually([&] {
    std::vector<RawClient> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(admin.site.connect());
      clients.back().get("/_dash-dependencies");
    }
    RunningCallback running(admin.site);
    for (RawClient& client : clients) {
      client.send(Site::callback_request("read", "x"));
      EXPECT_EQ(client.receive().status, 200);
    }
    running.finish();
    return admin.sample("ekiden_connections_passed_total") > before;
  });
}

TEST(Admin, CountsConnectionsThatWentToASiblingBeyondTheirWorkers) {
  AdminSite admin("counts", {"--workers", "2"});
  admin.site.server.wait_for("ready: 2 workers");
  EXPECT_EQ(admin.sample("ekiden_connections_passed_total"), 0);
  ASSERT_TRUE(passes_a_connection(admin));
  const double passed = admin.sample("ekiden_connections_passed_total");

  for (const int number : {1, 2}) kill(admin.site.server.ready_worker(number), SIGKILL);
  for (const int number : {1, 2}) admin.site.server.ready_worker(number, 2);

  // One may be counted a moment after its client has been answered.
  EXPECT_GE(admin.sample("ekiden_connections_passed_total"), passed);
  EXPECT_TRUE(passes_a_connection(admin));
}

TEST(Admin, WritesThePrometheusFormat) {
  AdminSite admin("counts");
  admin.site.server.wait_for("ready: 1 worker");
  admin.call("read");
  const std::regex form(R"(# HELP [a-z_]+ .+|# TYPE [a-z_]+ (counter|gauge|histogram)|)"
                        R"([a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)");

  const Reply reply = admin.get("/metrics");

  EXPECT_THAT(reply.header("Content-Type"), StartsWith("text/plain; version=0.0.4"));
  std::istringstream lines(reply.body);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(std::regex_match(line, form)) << line;
  }
  EXPECT_GT(count, 80);
}

TEST(Admin, HasAPageForPeople) {
  AdminSite admin("counts");
  admin.site.server.wait_for("ready: 1 worker");
  admin.call("read");

  const Reply reply = admin.get("/status");

  EXPECT_THAT(reply.header("Content-Type"), StartsWith("text/html"));
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr("<td>read.children</td><td>1</td>"), HasSubstr("<td>ready</td>")));
}

TEST(Admin, RefusesWhatItDoesNotKnow) {
  AdminSite admin("steady");
  admin.site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(admin.get("/").status, 404);
  EXPECT_EQ(admin.get("/metrics/../livez").status, 404);
  EXPECT_EQ(admin.ask("POST /livez HTTP/1.1\r\n\r\n").status, 405);
  EXPECT_EQ(admin.ask("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(admin.ask(std::string(20'000, 'x')).status, 0);  // dropped
  EXPECT_EQ(admin.get("/livez").status, 200);
}

TEST(Admin, IsNotHeldUpByClientsThatSayNothing) {
  AdminSite admin("steady");
  admin.site.server.wait_for("ready: 1 worker");
  std::vector<RawClient> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(admin.connect());

  EXPECT_EQ(admin.get("/livez").status, 200);
}

TEST(Admin, SaysWhatIsWrongWithItsAddress) {
  RunningServer server = run_program(
      {"--admin-bind", "nowhere.example:1", "--bind", ":0", (test_apps() / "steady.so").string()});

  EXPECT_EQ(server.wait_for_exit(), 1);
  EXPECT_THAT(server.wait_for("--admin-bind"), HasSubstr("nowhere.example:1: not an address"));
}

TEST(SlowLog, NamesCallbacksThatTookLong) {
  Site site("counts", {"--slow-callback", "0.001"});
  site.server.wait_for("ready: 1 worker");
  {
    RunningCallback running(site);
    const auto slow = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < slow) std::this_thread::yield();
    running.finish();
  }

  EXPECT_THAT(site.server.wait_for("slow: "),
              AllOf(HasSubstr("callback pipe.children took "), HasSubstr("status 200"),
                    HasSubstr("bytes in")));
}

}  // namespace
}  // namespace ekiden::test
