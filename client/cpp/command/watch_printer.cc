#include "client/cpp/command/watch_printer.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Where reasons begin: below the title.
constexpr int kIndent = sizeof("14:03:22  ") - 1;
// Longer terms would take the room of what stands there.
constexpr int kMostTerm = 24;
constexpr int kField = sizeof("published") - 1;
constexpr int kLeastFragment = 8;

// All reasons in one cell: sparse in title: "..."; sparse in abstract: "...".
std::string ReasonsCell(const v1::WatchMatch& match) {
  std::string cell;
  for (const v1::MatchReason& reason : match.reasons()) {
    StrAppend(&cell, cell.empty() ? "" : "; ", reason.term(), " in ",
              reason.field(), ": \"", reason.fragment(), "\"");
  }
  return Printable(cell);
}

}  // namespace

void WatchPrinter::Print(const v1::WatchResponse& event) {
  if (event.has_match()) ++matches_;
  Remark(event);
  if (context_.json()) {
    context_.out.Write(StrCat(ToJson(event), "\n"));
  } else if (event.has_match()) {
    if (!context_.out.terminal()) {
      PrintRow(event.match());
    } else {
      PrintLine(event.match());
      PrintReasons(event.match());
    }
  }
}

void WatchPrinter::Remark(const v1::WatchResponse& event) {
  if (event.has_reset()) {
    context_.Say(
        "the server's journal is older than this place in it: its data was "
        "put back. Going on from its end; papers may come again");
  } else if (event.has_progress()) {
    for (const std::string& line :
         late_sources_.Changes(event.progress().sources(), absl::Now())) {
      context_.Say(line);
    }
  } else if (event.has_caught_up() && context_.err.terminal() &&
             !context_.json() && !context_.args.Has("until-caught-up")) {
    context_.Say("up to date, waiting for new papers; Ctrl-C ends");
  }
}

void WatchPrinter::PrintRow(const v1::WatchMatch& match) {
  const v1::Paper& paper = match.paper();
  const Line title = TitleLine(paper, match.highlights());
  context_.out.Write(StrCat(
      match.sequence(), "\t", match.created() ? "new" : "changed", "\t",
      PublishedDate(paper), "\t", Render(title, context_.out.color()), "\t",
      ShortAuthors(paper), "\t", ShownId(paper),
      context_.args.Has("explain") ? StrCat("\t", ReasonsCell(match)) : "",
      "\n"));
}

void WatchPrinter::PrintLine(const v1::WatchMatch& match) {
  const v1::Paper& paper = match.paper();
  Output& out = context_.out;
  Line line = {{LocalTime(absl::Now()).substr(11), Style::kDim}, {"  "}};
  Line rest = {{"  "}};
  if (out.columns() >= 100) {
    rest = Fit({{"  "}, {ShortAuthors(paper)}}, 24, Pad::kRight);
    rest.push_back({"  "});
  }
  rest.push_back({ShownId(paper), Style::kHeading});
  const int room = out.columns() - Width(line) - Width(rest);
  const Line title = TitleLine(paper, match.highlights());
  for (Piece& piece : Fit(title, room, Pad::kRight)) {
    line.push_back(std::move(piece));
  }
  line.insert(line.end(), rest.begin(), rest.end());
  out.Write(
      StrCat(Render(Fit(line, out.columns(), Pad::kNone), out.color()), "\n"));
}

void WatchPrinter::PrintReasons(const v1::WatchMatch& match) {
  Output& out = context_.out;
  int widest = 0;
  for (const v1::MatchReason& reason : match.reasons()) {
    widest = std::max(widest, Width(Printable(reason.term())));
  }
  widest = std::min(widest, kMostTerm);
  const int head = kIndent + widest + 2 + kField + 2;
  for (const v1::MatchReason& reason : match.reasons()) {
    Line first = {{std::string(kIndent, ' ')}};
    for (Line cell :
         {Fit({{Printable(reason.term()), Style::kMatch}}, widest, Pad::kRight),
          Fit({{Printable(reason.field()), Style::kDim}}, kField,
              Pad::kRight)}) {
      std::move(cell.begin(), cell.end(), std::back_inserter(first));
      first.push_back({"  "});
    }
    // Whole, since the term may stand in the middle of it.
    for (Line& line : Wrap({{Printable(reason.fragment())}},
                           std::max(out.columns() - head, kLeastFragment))) {
      if (first.empty()) first.push_back({std::string(head, ' ')});
      std::move(line.begin(), line.end(), std::back_inserter(first));
      out.Write(StrCat(
          Render(Fit(first, out.columns(), Pad::kNone), out.color()), "\n"));
      first.clear();
    }
  }
}

}  // namespace paperwire::command
