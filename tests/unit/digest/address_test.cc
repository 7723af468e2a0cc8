#include "service/digest/address.h"

#include <string>

#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::digest {
namespace {

auto Refused(std::string_view why) {
  return IsError(absl::StatusCode::kInvalidArgument, std::string(why));
}

TEST(AddressTest, TakesWhatServersTake) {
  for (const char* address :
       {"a@b.org", "reader@example.org", "first.last+papers@mail.example.co.uk",
        "o'neill@example.org", "a=b/c@example.org", "x@1und1.de", "x@3.14.org",
        "reader@localhost", "reader@LOCALHOST", "R@EXAMPLE.ORG",
        "x@xn--bcher-kva.example", "!#$%&'*+-/=?^_`{|}~@example.org"}) {
    EXPECT_OK(CheckAddress(address)) << address;
  }
  EXPECT_OK(CheckAddress(std::string(64, 'a') + "@example.org"));
  EXPECT_OK(CheckAddress("a@" + std::string(63, 'b') + ".org"));
}

TEST(AddressTest, SaysWhatIsWrong) {
  struct Case {
    std::string address;
    const char* why;
  };
  const Case cases[] = {
      {"", "no address"},
      {"reader", "no \"@\""},
      {"@example.org", "nothing before"},
      {"reader@", "nothing behind"},
      {"a b@example.org", "space"},
      {" reader@example.org", "space"},
      {"reader@example.org ", "space"},
      {"reader@exa mple.org", "space"},
      {"a@example.org, b@example.org", "several addresses"},
      {"a@example.org;b@example.org", "several addresses"},
      {"a@b@example.org", "several"},
      {"Reader <reader@example.org>", "angle brackets"},
      {"<reader@example.org>", "angle brackets"},
      {"\"a b\"@example.org", "quoted"},
      {"\"a@b,c\"@example.org", "quoted"},
      {"a\"b@example.org", "cannot stand before"},
      {"a(comment)@example.org", "cannot stand before"},
      {"a\\b@example.org", "cannot stand before"},
      {"a:b@example.org", "cannot stand before"},
      {".a@example.org", "dot"},
      {"a.@example.org", "dot"},
      {"a..b@example.org", "dot"},
      {"a@.example.org", "dot"},
      {"a@example.org.", "dot"},
      {"a@example..org", "dot"},
      {"a@example", "has no dot"},
      {"a@localhosts", "has no dot"},
      {"a@-example.org", "hyphen"},
      {"a@example-.org", "hyphen"},
      {"a@exam_ple.org", "cannot stand in a domain"},
      {"a@example.org:25", "cannot stand in a domain"},
      {"a@[192.0.2.1]", "literal address"},
      {"a@192.0.2.1", "is a number"},
      {"a@b\xc3\xbc"
       "cher.example",
       "xn--"},
      {"l\xc3\xa9on@example.org", "not ASCII"},
      {"a@example.org\r\nBcc: b@example.org", "control character"},
      {std::string("a@exa\0mple.org", 14), "control character"},
      {"a\x7f@example.org", "control character"},
      {std::string(65, 'a') + "@example.org", "65 bytes before"},
      {"a@" + std::string(64, 'b') + ".org", "64 letters"},
      {"a@" + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
           std::string(63, 'd') + "." + std::string(61, 'e'),
       "255 bytes"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(CheckAddress(c.address), Refused(c.why)) << c.address;
  }
}

TEST(AddressTest, IsTheSameInLowerCase) {
  EXPECT_EQ(NormalAddress("Reader+X@Example.ORG"), "reader+x@example.org");
}

TEST(AddressTest, ReadsMailboxes) {
  struct Case {
    const char* text;
    const char* name;
  };
  const Case cases[] = {
      {"d@example.org", ""},
      {"<d@example.org>", ""},
      {" Paperwire <d@example.org> ", "Paperwire"},
      {"Paper Wire<d@example.org>", "Paper Wire"},
      {"\"Papers, daily\" <d@example.org>", "Papers, daily"},
      {R"("The \"wire\" \\ <x@y.org>" <d@example.org>)",
       R"(The "wire" \ <x@y.org>)"},
      {"Z\xc3\xbcrich <d@example.org>", "Z\xc3\xbcrich"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<Mailbox> mailbox = ParseMailbox(c.text);
    ASSERT_OK(mailbox) << c.text;
    EXPECT_EQ(mailbox->name, c.name) << c.text;
    EXPECT_EQ(mailbox->address, "d@example.org") << c.text;
  }
}

TEST(AddressTest, RefusesWhatIsNoMailbox) {
  EXPECT_THAT(ParseMailbox(""), Refused("no address"));
  EXPECT_THAT(ParseMailbox("Paperwire"), Refused("no \"@\""));
  EXPECT_THAT(ParseMailbox("Paperwire d@example.org"), Refused("space"));
  EXPECT_THAT(ParseMailbox("d@example.org>"), Refused("without a \"<\""));
  EXPECT_THAT(ParseMailbox("A \"b\" <d@example.org>"), Refused("inside"));
  EXPECT_THAT(ParseMailbox("\"A <d@example.org>"), Refused("do not fit"));
  EXPECT_THAT(ParseMailbox("\"A\" b <d@example.org>"), Refused("do not fit"));
  EXPECT_THAT(ParseMailbox("A <a@example.org>, B <b@example.org>"), IsOk())
      << "a comma may stand in a name";
}

}  // namespace
}  // namespace paperwire::digest
