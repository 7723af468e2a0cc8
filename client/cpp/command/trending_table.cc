#include "client/cpp/command/trending_table.h"

#include <string>

#include "absl/strings/str_format.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Against the board of the day before: "new", "back" when the paper had votes
// before but was not on it, "=", "+3" or "-2".
Piece Change(const v1::TrendingPaper& entry) {
  if (!entry.has_previous_rank()) {
    return {entry.newcomer() ? "new" : "back", Style::kBold};
  }
  const int64_t climbed =
      int64_t{entry.previous_rank()} - int64_t{entry.rank()};
  if (climbed == 0) return {"=", Style::kDim};
  return {absl::StrFormat("%+d", climbed)};
}

// As many digits as tell neighbours on a board apart.
std::string ScoreText(v1::TrendingFormula formula, double score) {
  switch (formula) {
    case v1::TRENDING_FORMULA_UNSPECIFIED:
    case v1::TRENDING_FORMULA_VOTES:
      return absl::StrFormat("%.0f", score);
    case v1::TRENDING_FORMULA_REDDIT_HOT:
    case v1::TRENDING_FORMULA_WILSON:
      return absl::StrFormat("%.4f", score);
    default:  // these fade by powers of ten
      return score < 1000 ? absl::StrFormat("%#.4g", score)
                          : absl::StrFormat("%.0f", score);
  }
}

}  // namespace

void PrintBoard(
    const google::protobuf::RepeatedPtrField<v1::TrendingPaper>& papers,
    v1::TrendingFormula formula, Output& out) {
  Table table({{.heading = "#", .right = true},
               {.heading = "CHANGE", .right = true},
               {.heading = "SCORE", .right = true},
               {.heading = "VOTES", .right = true},
               {.heading = "TITLE", .stretch = true},
               {.heading = "AUTHORS", .most = 24, .drop = 2},
               {.heading = "CATEGORY", .most = 12, .drop = 3},
               {.heading = "DATE", .drop = 1},
               {.heading = "ID"}});
  for (const v1::TrendingPaper& entry : papers) {
    const v1::Paper& paper = entry.paper();
    table.AddRow(
        {{{StrCat(entry.rank()), Style::kDim}},
         {Change(entry)},
         {{ScoreText(formula, entry.score())}},
         {{StrCat(entry.inputs().vote_count())}},
         TitleLine(paper, {}),
         {{ShortAuthors(paper)}},
         {{paper.categories().empty() ? "" : Printable(paper.categories(0))}},
         {{PublishedDate(paper), Style::kDim}},
         {{ShownId(paper), Style::kHeading}}});
  }
  table.Print(out);
}

}  // namespace paperwire::command
