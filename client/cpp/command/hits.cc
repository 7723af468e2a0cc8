#include "client/cpp/command/hits.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "client/cpp/command/bar.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr char kPartialRemark[] = "— only some of the words —";

void Explain(const v1::Explanation& part, int depth, std::vector<Line>* lines) {
  lines->push_back(
      {{std::string(static_cast<size_t>(depth) * 2, ' '), Style::kPlain},
       {absl::StrFormat("%.4f  ", part.value()), Style::kHeading},
       {Printable(part.description()), Style::kDim}});
  // An honest explanation is a few levels deep.
  if (depth > 16) return;
  for (const v1::Explanation& detail : part.details()) {
    Explain(detail, depth + 1, lines);
  }
}

// What stands below the row of a hit.
std::vector<Line> Below(const v1::Hit& hit, const HitOptions& options,
                        int columns) {
  std::vector<Line> lines;
  if (options.abstracts) {
    const Line snippet = SnippetLine(hit.highlights());
    if (!snippet.empty()) lines = Wrap(snippet, std::min(columns - 5, 100));
  }
  if (options.explain) Explain(hit.explanation(), 0, &lines);
  return lines;
}

}  // namespace

void PrintHits(const google::protobuf::RepeatedPtrField<v1::Hit>& hits,
               const HitOptions& options, Output& out) {
  if (hits.empty()) return;
  Table table({{.heading = "#", .right = true},
               {.heading = "TITLE", .stretch = true},
               {.heading = "AUTHORS", .most = 24, .drop = 2},
               {.heading = "DATE"},
               {.heading = "VOTES", .right = true, .drop = 1},
               {.heading = "SCORE", .right = true, .drop = 3},
               {.heading = "VENUE", .most = 16, .drop = 4},
               {.heading = "ID"},
               {.heading = "", .most = 0}});
  int64_t rank = options.first_rank;
  bool partial_said = false;
  for (const v1::Hit& hit : hits) {
    const v1::Paper& paper = hit.paper();
    const bool partial = hit.match_kind() == v1::MATCH_KIND_PARTIAL;
    if (partial && !partial_said) {
      partial_said = true;
      table.AddRemark({{kPartialRemark, Style::kDim}});
    }
    table.AddRow({{{StrCat(rank++), Style::kDim}},
                  TitleLine(paper, hit.highlights()),
                  {{ShortAuthors(paper)}},
                  {{PublishedDate(paper)}},
                  {{Votes(paper)}},
                  {{absl::StrFormat("%.2f", hit.score()), Style::kDim}},
                  {{Printable(paper.venue())}},
                  {{ShownId(paper), Style::kHeading}},
                  {{partial ? "partial" : "full"}}});
    for (Line& line : Below(hit, options, out.columns())) {
      line.insert(line.begin(), {"     ", Style::kPlain});
      table.AddRemark(std::move(line));
    }
  }
  table.Print(out);
}

void PrintFacets(const google::protobuf::RepeatedPtrField<v1::Facet>& facets,
                 Output& out) {
  for (const v1::Facet& facet : facets) {
    std::string name = v1::FacetField_Name(facet.field());
    name = absl::AsciiStrToLower(name.substr(sizeof("FACET_FIELD_") - 1));
    if (!out.terminal()) {
      for (const v1::FacetValue& value : facet.values()) {
        out.Write(StrCat(name, "\t", Printable(value.value()), "\t",
                         value.count(), "\n"));
      }
      continue;
    }
    int64_t most = 1;
    int width = 1;
    for (const v1::FacetValue& value : facet.values()) {
      most = std::max(most, value.count());
      width = std::max(width, Width(Printable(value.value())));
    }
    width = std::min(width, 40);
    const int room = std::clamp(out.columns() - width - 16, 1, 40);
    out.Write(StrCat("\n",
                     Render({{StrCat("by ", name), Style::kBold}}, out.color()),
                     "\n"));
    for (const v1::FacetValue& value : facet.values()) {
      Line line = Fit({{Printable(value.value())}}, width, Pad::kRight);
      line.push_back({absl::StrFormat("%10s  ", WithCommas(value.count()))});
      line.push_back({Bar(value.count(), most, room), Style::kHeading});
      out.Write(StrCat("  ", Render(line, out.color()), "\n"));
    }
    if (facet.other_values() > 0) {
      out.Write(
          Render({{StrCat("  and ", WithCommas(facet.other_values()), " more"),
                   Style::kDim}},
                 out.color()) +
          "\n");
    }
  }
}

std::string WithCommas(int64_t number) {
  const std::string digits = StrCat(number);
  const size_t sign = number < 0 ? 1 : 0;
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > sign && (digits.size() - i) % 3 == 0) result.push_back(',');
    result.push_back(digits[i]);
  }
  return result;
}

}  // namespace paperwire::command
