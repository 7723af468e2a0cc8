// Prints a tree as text that parses to it. Words are bare where that is safe;
// common words stand in quotes, because bare ones would be left aside, and so
// do words that would be ids.

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "service/base/hash.h"
#include "service/base/strings.h"
#include "service/query/dates.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"
#include "service/text/external_id.h"

namespace paperwire::query {
namespace {

using Kind = Node::Kind;

std::string_view FieldPrefix(FieldSet fields) {
  switch (fields) {
    case OnlyField(TextField::kTitle):
      return "title:";
    case OnlyField(TextField::kAbstract):
      return "abstract:";
    case OnlyField(TextField::kAuthor):
      return "author:";
    case OnlyField(TextField::kVenue):
      return "venue:";
    default:
      return "";
  }
}

std::string_view KeywordPrefix(Keyword::Kind kind) {
  switch (kind) {
    case Keyword::Kind::kCategory:
      return "category:";
    case Keyword::Kind::kSource:
      return "source:";
    case Keyword::Kind::kId:
      return "id:";
    case Keyword::Kind::kHas:
      return "has:";
  }
  return "";
}

void AppendQuoted(std::string_view value, std::string* out) {
  // The quotes of word processors end a value too (lexer.cc).
  constexpr std::array<std::string_view, 5> kEscaped = {"\"", "\\", "\u201C",
                                                        "\u201D", "\u201E"};
  *out += '"';
  for (size_t i = 0; i < value.size(); ++i) {
    for (const std::string_view special : kEscaped) {
      if (value.substr(i).starts_with(special)) *out += '\\';
    }
    *out += value[i];
  }
  *out += '"';
}

void AppendRange(const Range& range, std::string* out) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const bool votes = range.column == Range::Column::kVotes;
  const auto print = [votes](int64_t value) {
    return votes ? StrCat(value) : FormatSecond(value);
  };
  *out += votes ? "votes:" : "published:";
  if (votes && range.min == kMin && range.max == -1) {
    *out += "<0";  // "-1" is no count, and cannot be read again
    return;
  }
  if (range.min != kMin) *out += print(range.min);
  *out += "..";
  if (range.max != kMax) *out += print(range.max);
}

void AppendBoost(float boost, std::string* out) {
  if (boost == 1) return;
  std::array<char, 64> digits;
  const std::to_chars_result result =
      std::to_chars(digits.data(), digits.data() + digits.size(), boost,
                    std::chars_format::fixed);
  *out += '^';
  out->append(digits.data(), result.ptr);
}

void AppendLeaf(const Node& node, std::string* out) {
  if (node.kind == Kind::kKeyword) {
    *out += KeywordPrefix(node.keyword.kind);
    AppendQuoted(node.keyword.value, out);
    return;
  }
  if (node.kind == Kind::kRange) {
    AppendRange(node.range, out);
    return;
  }
  *out += FieldPrefix(node.fields);
  const std::string& form = node.words[0].form;
  if (node.words[0].exact) *out += "exact:";
  switch (node.kind) {
    case Kind::kPhrase:
      if (!node.children.empty()) {
        for (size_t i = 0; i < node.words.size(); ++i) {
          StrAppend(out, i == 0 ? "" : "-", node.words[i].form);
        }
        break;
      }
      *out += '"';
      for (size_t i = 0; i < node.words.size(); ++i) {
        StrAppend(out, i == 0 ? "" : " ", node.words[i].form);
      }
      *out += '"';
      if (node.slop > 0 || node.fields == OnlyField(TextField::kAuthor)) {
        StrAppend(out, "~", node.slop);
      }
      break;
    case Kind::kPrefix:
      StrAppend(out, form, "*");
      break;
    case Kind::kFuzzy:
      StrAppend(out, form, "~", node.distance);
      break;
    default:
      if (text::IsStopWord(form) || text::IsBareExternalId(form)) {
        StrAppend(out, "\"", form, "\"");
      } else {
        *out += form;
      }
  }
  AppendBoost(node.boost, out);
}

void Append(const Node& node, std::string* out);

void AppendInBrackets(const Node& node, std::string* out) {
  *out += '(';
  Append(node, out);
  *out += ')';
}

void Append(const Node& node, std::string* out) {
  switch (node.kind) {
    case Kind::kAll:
      break;
    case Kind::kAnd:
      for (const Node& child : node.children) {
        if (&child != &node.children.front()) *out += ' ';
        if (child.kind == Kind::kOr) {
          AppendInBrackets(child, out);
        } else {
          Append(child, out);
        }
      }
      break;
    case Kind::kOr:
      for (const Node& child : node.children) {
        if (&child != &node.children.front()) *out += " OR ";
        Append(child, out);
      }
      break;
    case Kind::kNot: {
      *out += '-';
      const Node& child = node.children[0];
      if (child.kind == Kind::kAnd || child.kind == Kind::kOr) {
        AppendInBrackets(child, out);
      } else {
        Append(child, out);
      }
      break;
    }
    default:
      AppendLeaf(node, out);
  }
}

// The members that the kind of the node gives a meaning.
bool SameLeaf(const Node& a, const Node& b) {
  switch (a.kind) {
    case Kind::kKeyword:
      return a.keyword == b.keyword;
    case Kind::kRange:
      return a.range == b.range;
    default:
      return a.words == b.words && a.slop == b.slop &&
             a.distance == b.distance && a.fields == b.fields &&
             a.boost == b.boost && a.children.empty() == b.children.empty();
  }
}

}  // namespace

std::string ToString(const Node& node) {
  std::string out;
  Append(node, &out);
  return out;
}

uint64_t Fingerprint(const Query& query) {
  return StableHash(ToString(query.root));
}

bool operator==(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kAll:
      return true;
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kNot:
      return a.children == b.children;
    default:
      return SameLeaf(a, b);
  }
}

}  // namespace paperwire::query
