#include "client/cpp/client/client.h"

#include <utility>

#include "client/cpp/client/connection.h"
#include "client/cpp/client/status.h"

namespace paperwire {
namespace {

// One call with one answer.
template <typename Response, typename Stub, typename Method, typename Request>
absl::StatusOr<Response> Call(Stub& stub, Method method, const Request& request,
                              absl::Duration timeout) {
  grpc::ClientContext context;
  if (timeout != absl::InfiniteDuration()) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

}  // namespace

Client::Client(const ClientOptions& options)
    : timeout_(options.timeout),
      connection_(std::make_shared<Connection>(options.address)) {}

Client::~Client() = default;

absl::StatusOr<v1::Paper> Client::GetPaper(const v1::GetPaperRequest& request) {
  return Call<v1::Paper>(connection_->papers, &v1::PaperService::Stub::GetPaper,
                         request, timeout_);
}

absl::StatusOr<v1::BatchGetPapersResponse> Client::BatchGetPapers(
    const v1::BatchGetPapersRequest& request) {
  return Call<v1::BatchGetPapersResponse>(
      connection_->papers, &v1::PaperService::Stub::BatchGetPapers, request,
      timeout_);
}

absl::StatusOr<v1::ListPapersResponse> Client::ListPapers(
    const v1::ListPapersRequest& request) {
  return Call<v1::ListPapersResponse>(connection_->papers,
                                      &v1::PaperService::Stub::ListPapers,
                                      request, timeout_);
}

absl::Status Client::DeletePaper(const v1::DeletePaperRequest& request) {
  return Call<google::protobuf::Empty>(connection_->papers,
                                       &v1::PaperService::Stub::DeletePaper,
                                       request, timeout_)
      .status();
}

absl::StatusOr<v1::ListPaperChangesResponse> Client::ListPaperChanges(
    const v1::ListPaperChangesRequest& request) {
  return Call<v1::ListPaperChangesResponse>(
      connection_->papers, &v1::PaperService::Stub::ListPaperChanges, request,
      timeout_);
}

absl::StatusOr<v1::SplitPaperResponse> Client::SplitPaper(
    const v1::SplitPaperRequest& request) {
  return Call<v1::SplitPaperResponse>(connection_->papers,
                                      &v1::PaperService::Stub::SplitPaper,
                                      request, timeout_);
}

absl::StatusOr<v1::SearchResponse> Client::Search(
    const v1::SearchRequest& request) {
  return Call<v1::SearchResponse>(
      connection_->search, &v1::SearchService::Stub::Search, request, timeout_);
}

absl::StatusOr<v1::SearchBatchResponse> Client::SearchBatch(
    const v1::SearchBatchRequest& request) {
  return Call<v1::SearchBatchResponse>(connection_->search,
                                       &v1::SearchService::Stub::SearchBatch,
                                       request, timeout_);
}

absl::StatusOr<v1::SearchSimilarPapersResponse> Client::SearchSimilarPapers(
    const v1::SearchSimilarPapersRequest& request) {
  return Call<v1::SearchSimilarPapersResponse>(
      connection_->search, &v1::SearchService::Stub::SearchSimilarPapers,
      request, timeout_);
}

absl::StatusOr<v1::SuggestResponse> Client::Suggest(
    const v1::SuggestRequest& request) {
  return Call<v1::SuggestResponse>(connection_->search,
                                   &v1::SearchService::Stub::Suggest, request,
                                   timeout_);
}

absl::StatusOr<v1::GetServerInfoResponse> Client::GetServerInfo() {
  return Call<v1::GetServerInfoResponse>(
      connection_->server, &v1::ServerService::Stub::GetServerInfo,
      v1::GetServerInfoRequest(), timeout_);
}

absl::StatusOr<v1::GetServerStatsResponse> Client::GetServerStats() {
  return Call<v1::GetServerStatsResponse>(
      connection_->server, &v1::ServerService::Stub::GetServerStats,
      v1::GetServerStatsRequest(), timeout_);
}

absl::Status Client::ExportPapers(
    const v1::ExportPapersRequest& request,
    const std::function<absl::Status(v1::ExportPapersResponse)>& sink) {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::ExportPapersResponse>> stream =
      connection_->search.ExportPapers(&context, request);
  absl::Status sunk = absl::OkStatus();
  v1::ExportPapersResponse response;
  while (sunk.ok() && stream->Read(&response)) {
    sunk = sink(std::move(response));
    response.Clear();
  }
  if (!sunk.ok()) context.TryCancel();
  const grpc::Status status = stream->Finish();
  if (!sunk.ok()) return sunk;
  return FromGrpc(status);
}

std::unique_ptr<ImportStream> Client::ImportPapers(
    ImportStreamOptions options) {
  return std::make_unique<ImportStream>(connection_, std::move(options));
}

std::unique_ptr<Watcher> Client::Watch(v1::WatchRequest request,
                                       WatcherOptions options) {
  return std::make_unique<Watcher>(connection_, std::move(request),
                                   std::move(options));
}

}  // namespace paperwire
