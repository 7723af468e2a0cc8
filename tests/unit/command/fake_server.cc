#include "tests/unit/command/fake_server.h"

#include <google/protobuf/util/field_mask_util.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "paperwire/v1/paper_service.grpc.pb.h"
#include "paperwire/v1/search_service.grpc.pb.h"
#include "paperwire/v1/server_service.grpc.pb.h"
#include "paperwire/v1/trending_service.grpc.pb.h"
#include "tests/unit/command/fake_answers.h"
#include "tests/unit/command/fake_digests.h"
#include "tests/unit/command/fake_subscriptions.h"

namespace paperwire {
namespace {

// The paper of this name or external id, or null.
v1::Paper* Find(std::vector<v1::Paper>& papers, const std::string& name) {
  for (v1::Paper& paper : papers) {
    if (paper.name() == name) return &paper;
    for (const v1::ExternalId& id : paper.external_ids()) {
      if (name == "papers/" + id.scheme() + ":" + id.value()) return &paper;
    }
  }
  return nullptr;
}

grpc::Status NoPaper(const std::string& name) {
  return Detailed(grpc::StatusCode::NOT_FOUND,
                  "There is no paper \"" + name + "\"", "", "PAPER_NOT_FOUND",
                  {{"name", name}});
}

}  // namespace

class FakeServer::Services final {
 public:
  explicit Services(FakeServer* server)
      : papers_(server),
        search_(server),
        trending_(server),
        subscriptions_(MakeFakeSubscriptions(server)),
        digests_(MakeFakeDigests(server)),
        server_(server) {}

  void Register(grpc::ServerBuilder* builder) {
    builder->RegisterService(&papers_);
    builder->RegisterService(&search_);
    builder->RegisterService(&trending_);
    builder->RegisterService(subscriptions_.get());
    builder->RegisterService(digests_.get());
    builder->RegisterService(&server_);
  }

 private:
  class Papers final : public v1::PaperService::Service {
   public:
    explicit Papers(FakeServer* fake) : fake_(fake) {}

    grpc::Status GetPaper(grpc::ServerContext*,
                          const v1::GetPaperRequest* request,
                          v1::Paper* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      const v1::Paper* paper = Find(fake_->papers, request->name());
      if (paper == nullptr) return NoPaper(request->name());
      *response = *paper;
      return grpc::Status::OK;
    }

    grpc::Status ListPapers(grpc::ServerContext*,
                            const v1::ListPapersRequest* request,
                            v1::ListPapersResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->lists.push_back(*request);
      size_t at =
          request->page_token().empty() ? 0 : std::stoul(request->page_token());
      while (at < fake_->papers.size() &&
             response->papers_size() < request->page_size()) {
        *response->add_papers() = fake_->papers[at++];
      }
      if (at < fake_->papers.size()) {
        response->set_next_page_token(std::to_string(at));
      }
      return grpc::Status::OK;
    }

    grpc::Status ImportPapers(
        grpc::ServerContext*,
        grpc::ServerReaderWriter<v1::ImportPapersResponse,
                                 v1::ImportPapersRequest>* stream) override {
      int batches = 0;
      int break_after = -1;
      {
        std::lock_guard<std::mutex> lock(fake_->mutex);
        ++fake_->import_streams;
        if (fake_->refuse_imports) {
          return Detailed(grpc::StatusCode::FAILED_PRECONDITION,
                          "The data folder is read-only", "", "READ_ONLY");
        }
        std::swap(break_after, fake_->break_import_after);
      }
      v1::ImportPapersRequest request;
      while (stream->Read(&request)) {
        const bool breaks = batches++ == break_after;
        if (breaks && !fake_->break_before_answer) {
          return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken off");
        }
        const v1::ImportPapersResponse response = Apply(request);
        if (breaks) {
          return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken off");
        }
        if (!stream->Write(response)) break;
      }
      return grpc::Status::OK;
    }

    grpc::Status DeletePaper(grpc::ServerContext*,
                             const v1::DeletePaperRequest* request,
                             google::protobuf::Empty*) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->deletes.push_back(*request);
      return grpc::Status::OK;
    }

    grpc::Status ListPaperChanges(
        grpc::ServerContext*, const v1::ListPaperChangesRequest*,
        v1::ListPaperChangesResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      for (const v1::PaperChange& change : fake_->changes) {
        *response->add_changes() = change;
      }
      return grpc::Status::OK;
    }

   private:
    // A batch that was applied before changes nothing.
    v1::ImportPapersResponse Apply(const v1::ImportPapersRequest& request) {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->batch_ids.push_back(request.request_id());
      const auto known = answers_.find(request.request_id());
      if (known != answers_.end()) return known->second;
      v1::ImportPapersResponse response;
      response.set_request_id(request.request_id());
      fake_->imports.push_back(request);
      for (const v1::ImportItem& item : request.items()) {
        v1::ImportVerdict* verdict = response.add_verdicts();
        verdict->set_line(item.line());
        if (item.paper().title().empty()) {
          Report(item.paper(), request.source(), verdict);
          continue;
        }
        if (item.paper().title().find("bad") != std::string::npos) {
          verdict->set_outcome(v1::ImportVerdict::OUTCOME_REJECTED);
          verdict->set_reason("title: is bad; give it another");
          continue;
        }
        v1::Paper paper = item.paper();
        paper.set_name("papers/p" + std::to_string(fake_->papers.size() + 1));
        fake_->papers.push_back(paper);
        verdict->set_outcome(v1::ImportVerdict::OUTCOME_CREATED);
        verdict->set_name(paper.name());
      }
      response.set_sequence(static_cast<int64_t>(fake_->papers.size()));
      answers_[request.request_id()] = response;
      return response;
    }

    // Of a paper that is there already.
    void Report(const v1::Paper& says, const std::string& batch_source,
                v1::ImportVerdict* verdict) {
      v1::Paper* const paper =
          says.external_ids().empty()
              ? nullptr
              : Find(fake_->papers, "papers/" + says.external_ids(0).scheme() +
                                        ":" + says.external_ids(0).value());
      if (paper == nullptr) {
        verdict->set_outcome(v1::ImportVerdict::OUTCOME_REJECTED);
        verdict->set_reason("title: It is missing.");
        return;
      }
      const std::string before = paper->SerializeAsString();
      const std::string& source =
          says.sources().empty() ? batch_source : says.sources(0);
      if (std::find(paper->sources().begin(), paper->sources().end(), source) ==
          paper->sources().end()) {
        paper->add_sources(source);
      }
      for (const v1::Signal& signal : says.signals()) {
        if (signal.kind() == "bad") {
          verdict->set_outcome(v1::ImportVerdict::OUTCOME_REJECTED);
          verdict->set_reason("signals[0].kind: is bad");
          return;
        }
        v1::Signal* own = nullptr;
        for (v1::Signal& known : *paper->mutable_signals()) {
          if (known.kind() == signal.kind()) own = &known;
        }
        if (own == nullptr) {
          *paper->add_signals() = signal;
        } else if (own->observed_time().seconds() <=
                   signal.observed_time().seconds()) {
          *own = signal;
        }
      }
      for (const v1::Feature& feature : says.features()) {
        const bool known =
            std::any_of(paper->features().begin(), paper->features().end(),
                        [&](const v1::Feature& own) {
                          return own.day() == feature.day() &&
                                 own.source() == feature.source();
                        });
        if (!known) *paper->add_features() = feature;
      }
      verdict->set_name(paper->name());
      verdict->set_outcome(before == paper->SerializeAsString()
                               ? v1::ImportVerdict::OUTCOME_UNCHANGED
                               : v1::ImportVerdict::OUTCOME_UPDATED);
    }

    FakeServer* const fake_;
    std::map<std::string, v1::ImportPapersResponse> answers_;
  };

  class Searches final : public v1::SearchService::Service {
   public:
    explicit Searches(FakeServer* fake) : fake_(fake) {}

    grpc::Status Search(grpc::ServerContext*, const v1::SearchRequest* asked,
                        v1::SearchResponse* response) override {
      const v1::SearchRequest& request = *asked;
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->searches.push_back(request);
      const size_t quote = request.query().text().find('"');
      if (quote != std::string::npos) {
        const std::string position = std::to_string(quote + 1);
        return Detailed(
            grpc::StatusCode::INVALID_ARGUMENT,
            "Unclosed quote at character " + position + "; close it",
            "query.text", "INVALID_QUERY", {{"position", position}});
      }
      if (fake_->canned_search) {
        *response = fake_->search_response;
        return grpc::Status::OK;
      }
      size_t at =
          request.page_token().empty() ? 0 : std::stoul(request.page_token());
      for (; at < fake_->papers.size() &&
             response->hits_size() < request.page_size();
           ++at) {
        if (!Matches(fake_->papers[at], request.query())) continue;
        v1::Hit* hit = response->add_hits();
        *hit->mutable_paper() = fake_->papers[at];
        hit->set_match_kind(v1::MATCH_KIND_FULL);
        hit->set_score(1.5);
      }
      for (const v1::Paper& paper : fake_->papers) {
        response->set_total_full_matches(response->total_full_matches() +
                                         Matches(paper, request.query()));
      }
      if (at < fake_->papers.size()) {
        response->set_next_page_token(std::to_string(at));
      }
      return grpc::Status::OK;
    }

    grpc::Status Suggest(grpc::ServerContext*,
                         const v1::SuggestRequest* request,
                         v1::SuggestResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->suggests.push_back(*request);
      *response = fake_->suggest_response;
      return grpc::Status::OK;
    }

    grpc::Status ExportPapers(
        grpc::ServerContext*, const v1::ExportPapersRequest* request,
        grpc::ServerWriter<v1::ExportPapersResponse>* writer) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->exports.push_back(*request);
      for (const v1::Paper& paper : fake_->papers) {
        if (!Matches(paper, request->query())) continue;
        v1::ExportPapersResponse part;
        *part.add_papers() = paper;
        if (!writer->Write(part)) break;
      }
      return grpc::Status::OK;
    }

   private:
    FakeServer* const fake_;
  };

  class Trending final : public v1::TrendingService::Service {
   public:
    explicit Trending(FakeServer* fake) : fake_(fake) {}

    grpc::Status VotePaper(grpc::ServerContext*,
                           const v1::VotePaperRequest* request,
                           v1::VotePaperResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->votes.push_back(*request);
      v1::Paper* paper = Find(fake_->papers, request->name());
      if (paper == nullptr) return NoPaper(request->name());
      if (paper->state() == v1::Paper::STATE_WITHDRAWN && !request->revoke()) {
        return Detailed(grpc::StatusCode::FAILED_PRECONDITION,
                        "The paper " + request->name() + " is withdrawn", "",
                        "PAPER_WITHDRAWN");
      }
      const std::string voter =
          request->voter().empty() ? "users/local" : request->voter();
      std::set<std::string>& cast = fake_->voters[paper->name()];
      response->set_name(paper->name());
      response->set_changed(request->revoke() ? cast.erase(voter) > 0
                                              : cast.insert(voter).second);
      paper->set_cast_vote_count(static_cast<int64_t>(cast.size()));
      response->set_cast_vote_count(paper->cast_vote_count());
      if (response->changed()) response->set_sequence(++vote_sequence_);
      return grpc::Status::OK;
    }

    grpc::Status ListTrending(grpc::ServerContext*,
                              const v1::ListTrendingRequest* request,
                              v1::ListTrendingResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->boards.push_back(*request);
      *response = fake_->board;
      response->clear_papers();
      const auto& papers = fake_->board.papers();
      int at =
          request->page_token().empty() ? 0 : std::stoi(request->page_token());
      while (at < papers.size() &&
             response->papers_size() < request->page_size()) {
        *response->add_papers() = papers[at++];
      }
      if (at < papers.size()) {
        response->set_next_page_token(std::to_string(at));
      }
      return grpc::Status::OK;
    }

    grpc::Status ListDays(grpc::ServerContext*,
                          const v1::ListDaysRequest* request,
                          v1::ListDaysResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      fake_->day_lists.push_back(*request);
      size_t at =
          request->page_token().empty() ? 0 : std::stoul(request->page_token());
      while (at < fake_->days.size() &&
             response->days_size() < request->page_size()) {
        *response->add_days() = fake_->days[at++];
      }
      if (at < fake_->days.size()) {
        response->set_next_page_token(std::to_string(at));
      }
      return grpc::Status::OK;
    }

   private:
    FakeServer* const fake_;
    int64_t vote_sequence_ = 0;
  };

  class Server final : public v1::ServerService::Service {
   public:
    explicit Server(FakeServer* fake) : fake_(fake) {}

    grpc::Status GetServerInfo(grpc::ServerContext*,
                               const v1::GetServerInfoRequest*,
                               v1::GetServerInfoResponse* response) override {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(fake_->delay_info_ms));
      response->set_version("9.9.9");
      response->set_journal_id("fake");
      return grpc::Status::OK;
    }

    grpc::Status GetServerStats(grpc::ServerContext*,
                                const v1::GetServerStatsRequest*,
                                v1::GetServerStatsResponse* response) override {
      std::lock_guard<std::mutex> lock(fake_->mutex);
      response->set_active_papers(static_cast<int64_t>(fake_->papers.size()));
      v1::SourceStats* source = response->add_sources();
      source->set_source("arxiv");
      source->set_papers(1234567);
      for (const v1::SourceFreshness& freshness : fake_->sources) {
        v1::SourceStats* stats = response->add_sources();
        stats->set_source(freshness.source());
        *stats->mutable_freshness() = freshness;
      }
      return grpc::Status::OK;
    }

   private:
    FakeServer* const fake_;
  };

  Papers papers_;
  Searches search_;
  Trending trending_;
  const std::unique_ptr<grpc::Service> subscriptions_;
  const std::unique_ptr<grpc::Service> digests_;
  Server server_;
};

struct FakeServer::Running {
  std::unique_ptr<grpc::Server> server;
};

FakeServer::FakeServer() : services_(std::make_unique<Services>(this)) {
  Start();
}

FakeServer::~FakeServer() { Stop(); }

std::string FakeServer::address() const {
  return "localhost:" + std::to_string(port_);
}

void FakeServer::Start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("localhost:" + std::to_string(port_),
                           grpc::InsecureServerCredentials(), &port_);
  services_->Register(&builder);
  running_ = std::make_unique<Running>();
  running_->server = builder.BuildAndStart();
}

void FakeServer::Stop() {
  if (running_ == nullptr) return;
  running_->server->Shutdown(std::chrono::system_clock::now());
  running_->server->Wait();
  running_.reset();
}

void FakeServer::Add(const v1::Paper& paper) {
  std::lock_guard<std::mutex> lock(mutex);
  papers.push_back(paper);
}

}  // namespace paperwire
