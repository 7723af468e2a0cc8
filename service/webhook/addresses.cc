// The registries: iana.org/assignments/iana-ipv4-special-registry and
// iana-ipv6-special-registry (RFC 6890). Of IPv6 only 2000::/3 is given out,
// so all else is refused without a list.

#include "service/webhook/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace paperwire::webhook {
namespace {

struct Range4 {
  uint32_t network;
  int bits;
};

constexpr uint32_t Ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Range4 kSpecial4[] = {
    {Ip(0, 0, 0, 0), 8},        // this network, unspecified
    {Ip(10, 0, 0, 0), 8},       // private
    {Ip(100, 64, 0, 0), 10},    // shared by carriers
    {Ip(127, 0, 0, 0), 8},      // loopback
    {Ip(169, 254, 0, 0), 16},   // link-local, metadata of clouds
    {Ip(172, 16, 0, 0), 12},    // private
    {Ip(192, 0, 0, 0), 24},     // IETF
    {Ip(192, 0, 2, 0), 24},     // documentation
    {Ip(192, 88, 99, 0), 24},   // 6to4 relays
    {Ip(192, 168, 0, 0), 16},   // private
    {Ip(198, 18, 0, 0), 15},    // benchmarking
    {Ip(198, 51, 100, 0), 24},  // documentation
    {Ip(203, 0, 113, 0), 24},   // documentation
    {Ip(224, 0, 0, 0), 4},      // multicast
    {Ip(240, 0, 0, 0), 4},      // reserved, broadcast
};

using Bytes6 = std::array<uint8_t, 16>;

struct Range6 {
  Bytes6 network;
  int bits;
};

constexpr Range6 kGlobal6 = {{0x20}, 3};
constexpr Range6 kSpecial6[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF: Teredo, benchmarking, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};
// What carries an IPv4 address in its last four bytes.
constexpr Range6 kCarriers6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},  // IPv4-mapped
    {{0x00, 0x64, 0xff, 0x9b}, 96},                    // NAT64
};

bool IsPublic4(uint32_t address) {
  return std::none_of(
      std::begin(kSpecial4), std::end(kSpecial4),
      [address](const Range4& range) {
        return ((address ^ range.network) >> (32 - range.bits)) == 0;
      });
}

bool IsIn(const Bytes6& address, const Range6& range) {
  const auto whole = static_cast<size_t>(range.bits / 8);
  if (!std::equal(address.begin(), address.begin() + whole,
                  range.network.begin())) {
    return false;
  }
  const int rest = range.bits % 8;
  return rest == 0 ||
         ((address[whole] ^ range.network[whole]) >> (8 - rest)) == 0;
}

bool IsPublic6(const Bytes6& address) {
  for (const Range6& range : kCarriers6) {
    if (IsIn(address, range)) {
      return IsPublic4(Ip(address[12], address[13], address[14], address[15]));
    }
  }
  return IsIn(address, kGlobal6) &&
         std::none_of(
             std::begin(kSpecial6), std::end(kSpecial6),
             [&](const Range6& range) { return IsIn(address, range); });
}

// The bytes of an address in the form of IPv6. False for other families.
bool ToBytes(const sockaddr& address, Bytes6* bytes) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, &address, sizeof(four));
    *bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::memcpy(bytes->data() + 12, &four.sin_addr, 4);
    return true;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, &address, sizeof(six));
    std::memcpy(bytes->data(), &six.sin6_addr, 16);
    return true;
  }
  return false;
}

}  // namespace

bool IsPublic(const sockaddr& address) {
  Bytes6 bytes;
  return ToBytes(address, &bytes) && IsPublic6(bytes);
}

bool IsOfThisMachine(const sockaddr& address) {
  Bytes6 wanted;
  if (!ToBytes(address, &wanted)) return false;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return false;
  bool found = false;
  for (const ifaddrs* i = interfaces; i != nullptr && !found; i = i->ifa_next) {
    Bytes6 bytes;
    found = i->ifa_addr != nullptr && ToBytes(*i->ifa_addr, &bytes) &&
            bytes == wanted;
  }
  freeifaddrs(interfaces);
  return found;
}

std::optional<sockaddr_storage> ParseAddress(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  const std::string terminated(text.substr(0, text.find('%')));  // the zone
  sockaddr_storage storage = {};
  sockaddr_in four = {};
  sockaddr_in6 six = {};
  if (inet_pton(AF_INET, terminated.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    std::memcpy(&storage, &four, sizeof(four));
    return storage;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    std::memcpy(&storage, &six, sizeof(six));
    return storage;
  }
  return std::nullopt;
}

}  // namespace paperwire::webhook
