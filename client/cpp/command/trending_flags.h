// The flags that say which board is meant, shared by `trending` and `digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_FLAGS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/spec.h"
#include "paperwire/v1/trending_service.pb.h"

namespace paperwire::command {

// "day", "week", "month" and "all": the choices of a flag.
const std::vector<std::string>& WindowNames();

// The window of one of these names, and back.
v1::TrendingWindow WindowOf(const std::string& name);
std::string WindowName(v1::TrendingWindow window);

// --formula and --half-life.
std::vector<FlagSpec> FormulaFlags();

struct Formula {
  v1::TrendingFormula value = v1::TRENDING_FORMULA_VOTES;
  std::optional<absl::Duration> half_life;
};

// What these flags say, in place of what was; another formula than velocity
// has no half-life. INVALID_ARGUMENT says which flag is wrong.
absl::StatusOr<Formula> FormulaOf(const Arguments& args, Formula was = {});

// "hacker-news", as --formula takes it.
std::string FormulaName(v1::TrendingFormula formula);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_FLAGS_H_
