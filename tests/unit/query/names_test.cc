#include "service/query/names.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "service/query/parser.h"
#include "service/query/query.h"
#include "service/text/names.h"

namespace paperwire::query {
namespace {

Node Typed(const std::string& text) {
  v1::Query request;
  request.set_text(text);
  absl::StatusOr<Query> query = Parse(request);
  EXPECT_TRUE(query.ok()) << query.status();
  return query.ok() ? query->root : Node();
}

// The tree with initials as text, or "" when it has no name.
std::string Ways(const std::string& text) {
  const std::optional<Node> tree = WithInitials(Typed(text));
  return tree.has_value() ? ToString(*tree) : "";
}

TEST(NamesTest, AForenameMayBeItsLetter) {
  EXPECT_EQ(Ways("author:\"Yoshua Bengio\""),
            "author:\"yoshua bengio\"~1 OR author:\"y bengio\"~1^0.5");
  EXPECT_EQ(Ways("author:\"Bengio, Yoshua\""),
            Ways("author:\"Yoshua Bengio\""));
  EXPECT_EQ(Ways("author:\"J\xc3\xbcrgen Schmidhuber\"~3^2"),
            "author:\"jurgen schmidhuber\"~3^2 OR "
            "author:\"j schmidhuber\"~3");
}

TEST(NamesTest, TheFirstForenameAndTheOthersAreEachWrittenOneWay) {
  EXPECT_EQ(Ways("author:\"Juan Carlos Niebles\""),
            "author:\"juan carlos niebles\"~1 OR "
            "author:\"j carlos niebles\"~1^0.5 OR "
            "author:\"juan c niebles\"~1^0.5 OR "
            "author:\"j c niebles\"~1^0.25");
  EXPECT_EQ(Ways("author:\"Tolkien, John Ronald Reuel\""),
            "author:\"john ronald reuel tolkien\"~1 OR "
            "author:\"j ronald reuel tolkien\"~1^0.5 OR "
            "author:\"john r r tolkien\"~1^0.5 OR "
            "author:\"j r r tolkien\"~1^0.25");
  // A letter is one already.
  EXPECT_EQ(Ways("author:\"Geoffrey E. Hinton\""),
            "author:\"geoffrey e hinton\"~1 OR author:\"g e hinton\"~1^0.5");
  EXPECT_EQ(Ways("author:\"J. Carlos Niebles\""),
            "author:\"j carlos niebles\"~1 OR author:\"j c niebles\"~1^0.5");
}

TEST(NamesTest, OfALetterThatWasTypedAnyForenameWillDo) {
  const Node typed = Typed("author:\"Geoffrey E. Hinton\"");
  const std::optional<Node> tree = WithInitials(typed);
  ASSERT_TRUE(tree.has_value());
  const Node& shorter = tree->children[1];
  EXPECT_EQ(shorter.words[0].stem, text::BareInitial("g"));
  EXPECT_EQ(shorter.words[1].stem, text::Initial("e"));
  EXPECT_EQ(shorter.begin, typed.begin);
  EXPECT_EQ(shorter.end, typed.end);
}

TEST(NamesTest, WhatIsNoNameStays) {
  for (const char* text :
       {"author:bengio", "\"yoshua bengio\"", "title:\"yoshua bengio\"",
        "author:\"yoshua bengio\"~0", "author:exact:\"yoshua bengio\"",
        "author:yoshua-bengio", "author:(yoshua bengio)",
        // Which is the surname cannot be told.
        "author:\"Weinan E\"", "author:\"Hinton G\"",
        // No letter that the index keeps.
        "author:\"\xd0\xae\xd1\x80\xd0\xb8\xd0\xb9 "
        "\xd0\x93\xd0\xb0\xd0\xb3\xd0\xb0\"",
        "author:\"Y. Bengio\"", ""}) {
    EXPECT_EQ(Ways(text), "") << text;
  }
}

TEST(NamesTest, TheTreeStaysInNormalForm) {
  EXPECT_EQ(Ways("rivers OR author:\"Ada Brook\" OR lakes"),
            "rivers OR author:\"ada brook\"~1 OR author:\"a brook\"~1^0.5 OR "
            "lakes");
  EXPECT_EQ(Ways("rivers -author:\"Ada Brook\"^3"),
            "rivers -(author:\"ada brook\"~1 OR author:\"a brook\"~1)");
  EXPECT_EQ(Ways("a1 (b1 OR author:\"Ada Brook\")"),
            "a1 (b1 OR author:\"ada brook\"~1 OR author:\"a brook\"~1^0.5)");
}

TEST(NamesTest, EvaluatedIsTheTreeItselfWhereItHasNoName) {
  const Node plain = Typed("rivers");
  EXPECT_EQ(&Evaluated(plain).root(), &plain);
  const Node name = Typed("author:\"Ada Brook\"");
  EXPECT_EQ(Evaluated(name).root().kind, Node::Kind::kOr);
  EXPECT_EQ(name.kind, Node::Kind::kPhrase);
}

}  // namespace
}  // namespace paperwire::query
