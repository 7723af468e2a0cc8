#include "service/digest/mail_report.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/strings.h"
#include "service/digest/line.h"
#include "service/digest/mime_parts.h"
#include "service/text/utf8.h"

namespace paperwire::digest {
namespace {

using Kind = MailReport::Kind;

// A report in a wrapping in a wrapping; and no forwarded one, which would be in
// a message of its own.
constexpr int kMostDepth = 3;
constexpr size_t kMostEntities = 64;
constexpr size_t kMostBlocks = 100;
constexpr size_t kMostIds = 16;
constexpr size_t kMostId = 998;
constexpr size_t kMostRecipient = 320;
constexpr size_t kMostDetail = 1000;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

bool Same(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

std::string Detail(std::string_view text) {
  std::string line = OneLine(text);
  size_t end = std::min(line.size(), kMostDetail);
  // Not in the middle of a code point.
  while (end < line.size() && (line[end] & 0xC0) == 0x80) --end;
  line.resize(end);
  return line;
}

void SkipEmptyLines(std::string_view* text) {
  while (text->starts_with('\r') || text->starts_with('\n')) {
    text->remove_prefix(1);
  }
}

// What stands behind the "rfc822;" of an address or the "smtp;" of a reply.
std::string_view WithoutType(std::string_view value) {
  const size_t semicolon = value.find(';');
  // Some leave the type out, and a reply may have semicolons of its own.
  const std::string_view type = value.substr(0, semicolon);
  if (semicolon != std::string_view::npos &&
      IsPrintable(ToStd(absl::StripAsciiWhitespace(ToAbsl(type))))) {
    value.remove_prefix(semicolon + 1);
  }
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(value)));
}

std::string Recipient(std::string_view value) {
  value = WithoutType(value);
  ConsumePrefix(&value, "<");
  ConsumeSuffix(&value, ">");
  if (value.size() > kMostRecipient || !IsPrintable(value)) return "";
  return std::string(value);
}

// The first enhanced status code in `text`; "5.1.1" is none in "5.1.1.2".
std::string FindStatus(std::string_view text) {
  const auto digit = [&](size_t at) {
    return at < text.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(text[at]));
  };
  const auto number = [&](size_t at) {
    size_t end = at;
    while (end - at < 3 && digit(end)) ++end;
    return end;
  };
  for (size_t at = 0; at + 5 <= text.size(); ++at) {
    if (text[at] != '2' && text[at] != '4' && text[at] != '5') continue;
    if (at > 0 && (digit(at - 1) || text[at - 1] == '.')) continue;
    if (text[at + 1] != '.') continue;
    const size_t subject = number(at + 2);
    if (subject == at + 2 || subject >= text.size() || text[subject] != '.') {
      continue;
    }
    const size_t detail = number(subject + 1);
    if (detail == subject + 1 || digit(detail)) continue;
    if (detail < text.size() && text[detail] == '.' && digit(detail + 1)) {
      continue;
    }
    return std::string(text.substr(at, detail - at));
  }
  return "";
}

class ReportReader {
 public:
  absl::StatusOr<MailReport> Read(std::string_view message) && {
    const MimeEntity entity = ParseEntity(message);
    if (!IsMessage(entity)) {
      return absl::InvalidArgumentError(
          "It is no message. Give it as it came, with its header (From, Date "
          "and so on), an empty line and its body.");
    }
    Walk(entity);
    if (report_.kind == Kind::kNone && !structured_) ReadPlainReport(entity);
    // What it answers tells less than what came back.
    AddIds(entity.Find("In-Reply-To"));
    AddIds(entity.Find("References"));
    return std::move(report_);
  }

 private:
  static bool IsMessage(const MimeEntity& entity) {
    return std::any_of(
        entity.fields.begin(), entity.fields.end(), [](const MimeField& field) {
          return Same(field.name, "From") || Same(field.name, "Date") ||
                 Same(field.name, "Received") ||
                 Same(field.name, "Return-Path") ||
                 Same(field.name, "Message-ID") ||
                 Same(field.name, "MIME-Version");
        });
  }

  // Each part, by depth, the outer ones first.
  void Walk(const MimeEntity& message) {
    std::vector<MimeEntity> level = {message};
    size_t seen = 0;
    for (int depth = 0; depth < kMostDepth && !level.empty(); ++depth) {
      std::vector<MimeEntity> inner;
      for (const MimeEntity& entity : level) {
        for (const std::string_view bytes : SplitMultipart(entity)) {
          if (++seen > kMostEntities) return;
          MimeEntity part = ParseEntity(bytes);
          ReadPart(part);
          inner.push_back(std::move(part));
        }
      }
      level = std::move(inner);
    }
  }

  void ReadPart(const MimeEntity& part) {
    if (part.Is("message/delivery-status") ||
        part.Is("message/global-delivery-status")) {
      structured_ = true;
      ReadDeliveryStatus(DecodedBody(part));
    } else if (part.Is("message/feedback-report")) {
      structured_ = true;
      ReadFeedback(DecodedBody(part));
    } else if (part.Is("message/rfc822") || part.Is("message/global") ||
               part.Is("text/rfc822-headers") ||
               part.Is("message/global-headers")) {
      ReadOriginal(DecodedBody(part));
    }
  }

  void ReadOriginal(std::string_view message) {
    SkipEmptyLines(&message);  // some begin with one
    const std::vector<MimeField> fields = ReadFields(&message);
    AddIds(FindField(fields, "Message-ID"));
  }

  // RFC 3464: fields of the message, an empty line, and fields of each
  // recipient. We write to one, so that the worst of them is the one.
  void ReadDeliveryStatus(std::string_view text) {
    for (size_t block = 0; block < kMostBlocks; ++block) {
      SkipEmptyLines(&text);
      if (text.empty()) return;
      const std::vector<MimeField> fields = ReadFields(&text);
      if (fields.empty()) {
        // Not a field: passed over.
        const size_t end = text.find('\n');
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
        continue;
      }
      for (const char* name :
           {"X-Original-Message-ID", "Original-Message-ID"}) {
        AddIds(FindField(fields, name));
      }
      ReadRecipient(fields);
    }
  }

  void ReadRecipient(const std::vector<MimeField>& fields) {
    const std::string_view diagnostic = FindField(fields, "Diagnostic-Code");
    const std::string reply_status = FindStatus(diagnostic);
    std::string status = FindStatus(FindField(fields, "Status"));
    // Of no particular subject: the reply may say more.
    if (status.empty() || (status.ends_with(".0.0") &&
                           reply_status.starts_with(status.substr(0, 1)))) {
      if (!reply_status.empty()) status = reply_status;
    }
    const Kind kind = KindOf(FindField(fields, "Action"), status);
    if (kind == Kind::kNone || report_.kind == Kind::kBounce ||
        report_.kind == Kind::kComplaint || report_.kind == kind) {
      return;
    }
    report_.kind = kind;
    report_.status = std::move(status);
    report_.detail = Detail(WithoutType(diagnostic));
    // The address as we wrote it, unless it is not told.
    report_.recipient = Recipient(FindField(fields, "Original-Recipient"));
    if (report_.recipient.empty()) {
      report_.recipient = Recipient(FindField(fields, "Final-Recipient"));
    }
  }

  static Kind KindOf(std::string_view action, std::string_view status) {
    action = action.substr(0, action.find_first_of(" ;("));
    if (Same(action, "delayed")) return Kind::kDelay;
    if (Same(action, "failed") ||
        (action.empty() && !status.empty() && !status.starts_with('2'))) {
      // Given up, but not because of what will be the same next time.
      return status.starts_with('4') ? Kind::kDelay : Kind::kBounce;
    }
    return Kind::kNone;
  }

  // RFC 5965.
  void ReadFeedback(std::string_view text) {
    SkipEmptyLines(&text);
    const std::vector<MimeField> fields = ReadFields(&text);
    const std::string_view type = FindField(fields, "Feedback-Type");
    const bool unwanted =
        std::any_of(std::begin(kUnwanted), std::end(kUnwanted),
                    [&](const char* name) { return Same(type, name); });
    if (!unwanted) return;
    report_.kind = Kind::kComplaint;
    report_.status.clear();
    report_.recipient = Recipient(FindField(fields, "Original-Rcpt-To"));
    const std::string_view agent = FindField(fields, "User-Agent");
    report_.detail = Detail(
        StrCat(type, agent.empty() ? "" : StrCat(", reported by ", agent)));
  }

  // Exim before it knew RFC 3464, and those that do as it did: the recipient in
  // the header, the message in the text.
  void ReadPlainReport(const MimeEntity& message) {
    const std::string_view failed = message.Find("X-Failed-Recipients");
    if (failed.empty()) return;
    report_.recipient = Recipient(failed.substr(0, failed.find(',')));
    const std::string text = DecodedBody(message);
    report_.status = FindStatus(text);
    report_.kind =
        report_.status.starts_with('4') ? Kind::kDelay : Kind::kBounce;
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (report_.detail.empty() && !report_.status.empty() &&
          line.find(report_.status) != std::string_view::npos) {
        report_.detail = Detail(line);
      }
      constexpr std::string_view kName = "Message-ID:";
      if (line.size() > kName.size() &&
          Same(line.substr(0, kName.size()), kName)) {
        AddIds(line.substr(kName.size()));
      }
    }
  }

  // All between angle brackets.
  void AddIds(std::string_view value) {
    for (;;) {
      const size_t open = value.find('<');
      if (open == std::string_view::npos) return;
      const size_t close = value.find('>', open);
      if (close == std::string_view::npos) return;
      const std::string_view id = value.substr(open + 1, close - open - 1);
      value.remove_prefix(close + 1);
      auto& ids = report_.message_ids;
      if (ids.size() == kMostIds) return;
      if (!id.empty() && id.size() <= kMostId && IsPrintable(id) &&
          std::find(ids.begin(), ids.end(), id) == ids.end()) {
        ids.emplace_back(id);
      }
    }
  }

  // Registered types that say that somebody does not want it; "other" is what
  // fits none and still is a complaint. Not "not-spam", "auth-failure".
  static constexpr const char* kUnwanted[] = {"abuse", "fraud", "opt-out",
                                              "other", "virus"};

  MailReport report_;
  bool structured_ = false;
};

}  // namespace

absl::StatusOr<MailReport> ParseMailReport(std::string_view message) {
  return ReportReader().Read(message);
}

bool MeansNoMailbox(std::string_view status) {
  // No such mailbox, no such host, no address at all, moved away, no mail
  // taken there (RFC 7505; Exchange: no such recipient), switched off, and a
  // domain that does not exist.
  constexpr std::string_view kStatuses[] = {"5.1.1",  "5.1.2", "5.1.3", "5.1.6",
                                            "5.1.10", "5.2.1", "5.4.4"};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) !=
         std::end(kStatuses);
}

}  // namespace paperwire::digest
