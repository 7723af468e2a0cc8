#include "service/digest/compose.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/choose.h"
#include "service/digest/decide.h"
#include "service/digest/mime.h"
#include "service/digest/schedule.h"
#include "service/digest/settings.h"
#include "service/trending/request.h"

namespace paperwire::digest {
namespace {

using v1::DigestIssue;

// "papers.example.org" of "https://papers.example.org:8443/x"; of nothing, as
// previews may have it, this machine.
std::string HostOf(std::string_view url) {
  if (url.empty()) return "localhost";
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of(":/")));
}

// The parts of "users/{user}/digests/{digest}", as a List-Id takes them.
std::string ListIdOf(std::string_view name, std::string_view host) {
  std::string_view rest = name;
  ConsumePrefix(&rest, "users/");
  const size_t middle = rest.find("/digests/");
  if (middle == std::string_view::npos) return StrCat("preview.", host);
  return StrCat(rest.substr(middle + 9), ".", rest.substr(0, middle), ".",
                host);
}

std::string BoardTitle(const v1::DigestBoard& board) {
  switch (board.window()) {
    case v1::TRENDING_WINDOW_DAY:
      return "Trending today";
    case v1::TRENDING_WINDOW_MONTH:
      return "Trending this month";
    case v1::TRENDING_WINDOW_ALL:
      return "Most voted of all";
    default:
      return "Trending this week";
  }
}

Message Finish(const MailHeaders& headers, const Letter& letter) {
  Message message;
  message.letter = Write(letter);
  message.bytes = MakeMessage(headers, message.letter);
  message.empty = letter.kind == DigestIssue::KIND_PAPERS &&
                  letter.matches.empty() && letter.board.papers.empty() &&
                  letter.more == 0;
  return message;
}

}  // namespace

Composer::Composer(store::Store* store, const Secrets* secrets,
                   SenderSettings settings)
    : store_(*store),
      secrets_(*secrets),
      settings_(std::move(settings)),
      host_(HostOf(settings_.public_url)) {}

absl::StatusOr<Message> Composer::Compose(const DigestRow& row,
                                          const IssueRow& issue,
                                          std::string_view token,
                                          absl::Time now) const {
  ASSIGN_OR_RETURN(Letter letter, WriteLetter(row, issue, now));
  MailHeaders headers;
  headers.from = settings_.from;
  headers.to = row.digest.address();
  headers.message_id = MessageId(row.number, issue.issue);
  headers.date = now;
  headers.list_name = TitleOf(row.digest);
  headers.list_id = ListIdOf(row.digest.name(), host_);
  if (issue.kind == DigestIssue::KIND_CONFIRMATION) {
    letter.confirm_url = Link("confirm", token);
    ASSIGN_OR_RETURN(const Schedule schedule,
                     ParseSchedule(row.digest.schedule()));
    letter.confirm_until = absl::ToCivilDay(
        row.expires.value_or(now + kConfirmWithin), schedule.zone);
  } else {
    letter.manage_url =
        Link("manage", secrets_.Sign(Secrets::kManage, {row.number}));
    letter.unsubscribe_url =
        Link("unsubscribe", secrets_.Sign(Secrets::kUnsubscribe, {row.number}));
    if (letter.more > 0) {
      letter.more_url = Link(
          "found", secrets_.Sign(Secrets::kList, {row.number, issue.issue}));
    }
    headers.unsubscribe_url = letter.unsubscribe_url;
    headers.one_click = true;
  }
  return Finish(headers, letter);
}

absl::StatusOr<Message> Composer::ComposePreview(const DigestRow& row,
                                                 const IssueRow& issue,
                                                 absl::Time now) const {
  ASSIGN_OR_RETURN(Letter letter, WriteLetter(row, issue, now));
  MailHeaders headers;
  headers.from = settings_.from;
  headers.to = row.digest.address();
  headers.message_id = StrCat("preview@", host_);
  headers.date = now;
  headers.list_name = TitleOf(row.digest);
  headers.list_id = ListIdOf(row.digest.name(), host_);
  return Finish(headers, letter);
}

std::string Composer::MessageId(int64_t digest, int64_t issue) const {
  return StrCat(secrets_.Sign(Secrets::kIssue, {digest, issue}), "@", host_);
}

std::optional<std::pair<int64_t, int64_t>> Composer::OpenMessageId(
    std::string_view message_id) const {
  const std::optional<std::vector<int64_t>> numbers = secrets_.Open(
      Secrets::kIssue, message_id.substr(0, message_id.find('@')));
  if (!numbers.has_value() || numbers->size() != 2) return std::nullopt;
  return std::pair((*numbers)[0], (*numbers)[1]);
}

absl::StatusOr<Letter> Composer::WriteLetter(const DigestRow& row,
                                             const IssueRow& issue,
                                             absl::Time now) const {
  ASSIGN_OR_RETURN(const Schedule schedule,
                   ParseSchedule(row.digest.schedule()));
  Letter letter;
  letter.kind = issue.kind;
  letter.title = TitleOf(row.digest);
  letter.asked = AskedText(row.digest);
  letter.address = row.digest.address();
  letter.day = absl::ToCivilDay(issue.due, schedule.zone);
  letter.time = now;
  letter.schedule = ScheduleText(schedule);
  letter.server_name = host_;
  if (issue.kind == DigestIssue::KIND_CONFIRMATION) return letter;
  letter.more = issue.more;
  letter.lost = issue.lost;
  for (const v1::SourceFreshness& source : *store_.freshness().Get()) {
    if (source.late()) letter.late.push_back(source);
  }
  if (!issue.papers.empty()) RETURN_IF_ERROR(AddPapers(row, issue, &letter));
  return letter;
}

absl::Status Composer::AddPapers(const DigestRow& row, const IssueRow& issue,
                                 Letter* letter) const {
  absl::flat_hash_map<int64_t, trending::Place> places;
  const bool has_board =
      row.digest.has_board() &&
      issue.papers.size() > static_cast<size_t>(issue.matches);
  if (has_board) {
    const v1::DigestBoard& board = row.digest.board();
    ASSIGN_OR_RETURN(trending::Board ranked,
                     RankBoard(store_, board, issue.due));
    for (const trending::Place& place : ranked.places) {
      places[place.number] = place;
    }
    ASSIGN_OR_RETURN(trending::BoardRequest request,
                     BoardRequestOf(board, issue.due));
    letter->board.title = BoardTitle(board);
    if (board.window() != v1::TRENDING_WINDOW_ALL) {
      letter->board.window_text =
          StrCat("in ", trending::WindowText(board.window()));
    }
    letter->board.formula_text = trending::FormulaText(request.formula);
  }
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(std::vector<std::shared_ptr<const v1::Paper>> papers,
                   ReadPapers(store_, *db, issue.papers));
  for (size_t i = 0; i < papers.size(); ++i) {
    if (papers[i] == nullptr) continue;  // withdrawn, or deleted meanwhile
    LetterPaper shown;
    shown.paper = std::move(papers[i]);
    if (i < static_cast<size_t>(issue.matches)) {
      letter->matches.push_back(std::move(shown));
      continue;
    }
    if (const auto it = places.find(issue.papers[i]); it != places.end()) {
      shown.rank = it->second.rank;
      shown.previous_rank = it->second.previous_rank;
      shown.newcomer =
          it->second.first_time > absl::ToUnixSeconds(issue.due) - 24 * 60 * 60;
      shown.votes_in_window = it->second.votes;
    }
    letter->board.papers.push_back(std::move(shown));
  }
  return absl::OkStatus();
}

std::string Composer::Link(std::string_view page,
                           std::string_view token) const {
  return StrCat(settings_.public_url, "/digests/", page, "?t=", token);
}

}  // namespace paperwire::digest
