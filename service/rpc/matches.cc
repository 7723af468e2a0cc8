#include "service/rpc/matches.h"

#include <memory>
#include <utility>
#include <vector>

#include "service/base/status_macros.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {
namespace {

void AddReasons(const store::StoredPaper& paper, index::Reasoner* reasoner,
                v1::WatchMatch* match) {
  v1::Paper whole;
  if (!whole.ParseFromString(paper.bytes())) return;
  for (index::Reason& reason : reasoner->Find(whole)) {
    v1::MatchReason* proto = match->add_reasons();
    proto->set_term(std::move(reason.term));
    proto->set_field(reason.field);
    proto->set_fragment(std::move(reason.fragment));
  }
}

}  // namespace

absl::Status AddMatches(
    store::Papers& papers, absl::Span<const standing::Delivery> deliveries,
    const PaperMask& mask, index::Highlighter* highlighter,
    index::Reasoner* reasoner,
    google::protobuf::RepeatedPtrField<v1::WatchMatch>* matches) {
  std::vector<int64_t> sequences;
  for (const standing::Delivery& d : deliveries) {
    sequences.push_back(d.sequence);
  }
  ASSIGN_OR_RETURN(
      std::vector<std::shared_ptr<const store::StoredPaper>> found,
      papers.Read(sequences, highlighter != nullptr ? store::Papers::kWithWords
                                                    : store::Papers::kBytes));
  for (size_t i = 0; i < deliveries.size(); ++i) {
    const store::StoredPaper& paper = *found[i];
    v1::WatchMatch* match = matches->Add();
    match->set_sequence(deliveries[i].sequence);
    match->set_created(deliveries[i].created);
    match->set_new_version(deliveries[i].new_version);
    SetTime(deliveries[i].time, match->mutable_store_time());
    if (highlighter != nullptr) {
      AddHighlight(highlighter->Mark(query::TextField::kTitle, paper.title(),
                                     paper.title_words()),
                   match->mutable_highlights());
      AddHighlight(highlighter->Mark(query::TextField::kAbstract,
                                     paper.abstract(), paper.abstract_words()),
                   match->mutable_highlights());
    }
    if (reasoner != nullptr) AddReasons(paper, reasoner, match);
    mask.Apply(
        paper,
        match->GetReflection()->MutableUnknownFields(match)->AddLengthDelimited(
            v1::WatchMatch::kPaperFieldNumber));
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
