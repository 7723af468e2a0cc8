#include "client/cpp/command/paper_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/page.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

std::string Authors(const v1::Paper& paper) {
  std::vector<std::string> names;
  for (const v1::Author& author : paper.authors()) {
    std::string name = author.name();
    if (!author.affiliations().empty()) {
      StrAppend(&name, " (", absl::StrJoin(author.affiliations(), "; "), ")");
    }
    names.push_back(std::move(name));
  }
  return absl::StrJoin(names, ", ");
}

std::string Dates(const v1::Paper& paper) {
  std::string text = PublishedDate(paper);
  if (paper.has_revised_time()) {
    StrAppend(&text, text.empty() ? "revised " : ", revised ",
              absl::FormatTime("%Y-%m-%d", FromProto(paper.revised_time()),
                               absl::UTCTimeZone()));
  }
  if (paper.versions_size() > 1) {
    StrAppend(&text, ", version ",
              paper.versions(paper.versions_size() - 1).number());
  }
  return text;
}

std::string Attention(const v1::Paper& paper) {
  std::vector<std::string> parts;
  const int64_t cast = paper.cast_vote_count();
  if (paper.has_vote_count() || cast > 0) {
    const int64_t votes = paper.vote_count() + cast;
    parts.push_back(
        StrCat(WithCommas(votes), votes == 1 ? " vote" : " votes",
               cast > 0 ? StrCat(" (", WithCommas(cast), " cast here)") : ""));
  }
  if (paper.has_comment_count()) {
    parts.push_back(StrCat(WithCommas(paper.comment_count()), " comments"));
  }
  for (const v1::Signal& signal : paper.signals()) {
    parts.push_back(absl::StrFormat("%.15g %s", signal.value(), signal.kind()));
  }
  return absl::StrJoin(parts, ", ");
}

std::string Featured(const v1::Paper& paper) {
  std::vector<std::string> days;
  for (const v1::Feature& feature : paper.features()) {
    std::string day = feature.day();
    if (!feature.source().empty()) StrAppend(&day, " ", feature.source());
    if (!feature.curator().empty()) StrAppend(&day, " by ", feature.curator());
    days.push_back(std::move(day));
  }
  return absl::StrJoin(days, ", ");
}

std::string LinkLabel(v1::Link::Kind kind) {
  switch (kind) {
    case v1::Link::KIND_ABSTRACT_PAGE:
      return "Page";
    case v1::Link::KIND_PDF:
      return "PDF";
    case v1::Link::KIND_CODE:
      return "Code";
    case v1::Link::KIND_PROJECT:
      return "Project";
    case v1::Link::KIND_DATA:
      return "Data";
    case v1::Link::KIND_MODEL:
      return "Model";
    case v1::Link::KIND_DEMO:
      return "Demo";
    case v1::Link::KIND_MEDIA:
      return "Media";
    default:
      return "Link";
  }
}

}  // namespace

void PrintPaper(const v1::Paper& paper, Output& out) {
  Page page(out);
  page.Text(paper.title(), Style::kBold);
  page.Text(Authors(paper), Style::kPlain);
  if (paper.state() == v1::Paper::STATE_WITHDRAWN) {
    page.Text("Withdrawn: kept, but neither searched nor delivered",
              Style::kError);
  }
  page.Gap();
  page.Row("Published", Dates(paper));
  page.Row("Categories", absl::StrJoin(paper.categories(), " "));
  page.Row("Venue", paper.venue());
  page.Row("Journal", paper.journal_ref());
  page.Row("Comment", paper.comment());
  page.Row("Attention", Attention(paper));
  page.Row("Featured", Featured(paper));
  page.Row("Keywords", absl::StrJoin(paper.keywords(), ", "));
  for (const v1::ExternalId& id : paper.external_ids()) {
    page.Row(id.scheme(), id.value(), Style::kHeading);
  }
  for (const v1::Link& link : paper.links()) {
    page.Row(LinkLabel(link.kind()), link.uri(), Style::kLink);
  }
  page.Row("Licence", paper.license());
  page.Row("Language", paper.language_code());
  page.Row("Sources", absl::StrJoin(paper.sources(), ", "));
  page.Row("Submitter", paper.submitter());
  page.Row("Name", paper.name());
  if (!paper.tldr().empty()) {
    page.Gap();
    page.Text(StrCat("In short: ", paper.tldr()), Style::kPlain);
  }
  if (!paper.abstract().empty()) {
    page.Gap();
    page.Text(paper.abstract(), Style::kPlain);
  }
}

}  // namespace paperwire::command
