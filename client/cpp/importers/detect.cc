// Tells formats by what only they have: the root element of XML, the keys of
// the first JSON record, "@word{" of BibTeX.

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/importer.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

absl::Status Unknown(std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat(what, "; say which format it is, or see the list of formats"));
}

bool IsWhite(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// The name of the root element without prefix; "" when it is not in `text`.
std::string RootElement(std::string_view text) {
  while (true) {
    const size_t open = text.find('<');
    if (open == text.npos || open + 1 >= text.size()) return "";
    text.remove_prefix(open + 1);
    std::string_view end;
    if (text.starts_with("?")) {
      end = "?>";
    } else if (text.starts_with("!--")) {
      end = "-->";
    } else if (text.starts_with("!")) {
      // DOCTYPE, whose first word is the name of the root.
      return absl::AsciiStrToLower(ToAbsl(text.substr(0, 13)));
    } else {
      break;
    }
    const size_t close = text.find(end);
    if (close == text.npos) return "";
    text.remove_prefix(close + end.size());
  }
  size_t n = 0;
  while (n < text.size() && !IsWhite(text[n]) && text[n] != '>' &&
         text[n] != '/') {
    ++n;
  }
  std::string_view name = text.substr(0, n);
  return std::string(name.substr(name.find(':') + 1));
}

absl::StatusOr<Format> DetectXml(std::string_view head) {
  const std::string root = RootElement(head);
  if (root == "feed") return Format::kArxivAtom;
  if (root == "OAI-PMH" || root == "ListRecords" || root == "GetRecord" ||
      root == "record" || root == "arXiv" || root == "arXivRaw") {
    return Format::kArxivOai;
  }
  if (root == "collection" || root == "volume") return Format::kAcl;
  if (root == "html" || root == "!doctype html") {
    return Unknown("this is a web page, not a file of papers");
  }
  return Unknown(StrCat("no known XML: its root is <", MakeExcerpt(root), ">"));
}

// The keys of the first JSON record, and of all that it holds.
std::set<std::string, std::less<>> KeysOf(std::string_view head) {
  std::set<std::string, std::less<>> keys;
  for (size_t i = 0; i < head.size(); ++i) {
    if (head[i] != '"') continue;
    size_t end = i + 1;
    while (end < head.size() && head[end] != '"') {
      end += head[end] == '\\' ? 2 : 1;
    }
    if (end >= head.size()) break;
    size_t after = end + 1;
    while (after < head.size() && IsWhite(head[after])) ++after;
    if (after < head.size() && head[after] == ':') {
      keys.emplace(head.substr(i + 1, end - i - 1));
    }
    i = end;
  }
  return keys;
}

absl::StatusOr<Format> DetectJson(std::string_view head) {
  const auto keys = KeysOf(head);
  const auto has = [&keys](std::string_view key) { return keys.contains(key); };
  if (has("publishedAt") &&
      (has("summary") || has("upvotes") || has("paper"))) {
    return Format::kHfDaily;
  }
  if (has("abstract_inverted_index") || has("authorships") ||
      has("primary_location")) {
    return Format::kOpenAlex;
  }
  if (has("paperId") || has("corpusid") || has("influentialCitationCount")) {
    return Format::kS2;
  }
  if (has("authors_parsed") ||
      (has("update_date") && (has("versions") || has("submitter")))) {
    return Format::kArxivSnapshot;
  }
  if (has("title") || has("id") || has("externalIds") || has("external_ids")) {
    return Format::kPaperwire;
  }
  return Unknown("this is JSON, but of no known format: no paper has its keys");
}

// Whether "@word{" or "@word(" stands at the beginning of a line.
bool HasBibtexEntry(std::string_view head) {
  bool line_begins = true;
  for (size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '@' && line_begins) {
      size_t n = i + 1;
      while (n < head.size() && absl::ascii_isalpha(head[n])) ++n;
      const bool word = n > i + 1;
      while (n < head.size() && IsWhite(head[n])) ++n;
      if (word && n < head.size() && (head[n] == '{' || head[n] == '(')) {
        return true;
      }
    }
    line_begins = head[i] == '\n' || (line_begins && IsWhite(head[i]));
  }
  return false;
}

}  // namespace

absl::StatusOr<Format> DetectFormat(std::string_view head) {
  ConsumePrefix(&head, "\xef\xbb\xbf");
  while (!head.empty() && IsWhite(head.front())) head.remove_prefix(1);
  if (head.empty()) return Unknown("there is nothing to tell a format by");
  if (head.front() == '<') return DetectXml(head);
  if (head.front() == '{' || head.front() == '[') return DetectJson(head);
  if (HasBibtexEntry(head)) return Format::kBibtex;
  constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"PK\x03\x04", "a zip archive"},
      {"BZh", "compressed with bzip2"},
      {"\xfd"
       "7zXZ",
       "compressed with xz"},
      {"%PDF", "a PDF"},
      {"SQLite format 3", "an SQLite database"},
      {"PAR1", "a Parquet file"},
  };
  for (const auto& [magic, what] : kOthers) {
    if (head.starts_with(magic)) {
      return absl::InvalidArgumentError(
          StrCat("this is ", what,
                 ", which cannot be read; gzip and zstd are "
                 "unpacked, everything else must be before"));
    }
  }
  return Unknown(StrCat("no known format begins with \"",
                        MakeExcerpt(head.substr(0, 40)), "\""));
}

}  // namespace paperwire::importers
