#include "service/digest/settings.h"

#include <algorithm>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/schedule.h"
#include "service/query/parser.h"
#include "service/standing/subscriptions.h"
#include "service/trending/request.h"

namespace paperwire::digest {
namespace {

constexpr size_t kMaxDisplayName = 200;
constexpr int kMaxPapers = 100;
constexpr int kUsualPapers = 20;
// What a subject says of a query.
constexpr size_t kMaxQueryText = 300;

absl::Status CheckQuery(const v1::Query& query, std::string_view field) {
  return PrefixField(field, query::Parse(query).status());
}

absl::Status CheckBoard(const v1::DigestBoard& board) {
  RETURN_IF_ERROR(BoardRequestOf(board, absl::UnixEpoch()).status());
  return board.has_query() ? CheckQuery(board.query(), "query")
                           : absl::OkStatus();
}

std::string QueryText(const v1::Query& query) {
  v1::Query filters = query;
  filters.clear_text();
  if (filters.ByteSizeLong() == 0) return query.text();
  const absl::StatusOr<query::Query> parsed = query::Parse(query);
  return parsed.ok() ? query::ToString(parsed->root) : query.text();
}

std::string Cut(std::string text) {
  if (text.size() <= kMaxQueryText) return text;
  text.resize(kMaxQueryText);
  // Not in the middle of a character.
  while (!text.empty() && (static_cast<unsigned char>(text.back()) >> 6) == 2) {
    text.pop_back();
  }
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) {
    text.pop_back();
  }
  return text + "...";
}

}  // namespace

absl::Status CheckSettings(const v1::Digest& digest) {
  const std::string& title = digest.display_name();
  if (title.size() > kMaxDisplayName ||
      std::any_of(title.begin(), title.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == 127; })) {
    return InvalidField("display_name",
                        StrCat("It is of at most ", kMaxDisplayName,
                               " bytes, in one line and without control "
                               "characters."));
  }
  if (!digest.has_query() && !digest.has_board()) {
    return InvalidField("query",
                        "There is nothing to send: give a query, a board, or "
                        "both.");
  }
  if (digest.has_query()) RETURN_IF_ERROR(CheckQuery(digest.query(), "query"));
  if (digest.has_board()) {
    RETURN_IF_ERROR(PrefixField("board", CheckBoard(digest.board())));
  }
  RETURN_IF_ERROR(
      PrefixField("schedule", ParseSchedule(digest.schedule()).status()));
  if (digest.max_papers() < 0 || digest.max_papers() > kMaxPapers) {
    return InvalidField(
        "max_papers",
        StrCat("It is ", digest.max_papers(), "; 1 to ", kMaxPapers,
               " papers fit into a message, and 0 "
               "stands for ",
               kUsualPapers, "."));
  }
  return absl::OkStatus();
}

absl::Status CheckDigestName(std::string_view name, std::string_view field) {
  constexpr std::string_view kMiddle = "/digests/";
  const size_t at = name.find(kMiddle);
  // The same rules as for the names of subscriptions.
  if (at != std::string_view::npos &&
      standing::CheckSubscriptionName(
          StrCat(name.substr(0, at), "/subscriptions/",
                 name.substr(at + kMiddle.size())),
          field)
          .ok()) {
    return absl::OkStatus();
  }
  return InvalidField(
      field, StrCat("\"", name.substr(0, 200),
                    "\" is no name of a digest. Write "
                    "\"users/local/digests/{id}\", where the id is of 1 to 63 "
                    "lower-case letters, digits and hyphens."));
}

int MaxPapers(const v1::Digest& digest) {
  return digest.max_papers() > 0 ? digest.max_papers() : kUsualPapers;
}

std::string TitleOf(const v1::Digest& digest) {
  if (!digest.display_name().empty()) return digest.display_name();
  if (!digest.has_query()) return "Trending papers";
  const std::string text = Cut(QueryText(digest.query()));
  return text.empty() ? "New papers" : text;
}

std::string AskedText(const v1::Digest& digest) {
  std::string text;
  if (digest.has_query()) {
    const std::string query = Cut(QueryText(digest.query()));
    text = query.empty() ? "all new papers"
                         : StrCat("new papers that match ", query);
  }
  if (digest.has_board()) {
    if (!text.empty()) text += ", and ";
    StrAppend(&text, "the papers that lead by votes in ",
              trending::WindowText(digest.board().window()));
    if (digest.board().has_query()) {
      StrAppend(&text, " among those that match ",
                Cut(QueryText(digest.board().query())));
    }
  }
  return text;
}

absl::StatusOr<trending::BoardRequest> BoardRequestOf(
    const v1::DigestBoard& board, absl::Time at) {
  trending::BoardRequest request;
  request.at = absl::ToUnixSeconds(at);
  ASSIGN_OR_RETURN(request.window, trending::WindowOf(board.window()));
  ASSIGN_OR_RETURN(request.formula,
                   trending::FormulaOf(board.formula(), board.has_half_life()
                                                            ? &board.half_life()
                                                            : nullptr));
  return request;
}

}  // namespace paperwire::digest
