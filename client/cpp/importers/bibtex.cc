#include "client/cpp/importers/bibtex.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "client/cpp/importers/arxiv_record.h"
#include "client/cpp/importers/bibtex_parser.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"

namespace paperwire::importers {
namespace {

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Splits at `separator` outside of braces; "and" must stand between blanks.
std::vector<std::string_view> SplitOutsideBraces(std::string_view text,
                                                 std::string_view separator) {
  std::vector<std::string_view> parts;
  const bool word = absl::ascii_isalpha(separator.front());
  const auto blank = [text](size_t at) {
    return at >= text.size() || absl::ascii_isspace(text[at]);
  };
  int depth = 0;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && depth > 0) --depth;
    if (depth > 0) continue;
    if (!absl::EqualsIgnoreCase(ToAbsl(text.substr(at, separator.size())),
                                ToAbsl(separator))) {
      continue;
    }
    if (word && !((at == 0 || blank(at - 1)) && blank(at + separator.size()))) {
      continue;
    }
    parts.push_back(Trim(text.substr(begin, at - begin)));
    at += separator.size() - 1;
    begin = at + 1;
  }
  parts.push_back(Trim(text.substr(begin)));
  return parts;
}

// The brace that closes the one at `open`, or npos.
size_t ClosingBrace(std::string_view text, size_t open) {
  int depth = 0;
  for (size_t at = open; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at;
  }
  return text.npos;
}

// Whether a group that begins behind `before` is the argument of a command.
bool IsArgument(std::string_view before) {
  if (before.empty()) return false;
  const char last = before.back();
  if (last == '^' || last == '_' || last == '}' || last == ']') {
    // "}{" continues the arguments only if the group before was kept, and
    // then it still stands there.
    return true;
  }
  size_t letters = before.size();
  while (letters > 0 && absl::ascii_isalpha(before[letters - 1])) --letters;
  if (letters > 0 && letters < before.size()) {
    return before[letters - 1] == '\\';
  }
  return before.size() >= 2 && before[before.size() - 2] == '\\';
}

void AppendUnprotected(std::string_view text, int depth, std::string* out) {
  bool math = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c == '$') math = !math;
    if (c == '\\' && !math &&
        (next == '&' || next == '%' || next == '#' || next == '_')) {
      out->push_back(next);
      ++at;
      continue;
    }
    if (c == '\\' && next != '\0') {
      out->push_back(c);
      out->push_back(next);
      ++at;
      continue;
    }
    if (c == '~' && !math) {
      out->push_back(' ');
      continue;
    }
    const size_t close = c == '{' && !math ? ClosingBrace(text, at) : text.npos;
    if (close == text.npos) {
      out->push_back(c);
      continue;
    }
    const std::string_view group = text.substr(at + 1, close - at - 1);
    if (IsArgument(*out) || group.starts_with("\\") || depth > 20) {
      *out += text.substr(at, close - at + 1);
    } else {
      AppendUnprotected(group, depth + 1, out);
    }
    at = close;
  }
}

// "12--34" -> "12-34".
std::string Pages(std::string_view pages) {
  std::string result;
  for (char c : OneLine(pages)) {
    if (c == '-' && !result.empty() && result.back() == '-') continue;
    result.push_back(c);
  }
  return result;
}

std::string JournalRef(const BibtexEntry& entry) {
  std::string text = OneLine(WithoutProtection(entry.Field("journal")));
  if (text.empty())
    text = OneLine(WithoutProtection(entry.Field("journaltitle")));
  if (text.empty()) return "";
  bool more = false;
  for (const auto& [field, label] :
       {std::pair<std::string_view, std::string_view>{"volume", "vol. "},
        {"number", "no. "},
        {"pages", "pp. "}}) {
    const std::string value = Pages(entry.Field(field));
    if (value.empty()) continue;
    StrAppend(&text, ", ", label, value);
    more = true;
  }
  const std::string year = OneLine(entry.Field("year"));
  if (more && !year.empty()) StrAppend(&text, " (", year, ")");
  return more ? text : "";
}

// An arXiv id at the end of "arXiv preprint arXiv:2410.01131" or in the
// volume "abs/2410.01131" of CoRR.
std::string_view ArxivIdIn(std::string_view text) {
  for (std::string_view mark : {"arXiv:", "arxiv:", "abs/"}) {
    if (const size_t at = text.find(mark); at != text.npos) {
      text.remove_prefix(at + mark.size());
      size_t end = 0;
      while (end < text.size() && !absl::ascii_isspace(text[end]) &&
             text[end] != ',' && text[end] != ']') {
        ++end;
      }
      return text.substr(0, end);
    }
  }
  return "";
}

void AddIds(const BibtexEntry& entry, v1::Paper* paper) {
  std::string_view archive = entry.Field("archiveprefix");
  if (archive.empty()) archive = entry.Field("eprinttype");
  const std::string_view eprint = Trim(entry.Field("eprint"));
  if (!eprint.empty() &&
      (archive.empty() ||
       absl::EqualsIgnoreCase(ToAbsl(Trim(archive)), "arxiv"))) {
    AddExternalId("arxiv", eprint, paper);
  } else if (absl::EqualsIgnoreCase(ToAbsl(Trim(archive)), "pubmed")) {
    AddExternalId("pubmed", eprint, paper);
  }
  for (std::string_view field : {"journal", "volume", "note", "howpublished"}) {
    const bool corr =
        field != "volume" ||
        absl::EqualsIgnoreCase(ToAbsl(Trim(entry.Field("journal"))), "corr");
    if (FindExternalId(*paper, "arxiv") == nullptr && corr) {
      AddExternalId("arxiv", ArxivIdIn(entry.Field(field)), paper);
    }
  }
  AddDois(entry.Field("doi"), paper);
  AddExternalId("pubmed", entry.Field("pmid"), paper);
  for (std::string_view field : {"url", "ee"}) {
    const absl::StatusOr<text::ExternalIdPair> id =
        text::ParseExternalId(entry.Field(field));
    if (!id.ok() || id->first.empty()) continue;
    constexpr std::string_view kFromAddress[] = {"arxiv", "doi", "acl",
                                                 "openreview"};
    for (std::string_view scheme : kFromAddress) {
      if (id->first == scheme) AddExternalId(scheme, id->second, paper);
    }
  }
}

std::optional<Date> DateOf(const BibtexEntry& entry) {
  if (std::optional<Date> date = ParseDate(entry.Field("date"))) return date;
  int year = 0;
  if (!absl::SimpleAtoi(ToAbsl(Trim(entry.Field("year"))), &year)) {
    return std::nullopt;
  }
  int day = 0;
  if (!absl::SimpleAtoi(ToAbsl(Trim(entry.Field("day"))), &day)) day = 0;
  const int month = ParseMonth(entry.Field("month"));
  std::optional<Date> date = MakeDate(year, month, day);
  return date.has_value() ? date : MakeDate(year, month, 0);
}

bool IsPreprintServer(std::string_view venue) {
  return absl::StartsWithIgnoreCase(ToAbsl(venue), "arxiv") ||
         absl::EqualsIgnoreCase(ToAbsl(venue), "corr");
}

absl::Status Convert(const BibtexEntry& entry, v1::Paper* paper) {
  if (!entry.error.empty()) return absl::InvalidArgumentError(entry.error);
  // A macro may have brought it in from elsewhere.
  for (const auto& [name, value] : entry.fields) {
    if (const size_t bad = text::FindInvalidUtf8(value);
        bad != std::string::npos) {
      return absl::InvalidArgumentError(
          StrCat("invalid UTF-8 at byte ", bad, " of the field ",
                 MakeExcerpt(name), "; convert the file to UTF-8"));
    }
  }
  SetTitle(WithoutProtection(entry.Field("title")), paper);
  SetAbstract(WithoutProtection(entry.Field("abstract")), paper);
  for (const std::string& name : BibtexNames(entry.Field("author"))) {
    AddAuthor(name, paper);
  }
  AddIds(entry, paper);
  AddSource("bibtex", paper);
  SetPublished(DateOf(entry), paper);
  std::string venue;
  for (std::string_view field : {"booktitle", "journal", "journaltitle"}) {
    if (venue.empty()) venue = OneLine(WithoutProtection(entry.Field(field)));
  }
  if (!IsPreprintServer(venue)) {
    SetVenue(venue, paper);
    paper->set_journal_ref(JournalRef(entry));
  }
  AddCategory(entry.Field("primaryclass"), paper);
  std::string_view keywords = entry.Field("keywords");
  while (!keywords.empty()) {
    const size_t end = keywords.find_first_of(",;");
    AddKeyword(WithoutProtection(keywords.substr(0, end)), paper);
    keywords = end == keywords.npos ? "" : keywords.substr(end + 1);
  }
  paper->set_comment(OneLine(WithoutProtection(entry.Field("note"))));
  if (const std::string* arxiv = FindExternalId(*paper, "arxiv")) {
    AddArxivLinks(*arxiv, paper);
  }
  const std::string_view url = Trim(entry.Field("url"));
  AddLink(absl::EndsWithIgnoreCase(ToAbsl(url), ".pdf")
              ? v1::Link::KIND_PDF
              : v1::Link::KIND_ABSTRACT_PAGE,
          url, paper);
  return CheckUsable(*paper);
}

class BibtexImporter : public Importer {
 public:
  BibtexImporter(std::unique_ptr<ByteSource> source,
                 const ImportOptions& options)
      : source_(std::move(source)),
        parser_(source_.get(), options.max_record_bytes) {}

  absl::StatusOr<Outcome> Next(Record* record, Reject* reject) override {
    RETURN_IF_ERROR(status_);
    BibtexEntry entry;
    absl::StatusOr<bool> more = parser_.Next(&entry);
    if (!more.ok()) {
      status_ = more.status();
      return status_;
    }
    if (!*more) return Outcome::kEnd;
    ++number_;
    record->paper.Clear();
    const absl::Status status = Convert(entry, &record->paper);
    if (status.ok()) {
      record->line = entry.line;
      record->number = number_;
      return Outcome::kRecord;
    }
    reject->line = entry.line;
    reject->number = number_;
    reject->reason = std::string(ToStd(status.message()));
    reject->excerpt = MakeExcerpt(entry.text.substr(0, 4096));
    return Outcome::kReject;
  }

  const ByteSource& source() const override { return *source_; }

 private:
  const std::unique_ptr<ByteSource> source_;
  BibtexParser parser_;
  int64_t number_ = 0;
  absl::Status status_;
};

}  // namespace

std::string WithoutProtection(std::string_view title) {
  std::string result;
  AppendUnprotected(title, 0, &result);
  return result;
}

std::vector<std::string> BibtexNames(std::string_view field) {
  std::vector<std::string> names;
  const std::string line = OneLine(field);
  for (std::string_view name : SplitOutsideBraces(line, "and")) {
    if (name.empty() || name == "others") continue;
    const std::vector<std::string_view> parts = SplitOutsideBraces(name, ",");
    if (parts.size() == 1) {
      names.emplace_back(name);
    } else if (parts.size() == 2) {
      names.push_back(StrCat(parts[1], " ", parts[0]));
    } else {
      // "Last, Jr, First".
      names.push_back(StrCat(parts[2], " ", parts[0], " ", parts[1]));
    }
  }
  return names;
}

std::unique_ptr<Importer> MakeBibtexImporter(std::unique_ptr<ByteSource> source,
                                             const ImportOptions& options) {
  return std::make_unique<BibtexImporter>(std::move(source), options);
}

}  // namespace paperwire::importers
