#include "service/rpc/boost.h"

#include <string_view>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {
namespace {

constexpr double kMaxWeight = 100;

absl::Status CheckWeight(double weight, std::string_view field) {
  if (weight >= 0 && weight <= kMaxWeight) return absl::OkStatus();
  return InvalidField(field, StrCat("The weight is ", weight,
                                    "; write a number from 0 (no boost) to ",
                                    kMaxWeight, "."));
}

}  // namespace

absl::StatusOr<index::Boost> ParseBoost(const v1::SearchRequest& request,
                                        absl::Time from) {
  const v1::Boost& boost = request.boost();
  RETURN_IF_ERROR(CheckWeight(boost.recency_weight(), "boost.recency_weight"));
  RETURN_IF_ERROR(CheckWeight(boost.votes_weight(), "boost.votes_weight"));
  absl::Duration half_life = absl::Hours(24 * 365);
  if (boost.has_recency_half_life()) {
    half_life = ToDuration(boost.recency_half_life());
    if (half_life < absl::Seconds(1)) {
      return InvalidField("boost.recency_half_life",
                          StrCat("The half-life is ",
                                 absl::ToDoubleSeconds(half_life),
                                 " s; write one second or more."));
    }
  }
  index::Boost parsed;
  parsed.recency_weight = boost.recency_weight();
  parsed.half_life_seconds = absl::ToDoubleSeconds(half_life);
  parsed.from = absl::ToUnixSeconds(from);
  parsed.votes_weight = boost.votes_weight();
  return parsed;
}

}  // namespace paperwire::rpc
