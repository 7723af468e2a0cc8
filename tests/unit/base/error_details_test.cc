#include "service/base/error_details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "service/base/status_macros.h"

namespace paperwire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(InvalidFieldTest, CarriesFieldAndMessage) {
  const absl::Status status = InvalidField("query.text", "Unclosed quote");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "Unclosed quote");
  EXPECT_EQ(FieldOf(status), "query.text");
  EXPECT_FALSE(ReasonOf(status).has_value());
}

TEST(InvalidFieldTest, PlainStatusesHaveNoField) {
  EXPECT_FALSE(FieldOf(absl::InvalidArgumentError("x")).has_value());
  EXPECT_FALSE(FieldOf(absl::OkStatus()).has_value());
}

TEST(WithReasonTest, CarriesReasonAndFacts) {
  const absl::Status status =
      WithReason(absl::NotFoundError("gone"), "PAPER_NOT_FOUND",
                 {{"name", "papers/a"}, {"empty", ""}});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "gone");
  const std::optional<ErrorReason> reason = ReasonOf(status);
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->reason, "PAPER_NOT_FOUND");
  EXPECT_THAT(reason->facts,
              ElementsAre(Pair("empty", ""), Pair("name", "papers/a")));
}

TEST(WithReasonTest, GoesTogetherWithAField) {
  const absl::Status status = WithReason(InvalidField("a", "b"), "BAD");
  EXPECT_EQ(FieldOf(status), "a");
  EXPECT_EQ(ReasonOf(status)->reason, "BAD");
  EXPECT_TRUE(ReasonOf(status)->facts.empty());
}

TEST(PrefixFieldTest, LengthensThePath) {
  EXPECT_EQ(FieldOf(PrefixField("query", InvalidField("text", "m"))),
            "query.text");
  const absl::Status other = absl::InternalError("m");
  EXPECT_EQ(PrefixField("query", other), other);
  EXPECT_TRUE(PrefixField("query", absl::OkStatus()).ok());
}

absl::Status Check(const absl::Status& inner, int* after) {
  RETURN_IF_ERROR(inner);
  ++*after;
  return absl::OkStatus();
}

TEST(StatusMacrosTest, ReturnIfErrorStopsAtErrorsOnly) {
  int after = 0;
  EXPECT_EQ(Check(absl::AbortedError("x"), &after), absl::AbortedError("x"));
  EXPECT_EQ(after, 0);
  EXPECT_TRUE(Check(absl::OkStatus(), &after).ok());
  EXPECT_EQ(after, 1);
}

absl::StatusOr<std::string> Join(absl::StatusOr<std::string> a,
                                 absl::StatusOr<std::string> b) {
  ASSIGN_OR_RETURN(const std::string first, std::move(a));
  std::string second;
  ASSIGN_OR_RETURN(second, std::move(b));
  return first + second;
}

TEST(StatusMacrosTest, AssignOrReturnTakesValuesAndHandsErrorsUp) {
  EXPECT_EQ(*Join("a", "b"), "ab");
  EXPECT_EQ(Join(absl::AbortedError("x"), "b").status(),
            absl::AbortedError("x"));
  EXPECT_EQ(Join("a", absl::AbortedError("y")).status(),
            absl::AbortedError("y"));
}

}  // namespace
}  // namespace paperwire
