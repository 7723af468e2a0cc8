// Matchers for absl::Status and absl::StatusOr.

#ifndef PAPERWIRE_TESTS_UNIT_STATUS_MATCHERS_H_
#define PAPERWIRE_TESTS_UNIT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/error_details.h"

namespace paperwire {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P2(IsError, code, part, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         std::string(StatusOf(arg).message()).find(part) != std::string::npos;
}

MATCHER_P(HasReason, reason, "") {
  *result_listener << StatusOf(arg).ToString();
  const auto found = ReasonOf(StatusOf(arg));
  return found.has_value() && found->reason == reason;
}

}  // namespace paperwire

#define ASSERT_OK(expression) ASSERT_THAT(expression, ::paperwire::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT(expression, ::paperwire::IsOk())

#endif  // PAPERWIRE_TESTS_UNIT_STATUS_MATCHERS_H_
