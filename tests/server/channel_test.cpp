// SPDX-License-Identifier: MIT
#include "server/channel.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace ekiden::server {
namespace {

TEST(Channel, AnOrderArrivesWithItsDescriptor) {
  const ChannelPair pair = make_channel();
  const ChannelPair worker = make_channel();
  ASSERT_TRUE(send_order(pair.master, {7, 3}, worker.child.get()));

  Packet packet;
  ASSERT_EQ(receive(pair.child, packet), Received::packet);

  EXPECT_EQ(as_order(packet)->slot, 7U);
  EXPECT_EQ(as_order(packet)->number, 3U);
  ASSERT_TRUE(send_hello(packet.passed.get(), 4711));
  ASSERT_EQ(receive(worker.master, packet), Received::packet);
  EXPECT_EQ(as_hello(packet), 4711);
}

TEST(Channel, MessagesKeepTheirBoundariesAndOrder) {
  const ChannelPair pair = make_channel();
  send_report(pair.child, MoldMessage::ready, "");
  send_report(pair.child, MoldMessage::failed, "because");

  Packet packet;
  ASSERT_EQ(receive(pair.master, packet), Received::packet);
  EXPECT_EQ(packet.bytes, "R");
  ASSERT_EQ(receive(pair.master, packet), Received::packet);
  EXPECT_EQ(packet.bytes, "Fbecause");
  EXPECT_EQ(receive(pair.master, packet), Received::nothing);
}

TEST(Channel, AnythingElseIsNoOrderAndNoHello) {
  for (const char* text : {"", "S", "H", "Hxx", "Sxxxxxxxxx"}) {
    Packet packet;
    packet.bytes = text;
    EXPECT_FALSE(as_order(packet)) << text;
    EXPECT_FALSE(as_hello(packet)) << text;
  }
}

TEST(Channel, TheEndOfTheOtherSideIsSeenAfterItsLastMessage) {
  ChannelPair pair = make_channel();
  send_report(pair.child, MoldMessage::ready, "loaded");
  pair.child.reset();

  Packet packet;
  EXPECT_EQ(receive(pair.master, packet), Received::packet);
  EXPECT_EQ(receive(pair.master, packet), Received::closed);
  EXPECT_FALSE(send(pair.master, "anybody there?"));
}

TEST(Channel, AFullChannelRefusesInsteadOfBlocking) {
  const ChannelPair pair = make_channel();
  int sent = 0;
  while (send(pair.master, std::string(1000, 'x'))) ++sent;

  EXPECT_EQ(errno, EAGAIN);
  EXPECT_GT(sent, 10);
}

TEST(Channel, ALongTextIsCut) {
  const ChannelPair pair = make_channel();
  ASSERT_TRUE(send_report(pair.child, MoldMessage::failed, std::string(100'000, 'x')));

  Packet packet;
  ASSERT_EQ(receive(pair.master, packet), Received::packet);
  EXPECT_EQ(packet.bytes.size(), kMaxMessage);
}

}  // namespace
}  // namespace ekiden::server
