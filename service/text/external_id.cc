#include "service/text/external_id.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::text {
namespace {

// Other words for a scheme, as they stand in the data of its users.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"pmid", "pubmed"},
    {"pmcid", "pmc"},
    {"pubmedcentral", "pmc"},
    {"corpusid", "s2-corpus"},
};

// How addresses begin (after "http://" or "https://" and "www.") and the
// scheme of the id that follows.
constexpr std::pair<std::string_view, std::string_view> kAddresses[] = {
    {"arxiv.org/abs/", "arxiv"},
    {"arxiv.org/pdf/", "arxiv"},
    {"arxiv.org/html/", "arxiv"},
    {"arxiv.org/format/", "arxiv"},
    {"arxiv.org/e-print/", "arxiv"},
    {"export.arxiv.org/abs/", "arxiv"},
    {"export.arxiv.org/pdf/", "arxiv"},
    {"browse.arxiv.org/abs/", "arxiv"},
    {"browse.arxiv.org/pdf/", "arxiv"},
    {"huggingface.co/papers/", "arxiv"},
    {"doi.org/", "doi"},
    {"dx.doi.org/", "doi"},
    {"aclanthology.org/", "acl"},
    {"openreview.net/forum?id=", "openreview"},
    {"openreview.net/pdf?id=", "openreview"},
    {"openalex.org/", "openalex"},
    {"pubmed.ncbi.nlm.nih.gov/", "pubmed"},
    {"ncbi.nlm.nih.gov/pubmed/", "pubmed"},
    {"pmc.ncbi.nlm.nih.gov/articles/", "pmc"},
    {"ncbi.nlm.nih.gov/pmc/articles/", "pmc"},
    {"semanticscholar.org/paper/", "s2"},
    {"dblp.org/rec/", "dblp"},
};

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower(ToAbsl(text));
}

bool StartsWithNoCase(std::string_view text, std::string_view start) {
  return absl::StartsWithIgnoreCase(ToAbsl(text), ToAbsl(start));
}

bool EndsWithNoCase(std::string_view text, std::string_view end) {
  return absl::EndsWithIgnoreCase(ToAbsl(text), ToAbsl(end));
}

std::string Quote(std::string_view text) {
  constexpr size_t kShown = 80;
  if (text.size() <= kShown) return StrCat("\"", text, "\"");
  size_t cut = kShown;
  while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
  return StrCat("\"", text.substr(0, cut), "...\"");
}

// The scheme and the tail of an address that the table knows, or nothing.
std::optional<std::pair<std::string_view, std::string_view>> SplitAddress(
    std::string_view text) {
  std::string_view rest = text;
  for (std::string_view scheme : {"https://", "http://"}) {
    if (StartsWithNoCase(rest, scheme)) {
      rest.remove_prefix(scheme.size());
      break;
    }
  }
  if (StartsWithNoCase(rest, "www.")) rest.remove_prefix(4);
  for (const auto& [start, scheme] : kAddresses) {
    if (!StartsWithNoCase(rest, start)) continue;
    rest.remove_prefix(start.size());
    if (scheme != "doi") {
      // A DOI may hold any of these; no other id does.
      rest = rest.substr(
          0, rest.find_first_of(scheme == "openreview" ? "&#" : "?#"));
    }
    if (scheme == "s2") {
      // The id follows the words of the title.
      while (rest.ends_with("/")) rest.remove_suffix(1);
      if (size_t slash = rest.rfind('/'); slash != rest.npos) {
        rest.remove_prefix(slash + 1);
      }
    }
    if (scheme == "acl" || scheme == "arxiv" || scheme == "dblp") {
      for (std::string_view suffix : {".pdf", ".bib", ".html"}) {
        if (EndsWithNoCase(rest, suffix)) {
          rest.remove_suffix(suffix.size());
        }
      }
    }
    while (scheme != "doi" && rest.ends_with("/")) rest.remove_suffix(1);
    return std::pair(scheme, rest);
  }
  return std::nullopt;
}

bool AllDigits(std::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return !text.empty();
}

// Whether four digits are a year and a month as arXiv writes them.
bool IsYearMonth(std::string_view digits) {
  if (digits.size() != 4 || !AllDigits(digits)) return false;
  const int month = (digits[2] - '0') * 10 + (digits[3] - '0');
  return month >= 1 && month <= 12;
}

// An arXiv id without prefix, version and subject class, or nothing.
// See https://info.arxiv.org/help/arxiv_identifier.html.
std::optional<std::string> CanonicalArxiv(std::string_view id) {
  // "v2" at the end, after a digit.
  if (size_t v = id.find_last_of("vV");
      v != id.npos && v > 0 && absl::ascii_isdigit(id[v - 1])) {
    const std::string_view version = id.substr(v + 1);
    if (!AllDigits(version) || version.size() > 4) return std::nullopt;
    id = id.substr(0, v);
  }
  if (size_t slash = id.find('/'); slash != id.npos) {
    std::string archive = Lower(id.substr(0, slash));
    const std::string_view number = id.substr(slash + 1);
    if (number.size() != 7 || !AllDigits(number) ||
        !IsYearMonth(number.substr(0, 4))) {
      return std::nullopt;
    }
    archive.resize(std::min(archive.find('.'), archive.size()));
    if (archive.empty() || archive.size() > 16 ||
        !absl::ascii_isalpha(archive.front()) ||
        !absl::ascii_isalpha(archive.back())) {
      return std::nullopt;
    }
    for (char c : archive) {
      if (!absl::ascii_isalpha(c) && c != '-') return std::nullopt;
    }
    return StrCat(archive, "/", number);
  }
  if (id.size() < 9 || id.size() > 10 || id[4] != '.' ||
      !IsYearMonth(id.substr(0, 4)) || !AllDigits(id.substr(5))) {
    return std::nullopt;
  }
  return std::string(id);
}

// A bare DOI in lower case, or nothing.
std::optional<std::string> CanonicalDoi(std::string_view id) {
  const size_t slash = id.find('/');
  if (!id.starts_with("10.") || slash == id.npos || slash <= 3 ||
      slash + 1 == id.size()) {
    return std::nullopt;
  }
  for (char c : id.substr(3, slash - 3)) {
    if (!absl::ascii_isdigit(c) && c != '.') return std::nullopt;
  }
  if (id.find(' ') != id.npos) return std::nullopt;
  return Lower(id);
}

absl::Status CheckValue(std::string_view scheme, std::string_view value) {
  const std::string whose =
      scheme.empty() ? std::string("An id") : StrCat("The ", scheme, " id");
  if (value.empty()) {
    return absl::InvalidArgumentError(
        StrCat(whose, " is empty; give its value or leave it out"));
  }
  if (value.size() > kMaxExternalIdBytes) {
    return absl::InvalidArgumentError(
        StrCat(whose, " has ", value.size(), " bytes; at most ",
               kMaxExternalIdBytes, " are allowed"));
  }
  if (size_t bad = FindInvalidUtf8(value); bad != value.npos) {
    return absl::InvalidArgumentError(
        StrCat(whose, " is not valid UTF-8 at byte ", bad));
  }
  for (size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c < 0x20 || c == 0x7F) {
      return absl::InvalidArgumentError(StrCat(
          whose, " holds a control character at byte ", i, "; remove it"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> NormalizeScheme(std::string_view scheme) {
  std::string result = Lower(Trim(scheme));
  bool ok = !result.empty() && result.size() <= kMaxSchemeBytes;
  for (char c : result) {
    ok = ok && (absl::ascii_isalnum(c) || c == '-');
  }
  if (!ok) {
    return absl::InvalidArgumentError(
        StrCat("The scheme ", Quote(absl::CHexEscape(ToAbsl(scheme))),
               " of an external id is not a word of 1 to ", kMaxSchemeBytes,
               " letters, digits and hyphens; write for example \"arxiv\" or "
               "\"doi\""));
  }
  if (result == "http" || result == "https") {
    return absl::InvalidArgumentError(
        StrCat("\"", result,
               ":\" begins an address, it is no scheme of an external id; "
               "write for example \"arxiv\" or \"doi\""));
  }
  for (const auto& [alias, name] : kAliases) {
    if (result == alias) return std::string(name);
  }
  return result;
}

// Takes "prefix:" off, in any case.
void StripPrefix(std::string_view prefix, std::string_view* value) {
  if (value->size() > prefix.size() && StartsWithNoCase(*value, prefix) &&
      (*value)[prefix.size()] == ':') {
    *value = Trim(value->substr(prefix.size() + 1));
  }
}

// Takes off what people write before an id of a scheme: the scheme itself, its
// other words, an address; as often as any of them stands there, so that
// nothing is left that the next reader would take off.
std::string_view StripScheme(std::string_view scheme, std::string_view value) {
  for (;;) {
    const size_t size = value.size();
    StripPrefix(scheme, &value);
    for (const auto& [alias, name] : kAliases) {
      if (name == scheme) StripPrefix(alias, &value);
    }
    if (scheme == "arxiv") StripPrefix("oai:arxiv.org", &value);
    const auto address = SplitAddress(value);
    if (address.has_value() && address->first == scheme) {
      value = Trim(address->second);
    }
    if (value.size() == size) return value;
  }
}

}  // namespace

absl::StatusOr<ExternalIdPair> NormalizeExternalId(std::string_view scheme,
                                                   std::string_view value) {
  ASSIGN_OR_RETURN(std::string name, NormalizeScheme(scheme));
  std::string_view rest = Trim(value);
  RETURN_IF_ERROR(CheckValue(name, rest));
  rest = StripScheme(name, rest);

  constexpr std::string_view kOfArxiv = "arxiv.org:";
  if (name == "oai" && StartsWithNoCase(rest, kOfArxiv)) {
    return NormalizeExternalId("arxiv", rest.substr(kOfArxiv.size()));
  }
  if (name == "arxiv") {
    constexpr std::string_view kDoi = "10.48550/arxiv.";
    if (StartsWithNoCase(rest, kDoi)) {
      rest.remove_prefix(kDoi.size());
    }
    // "2410.01131v2 [cs.CL]", as it stands on the margin of the PDF.
    rest = rest.substr(0, rest.find(" ["));
    std::optional<std::string> id = CanonicalArxiv(rest);
    if (!id.has_value()) {
      return absl::InvalidArgumentError(
          StrCat(Quote(value),
                 " is not an arXiv id; write it like \"2410.01131\" or "
                 "\"quant-ph/0201082\""));
    }
    return ExternalIdPair(std::move(name), *std::move(id));
  }
  if (name == "doi") {
    std::optional<std::string> id = CanonicalDoi(rest);
    if (!id.has_value()) {
      return absl::InvalidArgumentError(
          StrCat(Quote(value),
                 " is not a DOI; write it like "
                 "\"10.1103/PhysRevD.93.016005\""));
    }
    return ExternalIdPair(std::move(name), *std::move(id));
  }
  RETURN_IF_ERROR(CheckValue(name, rest));
  return ExternalIdPair(std::move(name), std::string(rest));
}

absl::StatusOr<ExternalIdPair> ParseExternalId(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  RETURN_IF_ERROR(CheckValue("", trimmed));
  if (const auto address = SplitAddress(trimmed)) {
    return NormalizeExternalId(address->first, address->second);
  }
  const bool is_address = StartsWithNoCase(trimmed, "http://") ||
                          StartsWithNoCase(trimmed, "https://");
  const size_t colon = trimmed.find(':');
  if (!is_address && colon != trimmed.npos && colon <= kMaxSchemeBytes &&
      !trimmed.starts_with("10.") &&
      NormalizeScheme(trimmed.substr(0, colon)).ok()) {
    return NormalizeExternalId(trimmed.substr(0, colon),
                               trimmed.substr(colon + 1));
  }
  if (std::optional<std::string> arxiv = CanonicalArxiv(trimmed)) {
    return ExternalIdPair("", *std::move(arxiv));
  }
  if (std::optional<std::string> doi = CanonicalDoi(trimmed)) {
    return ExternalIdPair("", *std::move(doi));
  }
  return ExternalIdPair("", std::string(trimmed));
}

bool IsBareExternalId(std::string_view text) {
  if (const auto address = SplitAddress(text)) {
    return NormalizeExternalId(address->first, address->second).ok();
  }
  if (CanonicalArxiv(text).has_value()) return true;
  constexpr size_t kRegistrant = std::string_view("10.1000").size();
  return CanonicalDoi(text).has_value() && text.find('/') >= kRegistrant;
}

std::string ExternalIdKey(std::string_view scheme, std::string_view value) {
  if (scheme.empty()) return Lower(value);
  return absl::AsciiStrToLower(StrCat(scheme, ":", value));
}

}  // namespace paperwire::text
