// Parts of a paper as the tables and pages show them, printable.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_TEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_TEXT_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/command/text_layout.h"
#include "paperwire/v1/paper.pb.h"
#include "paperwire/v1/search_service.pb.h"

namespace paperwire::command {

// What tables need of a paper, as a read_mask.
extern const char* const kTableFields[];
extern const int kTableFieldCount;

// "Ye Tian, Xin Xia" or "Ye Tian +8".
std::string ShortAuthors(const v1::Paper& paper);

// The id that people know best, as `paperwire get` takes it: the arXiv id
// ("2503.18940"), else "doi:10.1/x" or another external id of bearable
// length, else the paper's name.
std::string ShownId(const v1::Paper& paper);

// "12", those of sources and those cast on the server together, or nothing.
std::string Votes(const v1::Paper& paper);

// The title, its matching words marked.
Line TitleLine(
    const v1::Paper& paper,
    const google::protobuf::RepeatedPtrField<v1::Highlight>& highlights);

// The piece of the abstract with the matching words, marked; empty when
// there is none.
Line SnippetLine(
    const google::protobuf::RepeatedPtrField<v1::Highlight>& highlights);

// The name to ask the server for, from what people write: "papers/x", an own
// id, "arxiv:2410.01131", "10.1103/x", or an address of arxiv.org, doi.org
// and others. INVALID_ARGUMENT says what may be written.
absl::StatusOr<std::string> ParsePaperName(const std::string& word);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_TEXT_H_
