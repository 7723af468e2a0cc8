#include "client/cpp/command/outage.h"

#include "client/cpp/command/errors.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Shorter breaks are mended without a word.
constexpr absl::Duration kWorthSaying = absl::Milliseconds(300);

}  // namespace

void Outage::Began(const absl::Status& why, absl::Duration wait) {
  if (wait < kWorthSaying || lost_.exchange(true)) return;
  context_.Say(StrCat("connection lost (", ShortCause(ToStd(why.message())),
                      "); trying again until it is back"));
}

void Outage::Ended() {
  if (lost_.exchange(false)) context_.Say("connected again");
}

}  // namespace paperwire::command
