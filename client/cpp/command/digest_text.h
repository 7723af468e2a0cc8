// Parts of a digest as the tables and pages show them, printable, and back.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_TEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/cpp/command/text_layout.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// The name to ask the server for, from what people write: the id of one of
// this parent ("users/local"), or the whole name. INVALID_ARGUMENT says what
// may be written.
absl::StatusOr<std::string> ParseDigestName(const std::string& word,
                                            const std::string& parent);

// What ParseDigestName takes for the name: the id if that will do without
// --user.
std::string ShownDigest(std::string_view name);

// "active", "unconfirmed" and so on.
Piece DigestState(v1::Digest::State state);

// "daily at 08:00 UTC", "Fridays at 17:30 Europe/Berlin".
std::string ScheduleText(const v1::DigestSchedule& schedule);

// "--trending week --formula velocity --half-life 12h": a board as it is given
// to this command.
std::string BoardText(const v1::DigestBoard& board);

// Query and board, in the same way.
std::string ContentText(const v1::Digest& digest);

// The token of a link, or the token itself.
std::string TokenOf(const std::string& word);

// "sent", "pending" and so on.
Piece IssueState(v1::DigestIssue::State state);

// "papers", "confirmation" or "note".
std::string IssueKind(v1::DigestIssue::Kind kind);

// "bounced", "complained" or "manual".
std::string SuppressionReason(v1::Suppression::Reason reason);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_TEXT_H_
