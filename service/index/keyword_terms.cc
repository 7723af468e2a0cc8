#include "service/index/keyword_terms.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "paperwire/v1/paper.pb.h"
#include "service/base/strings.h"

namespace paperwire::index {
namespace {

constexpr std::string_view kCategoryPrefix = "c";
constexpr std::string_view kSourcePrefix = "s";
constexpr std::string_view kIdPrefix = "i";

}  // namespace

std::vector<std::string> KeywordTerms(const Document& document) {
  std::vector<std::string> terms;
  for (const std::string& category : document.categories) {
    const std::string lower = absl::AsciiStrToLower(category);
    terms.push_back(StrCat(kCategoryPrefix, lower));
    const size_t dot = lower.find('.');
    if (dot != std::string::npos && dot > 0) {
      terms.push_back(StrCat(kCategoryPrefix, lower.substr(0, dot)));
    }
  }
  for (const std::string& source : document.sources) {
    terms.push_back(StrCat(kSourcePrefix, absl::AsciiStrToLower(source)));
  }
  for (const std::string& id : document.ids) {
    const std::string lower = absl::AsciiStrToLower(id);
    terms.push_back(StrCat(kIdPrefix, lower));
    const size_t colon = lower.find(':');
    if (colon != std::string::npos) {
      terms.push_back(StrCat(kIdPrefix, lower.substr(colon + 1)));
    }
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

std::string KeywordTerm(const query::Keyword& keyword) {
  std::string_view prefix;
  switch (keyword.kind) {
    case query::Keyword::Kind::kCategory:
      prefix = kCategoryPrefix;
      break;
    case query::Keyword::Kind::kSource:
      prefix = kSourcePrefix;
      break;
    case query::Keyword::Kind::kId:
    case query::Keyword::Kind::kHas:
      prefix = kIdPrefix;
      break;
  }
  return StrCat(prefix, keyword.value);
}

uint32_t LinkBit(const query::Keyword& keyword) {
  constexpr std::pair<std::string_view, v1::Link::Kind> kKinds[] = {
      {"code", v1::Link::KIND_CODE},   {"project", v1::Link::KIND_PROJECT},
      {"data", v1::Link::KIND_DATA},   {"model", v1::Link::KIND_MODEL},
      {"demo", v1::Link::KIND_DEMO},   {"pdf", v1::Link::KIND_PDF},
      {"media", v1::Link::KIND_MEDIA},
  };
  for (const auto& [word, kind] : kKinds) {
    if (keyword.value == word) return 1u << kind;
  }
  return 0;
}

}  // namespace paperwire::index
