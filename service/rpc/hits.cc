// Nine tenths of an answer are papers, and these lie in the wire format
// already. Parsing them into the answer and serializing them again would cost
// more than to find them. So hits are written as they go over the wire, each an
// unknown field of the answer that has the number of the known one: on the wire
// there is no difference. A message for each of them, with its paper as its
// unknown field, would be several allocations a hit more.

#include "service/rpc/hits.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/wire_format_lite.h"
#include "service/base/status_macros.h"
#include "service/index/highlight.h"
#include "service/rpc/convert.h"
#include "service/rpc/paper_mask.h"

namespace paperwire::rpc {
namespace {

// Appends a field that holds a message, given serialized.
void AppendMessage(int number, std::string_view message, std::string* bytes) {
  using google::protobuf::internal::WireFormatLite;
  std::array<uint8_t, 16> head;  // tag and length take 5 bytes at most each
  uint8_t* end = WireFormatLite::WriteTagToArray(
      number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, head.data());
  end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(
      static_cast<uint32_t>(message.size()), end);
  bytes->reserve(bytes->size() + head.size() + message.size());
  bytes->append(head.data(), end);
  bytes->append(message);
}

}  // namespace

absl::Status AddHits(store::Papers& papers, const std::vector<index::Hit>& hits,
                     const Shown& shown, int field,
                     google::protobuf::Message* answer) {
  std::vector<int64_t> sequences;
  sequences.reserve(hits.size());
  for (const index::Hit& hit : hits) sequences.push_back(hit.sequence);
  ASSIGN_OR_RETURN(std::vector<std::shared_ptr<const store::StoredPaper>> found,
                   papers.Read(sequences, shown.highlighted != nullptr
                                              ? store::Papers::kWithWords
                                              : store::Papers::kBytes));

  const PaperMask mask(shown.mask);
  std::optional<index::Highlighter> highlighter;
  if (shown.highlighted != nullptr) highlighter.emplace(*shown.highlighted);
  google::protobuf::UnknownFieldSet* const fields =
      answer->GetReflection()->MutableUnknownFields(answer);
  v1::Hit hit;  // without its paper
  std::string left;
  for (size_t i = 0; i < hits.size(); ++i) {
    const store::StoredPaper& paper = *found[i];
    hit.Clear();
    hit.set_score(hits[i].key.score);
    hit.set_match_kind(hits[i].full() ? v1::MATCH_KIND_FULL
                                      : v1::MATCH_KIND_PARTIAL);
    if (highlighter.has_value()) {
      AddHighlight(highlighter->Mark(query::TextField::kTitle, paper.title(),
                                     paper.title_words()),
                   hit.mutable_highlights());
      AddHighlight(highlighter->Mark(query::TextField::kAbstract,
                                     paper.abstract(), paper.abstract_words()),
                   hit.mutable_highlights());
    }
    if (!shown.explanations.empty()) {
      SetExplanation(shown.explanations[i], hit.mutable_explanation());
    }
    left.clear();
    mask.Apply(paper, &left);

    std::string* const bytes = fields->AddLengthDelimited(field);
    hit.AppendToString(bytes);
    AppendMessage(v1::Hit::kPaperFieldNumber, left, bytes);
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
