#include "service/rpc/suggest.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/did_you_mean.h"
#include "service/index/relax.h"
#include "service/index/suggest.h"
#include "service/index/typed_text.h"
#include "service/store/papers.h"
#include "service/text/utf8.h"

namespace paperwire::rpc {
namespace {

constexpr size_t kMaxTextBytes = 512;
constexpr int kDefaultLimit = 5;
constexpr int kMaxLimit = 20;

absl::Status CheckText(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return InvalidField("text", StrCat("The text has ", text.size(),
                                       " bytes; at most ", kMaxTextBytes,
                                       " are completed. To find papers by a "
                                       "longer text, use Search."));
  }
  const size_t bad = text::FindInvalidUtf8(text);
  if (bad != std::string_view::npos) {
    return InvalidField("text", StrCat("Invalid UTF-8 at byte ", bad + 1,
                                       ": send the text in UTF-8."));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::SuggestionKind>> Kinds(
    const v1::SuggestRequest& request) {
  std::vector<v1::SuggestionKind> kinds;
  for (int i = 0; i < request.kinds_size(); ++i) {
    const v1::SuggestionKind kind = request.kinds(i);
    if (kind == v1::SUGGESTION_KIND_UNSPECIFIED ||
        !v1::SuggestionKind_IsValid(kind)) {
      return InvalidField(StrCat("kinds[", i, "]"),
                          StrCat("There is no kind ", static_cast<int>(kind),
                                 ". Choose title, author or term."));
    }
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      kinds.push_back(kind);
    }
  }
  if (kinds.empty()) {
    kinds = {v1::SUGGESTION_KIND_TITLE, v1::SUGGESTION_KIND_AUTHOR,
             v1::SUGGESTION_KIND_TERM};
  }
  return kinds;
}

absl::StatusOr<int> Limit(int32_t limit) {
  if (limit < 0) {
    return InvalidField(
        "limit", StrCat(limit, " is negative. Leave it out for ", kDefaultLimit,
                        ", or give up to ", kMaxLimit, "."));
  }
  return limit == 0 ? kDefaultLimit : std::min<int>(limit, kMaxLimit);
}

// Whether the query has alternatives, so that a word that nothing has need
// not keep papers from matching.
bool HasOr(const query::Node& node) {
  return node.kind == query::Node::Kind::kOr ||
         std::any_of(node.children.begin(), node.children.end(), HasOr);
}

}  // namespace

absl::Status Suggest(const SearchContext& context,
                     const v1::SuggestRequest& request,
                     v1::SuggestResponse* response) {
  RETURN_IF_ERROR(CheckText(request.text()));
  ASSIGN_OR_RETURN(const std::vector<v1::SuggestionKind> kinds, Kinds(request));
  ASSIGN_OR_RETURN(const int limit, Limit(request.limit()));
  const std::shared_ptr<const index::Snapshot> snapshot =
      context.store.snapshot();
  index::SuggestOptions options;
  options.limit = static_cast<size_t>(limit);
  options.check = context.check;
  options.read = [&papers = context.store.papers()](
                     int64_t sequence) -> absl::StatusOr<v1::Paper> {
    ASSIGN_OR_RETURN(const auto stored,
                     papers.Read({sequence}, store::Papers::kBytes));
    v1::Paper paper;
    if (!paper.ParseFromString(stored[0]->bytes())) {
      return absl::DataLossError(
          StrCat("The paper of journal entry ", sequence, " is damaged"));
    }
    return paper;
  };
  thread_local text::Analyzer analyzer;
  const index::TypedText typed = index::ReadTyped(request.text(), &analyzer);
  for (const v1::SuggestionKind kind : kinds) {
    const auto suggest =
        kind == v1::SUGGESTION_KIND_TITLE    ? index::SuggestTitles
        : kind == v1::SUGGESTION_KIND_AUTHOR ? index::SuggestAuthors
                                             : index::SuggestTerms;
    ASSIGN_OR_RETURN(std::vector<index::Suggestion> found,
                     suggest(*snapshot, typed, options));
    for (index::Suggestion& s : found) {
      v1::Suggestion* suggestion = response->add_suggestions();
      suggestion->set_kind(kind);
      suggestion->set_text(std::move(s.text));
      suggestion->set_query(std::move(s.query));
      suggestion->set_paper(std::move(s.paper));
      suggestion->set_paper_count(s.papers);
    }
  }
  response->set_sequence(snapshot->sequence());
  return absl::OkStatus();
}

absl::Status AddRewrites(const SearchContext& context,
                         const index::Snapshot& snapshot,
                         const v1::SearchRequest& request,
                         const query::Query& query,
                         v1::SearchResponse* response) {
  if (request.omit_rewrites() || !request.page_token().empty()) {
    return absl::OkStatus();
  }
  const int64_t matches = response->total_full_matches();
  if (matches > 0 &&
      !(HasOr(query.root) && index::HasUnknownWord(snapshot, query.root))) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      std::vector<v1::QueryRewrite> meant,
      index::DidYouMean(snapshot, request.query(), matches, context.check));
  for (v1::QueryRewrite& rewrite : meant) {
    response->add_did_you_mean()->Swap(&rewrite);
  }
  if (matches > 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<v1::QueryRewrite> wider,
                   index::Relax(snapshot, request.query(), context.check));
  for (v1::QueryRewrite& rewrite : wider) {
    response->add_relaxations()->Swap(&rewrite);
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
