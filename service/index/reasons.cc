#include "service/index/reasons.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "service/base/strings.h"
#include "service/index/keyword_terms.h"
#include "service/index/snippet.h"

namespace paperwire::index {
namespace {

using query::Keyword;
using query::Node;
using query::Range;
using query::TextField;

constexpr const char* kFieldNames[query::kTextFields] = {
    "title", "abstract", "author", "category", "venue"};

// Byte offset of a code point.
size_t OffsetOf(std::string_view text, int32_t character) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool starts = (static_cast<uint8_t>(text[at]) & 0xc0) != 0x80;
    if (starts && character-- == 0) break;
  }
  return at;
}

// A piece of a text around one span, cut at words.
std::string FragmentOf(std::string_view text, CharSpan span) {
  size_t begin = OffsetOf(text, std::max(0, span.begin - kFragmentMargin));
  const size_t first = OffsetOf(text, span.begin);
  const size_t last = OffsetOf(text, span.end);
  size_t end = OffsetOf(text, span.end + kFragmentMargin);
  if (begin > 0) {
    const size_t space = text.substr(begin, first - begin).find(' ');
    if (space != std::string_view::npos) begin += space + 1;
  }
  if (end < text.size()) {
    const size_t space = text.substr(last, end - last).rfind(' ');
    if (space != std::string_view::npos) end = last + space;
  }
  std::string fragment(text.substr(begin, end - begin));
  BreaksToSpaces(&fragment);
  return StrCat(begin > 0 ? "... " : "", fragment,
                end < text.size() ? " ..." : "");
}

// The category of the paper that a keyword means; of an archive, the first.
std::string CategoryOf(const Keyword& keyword, const Document& document) {
  for (const std::string& category : document.categories) {
    const std::string lower = absl::AsciiStrToLower(category);
    if (lower == keyword.value || lower.starts_with(keyword.value + ".")) {
      return category;
    }
  }
  return keyword.value;
}

std::optional<Reason> FindKeyword(const Keyword& keyword,
                                  const std::string& term,
                                  const Document& document) {
  if (keyword.kind == Keyword::Kind::kHas) {
    if ((document.link_kinds & LinkBit(keyword)) == 0) return std::nullopt;
    return Reason{term, "has", keyword.value};
  }
  const std::vector<std::string> terms = KeywordTerms(document);
  if (std::find(terms.begin(), terms.end(), KeywordTerm(keyword)) ==
      terms.end()) {
    return std::nullopt;
  }
  switch (keyword.kind) {
    case Keyword::Kind::kCategory:
      return Reason{term, "category", CategoryOf(keyword, document)};
    case Keyword::Kind::kSource:
      return Reason{term, "source", keyword.value};
    default:
      return Reason{term, "id", keyword.value};
  }
}

std::optional<Reason> FindRange(const Range& range, const std::string& term,
                                const Document& document) {
  const bool votes = range.column == Range::Column::kVotes;
  const std::optional<int64_t> value =
      votes ? document.votes : document.published;
  if (!value.has_value() || *value < range.min || *value > range.max) {
    return std::nullopt;
  }
  if (votes) return Reason{term, "votes", StrCat(*value)};
  return Reason{term, "published",
                absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(*value),
                                 absl::UTCTimeZone())};
}

}  // namespace

Reasoner::Reasoner(const query::Query& query) { Collect(query.root); }

void Reasoner::Collect(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNot:
    case Node::Kind::kAll:
      return;
    case Node::Kind::kAnd:
    case Node::Kind::kOr:
      for (const Node& child : node.children) Collect(child);
      return;
    default:
      break;
  }
  Leaf& leaf = leaves_.emplace_back();
  leaf.query.root = node;
  // A phrase is meant whole here, and its weight tells nothing.
  leaf.query.root.children.clear();
  leaf.query.root.boost = 1;
  leaf.term = query::ToString(leaf.query.root);
}

void Reasoner::FindWords(const Leaf& leaf, const Document& document,
                         std::vector<Reason>* reasons) {
  for (int f = 0; f < query::kTextFields; ++f) {
    const auto field = static_cast<TextField>(f);
    if ((leaf.query.root.fields & query::OnlyField(field)) == 0) continue;
    const std::string& text = document.text[static_cast<size_t>(f)];
    const bool prose =
        field == TextField::kTitle || field == TextField::kAbstract;
    // Of authors and categories, the one that matches.
    const std::vector<std::string> values =
        prose ? std::vector<std::string>{text}
              : std::vector<std::string>(absl::StrSplit(text, '\n'));
    for (const std::string& value : values) {
      const FieldHighlight found =
          Highlight(leaf.query, field, value, analyzer_);
      if (found.spans.empty()) continue;
      reasons->push_back({leaf.term, kFieldNames[f],
                          prose ? FragmentOf(value, found.spans[0]) : value});
      break;
    }
  }
}

std::vector<Reason> Reasoner::Find(const v1::Paper& paper) {
  const Document document = MakeDocument(paper, 1, 1);
  std::vector<Reason> reasons;
  for (const Leaf& leaf : leaves_) {
    const Node& node = leaf.query.root;
    std::optional<Reason> reason;
    if (node.kind == Node::Kind::kKeyword) {
      reason = FindKeyword(node.keyword, leaf.term, document);
    } else if (node.kind == Node::Kind::kRange) {
      reason = FindRange(node.range, leaf.term, document);
    } else {
      FindWords(leaf, document, &reasons);
    }
    if (reason.has_value()) reasons.push_back(*std::move(reason));
  }
  return reasons;
}

}  // namespace paperwire::index
