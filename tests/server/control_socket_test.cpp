// SPDX-License-Identifier: MIT
#include "server/control_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "server/control_client.hpp"
#include "server/control_paths.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint64_t kPatienceNs = std::chrono::nanoseconds(ControlSocket::kPatience).count();

/// A client that sends and receives what it is told to, without waiting.
class Peer {
 public:
  explicit Peer(const std::filesystem::path& path) : connection_(connect_to(path)) {}
  bool connected() const { return static_cast<bool>(connection_); }
  bool say(std::string_view bytes) const {
    return ::send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  void stop_sending() const { shutdown(connection_.get(), SHUT_WR); }
  std::string heard() const {
    std::array<char, 65536> buffer;
    std::string all;
    ssize_t size;
    while ((size = recv(connection_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return all;
  }
  bool dropped() const {
    char byte;
    const ssize_t size = recv(connection_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }

 private:
  Descriptor connection_;
};

class ControlSocketTest : public testing::Test {
 protected:
  std::uint64_t turn(std::uint64_t later_ns = 0) { return socket_.turn(now_ += later_ns); }

  worker::test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "control";
  std::uint64_t now_ = 1'000'000'000;
  int asked_ = 0;
  ControlSocket::ClientId last_client_ = 0;
  std::string answer_prefix_ = "re: ";
  ControlSocket socket_{path_, [this](std::string_view line, ControlSocket::ClientId client) {
                          ++asked_;
                          last_client_ = client;
                          return line == "later" ? std::nullopt
                                                 : std::optional(answer_prefix_ + std::string(line));
                        }};
};

TEST_F(ControlSocketTest, EachLineGetsALine) {
  const Peer peer(path_);
  peer.say("one\n");
  turn();
  EXPECT_EQ(peer.heard(), "re: one\n");

  peer.say("two\n");
  turn();
  EXPECT_EQ(peer.heard(), "re: two\n");
}

TEST_F(ControlSocketTest, ARequestMayComeInPiecesAndSeveralAtOnce) {
  const Peer peer(path_);
  peer.say("on");
  turn();
  EXPECT_EQ(asked_, 0);
  peer.say("e\ntwo\nthr");
  while (turn() == now_) {
  }
  EXPECT_EQ(peer.heard(), "re: one\nre: two\n");
  peer.say("ee\n");
  peer.stop_sending();
  turn();
  EXPECT_EQ(peer.heard(), "re: three\n");
  turn();
  EXPECT_TRUE(peer.dropped());
  EXPECT_EQ(socket_.clients(), 0U);
}

TEST_F(ControlSocketTest, OneClientsManyRequestsDoNotKeepOthersWaiting) {
  const Peer greedy(path_), modest(path_);
  for (int line = 0; line < 100; ++line) greedy.say("x\n");
  modest.say("y\n");
  turn();

  EXPECT_EQ(modest.heard(), "re: y\n");
  EXPECT_EQ(asked_, 2);
}

TEST_F(ControlSocketTest, AClientThatSendsNothingIsDroppedAtItsDeadline) {
  const Peer peer(path_);
  EXPECT_EQ(turn(), now_ + kPatienceNs);
  turn(kPatienceNs - 1);
  EXPECT_FALSE(peer.dropped());
  EXPECT_EQ(turn(1), UINT64_MAX);
  EXPECT_TRUE(peer.dropped());
}

TEST_F(ControlSocketTest, SendingByteByByteBuysNoTime) {
  const Peer peer(path_);
  turn();
  for (int byte = 0; byte < 10; ++byte) {
    peer.say("x");
    turn(kPatienceNs / 10 - 1);
  }
  EXPECT_FALSE(peer.dropped());
  turn(10);
  EXPECT_TRUE(peer.dropped());
}

TEST_F(ControlSocketTest, ALineThatNeverEndsIsNotKept) {
  const Peer peer(path_);
  const std::string chunk(16384, 'x');
  for (int sent = 0; sent < 8 && peer.say(chunk); ++sent) turn();
  turn();

  EXPECT_TRUE(peer.dropped());
  EXPECT_EQ(asked_, 0);
}

TEST_F(ControlSocketTest, AClientThatDoesNotReadIsDroppedAndOthersAreServedMeanwhile) {
  answer_prefix_ = std::string(8U << 20, 'a');
  const Peer lazy(path_);
  lazy.say("x\n");
  turn();
  turn();
  EXPECT_EQ(socket_.clients(), 1U);

  answer_prefix_ = "re: ";
  const Peer other(path_);
  other.say("y\n");
  turn(kPatienceNs - 1);
  EXPECT_EQ(other.heard(), "re: y\n");

  turn(1);
  EXPECT_EQ(socket_.clients(), 1U);
  EXPECT_LT(lazy.heard().size(), 8U << 20);
}

TEST_F(ControlSocketTest, ALongAnswerArrivesWholeInAsManyTurnsAsItTakes) {
  answer_prefix_ = std::string(8U << 20, 'a');
  const Peer peer(path_);
  peer.say("x\n");
  std::string heard;
  for (int turns = 0; turns < 10'000 && !heard.ends_with('\n'); ++turns) {
    turn();
    heard += peer.heard();
  }
  EXPECT_EQ(heard, answer_prefix_ + "x\n");
}

TEST_F(ControlSocketTest, ClientsBeyondTheMostWaitForTheirTurn) {
  std::vector<Peer> silent;
  for (std::size_t one = 0; one < ControlSocket::kMostClients; ++one) silent.emplace_back(path_);
  turn();
  const Peer late(path_);
  late.say("x\n");
  turn();
  EXPECT_EQ(socket_.clients(), ControlSocket::kMostClients);
  std::vector<pollfd> polled;
  socket_.add_to(polled);
  EXPECT_EQ(polled.size(), ControlSocket::kMostClients) << "the listener would wake it for nothing";

  turn(kPatienceNs);
  turn();
  EXPECT_EQ(late.heard(), "re: x\n");
}

TEST_F(ControlSocketTest, AClientThatLeavesBeforeItsAnswerHurtsNobody) {
  {
    const Peer peer(path_);
    peer.say("x\n");
  }
  turn();
  turn();
  EXPECT_EQ(socket_.clients(), 0U);
}

TEST_F(ControlSocketTest, AClientThatIsAnsweredLaterHasNoDeadline) {
  const Peer peer(path_);
  peer.say("later\nnext\n");
  EXPECT_EQ(turn(), UINT64_MAX);
  turn(kPatienceNs * 100);
  EXPECT_EQ(peer.heard(), "");
  EXPECT_FALSE(peer.dropped());

  socket_.answer_later(last_client_, "now", now_);
  EXPECT_EQ(peer.heard(), "now\n");
  turn();
  EXPECT_EQ(peer.heard(), "re: next\n");
}

TEST_F(ControlSocketTest, AClientThatHangsUpBeforeItsLaterAnswerIsDropped) {
  {
    const Peer peer(path_);
    peer.say("later\n");
    turn();
    EXPECT_EQ(socket_.clients(), 1U);
  }
  turn();
  EXPECT_EQ(socket_.clients(), 0U);
  socket_.answer_later(last_client_, "now", now_);
}

TEST_F(ControlSocketTest, ThoseWhoWaitForALaterAnswerKeepNobodyOut) {
  std::vector<Peer> patient;
  for (std::size_t one = 0; one < ControlSocket::kMostClients; ++one) {
    patient.emplace_back(path_);
    patient.back().say("later\n");
  }
  turn();
  const Peer other(path_);
  other.say("x\n");
  turn();
  EXPECT_EQ(other.heard(), "re: x\n");
}

TEST_F(ControlSocketTest, TheFileIsForItsUserAndGoesOnClose) {
  struct stat status {};
  ASSERT_EQ(lstat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);

  socket_.close();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, ALivingServersSocketIsNotTakenOver) {
  EXPECT_THAT(([&] { ControlSocket(path_, {}); }),
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr(path_.string()), HasSubstr("Address already in use"))));
  EXPECT_TRUE(Peer(path_).connected());
}

TEST_F(ControlSocketTest, ADeadServersSocketIsReplacedAndNotRemovedByItsOldOwner) {
  const auto kept = folder_.path() / "kept";
  std::filesystem::rename(path_, kept);
  ControlSocket second(path_, [](std::string_view, auto) { return std::string("second"); });
  socket_.close();
  EXPECT_TRUE(Peer(path_).connected());
  EXPECT_FALSE(Peer(kept).connected());

  ControlSocket third(kept, [](std::string_view, auto) { return std::string("third"); });
  EXPECT_TRUE(Peer(kept).connected());
}

TEST_F(ControlSocketTest, AFileThatIsNoSocketIsLeftAlone) {
  const auto file = folder_.write("file", "text");
  EXPECT_THAT([&] { ControlSocket(file, {}); },
              ThrowsMessage<std::runtime_error>(HasSubstr("which is not a socket")));
  EXPECT_EQ(std::filesystem::file_size(file), 4U);
}

TEST_F(ControlSocketTest, TheClientSaysWhatIsWrongWithTheServer) {
  using std::chrono::milliseconds;
  EXPECT_THAT([&] { ask_server(path_, "x", milliseconds(1)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("does not answer")));
  EXPECT_THAT([&] { ask_server(folder_.path() / "none", "x"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("there is no such file")));
  EXPECT_THAT([&] { ask_server(std::string(200, 'x'), "x"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("1 to 107 bytes, this has 200")));
}

TEST_F(ControlSocketTest, TheOnlyServerIsChosenAndSeveralAreListed) {
  const auto first = folder_.path() / "shop-8050.sock", second = folder_.path() / "shop-8051.sock";
  const std::vector folders{folder_.path() / "missing", folder_.path()};
  EXPECT_THAT([&] { choose_server("", folders); },
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr("no server"), HasSubstr(folder_.path().string()))));

  const ControlSocket one(first, {});
  EXPECT_EQ(choose_server("", folders), first);
  ControlSocket two(second, {});
  EXPECT_THAT([&] { choose_server("", folders); },
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr(first.string()), HasSubstr(second.string()))));
  EXPECT_EQ(choose_server(second, folders), second);
  two.close();
  EXPECT_EQ(choose_server("", folders), first);
}

TEST(ControlPaths, AFolderThatOthersMayWriteToIsNotUsed) {
  const worker::test::TemporaryFolder folder;
  const auto open = folder.path() / "open", link = folder.path() / "link",
             mine = folder.path() / "mine";
  std::filesystem::create_directory(open);
  std::filesystem::permissions(open, std::filesystem::perms::all);
  std::filesystem::create_directory_symlink(folder.path(), link);

  EXPECT_FALSE(is_own_folder(open));
  EXPECT_FALSE(is_own_folder(link));
  EXPECT_EQ(own_runtime_folder({open, link, mine}), mine);
  EXPECT_EQ(std::filesystem::status(mine).permissions(), std::filesystem::perms::owner_all);
  EXPECT_THAT(([&] {
                own_runtime_folder({open, link});
              }),
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr(open.string()), HasSubstr("--no-control-socket"))));
}

/// Sets XDG_RUNTIME_DIR while it lives.
class RuntimeFolder {
 public:
  RuntimeFolder() { setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1); }
  ~RuntimeFolder() { unsetenv("XDG_RUNTIME_DIR"); }
  std::filesystem::path file(const std::string& name) const {
    return folder_.path() / "ekiden" / name;
  }

 private:
  worker::test::TemporaryFolder folder_;
};

TEST(OpenControlSocket, ServersAreToldApartByAppAndPort) {
  const RuntimeFolder runtime;
  const ControlSocket shop = open_control_socket("auto", "shop", "8050", {});
  const ControlSocket other = open_control_socket("auto", "shop", "8051", {});
  const ControlSocket same = open_control_socket("auto", "shop", "8050", {});

  EXPECT_EQ(shop.path(), runtime.file("shop-8050.sock"));
  EXPECT_EQ(other.path(), runtime.file("shop-8051.sock"));
  EXPECT_EQ(same.path(), runtime.file("shop-8050-" + std::to_string(getpid()) + ".sock"));
}

TEST(OpenControlSocket, FilesOfServersThatAreGoneAreRemoved) {
  const RuntimeFolder runtime;
  const auto left = runtime.file("gone-1.sock"), text = runtime.file("text.sock");
  {
    ControlSocket gone = open_control_socket("auto", "gone", "2", {});
    std::filesystem::rename(gone.path(), left);
  }
  std::ofstream(text) << "text";
  ASSERT_TRUE(std::filesystem::exists(left));

  const ControlSocket next = open_control_socket("auto", "shop", "8050", {});

  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(text));
}

TEST(OpenControlSocket, AnEmptySettingIsNoSocket) {
  ControlSocket none = open_control_socket("", "shop", "8050", {});

  EXPECT_FALSE(none);
  EXPECT_EQ(none.turn(1), UINT64_MAX);
}

}  // namespace
}  // namespace ekiden::server
