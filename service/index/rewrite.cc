#include "service/index/rewrite.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/index/search.h"
#include "service/query/normalize.h"
#include "service/query/parser.h"

namespace paperwire::index {
namespace {

using query::Node;

// Nothing when the node vanishes.
std::optional<Node> Change(const Node& node, const LeafChange& change) {
  if (node.kind == Node::Kind::kNot) return node;
  if (node.kind != Node::Kind::kAnd && node.kind != Node::Kind::kOr) {
    return change(node);
  }
  Node changed = node;
  changed.children.clear();
  for (const Node& child : node.children) {
    if (std::optional<Node> c = Change(child, change)) {
      changed.children.push_back(*std::move(c));
    }
  }
  if (changed.children.empty()) return std::nullopt;
  return changed;
}

}  // namespace

std::string RewriteText(std::string_view text, std::vector<Edit> edits,
                        const query::Node& root) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.begin > b.begin; });
  std::string edited(text);
  for (const Edit& edit : edits) {
    size_t begin = edit.begin;
    size_t end = edit.end;
    if (edit.text.empty()) {
      while (begin > 0 && edited[begin - 1] == ' ') --begin;
      while (begin == 0 && end < edited.size() && edited[end] == ' ') ++end;
    }
    edited.replace(begin, end - begin, edit.text);
  }
  v1::Query request;
  request.set_text(edited);
  const absl::StatusOr<query::Query> said = query::Parse(request);
  return said.ok() && said->root == root ? edited : query::ToString(root);
}

uint32_t BeginWithPrefixes(std::string_view text, uint32_t begin) {
  while (begin > 0 && text[begin - 1] == ':') {
    uint32_t name = begin - 1;
    while (name > 0 &&
           absl::ascii_isalpha(static_cast<unsigned char>(text[name - 1]))) {
      --name;
    }
    if (name == begin - 1) break;
    begin = name;
  }
  if (begin > 0 && text[begin - 1] == '-') --begin;
  return begin;
}

query::Node TextTree(const v1::Query& request) {
  v1::Query text;
  text.set_text(request.text());
  absl::StatusOr<query::Query> parsed = query::Parse(text);
  return parsed.ok() ? std::move(parsed->root) : Node();
}

query::Node ChangeLeaves(const query::Node& root, const LeafChange& change) {
  return query::Normalize(Change(root, change).value_or(Node()));
}

absl::StatusOr<int64_t> CountMatches(
    const Snapshot& snapshot, const v1::Query& request,
    const std::function<absl::Status()>& check) {
  const absl::StatusOr<query::Query> query = query::Parse(request);
  if (!query.ok()) return 0;
  return CountMatches(snapshot, *query, check);
}

absl::StatusOr<int64_t> CountMatches(
    const Snapshot& snapshot, const query::Query& query,
    const std::function<absl::Status()>& check) {
  SearchOptions options;
  options.limit = 0;
  options.strict = true;
  options.check = check;
  const absl::StatusOr<SearchResult> result = Search(snapshot, query, options);
  if (result.ok()) return result->total_full_matches;
  const bool too_much =
      result.status().code() == absl::StatusCode::kInvalidArgument ||
      result.status().code() == absl::StatusCode::kResourceExhausted;
  if (too_much) return 0;
  return result.status();
}

}  // namespace paperwire::index
