#include "service/rpc/status.h"

#include "google/rpc/error_details.pb.h"
#include "service/base/error_details.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::rpc {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

TEST(StatusTest, OkIsOk) { EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok()); }

TEST(StatusTest, AFieldBecomesABadRequest) {
  const grpc::Status status =
      ToGrpc(PrefixField("query", InvalidField("text", "It is wrong.")));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "It is wrong.");
  const google::rpc::Status details = DetailsOf(status);
  ASSERT_EQ(details.details_size(), 2);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "paperwire.io");
  EXPECT_EQ(info.reason(), "INVALID_FIELD");
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.details(1).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "query.text");
}

TEST(StatusTest, AReasonTravelsWithItsFacts) {
  const grpc::Status status = ToGrpc(WithReason(
      absl::NotFoundError("Gone."), "PAPER_NOT_FOUND", {{"name", "papers/x"}}));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(DetailsOf(status).details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "PAPER_NOT_FOUND");
  EXPECT_EQ(info.metadata().at("name"), "papers/x");
}

TEST(StatusTest, WithoutAReasonTheCodeIsOne) {
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(DetailsOf(ToGrpc(absl::InternalError("x")))
                  .details(0)
                  .UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INTERNAL");
}

}  // namespace
}  // namespace paperwire::rpc
