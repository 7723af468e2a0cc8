#include "service/http/parameters.h"

#include "tests/unit/status_matchers.h"

namespace paperwire::http {
namespace {

using Given = std::multimap<std::string, std::string>;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ParametersTest, AnUnknownOneIsToldWithThoseThatThereAre) {
  EXPECT_THAT(Parameters::Of(Given{{"limt", "5"}}, {"q", "limit"}),
              IsError(kInvalid,
                      "no parameter \"limt\" here. There are: q, "
                      "limit."));
  EXPECT_THAT(Parameters::Of(Given{{"a", ""}}, {}),
              IsError(kInvalid, "there are none"));
  EXPECT_THAT(Parameters::Of(Given{{"\n\x1b[", ""}}, {}),
              IsError(kInvalid, "\"??[\""));
}

TEST(ParametersTest, EachStandsOnceAndIsUtf8) {
  EXPECT_THAT(Parameters::Of(Given{{"q", "a"}, {"q", "b"}}, {"q"}),
              IsError(kInvalid, "q: It stands there twice."));
  EXPECT_THAT(Parameters::Of(Given{{"q", "\xff"}}, {"q"}),
              IsError(kInvalid, "q: It is not valid UTF-8."));
}

TEST(ParametersTest, Numbers) {
  const auto number = [](const char* text) {
    return Parameters::Of(Given{{"n", text}}, {"n"})->Number("n", 7, 1, 200);
  };
  EXPECT_EQ(*number("200"), 200);
  EXPECT_EQ(*number(""), 7);
  for (const char* text : {"0", "201", "-1", "1.5", "x", "99999999999999"}) {
    EXPECT_THAT(number(text),
                IsError(kInvalid, "is no whole number from 1 to 200."))
        << text;
  }
}

TEST(ParametersTest, Choices) {
  const auto choice = [](const char* text) {
    return Parameters::Of(Given{{"c", text}}, {"c"})
        ->Choice<int>("c", {{"one", 1}, {"two", 2}});
  };
  EXPECT_EQ(*choice("two"), 2);
  EXPECT_EQ(*choice(""), 1);
  EXPECT_THAT(choice("three"),
              IsError(kInvalid,
                      "c: There is no \"three\". There are: one, "
                      "two."));
}

TEST(AddressTest, HoldsWhatHasAValueEncoded) {
  EXPECT_EQ(AddressOf("/x", {{"a", ""}, {"q", "a b&c=\u00e9"}, {"n", "5"}}),
            "/x?q=a%20b%26c%3D%C3%A9&n=5");
  EXPECT_EQ(AddressOf("/x", {{"a", ""}}), "/x");
}

}  // namespace
}  // namespace paperwire::http
