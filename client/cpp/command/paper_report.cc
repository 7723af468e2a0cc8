#include "client/cpp/command/paper_report.h"

#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Whether an import of this id alone reaches the paper. An id can have gone
// over to another paper when a merge was undone.
absl::StatusOr<bool> LeadsTo(Client& client, const v1::ExternalId& id,
                             const std::string& name) {
  v1::GetPaperRequest request;
  request.set_name(StrCat("papers/", id.scheme(), ":", id.value()));
  request.mutable_read_mask()->add_paths("name");
  const absl::StatusOr<v1::Paper> found = client.GetPaper(request);
  if (found.ok()) return found->name() == name;
  if (absl::IsNotFound(found.status()) ||
      absl::IsInvalidArgument(found.status())) {
    return false;
  }
  return found.status();
}

}  // namespace

absl::StatusOr<v1::Paper> ReadForReport(Client& client,
                                        const std::string& name) {
  v1::GetPaperRequest request;
  request.set_name(name);
  for (const char* field : {"name", "state", "external_ids", "signals"}) {
    request.mutable_read_mask()->add_paths(field);
  }
  ASSIGN_OR_RETURN(v1::Paper paper, client.GetPaper(request));
  if (paper.state() == v1::Paper::STATE_WITHDRAWN) {
    return absl::FailedPreconditionError(
        StrCat(paper.name(), " is withdrawn, and nobody would see it"));
  }
  for (const v1::ExternalId& id : paper.external_ids()) {
    ASSIGN_OR_RETURN(const bool leads, LeadsTo(client, id, paper.name()));
    if (!leads) continue;
    const v1::ExternalId one = id;
    paper.clear_external_ids();
    *paper.add_external_ids() = one;
    return paper;
  }
  return absl::FailedPreconditionError(
      StrCat(paper.name(),
             " has no external id, by which alone an import can name "
             "it; import it anew with one (arXiv, DOI)"));
}

absl::StatusOr<v1::ImportVerdict> SendReport(Client& client,
                                             const v1::Paper& paper,
                                             v1::Paper says,
                                             const std::string& source) {
  v1::ImportPapersRequest request;
  *says.mutable_external_ids() = paper.external_ids();
  // Not the batch's source: that of a paper is checked as its words are.
  says.add_sources(source);
  *request.add_items()->mutable_paper() = std::move(says);
  v1::ImportVerdict verdict;
  ImportStreamOptions options;
  options.on_acknowledged = [&](const v1::ImportPapersRequest&,
                                const v1::ImportPapersResponse& answer) {
    verdict = answer.verdicts(0);
  };
  const std::unique_ptr<ImportStream> stream =
      client.ImportPapers(std::move(options));
  RETURN_IF_ERROR(stream->Send(std::move(request)));
  RETURN_IF_ERROR(stream->Finish());
  if (verdict.outcome() == v1::ImportVerdict::OUTCOME_REJECTED) {
    return absl::InvalidArgumentError(verdict.reason());
  }
  return verdict;
}

FlagSpec SourceFlag(const std::string& otherwise) {
  return {.name = "source",
          .kind = FlagKind::kText,
          .value = "NAME",
          .help = StrCat("Whose word it is (default ", otherwise, ")")};
}

}  // namespace paperwire::command
