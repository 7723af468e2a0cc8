#include "service/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/digests.h"
#include "service/digest/tables.h"
#include "service/rpc/call.h"
#include "service/rpc/digests.h"
#include "service/rpc/export_stream.h"
#include "service/rpc/health.h"
#include "service/rpc/import_stream.h"
#include "service/rpc/loop.h"
#include "service/rpc/papers.h"
#include "service/rpc/raw_services.h"
#include "service/rpc/search.h"
#include "service/rpc/server_info.h"
#include "service/rpc/share_groups.h"
#include "service/rpc/subscriptions.h"
#include "service/rpc/suggest.h"
#include "service/rpc/trending.h"
#include "service/rpc/trending_stream.h"
#include "service/rpc/unary.h"
#include "service/rpc/unix_socket.h"
#include "service/rpc/watch_stream.h"
#include "service/rpc/webhooks.h"
#include "service/rpc/worker.h"
#include "service/store/walks.h"
#include "service/webhook/curl_poster.h"
#include "service/webhook/deliverer.h"
#include "service/webhook/tables.h"

namespace paperwire::rpc {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;
// Calls of one method that can be taken before a handler has run.
constexpr int kAcceptors = 8;

// The methods whose calls end by themselves.
struct Methods {
  store::Store& store;
  store::Walks& walks;
  Drain& drain;
  const Started& started;
  webhook::Deliverer& deliverer;
  const bool allow_private_webhooks;

  void ServePapers(Loop& loop, RawPaperService& service) {
    ServeUnary<v1::GetPaperRequest, v1::Paper>(
        loop, service, &RawPaperService::RequestGetPaper,
        [&s = store](auto& call) {
          return GetPaper(s, call.request, &call.response);
        });
    ServeUnary<v1::BatchGetPapersRequest, v1::BatchGetPapersResponse>(
        loop, service, &RawPaperService::RequestBatchGetPapers,
        [&s = store](auto& call) {
          return BatchGetPapers(s, call.request, &call.response);
        });
    ServeUnary<v1::ListPapersRequest, v1::ListPapersResponse>(
        loop, service, &RawPaperService::RequestListPapers,
        [&s = store](auto& call) {
          return ListPapers(s, call.request, &call.response);
        });
    ServeUnary<v1::ListPaperChangesRequest, v1::ListPaperChangesResponse>(
        loop, service, &RawPaperService::RequestListPaperChanges,
        [&s = store](auto& call) {
          return ListPaperChanges(s, call.request, &call.response);
        });
    ServeDeferred<v1::SplitPaperRequest, v1::SplitPaperResponse>(
        loop, service, &RawPaperService::RequestSplitPaper,
        [&s = store](v1::SplitPaperRequest request, auto done) {
          s.Split(std::move(request), std::move(done));
        });
    ServeDeferred<v1::DeletePaperRequest, google::protobuf::Empty>(
        loop, service, &RawPaperService::RequestDeletePaper,
        [&s = store](v1::DeletePaperRequest request, auto done) {
          s.Delete(std::move(request),
                   [done = std::move(done)](absl::StatusOr<bool> deleted) {
                     if (deleted.ok()) {
                       done(google::protobuf::Empty());
                     } else {
                       done(deleted.status());
                     }
                   });
        });
  }

  SearchContext Context(std::function<absl::Status()> check) {
    return {store, walks, std::move(check)};
  }

  void ServeSearches(Loop& loop, RawSearchService& service) {
    ServeUnary<v1::SearchRequest, v1::SearchResponse>(
        loop, service, &RawSearchService::RequestSearch,
        [m = *this](auto& call) mutable {
          return Search(m.Context(call.check()), m.store.snapshot(),
                        call.request, &call.response);
        });
    ServeUnary<v1::SearchBatchRequest, v1::SearchBatchResponse>(
        loop, service, &RawSearchService::RequestSearchBatch,
        [m = *this](auto& call) mutable {
          return SearchBatch(m.Context(call.check()), call.request,
                             &call.response);
        });
    ServeUnary<v1::SearchSimilarPapersRequest, v1::SearchSimilarPapersResponse>(
        loop, service, &RawSearchService::RequestSearchSimilarPapers,
        [m = *this](auto& call) mutable {
          return SearchSimilar(m.Context(call.check()), call.request,
                               &call.response);
        });
    ServeUnary<v1::SuggestRequest, v1::SuggestResponse>(
        loop, service, &RawSearchService::RequestSuggest,
        [m = *this](auto& call) mutable {
          return Suggest(m.Context(call.check()), call.request, &call.response);
        });
  }

  void ServeSubscriptions(Loop& loop, RawSubscriptionService& service) {
    ServeUnary<v1::GetSubscriptionRequest, v1::Subscription>(
        loop, service, &RawSubscriptionService::RequestGetSubscription,
        [&s = store](auto& call) {
          return GetSubscription(s, call.request, &call.response);
        });
    ServeUnary<v1::ListSubscriptionsRequest, v1::ListSubscriptionsResponse>(
        loop, service, &RawSubscriptionService::RequestListSubscriptions,
        [&s = store](auto& call) {
          return ListSubscriptions(s, call.request, &call.response);
        });
    ServeUnary<v1::PreviewSubscriptionRequest, v1::PreviewSubscriptionResponse>(
        loop, service, &RawSubscriptionService::RequestPreviewSubscription,
        [m = *this](auto& call) mutable {
          return PreviewSubscription(m.Context(call.check()), call.request,
                                     &call.response);
        });
    ServeDeferred<v1::CommitCursorRequest, v1::CommitCursorResponse>(
        loop, service, &RawSubscriptionService::RequestCommitCursor,
        [&s = store](const v1::CommitCursorRequest& request, auto done) {
          CommitCursor(s, request, std::move(done));
        });
    ServeSubscriptionChanges(loop, service);
    ServeShareGroups(loop, service);
    ServeWebhooks(loop, service);
  }

  void ServeWebhooks(Loop& loop, RawSubscriptionService& service) {
    ServeUnary<v1::ListWebhookDeliveriesRequest,
               v1::ListWebhookDeliveriesResponse>(
        loop, service, &RawSubscriptionService::RequestListWebhookDeliveries,
        [&s = store](auto& call) {
          return ListWebhookDeliveries(s, call.request, &call.response);
        });
    ServeDeferred<v1::RetryWebhookDeliveryRequest, v1::WebhookDelivery>(
        loop, service, &RawSubscriptionService::RequestRetryWebhookDelivery,
        [&s = store, &d = deliverer](
            const v1::RetryWebhookDeliveryRequest& request, auto done) {
          RetryWebhookDelivery(s, d, request, std::move(done));
        });
  }

  void ServeShareGroups(Loop& loop, RawSubscriptionService& service) {
    ServeDeferred<v1::AcknowledgeMatchesRequest,
                  v1::AcknowledgeMatchesResponse>(
        loop, service, &RawSubscriptionService::RequestAcknowledgeMatches,
        [&s = store](const v1::AcknowledgeMatchesRequest& request, auto done) {
          AcknowledgeMatches(s, request, std::move(done));
        });
    ServeDeferred<v1::DeleteShareGroupRequest, google::protobuf::Empty>(
        loop, service, &RawSubscriptionService::RequestDeleteShareGroup,
        [&s = store](const v1::DeleteShareGroupRequest& request, auto done) {
          DeleteShareGroup(s, request, std::move(done));
        });
  }

  void ServeSubscriptionChanges(Loop& loop, RawSubscriptionService& service) {
    const auto fill = [&s = store](v1::Subscription* subscription) {
      return FillReading(s, subscription);
    };
    ServeDeferred<v1::CreateSubscriptionRequest, v1::Subscription>(
        loop, service, &RawSubscriptionService::RequestCreateSubscription,
        [&s = store, allow = allow_private_webhooks](
            v1::CreateSubscriptionRequest request, auto done) {
          const absl::Status status =
              CheckNewWebhook(request.subscription(), allow);
          if (!status.ok()) return done(status);
          s.CreateSubscription(std::move(request), std::move(done));
        },
        fill);
    ServeDeferred<v1::UpdateSubscriptionRequest, v1::Subscription>(
        loop, service, &RawSubscriptionService::RequestUpdateSubscription,
        [&s = store, allow = allow_private_webhooks](
            v1::UpdateSubscriptionRequest request, auto done) {
          const absl::Status status = CheckWebhookChange(request, allow);
          if (!status.ok()) return done(status);
          s.UpdateSubscription(std::move(request), std::move(done));
        },
        fill);
    ServeDeferred<v1::PauseSubscriptionRequest, v1::Subscription>(
        loop, service, &RawSubscriptionService::RequestPauseSubscription,
        [&s = store](v1::PauseSubscriptionRequest request, auto done) {
          s.SetSubscriptionState(request.name(), request.etag(),
                                 v1::Subscription::STATE_PAUSED,
                                 std::move(done));
        },
        fill);
    ServeDeferred<v1::ResumeSubscriptionRequest, v1::Subscription>(
        loop, service, &RawSubscriptionService::RequestResumeSubscription,
        [&s = store](v1::ResumeSubscriptionRequest request, auto done) {
          s.SetSubscriptionState(request.name(), request.etag(),
                                 v1::Subscription::STATE_ACTIVE,
                                 std::move(done));
        },
        fill);
    ServeDeferred<v1::DeleteSubscriptionRequest, google::protobuf::Empty>(
        loop, service, &RawSubscriptionService::RequestDeleteSubscription,
        [&s = store](v1::DeleteSubscriptionRequest request, auto done) {
          s.DeleteSubscription(
              std::move(request),
              [done = std::move(done)](absl::StatusOr<bool> deleted) {
                if (deleted.ok()) {
                  done(google::protobuf::Empty());
                } else {
                  done(deleted.status());
                }
              });
        });
  }

  void ServeTrending(Loop& loop, RawTrendingService& service) {
    ServeDeferred<v1::VotePaperRequest, v1::VotePaperResponse>(
        loop, service, &RawTrendingService::RequestVotePaper,
        [&s = store](v1::VotePaperRequest request, auto done) {
          VotePaper(s, std::move(request), std::move(done));
        });
    ServeUnary<v1::ListTrendingRequest, v1::ListTrendingResponse>(
        loop, service, &RawTrendingService::RequestListTrending,
        [&s = store](auto& call) {
          return ListTrending(s, call.request, &call.response);
        });
    ServeUnary<v1::ListDaysRequest, v1::ListDaysResponse>(
        loop, service, &RawTrendingService::RequestListDays,
        [&s = store](auto& call) {
          return ListDays(s, call.request, &call.response);
        });
  }

  void ServeServer(Loop& loop, RawServerService& service) {
    ServeUnary<v1::GetServerInfoRequest, v1::GetServerInfoResponse>(
        loop, service, &RawServerService::RequestGetServerInfo,
        [m = *this](auto& call) {
          GetServerInfo(m.store, m.started, &call.response);
          return absl::OkStatus();
        },
        Weight::kBrief);
    ServeUnary<v1::GetServerStatsRequest, v1::GetServerStatsResponse>(
        loop, service, &RawServerService::RequestGetServerStats,
        [m = *this](auto& call) {
          return GetServerStats(m.store, m.drain, &call.response);
        });
  }
};

}  // namespace

struct Server::Impl {
  ServerOptions options;
  Started started;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<webhook::Poster> poster;
  std::unique_ptr<webhook::Deliverer> deliverer;
  std::unique_ptr<digest::Digests> digests;
  store::Walks walks{Clock::Real()};
  Drain drain;
  std::unique_ptr<Worker> worker;
  RawPaperService papers;
  RawSearchService searches;
  RawSubscriptionService subscriptions;
  RawTrendingService trending;
  RawDigestService digest_service;
  RawServerService server_service;
  Health health;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  bool stopped = false;

  absl::Status Listen() {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(),
                             &port);
    int at_socket = 0;
    if (!options.socket.empty()) {
      RETURN_IF_ERROR(CheckSocketPath(options.socket));
      builder.AddListeningPort(StrCat("unix:", options.socket),
                               grpc::InsecureServerCredentials(), &at_socket);
    }
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    // A connection that is gone without a word is noticed within a minute.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000);
    builder.AddChannelArgument(
        GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // Two servers on one port would each get half of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterService(&papers);
    builder.RegisterService(&searches);
    builder.RegisterService(&subscriptions);
    builder.RegisterService(&trending);
    builder.RegisterService(&digest_service);
    builder.RegisterService(&server_service);
    builder.RegisterService(&health);
    const int threads =
        options.threads > 0
            ? options.threads
            : std::max(2,
                       static_cast<int>(std::thread::hardware_concurrency()));
    loop = std::make_unique<Loop>(builder.AddCompletionQueue(), threads);
    server = builder.BuildAndStart();
    if (!options.socket.empty() && port != 0 && at_socket == 0) {
      return absl::UnavailableError(
          StrCat("Cannot listen at the socket ", options.socket,
                 ": its folder must be there and writable. Give another path "
                 "with --socket."));
    }
    if (server == nullptr || port == 0) {
      return absl::UnavailableError(StrCat(
          "Cannot listen on ", options.listen,
          ": it is no address of this machine, or another program has the "
          "port. Give another one with --listen."));
    }
    return absl::OkStatus();
  }

  absl::Status Deliver() {
    ASSIGN_OR_RETURN(poster,
                     webhook::MakeCurlPoster(
                         {.allow_private = options.allow_private_webhooks}));
    deliverer = std::make_unique<webhook::Deliverer>(store.get(), poster.get());
    RETURN_IF_ERROR(deliverer->Start());
    digests->Start();
    return absl::OkStatus();
  }

  void Serve() {
    worker = std::make_unique<Worker>();
    Methods methods{*store,  walks,      drain,
                    started, *deliverer, options.allow_private_webhooks};
    for (int i = 0; i < kAcceptors; ++i) {
      methods.ServePapers(*loop, papers);
      methods.ServeSearches(*loop, searches);
      methods.ServeSubscriptions(*loop, subscriptions);
      methods.ServeTrending(*loop, trending);
      ServeDigests(*loop, digest_service, *store, *digests);
      methods.ServeServer(*loop, server_service);
      ServeImport(*loop, papers, *store, *worker, drain);
      ServeExport(*loop, searches, *store);
      ServeWatch(*loop, subscriptions, *store, drain, options.heartbeat);
      ServeWatchTrending(*loop, trending, *store, drain, options.heartbeat);
    }
    health.Serve(*loop);
    loop->Run();
    started.took = absl::Now() - started.time;
  }

  void Stop() {
    if (stopped) return;
    stopped = true;
    if (deliverer != nullptr) {
      deliverer->BeginStop(absl::Now() + options.drain);
    }
    if (digests != nullptr) digests->BeginStop(absl::Now() + options.drain);
    if (server != nullptr) {
      health.Stop();
      drain.Begin();
      server->Shutdown(absl::ToChronoTime(absl::Now() + options.drain));
      loop->Stop();
    }
    deliverer.reset();
    digests.reset();
    worker.reset();
    store.reset();
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->started.time = absl::Now();
  impl->options.store.side_tables.push_back(webhook::WebhookTables());
  impl->options.store.side_tables.push_back(digest::DigestTables());
  ASSIGN_OR_RETURN(std::unique_ptr<digest::Mailer> mailer,
                   digest::MakeMailer(impl->options.mail));
  ASSIGN_OR_RETURN(impl->store, store::Store::Open(impl->options.store));
  ASSIGN_OR_RETURN(impl->digests,
                   digest::Digests::Open(impl->options.mail, std::move(mailer),
                                         impl->store.get()));
  RETURN_IF_ERROR(impl->Listen());
  RETURN_IF_ERROR(impl->Deliver());
  impl->Serve();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

digest::Digests& Server::digests() { return *impl_->digests; }

int Server::port() const { return impl_->port; }

store::Store& Server::store() { return *impl_->store; }

void Server::Stop() { impl_->Stop(); }

}  // namespace paperwire::rpc
