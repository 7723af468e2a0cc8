#include "tests/unit/command/fake_subscriptions.h"

#include <google/protobuf/util/field_mask_util.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "paperwire/v1/subscription_service.grpc.pb.h"
#include "tests/unit/command/fake_answers.h"
#include "tests/unit/command/fake_server.h"

namespace paperwire {
namespace {

class FakeSubscriptions final : public v1::SubscriptionService::Service {
 public:
  explicit FakeSubscriptions(FakeServer* fake) : fake_(fake) {}

  grpc::Status CreateSubscription(grpc::ServerContext*,
                                  const v1::CreateSubscriptionRequest* request,
                                  v1::Subscription* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->creates.push_back(*request);
    const std::string& text = request->subscription().query().text();
    if (const size_t quote = text.find('"'); quote != std::string::npos) {
      const std::string position = std::to_string(quote + 1);
      return Detailed(grpc::StatusCode::INVALID_ARGUMENT,
                      "Unclosed quote at character " + position,
                      "subscription.query.text", "INVALID_QUERY",
                      {{"position", position}});
    }
    std::string id = request->subscription_id();
    if (id.empty()) id = "s" + std::to_string(fake_->creates.size());
    const std::string name = request->parent() + "/subscriptions/" + id;
    if (fake_->subscriptions.contains(name)) {
      return Detailed(grpc::StatusCode::ALREADY_EXISTS,
                      "There is a subscription " + name + " already", "",
                      "SUBSCRIPTION_EXISTS", {{"name", name}});
    }
    v1::Subscription& made = fake_->subscriptions[name];
    made = request->subscription();
    made.set_name(name);
    made.set_state(v1::Subscription::STATE_ACTIVE);
    made.set_etag("e1");
    made.mutable_create_time()->set_seconds(1'752'105'600);
    *made.mutable_update_time() = made.create_time();
    SetCursor(static_cast<int64_t>(fake_->papers.size()),
              made.mutable_cursor());
    return Answer(&made, response);
  }

  grpc::Status GetSubscription(grpc::ServerContext*,
                               const v1::GetSubscriptionRequest* request,
                               v1::Subscription* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(request->name(), "", &found);
    return status.ok() ? Answer(found, response) : status;
  }

  grpc::Status ListSubscriptions(
      grpc::ServerContext*, const v1::ListSubscriptionsRequest* request,
      v1::ListSubscriptionsResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->subscription_lists.push_back(*request);
    for (auto& [name, subscription] : fake_->subscriptions) {
      if (name < request->page_token()) continue;
      bool wanted = true;
      for (const auto& [key, value] : request->labels()) {
        const auto label = subscription.labels().find(key);
        wanted = wanted && label != subscription.labels().end() &&
                 label->second == value;
      }
      if (!wanted) continue;
      if (response->subscriptions_size() == fake_->most_in_page) {
        response->set_next_page_token(name);
        break;
      }
      Answer(&subscription, response->add_subscriptions());
    }
    return grpc::Status::OK;
  }

  grpc::Status UpdateSubscription(grpc::ServerContext*,
                                  const v1::UpdateSubscriptionRequest* request,
                                  v1::Subscription* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->updates.push_back(*request);
    const v1::Subscription& from = request->subscription();
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(from.name(), from.etag(), &found);
    if (!status.ok()) return status;
    // An update that leaves it empty keeps the one that is stored.
    const std::string secret = found->webhook().secret();
    google::protobuf::util::FieldMaskUtil::MergeOptions options;
    options.set_replace_message_fields(true);
    options.set_replace_repeated_fields(true);
    google::protobuf::util::FieldMaskUtil::MergeMessageTo(
        from, request->update_mask(), options, found);
    if (found->has_webhook() && found->webhook().secret().empty()) {
      found->mutable_webhook()->set_secret(secret);
    }
    found->set_etag(found->etag() + "+");
    return Answer(found, response);
  }

  grpc::Status DeleteSubscription(grpc::ServerContext*,
                                  const v1::DeleteSubscriptionRequest* request,
                                  google::protobuf::Empty*) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->unsubscribes.push_back(*request);
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(request->name(), request->etag(), &found);
    if (status.error_code() == grpc::StatusCode::NOT_FOUND &&
        request->allow_missing()) {
      return grpc::Status::OK;
    }
    if (status.ok()) fake_->subscriptions.erase(request->name());
    return status;
  }

  grpc::Status PauseSubscription(grpc::ServerContext*,
                                 const v1::PauseSubscriptionRequest* request,
                                 v1::Subscription* response) override {
    return SetState(*request, v1::Subscription::STATE_PAUSED, response);
  }

  grpc::Status ResumeSubscription(grpc::ServerContext*,
                                  const v1::ResumeSubscriptionRequest* request,
                                  v1::Subscription* response) override {
    return SetState(*request, v1::Subscription::STATE_ACTIVE, response);
  }

  grpc::Status CommitCursor(grpc::ServerContext*,
                            const v1::CommitCursorRequest* request,
                            v1::CommitCursorResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->commits.push_back(*request);
    if (fake_->refuse_commits > 0) {
      --fake_->refuse_commits;
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    }
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(request->name(), "", &found);
    if (!status.ok()) return status;
    v1::Cursor* cursor = found->mutable_cursor();
    SetCursor(std::max(cursor->sequence(), Place(request->resume_token())),
              cursor);
    cursor->mutable_commit_time()->set_seconds(1'752'105'600);
    *response->mutable_cursor() = *cursor;
    return grpc::Status::OK;
  }

  grpc::Status AcknowledgeMatches(
      grpc::ServerContext*, const v1::AcknowledgeMatchesRequest* request,
      v1::AcknowledgeMatchesResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->acknowledgements.push_back(*request);
    if (fake_->refuse_acknowledgements > 0) {
      --fake_->refuse_acknowledgements;
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    }
    FakeShareGroup* group = nullptr;
    const grpc::Status status =
        FindGroup(request->name(), request->share_group(), &group);
    if (!status.ok()) return status;
    group->acknowledged.insert(request->sequences().begin(),
                               request->sequences().end());
    for (const int64_t s : request->released_sequences()) group->Release(s);
    for (const int64_t s : request->extended_sequences()) group->Extend(s);
    response->mutable_share_group()->set_name(request->share_group());
    return grpc::Status::OK;
  }

  grpc::Status DeleteShareGroup(grpc::ServerContext*,
                                const v1::DeleteShareGroupRequest* request,
                                google::protobuf::Empty*) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->group_deletes.push_back(*request);
    FakeShareGroup* group = nullptr;
    const grpc::Status status =
        FindGroup(request->name(), request->share_group(), &group);
    if (!status.ok()) return status;
    fake_->groups.erase(request->name() + "/" + request->share_group());
    return grpc::Status::OK;
  }

  grpc::Status ListWebhookDeliveries(
      grpc::ServerContext*, const v1::ListWebhookDeliveriesRequest* request,
      v1::ListWebhookDeliveriesResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->delivery_lists.push_back(*request);
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(request->name(), "", &found);
    if (!status.ok()) return status;
    size_t at =
        request->page_token().empty() ? 0 : std::stoul(request->page_token());
    for (; at < fake_->deliveries.size(); ++at) {
      const v1::WebhookDelivery& delivery = fake_->deliveries[at];
      if (request->state() != v1::WebhookDelivery::STATE_UNSPECIFIED &&
          request->state() != delivery.state()) {
        continue;
      }
      if (response->deliveries_size() == request->page_size()) {
        response->set_next_page_token(std::to_string(at));
        break;
      }
      *response->add_deliveries() = delivery;
    }
    return grpc::Status::OK;
  }

  grpc::Status RetryWebhookDelivery(
      grpc::ServerContext*, const v1::RetryWebhookDeliveryRequest* request,
      v1::WebhookDelivery* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->retries.push_back(*request);
    for (v1::WebhookDelivery& delivery : fake_->deliveries) {
      if (delivery.id() != request->delivery_id()) continue;
      delivery.set_state(v1::WebhookDelivery::STATE_PENDING);
      *response = delivery;
      return grpc::Status::OK;
    }
    return Detailed(grpc::StatusCode::NOT_FOUND, "There is no such delivery",
                    "", "WEBHOOK_DELIVERY_NOT_FOUND");
  }

  grpc::Status PreviewSubscription(
      grpc::ServerContext*, const v1::PreviewSubscriptionRequest* request,
      v1::PreviewSubscriptionResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->previews.push_back(*request);
    if (fake_->history_too_short) {
      return Detailed(grpc::StatusCode::OUT_OF_RANGE,
                      "The journal begins later", "", "HISTORY_TOO_SHORT",
                      {{"oldest_time", "2026-07-01T00:00:00+00:00"}});
    }
    *response = fake_->preview_response;
    return grpc::Status::OK;
  }

  grpc::Status Watch(grpc::ServerContext* context,
                     const v1::WatchRequest* asked,
                     grpc::ServerWriter<v1::WatchResponse>* writer) override {
    const v1::WatchRequest& request = *asked;
    size_t at = 0;
    int events_left = -1;
    v1::Query query = request.query();
    bool held_back = false;
    {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->watches.push_back(request);
      events_left = fake_->break_watch_after;
      v1::Subscription* stored = nullptr;
      if (!request.subscription().empty()) {
        const grpc::Status status = Find(request.subscription(), "", &stored);
        if (!status.ok()) return status;
        query = stored->query();
        held_back = stored->state() == v1::Subscription::STATE_PAUSED;
      }
      if (request.has_resume_token()) {
        if (request.resume_token().rfind("token-", 0) != 0) {
          return Detailed(grpc::StatusCode::INVALID_ARGUMENT,
                          "The resume token is malformed", "resume_token",
                          "TOKEN_MALFORMED");
        }
        at = static_cast<size_t>(Place(request.resume_token()));
      } else if (request.position() == v1::WatchRequest::POSITION_BEGINNING) {
        at = 0;
      } else if (stored != nullptr &&
                 request.position() != v1::WatchRequest::POSITION_NOW) {
        at = static_cast<size_t>(stored->cursor().sequence());
      } else {
        at = fake_->papers.size();
      }
      if (!request.share_group().empty()) {
        fake_->groups[GroupName(request)];
      }
      if (!fake_->sources.empty()) {
        v1::WatchResponse event;
        *event.mutable_progress()->mutable_sources() = {fake_->sources.begin(),
                                                        fake_->sources.end()};
        writer->Write(event);
      }
    }
    const Membership membership{fake_, GroupName(request), context};
    bool caught_up = false;
    int idle = 0;
    while (!context->IsCancelled()) {
      v1::WatchResponse event;
      if (!request.share_group().empty()) {
        const grpc::Status status =
            NextShared(request, query, at, context, &event);
        if (!status.ok()) return status;
      } else if (!held_back) {
        at = NextMatches(request, query, at, &event);
      }
      if (event.event_case() == v1::WatchResponse::EVENT_NOT_SET) {
        if (caught_up) {
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          // Members of a group wait for it, to tell what they could not.
          if (!request.share_group().empty() && ++idle % 50 == 0) {
            event.mutable_progress();
            writer->Write(event);
          }
          continue;
        }
        caught_up = true;
        event.mutable_caught_up();
        if (request.share_group().empty()) {
          event.mutable_caught_up()->set_resume_token("token-" +
                                                      std::to_string(at));
        }
      }
      if (events_left-- == 0) {
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken off");
      }
      if (!writer->Write(event)) break;
    }
    return grpc::Status::CANCELLED;
  }

 private:
  // Gives back what a stream holds when it ends.
  struct Membership {
    ~Membership() {
      std::lock_guard<std::mutex> lock(fake->mutex);
      const auto group = fake->groups.find(name);
      if (group != fake->groups.end()) group->second.Leave(stream);
    }
    FakeServer* fake;
    std::string name;
    const void* stream;
  };

  static std::string GroupName(const v1::WatchRequest& request) {
    return request.subscription() + "/" + request.share_group();
  }

  grpc::Status FindGroup(const std::string& name, const std::string& group,
                         FakeShareGroup** found) {
    v1::Subscription* subscription = nullptr;
    const grpc::Status status = Find(name, "", &subscription);
    if (!status.ok()) return status;
    const auto it = fake_->groups.find(name + "/" + group);
    if (it == fake_->groups.end()) {
      return Detailed(grpc::StatusCode::NOT_FOUND,
                      "There is no share group \"" + group + "\"", "",
                      "SHARE_GROUP_NOT_FOUND");
    }
    *found = &it->second;
    return grpc::Status::OK;
  }

  static int64_t Place(const std::string& token) {
    return std::stol(token.substr(6));
  }

  static void SetCursor(int64_t sequence, v1::Cursor* cursor) {
    cursor->set_sequence(sequence);
    cursor->set_resume_token("token-" + std::to_string(sequence));
  }

  // The subscription, if it is there and as it was with this etag.
  grpc::Status Find(const std::string& name, const std::string& etag,
                    v1::Subscription** found) {
    const auto it = fake_->subscriptions.find(name);
    if (it == fake_->subscriptions.end()) {
      return Detailed(grpc::StatusCode::NOT_FOUND,
                      "There is no subscription " + name, "",
                      "SUBSCRIPTION_NOT_FOUND");
    }
    if (!etag.empty() && etag != it->second.etag()) {
      return Detailed(grpc::StatusCode::ABORTED,
                      "The subscription " + name + " has changed", "",
                      "ETAG_MISMATCH");
    }
    *found = &it->second;
    return grpc::Status::OK;
  }

  // Counts what is pending.
  grpc::Status Answer(v1::Subscription* stored, v1::Subscription* response) {
    int pending = 0;
    for (size_t at = static_cast<size_t>(stored->cursor().sequence());
         at < fake_->papers.size(); ++at) {
      pending += Matches(fake_->papers[at], stored->query()) ? 1 : 0;
    }
    stored->set_pending_count(pending);
    *response = *stored;
    if (response->has_webhook()) response->mutable_webhook()->clear_secret();
    return grpc::Status::OK;
  }

  template <typename Request>
  grpc::Status SetState(const Request& request, v1::Subscription::State state,
                        v1::Subscription* response) {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    v1::Subscription* found = nullptr;
    const grpc::Status status = Find(request.name(), request.etag(), &found);
    if (!status.ok()) return status;
    found->set_state(state);
    return Answer(found, response);
  }

  static void SetMatch(const v1::Paper& paper, int64_t sequence,
                       const v1::Query& query, bool explain,
                       v1::WatchMatch* match) {
    *match->mutable_paper() = paper;
    match->set_created(true);
    match->set_sequence(sequence);
    if (!explain) return;
    v1::MatchReason* reason = match->add_reasons();
    reason->set_term(query.text());
    reason->set_field("title");
    reason->set_fragment(paper.title());
  }

  static void SetEvent(const v1::WatchRequest& request,
                       v1::WatchMatches* matches, v1::WatchResponse* event) {
    if (matches->matches().empty()) return;
    if (request.max_batch_size() > 1) {
      event->mutable_matches()->Swap(matches);
    } else {
      event->mutable_match()->Swap(matches->mutable_matches(0));
    }
  }

  // The same for a member of a share group, of whatever is free.
  grpc::Status NextShared(const v1::WatchRequest& request,
                          const v1::Query& query, size_t after,
                          const void* stream, v1::WatchResponse* event) {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    FakeShareGroup* group = nullptr;
    const grpc::Status status =
        FindGroup(request.subscription(), request.share_group(), &group);
    if (!status.ok()) return status;
    const auto lease = std::chrono::nanoseconds(
        request.has_lease_duration()
            ? request.lease_duration().seconds() * 1'000'000'000 +
                  request.lease_duration().nanos()
            : 60'000'000'000);
    v1::WatchMatches matches;
    const int most =
        std::clamp(request.max_batch_size(), 1, fake_->most_in_batch);
    for (size_t at = after;
         at < fake_->papers.size() && matches.matches_size() < most; ++at) {
      const v1::Paper& paper = fake_->papers[at];
      const int64_t sequence = static_cast<int64_t>(at + 1);
      if (!Matches(paper, query)) continue;
      if (!group->Lease(sequence, stream, lease)) continue;
      SetMatch(paper, sequence, query, request.explain(),
               matches.add_matches());
      matches.mutable_matches(matches.matches_size() - 1)
          ->set_delivery_attempt(group->attempts(sequence));
    }
    SetEvent(request, &matches, event);
    return grpc::Status::OK;
  }

  // Puts the next matches behind `at` into `event`, as many as are asked
  // for at once, and returns the place after them.
  size_t NextMatches(const v1::WatchRequest& request, const v1::Query& query,
                     size_t at, v1::WatchResponse* event) {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    v1::WatchMatches matches;
    const int most =
        std::clamp(request.max_batch_size(), 1, fake_->most_in_batch);
    while (at < fake_->papers.size() && matches.matches_size() < most) {
      const v1::Paper& paper = fake_->papers[at++];
      if (!Matches(paper, query)) continue;
      v1::WatchMatch* match = matches.add_matches();
      SetMatch(paper, static_cast<int64_t>(at), query, request.explain(),
               match);
      match->set_resume_token("token-" + std::to_string(at));
    }
    SetEvent(request, &matches, event);
    return at;
  }

  FakeServer* const fake_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeFakeSubscriptions(FakeServer* server) {
  return std::make_unique<FakeSubscriptions>(server);
}

}  // namespace paperwire
