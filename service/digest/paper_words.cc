#include "service/digest/paper_words.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "service/base/strings.h"
#include "service/digest/escape.h"
#include "service/digest/line.h"
#include "service/digest/phrases.h"
#include "service/text/analyzer.h"

namespace paperwire::digest {
namespace {

constexpr int kTitleColumns = 300;
constexpr int kShortTitleColumns = 160;
constexpr int kNameColumns = 60;
constexpr int kVenueColumns = 60;
constexpr int kWindowColumns = 60;
constexpr int kCategoryColumns = 30;
constexpr int kExcerptColumns = 400;
constexpr int kShortExcerptColumns = 140;
// One more author is named rather than called "1 more".
constexpr int kAuthors = 4;
constexpr int kCategories = 3;

// The pages of those who gave a paper an id, the most telling first.
struct IdPage {
  const char* scheme;
  const char* before;
};
constexpr IdPage kIdPages[] = {
    {"arxiv", "https://arxiv.org/abs/"},
    {"acl", "https://aclanthology.org/"},
    {"openreview", "https://openreview.net/forum?id="},
    {"doi", "https://doi.org/"},
    {"pubmed", "https://pubmed.ncbi.nlm.nih.gov/"},
};

struct KindName {
  v1::Link::Kind kind;
  const char* name;
};
constexpr KindName kKindNames[] = {
    {v1::Link::KIND_PDF, "PDF"},         {v1::Link::KIND_CODE, "Code"},
    {v1::Link::KIND_PROJECT, "Project"}, {v1::Link::KIND_DATA, "Data"},
    {v1::Link::KIND_MODEL, "Model"},     {v1::Link::KIND_DEMO, "Demo"},
};

bool IsShort(Detail detail) {
  return detail == Detail::kFacts || detail == Detail::kTitles;
}

// For a path or a query; slashes stay.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) ||
        std::string_view("-._~/:").find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

// TeX undone in running text (\emph{}, \'e), and left in formulas, which are
// harder to read without it: $x_{i,j}$. A tilde stays, too: it may be "about".
std::string Readable(std::string_view text) {
  if (text.find_first_of("\\{") == std::string_view::npos ||
      std::count(text.begin(), text.end(), '$') % 2 != 0) {
    return OneLine(text);
  }
  std::string readable;
  bool formula = false;
  for (;;) {
    const size_t end = std::min(text.find_first_of("$~"), text.size());
    const std::string_view piece = text.substr(0, end);
    readable += formula ? std::string(piece) : text::TexToUnicode(piece);
    if (end == text.size()) return OneLine(readable);
    readable.push_back(text[end]);
    formula ^= text[end] == '$';
    text.remove_prefix(end + 1);
  }
}

std::string FirstLink(const v1::Paper& paper, v1::Link::Kind kind) {
  for (const v1::Link& link : paper.links()) {
    if (link.kind() == kind && IsWebAddress(link.uri())) return link.uri();
  }
  return "";
}

std::string PageOf(const v1::Paper& paper) {
  std::string page = FirstLink(paper, v1::Link::KIND_ABSTRACT_PAGE);
  if (!page.empty()) return page;
  for (const IdPage& by : kIdPages) {
    for (const v1::ExternalId& id : paper.external_ids()) {
      if (id.scheme() != by.scheme) continue;
      page = StrCat(by.before, PercentEncoded(id.value()));
      if (IsWebAddress(page)) return page;
    }
  }
  return "";
}

std::string PublishedText(const v1::Paper& paper) {
  if (!paper.has_published_time()) return "";
  const absl::CivilDay day =
      absl::ToCivilDay(absl::FromUnixSeconds(paper.published_time().seconds()),
                       absl::UTCTimeZone());
  switch (paper.published_precision()) {
    case v1::DATE_PRECISION_YEAR:
      return StrCat(day.year());
    case v1::DATE_PRECISION_MONTH:
      return MonthText(day);
    default:
      return DayText(day);
  }
}

std::string PlaceText(const LetterPaper& paper) {
  if (paper.rank == 0) return "";
  if (paper.newcomer) return "new on the board";
  if (!paper.previous_rank.has_value()) return "";
  if (*paper.previous_rank == paper.rank) return "same place as a day ago";
  return StrCat(*paper.previous_rank > paper.rank ? "up" : "down", " from ",
                *paper.previous_rank);
}

std::string VotesText(const LetterPaper& paper, const LetterBoard& board) {
  const int64_t all =
      paper.paper->vote_count() + paper.paper->cast_vote_count();
  if (paper.rank == 0) return all > 0 ? Counted(all, "vote") : "";
  std::string votes = Counted(paper.votes_in_window, "vote");
  const std::string window = Cut(OneLine(board.window_text), kWindowColumns);
  if (window.empty()) return votes;
  StrAppend(&votes, " ", window);
  if (all > paper.votes_in_window) StrAppend(&votes, ", ", all, " in all");
  return votes;
}

std::string CategoriesText(const v1::Paper& paper) {
  std::vector<std::string> shown;
  for (const std::string& category : paper.categories()) {
    if (shown.size() == kCategories) break;
    std::string line = Cut(OneLine(category), kCategoryColumns);
    if (!line.empty()) shown.push_back(std::move(line));
  }
  return absl::StrJoin(shown, ", ");
}

}  // namespace

std::string PaperTitle(const v1::Paper& paper, Detail detail) {
  const std::string title =
      Cut(Readable(paper.title()),
          IsShort(detail) ? kShortTitleColumns : kTitleColumns);
  return title.empty() ? "Untitled" : title;
}

std::string AuthorsText(const v1::Paper& paper) {
  const int count = paper.authors_size();
  const int shown = count <= kAuthors + 1 ? count : kAuthors;
  std::vector<std::string> names;
  for (int i = 0; i < shown; ++i) {
    std::string name = Isolated(Cut(
        OneLine(text::TexToUnicode(paper.authors(i).name())), kNameColumns));
    if (!name.empty()) names.push_back(std::move(name));
  }
  std::string text = absl::StrJoin(names, ", ");
  if (shown < count) StrAppend(&text, " and ", count - shown, " more");
  return text;
}

std::string FactsText(const LetterPaper& paper, const LetterBoard& board) {
  std::vector<std::string> facts;
  for (std::string fact :
       {PlaceText(paper), CategoriesText(*paper.paper), VotesText(paper, board),
        Isolated(Cut(OneLine(paper.paper->venue()), kVenueColumns)),
        PublishedText(*paper.paper)}) {
    if (!fact.empty()) facts.push_back(std::move(fact));
  }
  return absl::StrJoin(facts, " · ");
}

std::string ExcerptText(const v1::Paper& paper, Detail detail) {
  if (IsShort(detail)) return "";
  return CutAtSentence(Readable(paper.abstract()), detail == Detail::kFull
                                                       ? kExcerptColumns
                                                       : kShortExcerptColumns);
}

std::vector<std::string> LinesOf(const LetterPaper& paper,
                                 const LetterBoard& board, Detail detail) {
  std::vector<std::string> lines;
  if (detail == Detail::kTitles) return lines;
  for (std::string line :
       {AuthorsText(*paper.paper), FactsText(paper, board)}) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

PaperLinks LinksOf(const v1::Paper& paper, Detail detail) {
  PaperLinks links;
  links.page = PageOf(paper);
  for (const auto& [kind, name] : kKindNames) {
    std::string uri = FirstLink(paper, kind);
    if (uri.empty() || uri == links.page) continue;
    if (links.page.empty()) {
      links.page = std::move(uri);
    } else if (!IsShort(detail)) {
      links.others.push_back({name, std::move(uri)});
    }
  }
  return links;
}

}  // namespace paperwire::digest
