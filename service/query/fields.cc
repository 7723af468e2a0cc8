#include "service/query/fields.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "service/base/strings.h"

namespace paperwire::query {
namespace {

struct Entry {
  std::string_view name;
  Field field;
};

constexpr Entry kFields[] = {
    {"title", Field::kTitle},
    {"abstract", Field::kAbstract},
    {"author", Field::kAuthor},
    {"venue", Field::kVenue},
    {"category", Field::kCategory},
    {"source", Field::kSource},
    {"id", Field::kId},
    {"has", Field::kHas},
    {"year", Field::kYear},
    {"published", Field::kPublished},
    {"votes", Field::kVotes},
    {"exact", Field::kExact},
};

struct Scheme {
  std::string_view name;
  std::string_view scheme;
};

constexpr Scheme kSchemes[] = {
    {"arxiv", "arxiv"}, {"doi", "doi"}, {"pmid", "pubmed"}};

// Names of other search boxes.
constexpr Entry kHabits[] = {
    {"ti", Field::kTitle},         {"abs", Field::kAbstract},
    {"summary", Field::kAbstract}, {"au", Field::kAuthor},
    {"by", Field::kAuthor},        {"cat", Field::kCategory},
    {"subject", Field::kCategory}, {"journal", Field::kVenue},
    {"conference", Field::kVenue}, {"date", Field::kPublished},
    {"upvotes", Field::kVotes},    {"from", Field::kSource},
};

constexpr std::string_view kHasKinds[] = {"code",          "project", "data",
                                          "model",         "demo",    "pdf",
                                          "abstract-page", "media"};

// How many letters are inserted, deleted, replaced or swapped with their
// neighbours (optimal string alignment), for short names.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1,
                                     std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<Field> FieldByName(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  for (const Entry& entry : kFields) {
    if (entry.name == lower) return entry.field;
  }
  return std::nullopt;
}

std::string_view NameOfField(Field field) {
  for (const Entry& entry : kFields) {
    if (entry.field == field) return entry.name;
  }
  return "";
}

std::optional<std::string_view> SchemeByName(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  for (const Scheme& entry : kSchemes) {
    if (entry.name == lower) return entry.scheme;
  }
  return std::nullopt;
}

std::optional<FieldSet> TextFieldsOf(Field field) {
  switch (field) {
    case Field::kTitle:
      return OnlyField(TextField::kTitle);
    case Field::kAbstract:
      return OnlyField(TextField::kAbstract);
    case Field::kAuthor:
      return OnlyField(TextField::kAuthor);
    case Field::kVenue:
      return OnlyField(TextField::kVenue);
    default:
      return std::nullopt;
  }
}

std::string_view NearestFieldName(std::string_view name) {
  if (name.size() > 16) return "";
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  for (const Entry& entry : kHabits) {
    if (entry.name == lower) return NameOfField(entry.field);
  }
  std::string_view nearest;
  size_t best = lower.size() <= 5 ? 2 : 3;  // a distance below this is near
  for (const Entry& entry : kFields) {
    const size_t distance = EditDistance(lower, entry.name);
    if (distance < best) {
      best = distance;
      nearest = entry.name;
    }
  }
  return nearest;
}

std::string HasKinds() {
  std::string list;
  for (std::string_view kind : kHasKinds) {
    StrAppend(&list, list.empty() ? "" : ", ", kind);
  }
  return list;
}

bool IsHasKind(std::string_view kind) {
  return std::find(std::begin(kHasKinds), std::end(kHasKinds), kind) !=
         std::end(kHasKinds);
}

}  // namespace paperwire::query
