// The generated services with every method in its raw asynchronous form:
// requests and answers are bytes, which call.h turns into messages.

#ifndef PAPERWIRE_SERVICE_RPC_RAW_SERVICES_H_
#define PAPERWIRE_SERVICE_RPC_RAW_SERVICES_H_

#include "paperwire/v1/digest_service.grpc.pb.h"
#include "paperwire/v1/paper_service.grpc.pb.h"
#include "paperwire/v1/search_service.grpc.pb.h"
#include "paperwire/v1/server_service.grpc.pb.h"
#include "paperwire/v1/subscription_service.grpc.pb.h"
#include "paperwire/v1/trending_service.grpc.pb.h"

namespace paperwire::rpc {

using RawPaperService = v1::PaperService::WithRawMethod_GetPaper<
    v1::PaperService::WithRawMethod_BatchGetPapers<
        v1::PaperService::WithRawMethod_ListPapers<
            v1::PaperService::WithRawMethod_ImportPapers<
                v1::PaperService::WithRawMethod_DeletePaper<
                    v1::PaperService::WithRawMethod_ListPaperChanges<
                        v1::PaperService::WithRawMethod_SplitPaper<
                            v1::PaperService::Service>>>>>>>;

using RawSearchService = v1::SearchService::WithRawMethod_Search<
    v1::SearchService::WithRawMethod_SearchBatch<
        v1::SearchService::WithRawMethod_ExportPapers<
            v1::SearchService::WithRawMethod_SearchSimilarPapers<
                v1::SearchService::WithRawMethod_Suggest<
                    v1::SearchService::Service>>>>>;

// Subscriptions: what reads them, and what changes them.
using RawReadingService = v1::SubscriptionService::WithRawMethod_Watch<
    v1::SubscriptionService::WithRawMethod_CommitCursor<
        v1::SubscriptionService::WithRawMethod_PreviewSubscription<
            v1::SubscriptionService::WithRawMethod_AcknowledgeMatches<
                v1::SubscriptionService::WithRawMethod_DeleteShareGroup<
                    v1::SubscriptionService::Service>>>>>;
using RawWebhookService =
    v1::SubscriptionService::WithRawMethod_ListWebhookDeliveries<
        v1::SubscriptionService::WithRawMethod_RetryWebhookDelivery<
            RawReadingService>>;
using RawSubscriptionService =
    v1::SubscriptionService::WithRawMethod_CreateSubscription<
        v1::SubscriptionService::WithRawMethod_GetSubscription<
            v1::SubscriptionService::WithRawMethod_ListSubscriptions<
                v1::SubscriptionService::WithRawMethod_UpdateSubscription<
                    v1::SubscriptionService::WithRawMethod_DeleteSubscription<
                        v1::SubscriptionService::
                            WithRawMethod_PauseSubscription<
                                v1::SubscriptionService::
                                    WithRawMethod_ResumeSubscription<
                                        RawWebhookService>>>>>>>;

using RawTrendingService = v1::TrendingService::WithRawMethod_VotePaper<
    v1::TrendingService::WithRawMethod_ListTrending<
        v1::TrendingService::WithRawMethod_WatchTrending<
            v1::TrendingService::WithRawMethod_ListDays<
                v1::TrendingService::Service>>>>;

// Digests: what reads them, and what changes them.
using RawDigestReadingService = v1::DigestService::WithRawMethod_GetDigest<
    v1::DigestService::WithRawMethod_ListDigests<
        v1::DigestService::WithRawMethod_PreviewDigest<
            v1::DigestService::WithRawMethod_ListDigestIssues<
                v1::DigestService::WithRawMethod_ListSuppressions<
                    v1::DigestService::Service>>>>>;
using RawDigestService = v1::DigestService::WithRawMethod_CreateDigest<
    v1::DigestService::WithRawMethod_UpdateDigest<
        v1::DigestService::WithRawMethod_DeleteDigest<
            v1::DigestService::WithRawMethod_PauseDigest<
                v1::DigestService::WithRawMethod_ResumeDigest<
                    v1::DigestService::WithRawMethod_RequestDigestConfirmation<
                        v1::DigestService::WithRawMethod_ConfirmDigest<
                            v1::DigestService::WithRawMethod_ReportMail<
                                v1::DigestService::
                                    WithRawMethod_CreateSuppression<
                                        v1::DigestService::
                                            WithRawMethod_DeleteSuppression<
                                                RawDigestReadingService>>>>>>>>>>;

using RawServerService = v1::ServerService::WithRawMethod_GetServerInfo<
    v1::ServerService::WithRawMethod_GetServerStats<
        v1::ServerService::Service>>;

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_RAW_SERVICES_H_
