#include "client/cpp/command/digest_page.h"

#include <string>

#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/page.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Where nothing is said.
constexpr int kDefaultPapers = 20;

std::string Ago(const google::protobuf::Timestamp& time, absl::Time now) {
  return StrCat(LocalTime(FromProto(time)), ", ",
                RoughDuration(now - FromProto(time)), " ago");
}

// What to do about it, where there is something.
std::string StateText(const v1::Digest& digest) {
  const std::string id = ShownDigest(digest.name());
  switch (digest.state()) {
    case v1::Digest::STATE_UNCONFIRMED:
      return StrCat(
          "unconfirmed: nothing is sent until its reader confirms behind the "
          "link in the mail; once more: paperwire digest ask-again ",
          id);
    case v1::Digest::STATE_PAUSED:
      return StrCat("paused until paperwire digest resume ", id);
    case v1::Digest::STATE_UNSUBSCRIBED:
      return "unsubscribed by its reader";
    case v1::Digest::STATE_SUPPRESSED:
      return "suppressed: see paperwire digest suppressions";
    default:
      return DigestState(digest.state()).text;
  }
}

}  // namespace

void PrintDigest(const v1::Digest& digest, absl::Time now, Output& out) {
  Page page(out);
  page.Text(digest.display_name().empty() ? ShownDigest(digest.name())
                                          : digest.display_name(),
            Style::kBold);
  page.Gap();
  page.Row("Name", digest.name());
  page.Row("To", digest.address());
  if (digest.has_query()) {
    const std::string query = QueryText(digest.query());
    page.Row("Query", query.empty() ? "every paper" : query);
  }
  if (digest.has_board()) page.Row("Board", BoardText(digest.board()));
  page.Row("Sent", ScheduleText(digest.schedule()));
  page.Row(
      "At most",
      StrCat(digest.max_papers() == 0 ? kDefaultPapers : digest.max_papers(),
             digest.has_query() && digest.has_board() ? " papers of each"
                                                      : " papers"));
  page.Row("Nothing new", digest.monthly_note()
                              ? "a note when there was no mail for 30 days"
                              : "no mail");
  page.Row("State", StateText(digest));
  page.Row("Last error", digest.last_error(), Style::kError);
  if (digest.has_next_send_time()) {
    const absl::Time next = FromProto(digest.next_send_time());
    page.Row("Next", next <= now ? std::string("now")
                                 : StrCat(LocalTime(next), ", in ",
                                          RoughDuration(next - now)));
  }
  page.Row("Last sent", digest.has_last_send_time()
                            ? Ago(digest.last_send_time(), now)
                            : "never");
  if (digest.has_confirm_time()) {
    page.Row("Confirmed", Ago(digest.confirm_time(), now));
  }
  page.Row("Created", Ago(digest.create_time(), now));
  page.Row("Changed", Ago(digest.update_time(), now));
  page.Row("Etag", digest.etag());
}

}  // namespace paperwire::command
