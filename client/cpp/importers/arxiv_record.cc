#include "client/cpp/importers/arxiv_record.h"

#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"

namespace paperwire::importers {
namespace {

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// `text` without what stands in round brackets, which may nest. An opening
// bracket without end takes the rest with it: lists of affiliations are cut
// off at times.
std::string WithoutBrackets(std::string_view text) {
  std::string result;
  int depth = 0;
  for (char c : text) {
    if (c == '(') {
      if (depth++ == 0) result.push_back(' ');
    } else if (c == ')') {
      if (depth > 0) --depth;
    } else if (depth == 0) {
      result.push_back(c);
    }
  }
  return result;
}

constexpr std::array<std::string_view, 11> kWholePaper = {
    "paper",    "article", "submission", "manuscript", "preprint", "work",
    "document", "e-print", "eprint",     "note",       "text"};

bool IsSuffix(std::string_view name) {
  constexpr std::array<std::string_view, 8> kSuffixes = {
      "Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV", "Ph.D."};
  for (std::string_view suffix : kSuffixes) {
    if (name == suffix) return true;
  }
  return false;
}

// The length of a separator at `at`, or 0.
size_t SeparatorAt(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == ',' || c == ';') return 1;
  // "\&" is a name's own.
  if (c == '&') return at > 0 && text[at - 1] == '\\' ? 0 : 1;
  if (absl::ascii_isspace(c) && text.size() - at > 5 &&
      text.substr(at + 1, 3) == "and" && absl::ascii_isspace(text[at + 4])) {
    return 4;  // the blank behind it may begin another one
  }
  return 0;
}

// "withdrawn", "paper withdrawn", "this article has been withdrawn by ..." at
// the beginning of a text in lower case.
bool BeginsWithdrawn(std::string_view rest) {
  while (!rest.empty() && !absl::ascii_isalpha(rest.front())) {
    rest.remove_prefix(1);
  }
  const auto word_ends = [&rest] {
    return rest.empty() || !absl::ascii_isalpha(rest.front());
  };
  const bool article =
      ConsumePrefix(&rest, "this ") || ConsumePrefix(&rest, "the ");
  bool noun_found = false;
  for (std::string_view noun : kWholePaper) {
    if (ConsumePrefix(&rest, noun)) {
      noun_found = true;
      if (!word_ends()) return false;
      ConsumePrefix(&rest, " ");
      break;
    }
  }
  bool verb = false;
  for (std::string_view form :
       {"has now been ", "has been ", "have been ", "had been ", "is being ",
        "is now ", "is ", "was "}) {
    if (ConsumePrefix(&rest, form)) {
      verb = true;
      break;
    }
  }
  if (verb) ConsumePrefix(&rest, "temporarily ");
  // "Has been withdrawn": somebody else was spoken of. "The withdrawn claim".
  if (verb ? !article && !noun_found : article && !noun_found) return false;
  if (!ConsumePrefix(&rest, "withdrawn")) return false;
  // "Withdrawn from the conference": from somewhere else than arXiv.
  if (rest.starts_with(" from ") && !rest.starts_with(" from arxiv") &&
      !rest.starts_with(" from the arxiv")) {
    return false;
  }
  return word_ends();
}

// "... 4 pages. This paper has been withdrawn by the author": the very words
// that arXiv puts there, anywhere in a text in lower case. "An appendix of
// this paper has been withdrawn" is about something else.
bool StatesWithdrawal(std::string_view text) {
  for (std::string_view noun : kWholePaper) {
    for (std::string_view article : {"this ", "the "}) {
      const std::string words = StrCat(article, noun, " has been withdrawn by");
      const size_t at = text.find(words);
      if (at == text.npos) continue;
      const std::string_view before = text.substr(0, at);
      if (!before.ends_with("of ") && !before.ends_with("in ")) return true;
    }
  }
  return text.find("submission has been withdrawn by arxiv") != text.npos;
}

}  // namespace

absl::Status SetArxivId(std::string_view id, v1::Paper* paper) {
  absl::StatusOr<text::ExternalIdPair> arxiv =
      text::NormalizeExternalId("arxiv", id);
  if (!arxiv.ok()) return arxiv.status();
  AddExternalId("arxiv", arxiv->second, paper);
  AddArxivLinks(arxiv->second, paper);
  AddSource("arxiv", paper);
  return absl::OkStatus();
}

bool IsArxivCategory(std::string_view term) {
  if (term.empty() || !absl::ascii_islower(term.front())) return false;
  for (char c : term) {
    if (!absl::ascii_isalpha(c) && c != '-' && c != '.') return false;
  }
  return true;
}

void AddClassCodes(std::string_view field, v1::Paper* paper) {
  while (!field.empty()) {
    const size_t end = field.find_first_of(",;");
    AddKeyword(field.substr(0, end), paper);
    field = end == field.npos ? "" : field.substr(end + 1);
  }
}

void AddArxivCategories(std::string_view field, v1::Paper* paper) {
  while (!(field = Trim(field)).empty()) {
    size_t end = 0;
    while (end < field.size() && !absl::ascii_isspace(field[end])) ++end;
    AddCategory(field.substr(0, end), paper);
    field.remove_prefix(end);
  }
}

void AddArxivAuthors(std::string_view authors, v1::Paper* paper) {
  const std::string text = WithoutBrackets(authors);
  std::vector<std::string> names;
  std::string name;
  int braces = 0;
  const auto finish = [&] {
    const std::string_view trimmed = Trim(name);
    if (IsSuffix(trimmed) && !names.empty()) {
      StrAppend(&names.back(), " ", trimmed);
    } else if (!trimmed.empty()) {
      names.emplace_back(trimmed);
    }
    name.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const size_t separator = braces == 0 ? SeparatorAt(text, at) : 0;
    if (separator > 0) {
      finish();
      at += separator;
      continue;
    }
    if (text[at] == '{') ++braces;
    if (text[at] == '}' && braces > 0) --braces;
    name.push_back(text[at++]);
  }
  finish();
  for (std::string_view each : names) {
    // "a, b, and c": the comma has ended the name before the "and".
    ConsumePrefix(&each, "and ");
    AddAuthor(each, paper);
  }
}

bool SaysWithdrawn(std::string_view text) {
  // Long enough for every statement that counts.
  const std::string begin = absl::AsciiStrToLower(OneLine(text.substr(0, 600)));
  return BeginsWithdrawn(begin) || StatesWithdrawal(begin);
}

void SetArxivComment(std::string_view comment, v1::Paper* paper) {
  paper->set_comment(OneLine(comment));
  if (SaysWithdrawn(paper->comment()) || SaysWithdrawn(paper->abstract())) {
    paper->set_state(v1::Paper::STATE_WITHDRAWN);
  }
}

}  // namespace paperwire::importers
