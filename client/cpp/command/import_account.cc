#include "client/cpp/command/import_account.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {

void ImportAccount::CountRead(int64_t records, int64_t rejects) {
  read += records + rejects;
  unreadable += rejects;
}

void ImportAccount::CountVerdicts(const v1::ImportPapersResponse& answer) {
  sequence = std::max(sequence, answer.sequence());
  for (const v1::ImportVerdict& verdict : answer.verdicts()) {
    absorbed += verdict.absorbed_names_size();
    switch (verdict.outcome()) {
      case v1::ImportVerdict::OUTCOME_CREATED:
        ++created;
        break;
      case v1::ImportVerdict::OUTCOME_UPDATED:
        ++updated;
        break;
      case v1::ImportVerdict::OUTCOME_UNCHANGED:
        ++unchanged;
        break;
      case v1::ImportVerdict::OUTCOME_MERGED:
        ++merged;
        break;
      case v1::ImportVerdict::OUTCOME_REJECTED:
        ++refused;
        break;
      default:
        // A verdict of a newer server stays unaccounted, and is seen so.
        break;
    }
  }
}

std::string Describe(const ImportAccount& account, absl::Duration took,
                     bool dry_run, bool color) {
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(took));
  std::string text = StrCat(
      WithCommas(account.read), account.read == 1 ? " record" : " records",
      " read in ", absl::StrFormat("%.1f s", seconds), " (",
      WithCommas(
          static_cast<int64_t>(static_cast<double>(account.read) / seconds)),
      "/s)", dry_run ? "; nothing was sent\n" : "\n");
  const auto row = [&](const char* label, int64_t count, const char* remark,
                       Style style = Style::kPlain) {
    if (count == 0) return;
    Line line = Fit({{label, style}}, 13, Pad::kRight);
    line.push_back({absl::StrFormat("%13s", WithCommas(count))});
    if (*remark != '\0') line.push_back({StrCat("  ", remark), Style::kDim});
    StrAppend(&text, "  ", Render(line, color), "\n");
  };
  row("created", account.created, "");
  row("updated", account.updated, "");
  row("unchanged", account.unchanged, "known, and nothing new said");
  row("merged", account.merged, "found to be papers of other sources");
  row("rejected", account.rejected(), "", Style::kError);
  if (dry_run) {
    row("fit to send", account.unaccounted(), "");
  } else {
    row("unaccounted", account.unaccounted(), "not sent or not acknowledged",
        Style::kError);
  }
  row("absorbed", account.absorbed,
      "known papers that were found to be one with another");
  return text;
}

std::string AccountJson(const ImportAccount& account, absl::Duration took,
                        bool dry_run) {
  return absl::StrFormat(
      R"({"read":%d,"created":%d,"updated":%d,"unchanged":%d,"merged":%d,)"
      R"("rejected":%d,"rejected_by_importer":%d,"rejected_by_server":%d,)"
      R"("unaccounted":%d,"absorbed":%d,"sequence":%d,"seconds":%.3f,)"
      R"("dry_run":%s})"
      "\n",
      account.read, account.created, account.updated, account.unchanged,
      account.merged, account.rejected(), account.unreadable, account.refused,
      account.unaccounted(), account.absorbed, account.sequence,
      absl::ToDoubleSeconds(took), dry_run ? "true" : "false");
}

}  // namespace paperwire::command
