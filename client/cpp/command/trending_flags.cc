#include "client/cpp/command/trending_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr char kWindow[] = "TRENDING_WINDOW_";
constexpr char kFormula[] = "TRENDING_FORMULA_";

}  // namespace

const std::vector<std::string>& WindowNames() {
  static const auto* const kNames =
      new std::vector<std::string>{"day", "week", "month", "all"};
  return *kNames;
}

v1::TrendingWindow WindowOf(const std::string& name) {
  v1::TrendingWindow window = v1::TRENDING_WINDOW_UNSPECIFIED;
  v1::TrendingWindow_Parse(StrCat(kWindow, absl::AsciiStrToUpper(name)),
                           &window);
  return window;
}

std::string WindowName(v1::TrendingWindow window) {
  if (window == v1::TRENDING_WINDOW_UNSPECIFIED) return "week";
  const std::string known = v1::TrendingWindow_Name(window);
  std::string_view name = known;
  ConsumePrefix(&name, kWindow);
  return name.empty() ? "unknown" : absl::AsciiStrToLower(ToAbsl(name));
}

std::vector<FlagSpec> FormulaFlags() {
  return {
      {.name = "formula",
       .letter = 'f',
       .kind = FlagKind::kText,
       .value = "FORMULA",
       .help = "How they count: votes (default), hacker-news, reddit-hot, "
               "velocity or wilson",
       .choices = {"votes", "hacker-news", "reddit-hot", "velocity", "wilson"}},
      {.name = "half-life",
       .kind = FlagKind::kText,
       .value = "LENGTH",
       .help = "Of velocity: after how long a vote counts half (90m, 12h, "
               "7d; default 1d)",
       .hints = {"6h", "12h", "1d", "7d"}}};
}

absl::StatusOr<Formula> FormulaOf(const Arguments& args, Formula was) {
  Formula formula = was;
  if (args.Has("formula")) {
    // The flag's choices are the names of the formulas.
    v1::TrendingFormula_Parse(
        StrCat(kFormula,
               absl::StrReplaceAll(absl::AsciiStrToUpper(args.Text("formula")),
                                   {{"-", "_"}})),
        &formula.value);
  }
  if (formula.value != v1::TRENDING_FORMULA_VELOCITY) formula.half_life.reset();
  if (!args.Has("half-life")) return formula;
  if (formula.value != v1::TRENDING_FORMULA_VELOCITY) {
    return absl::InvalidArgumentError(StrCat(
        "--half-life means nothing to the formula ", FormulaName(formula.value),
        "; say --formula velocity, or leave it out"));
  }
  const absl::StatusOr<absl::Duration> half_life =
      ParseLength(args.Text("half-life"));
  if (!half_life.ok()) {
    return absl::InvalidArgumentError(
        StrCat("--half-life: ", ToStd(half_life.status().message())));
  }
  formula.half_life = *half_life;
  return formula;
}

std::string FormulaName(v1::TrendingFormula formula) {
  if (formula == v1::TRENDING_FORMULA_UNSPECIFIED) return "votes";
  const std::string known = v1::TrendingFormula_Name(formula);
  std::string_view name = known;
  ConsumePrefix(&name, kFormula);
  if (name.empty()) return "unknown";
  return absl::StrReplaceAll(absl::AsciiStrToLower(ToAbsl(name)), {{"_", "-"}});
}

}  // namespace paperwire::command
