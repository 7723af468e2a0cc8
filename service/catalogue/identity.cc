#include "service/catalogue/identity.h"

#include <cstdlib>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/hash.h"
#include "service/base/strings.h"

namespace paperwire::catalogue {
namespace {

constexpr size_t kMinTitleWords = 3;
// An abstract that is compared word for word must say something.
constexpr size_t kMinAbstractBytes = 100;

// The words of the title, folded, one blank between them; empty when there
// are too few to prove anything.
std::string TitleWords(const v1::Paper& paper, text::Analyzer& analyzer) {
  const std::vector<text::Token>& tokens = analyzer.Tokenize(paper.title());
  if (tokens.size() < kMinTitleWords) return "";
  std::string words;
  for (const text::Token& token : tokens) {
    StrAppend(&words, token.form, " ");
  }
  return words;
}

// The last word of the first author's name ("Bengio, Y." counts as written
// before the comma).
std::string Surname(const v1::Paper& paper, text::Analyzer& analyzer) {
  if (paper.authors().empty()) return "";
  std::string_view name = paper.authors(0).name();
  name = name.substr(0, name.find(','));
  const std::vector<text::Token>& tokens = analyzer.Tokenize(name);
  return tokens.empty() ? "" : std::string(tokens.back().form);
}

std::optional<int64_t> Year(const v1::Paper& paper) {
  if (!paper.has_published_time()) return std::nullopt;
  return absl::ToCivilYear(
             absl::FromUnixSeconds(paper.published_time().seconds()),
             absl::UTCTimeZone())
      .year();
}

// The letters and digits of the abstract; blanks and punctuation differ
// between sources.
std::string AbstractLetters(const v1::Paper& paper) {
  if (paper.abstract().size() < kMinAbstractBytes) return "";
  std::string letters;
  letters.reserve(paper.abstract().size());
  for (char c : paper.abstract()) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || byte >= 0x80) {
      letters.push_back(absl::ascii_tolower(byte));
    }
  }
  return letters;
}

// Whether both carry ids of a scheme with one id a paper, and no common one.
bool IdsDiffer(const v1::Paper& a, const v1::Paper& b,
               std::string_view scheme) {
  bool in_a = false;
  bool in_b = false;
  for (const v1::ExternalId& x : a.external_ids()) {
    if (x.scheme() != scheme) continue;
    in_a = true;
    for (const v1::ExternalId& y : b.external_ids()) {
      if (y.scheme() == scheme && y.value() == x.value()) return false;
    }
  }
  for (const v1::ExternalId& y : b.external_ids()) {
    in_b = in_b || y.scheme() == scheme;
  }
  return in_a && in_b;
}

}  // namespace

Likeness LikenessOf(const v1::Paper& paper, text::Analyzer& analyzer) {
  Likeness likeness;
  for (const v1::ExternalId& id : paper.external_ids()) {
    likeness.ids.push_back(StrCat(id.scheme(), ":", id.value()));
  }
  const std::string title = TitleWords(paper, analyzer);
  if (!title.empty()) {
    likeness.title = static_cast<int64_t>(StableHash(title));
  }
  return likeness;
}

bool SamePaper(const v1::Paper& a, const v1::Paper& b,
               text::Analyzer& analyzer) {
  if (IdsDiffer(a, b, "arxiv") || IdsDiffer(a, b, "acl")) return false;
  const std::string title = TitleWords(a, analyzer);
  if (title.empty() || title != TitleWords(b, analyzer)) return false;
  const std::string surname_a = Surname(a, analyzer);
  const std::string surname_b = Surname(b, analyzer);
  const std::optional<int64_t> year_a = Year(a);
  const std::optional<int64_t> year_b = Year(b);
  if (!surname_a.empty() && !surname_b.empty() && year_a && year_b) {
    return surname_a == surname_b && std::abs(*year_a - *year_b) <= 1;
  }
  const std::string abstract = AbstractLetters(a);
  return !abstract.empty() && abstract == AbstractLetters(b);
}

}  // namespace paperwire::catalogue
