#include "service/index/relax.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/rewrite.h"
#include "service/query/normalize.h"
#include "service/query/parser.h"
#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

using query::Node;
using v1::QueryRewrite;

// Filters and exclusions that are tried one by one.
constexpr size_t kMaxConditions = 8;

bool IsFilter(const Node& node) {
  if (node.kind == Node::Kind::kKeyword || node.kind == Node::Kind::kRange) {
    return true;
  }
  return node.kind == Node::Kind::kOr &&
         std::all_of(node.children.begin(), node.children.end(), IsFilter);
}

bool IsCondition(const Node& node) {
  return node.kind == Node::Kind::kNot || IsFilter(node);
}

// What all must hold.
std::vector<Node> Parts(const Node& root) {
  if (root.kind == Node::Kind::kAnd) return root.children;
  if (root.kind == Node::Kind::kAll) return {};
  return {root};
}

class Relaxer {
 public:
  Relaxer(const Snapshot& snapshot, const v1::Query& request,
          const std::function<absl::Status()>& check)
      : snapshot_(snapshot),
        request_(request),
        check_(check),
        tree_(TextTree(request)),
        parts_(Parts(tree_)) {}

  absl::StatusOr<std::vector<QueryRewrite>> Run() {
    RETURN_IF_ERROR(TryAnyWord());
    std::vector<QueryRewrite> widest = std::exchange(offers_, {});
    RETURN_IF_ERROR(TryWithoutExact());
    RETURN_IF_ERROR(TryWithoutQuotes());
    RETURN_IF_ERROR(TryAnyField());
    const size_t before = offers_.size();
    RETURN_IF_ERROR(TryTextConditions());
    RETURN_IF_ERROR(TryFilters());
    if (offers_.size() == before) RETURN_IF_ERROR(TryWithoutAllFilters());
    if (offers_.empty() && widest.empty()) return TryAnything();
    // The widest comes last, and always comes.
    offers_.resize(std::min(offers_.size(), kMaxRelaxations - widest.size()));
    offers_.insert(offers_.end(), widest.begin(), widest.end());
    return std::move(offers_);
  }

 private:
  // Offers `request` if it matches something, but not simply everything.
  absl::Status Offer(v1::Query request, QueryRewrite::Kind kind,
                     std::string description) {
    const absl::StatusOr<query::Query> parsed = query::Parse(request);
    if (!parsed.ok() || parsed->root.kind == Node::Kind::kAll) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const int64_t matches,
                     CountMatches(snapshot_, *parsed, check_));
    if (matches == 0) return absl::OkStatus();
    QueryRewrite& offer = offers_.emplace_back();
    *offer.mutable_query() = std::move(request);
    offer.set_kind(kind);
    offer.set_description(std::move(description));
    offer.set_total_full_matches(matches);
    return absl::OkStatus();
  }

  absl::Status OfferText(const Node& root, std::vector<Edit> edits,
                         QueryRewrite::Kind kind, std::string description) {
    if (root == tree_) return absl::OkStatus();
    v1::Query request = request_;
    request.set_text(RewriteText(request_.text(), std::move(edits), root));
    return Offer(std::move(request), kind, std::move(description));
  }

  absl::Status TryWithoutExact() {
    std::vector<Edit> edits;
    const Node root = ChangeLeaves(tree_, [&](const Node& leaf) {
      Node changed = leaf;
      for (query::Word& word : changed.words) word.exact = false;
      if (!leaf.children.empty()) query::ScoreByWords(&changed);
      if (!(changed == leaf)) RemovePrefix("exact:", leaf, &edits);
      return std::optional<Node>(std::move(changed));
    });
    return OfferText(root, std::move(edits), QueryRewrite::KIND_WITHOUT_EXACT,
                     "without exact:");
  }

  absl::Status TryWithoutQuotes() {
    std::vector<Edit> edits;
    const Node root = ChangeLeaves(tree_, [&](const Node& leaf) {
      if (leaf.kind != Node::Kind::kPhrase) return std::optional<Node>(leaf);
      Node all;
      all.kind = Node::Kind::kAnd;
      std::string text;
      for (const query::Word& word : leaf.words) {
        if (text::IsStopWord(word.form)) continue;
        Node& part = all.children.emplace_back(leaf);
        part.kind = Node::Kind::kWord;
        part.children.clear();
        part.slop = 0;
        part.words = {word};
        StrAppend(&text, text.empty() ? "" : " ", word.form);
      }
      if (all.children.empty()) return std::optional<Node>(leaf);
      if (BeginWithPrefixes(request_.text(), leaf.begin) < leaf.begin) {
        text = StrCat("(", text, ")");
      }
      edits.push_back({leaf.begin, leaf.end, std::move(text)});
      return std::optional<Node>(std::move(all));
    });
    return OfferText(root, std::move(edits), QueryRewrite::KIND_WITHOUT_QUOTES,
                     "the words of phrases apart, in any order");
  }

  absl::Status TryAnyField() {
    std::vector<Edit> edits;
    const Node root = ChangeLeaves(tree_, [&](const Node& leaf) {
      Node changed = leaf;
      if (leaf.HasWords()) {
        changed.fields = query::kAllFields;
        if (!leaf.children.empty()) query::ScoreByWords(&changed);
      }
      if (!(changed == leaf)) {
        for (const std::string_view name :
             {"title:", "abstract:", "author:", "venue:"}) {
          RemovePrefix(name, leaf, &edits);
        }
      }
      return std::optional<Node>(std::move(changed));
    });
    return OfferText(root, std::move(edits), QueryRewrite::KIND_ANY_FIELD,
                     "in any field");
  }

  // Takes away `prefix` where it stands right before a leaf.
  void RemovePrefix(std::string_view prefix, const Node& leaf,
                    std::vector<Edit>* edits) {
    const std::string_view text = request_.text();
    const uint32_t begin = BeginWithPrefixes(text, leaf.begin);
    const std::string lower =
        absl::AsciiStrToLower(ToAbsl(text.substr(begin, leaf.begin - begin)));
    const size_t at = lower.find(prefix);
    if (at == std::string::npos) return;
    const auto from = static_cast<uint32_t>(begin + at);
    const auto size = static_cast<uint32_t>(prefix.size());
    // What follows keeps its distance to what comes before.
    const bool last = from + size == leaf.begin;
    edits->push_back(last ? Edit{from, leaf.end, Slice(leaf)}
                          : Edit{from, from + size + 1,
                                 std::string(text.substr(from + size, 1))});
  }

  std::string Slice(const Node& leaf) const {
    return request_.text().substr(leaf.begin, leaf.end - leaf.begin);
  }

  // Filters and exclusions of the text, one at a time.
  absl::Status TryTextConditions() {
    size_t tried = 0;
    for (size_t i = 0; i < parts_.size() && tried < kMaxConditions; ++i) {
      if (!IsCondition(parts_[i])) continue;
      ++tried;
      std::vector<Node> rest = parts_;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      const uint32_t begin =
          BeginWithPrefixes(request_.text(), parts_[i].begin);
      const bool excluded = parts_[i].kind == Node::Kind::kNot;
      RETURN_IF_ERROR(
          OfferText(query::Normalize(query::MakeAnd(std::move(rest))),
                    {{begin, parts_[i].end, ""}},
                    excluded ? QueryRewrite::KIND_WITHOUT_EXCLUSION
                             : QueryRewrite::KIND_WITHOUT_FILTER,
                    excluded ? StrCat("with or without ",
                                      query::ToString(parts_[i].children[0]))
                             : StrCat("without ", Written(parts_[i]))));
    }
    return absl::OkStatus();
  }

  // The filters beside the text, one at a time.
  absl::Status TryFilters() {
    const auto offer = [&](auto clear, std::string_view what) {
      v1::Query request = request_;
      clear(&request);
      return Offer(std::move(request), QueryRewrite::KIND_WITHOUT_FILTER,
                   StrCat("without the filter of ", what));
    };
    if (!request_.categories().empty()) {
      RETURN_IF_ERROR(
          offer([](v1::Query* q) { q->clear_categories(); }, "categories"));
    }
    if (!request_.sources().empty()) {
      RETURN_IF_ERROR(
          offer([](v1::Query* q) { q->clear_sources(); }, "sources"));
    }
    if (request_.has_published()) {
      RETURN_IF_ERROR(
          offer([](v1::Query* q) { q->clear_published(); }, "dates"));
    }
    if (!request_.has_links().empty()) {
      RETURN_IF_ERROR(
          offer([](v1::Query* q) { q->clear_has_links(); }, "links"));
    }
    if (request_.min_vote_count() > 0) {
      RETURN_IF_ERROR(
          offer([](v1::Query* q) { q->clear_min_vote_count(); }, "votes"));
    }
    return absl::OkStatus();
  }

  absl::Status TryWithoutAllFilters() {
    std::vector<Node> words;
    std::vector<Edit> edits;
    for (const Node& part : parts_) {
      if (IsFilter(part)) {
        edits.push_back(
            {BeginWithPrefixes(request_.text(), part.begin), part.end, ""});
      } else {
        words.push_back(part);
      }
    }
    v1::Query request;
    const Node root = query::Normalize(query::MakeAnd(std::move(words)));
    request.set_text(
        edits.empty() ? request_.text()
                      : RewriteText(request_.text(), std::move(edits), root));
    if (request.SerializeAsString() == request_.SerializeAsString()) {
      return absl::OkStatus();
    }
    return Offer(std::move(request), QueryRewrite::KIND_WITHOUT_FILTER,
                 "without any filter");
  }

  absl::Status TryAnyWord() {
    std::vector<Node> words, all;
    for (const Node& part : parts_) {
      (IsCondition(part) ? all : words).push_back(part);
    }
    if (words.size() < 2) return absl::OkStatus();
    std::string text;
    for (const Node& word : words) {
      StrAppend(&text, text.empty() ? "" : " OR ", Written(word));
    }
    if (!all.empty()) text = StrCat("(", text, ")");
    for (const Node& condition : all) {
      StrAppend(&text, " ", Written(condition));
    }
    all.insert(all.begin(), query::MakeOr(std::move(words)));
    const auto end = static_cast<uint32_t>(request_.text().size());
    return OfferText(query::Normalize(query::MakeAnd(std::move(all))),
                     {{0, end, std::move(text)}}, QueryRewrite::KIND_ANY_WORD,
                     "any of the words");
  }

  // When nothing else helps.
  absl::StatusOr<std::vector<QueryRewrite>> TryAnything() {
    Node any;
    any.kind = Node::Kind::kOr;
    ChangeLeaves(tree_, [&](const Node& leaf) {
      for (const query::Word& word : leaf.words) {
        if (text::IsStopWord(word.form)) continue;
        Node& alone = any.children.emplace_back();
        alone.kind =
            leaf.kind == Node::Kind::kPhrase ? Node::Kind::kWord : leaf.kind;
        alone.distance = leaf.distance;
        alone.words = {word};
        alone.words[0].exact = false;
      }
      return std::optional<Node>(leaf);
    });
    v1::Query request;
    request.set_text(query::ToString(query::Normalize(std::move(any))));
    RETURN_IF_ERROR(Offer(std::move(request), QueryRewrite::KIND_ANY_WORD,
                          "any of the words, without any filter"));
    return std::move(offers_);
  }

  // A part of the text as it was written, if that means the same on its own.
  std::string Written(const Node& part) const {
    const uint32_t begin = BeginWithPrefixes(request_.text(), part.begin);
    v1::Query alone;
    alone.set_text(request_.text().substr(begin, part.end - begin));
    const absl::StatusOr<query::Query> said = query::Parse(alone);
    return said.ok() && said->root == part ? alone.text()
                                           : query::ToString(part);
  }

  const Snapshot& snapshot_;
  const v1::Query& request_;
  const std::function<absl::Status()>& check_;
  const Node tree_;
  const std::vector<Node> parts_;
  std::vector<QueryRewrite> offers_;
};

}  // namespace

absl::StatusOr<std::vector<QueryRewrite>> Relax(
    const Snapshot& snapshot, const v1::Query& request,
    const std::function<absl::Status()>& check) {
  return Relaxer(snapshot, request, check).Run();
}

}  // namespace paperwire::index
