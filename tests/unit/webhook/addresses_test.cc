#include "service/webhook/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "tests/unit/status_matchers.h"

namespace paperwire::webhook {
namespace {

bool Public(std::string_view text) {
  const std::optional<sockaddr_storage> address = ParseAddress(text);
  EXPECT_TRUE(address.has_value()) << text;
  return IsPublic(reinterpret_cast<const sockaddr&>(*address));
}

TEST(AddressesTest, PublicOnes) {
  for (const char* text : {"1.1.1.1",
                           "8.8.8.8",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.255.255.255",
                           "128.0.0.1",
                           "169.253.255.255",
                           "169.255.0.0",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.0.1.0",
                           "192.0.3.0",
                           "192.88.98.1",
                           "192.167.255.255",
                           "192.169.0.0",
                           "198.17.255.255",
                           "198.20.0.0",
                           "198.51.99.1",
                           "203.0.112.1",
                           "223.255.255.255",
                           "2606:4700:4700::1111",
                           "2a00:1450:4001:82a::200e",
                           "[2620:fe::fe]",
                           "2001:200::1",
                           "::ffff:8.8.8.8",
                           "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(Public(text)) << text;
  }
}

TEST(AddressesTest, OthersOfIpv4) {
  for (const char* text :
       {"0.0.0.0",         "0.1.2.3",         "10.0.0.0",
        "10.255.255.255",  "100.64.0.0",      "100.127.255.255",
        "127.0.0.1",       "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "172.16.0.0",      "172.31.255.255",
        "192.0.0.8",       "192.0.2.1",       "192.88.99.1",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",
        "198.19.255.255",  "198.51.100.7",    "203.0.113.9",
        "224.0.0.1",       "239.255.255.255", "240.0.0.1",
        "255.255.255.255"}) {
    EXPECT_FALSE(Public(text)) << text;
  }
}

TEST(AddressesTest, OthersOfIpv6) {
  for (const char* text :
       {"::", "::1", "[::1]", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
        "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2002:7f00:1::1",
        "2002:808:808::1", "3fff::1", "100::1", "4000::1", "5f00::1",
        // IPv4 in disguise.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3",
        "64:ff9b:1::8.8.8.8"}) {
    EXPECT_FALSE(Public(text)) << text;
  }
}

TEST(AddressesTest, OtherFamiliesAreNotPublic) {
  sockaddr address = {};
  address.sa_family = AF_UNIX;
  EXPECT_FALSE(IsPublic(address));
}

TEST(AddressesTest, NamesAreNoAddresses) {
  for (const char* text : {"", "localhost", "example.org", "127.1", "0x7f.1",
                           "[localhost]", "1.2.3.4.5", "8.8.8.8 "}) {
    EXPECT_FALSE(ParseAddress(text).has_value()) << text;
  }
}

TEST(AddressesTest, KnowsItsOwn) {
  const auto own = [](const char* text) {
    return IsOfThisMachine(
        reinterpret_cast<const sockaddr&>(*ParseAddress(text)));
  };
  EXPECT_TRUE(own("127.0.0.1"));
  EXPECT_TRUE(own("::ffff:127.0.0.1"));
  EXPECT_FALSE(own("192.0.2.77"));
  EXPECT_FALSE(own("2001:db8::77"));
}

}  // namespace
}  // namespace paperwire::webhook
