// Watches under load: how soon matches arrive, how many a second, and what an
// idle or a slow stream costs the server.
//
//     bench_watching latency ADDRESS WATCHERS RATE SECONDS PER_PAPER [stored]
//     bench_watching fanout  ADDRESS WATCHERS PAPERS [stored]
//     bench_watching idle    ADDRESS PID STREAMS [stored]
//     bench_watching slow    ADDRESS PID PAPERS [nobody]
//
// latency imports RATE papers a second, each a batch of its own, that each
// match PER_PAPER of the WATCHERS; a match's latency is the time from the
// acknowledgement of its paper to its arrival, both seen by this process, and
// below 0 when the match comes first. fanout imports PAPERS that match all of
// the WATCHERS, and counts matches a second until the last has arrived. idle
// opens streams that get nothing, and slow one that is not read while papers
// come in that all match it, or, with "nobody", none; both tell how the server's
// resident memory grows.
//
// One thread reads all streams and parses what comes. One line of JSON.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.grpc.pb.h"
#include "paperwire/v1/subscription_service.grpc.pb.h"

namespace paperwire {
namespace {

constexpr int kChannels = 8;
// About what an abstract has; the words are those of no query.
constexpr int kAbstractWords = 150;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench_watching: %s\n", what.c_str());
  std::exit(1);
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address, int n) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("paperwire.bench.channel", n);  // a connection of its own
  arguments.SetMaxReceiveMessageSize(64 << 20);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

int64_t ResidentBytes(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6) * 1024;
  }
  Fail("there is no process " + pid);
}

// The first word of every title: papers of another run are other papers.
std::string Title() {
  static const std::string title =
      "Run " + std::to_string(absl::ToUnixNanos(absl::Now()));
  return title;
}

// The word that watcher `w` looks for.
std::string WordOf(int w) {
  std::string word = "zq";
  for (; w > 0 || word.size() < 3; w /= 20) word += "bcdfghjklmnpqrstvwxz"[w % 20];
  return word + "q";
}

// Streams that are read by one thread.
class Watchers {
 public:
  using Seen = std::function<void(size_t watcher, const v1::WatchMatch&)>;

  Watchers(const std::string& address, bool stored, Seen seen)
      : stored_(stored), seen_(std::move(seen)) {
    for (int i = 0; i < kChannels; ++i) {
      stubs_.push_back(
          v1::SubscriptionService::NewStub(Connect(address, i)));
    }
  }
  ~Watchers() {
    for (const auto& stream : streams_) stream->context.TryCancel();
    thread_.join();
  }

  // Opens a watch of a query; not from two threads.
  void Open(const std::string& query) {
    auto stream = std::make_unique<Stream>();
    stream->number = streams_.size();
    v1::WatchRequest request;
    request.set_omit_highlights(false);
    request.set_max_batch_size(100);
    v1::SubscriptionService::Stub& stub =
        *stubs_[streams_.size() % stubs_.size()];
    if (stored_) {
      v1::CreateSubscriptionRequest create;
      create.set_parent("users/local");
      create.mutable_subscription()->mutable_query()->set_text(query);
      v1::Subscription made;
      grpc::ClientContext context;
      const grpc::Status status =
          stub.CreateSubscription(&context, create, &made);
      if (!status.ok()) Fail(status.error_message());
      request.set_subscription(made.name());
    } else {
      request.mutable_query()->set_text(query);
    }
    ++open_;
    stream->reader =
        stub.AsyncWatch(&stream->context, request, &queue_, stream.get());
    streams_.push_back(std::move(stream));
  }

  // Starts to read, and waits until all have caught up.
  void Run() {
    thread_ = std::thread([this] { Loop(); });
    while (caught_up_ < static_cast<int>(streams_.size())) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

 private:
  struct Stream {
    size_t number = 0;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncReader<v1::WatchResponse>> reader;
    v1::WatchResponse event;
    bool started = false;
  };

  void Loop() {
    void* tag = nullptr;
    bool ok = false;
    while (open_ > 0 && queue_.Next(&tag, &ok)) {
      Stream& stream = *static_cast<Stream*>(tag);
      if (!ok) {
        --open_;
        continue;
      }
      if (stream.started) Take(stream);
      stream.started = true;
      stream.reader->Read(&stream.event, &stream);
    }
    queue_.Shutdown();
    while (queue_.Next(&tag, &ok)) {
    }
  }

  void Take(const Stream& stream) {
    const v1::WatchResponse& event = stream.event;
    if (event.has_match()) seen_(stream.number, event.match());
    for (const v1::WatchMatch& match : event.matches().matches()) {
      seen_(stream.number, match);
    }
    if (event.has_caught_up()) ++caught_up_;
  }

  const bool stored_;
  const Seen seen_;
  std::vector<std::unique_ptr<v1::SubscriptionService::Stub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::atomic<int> open_ = 0;
  std::atomic<int> caught_up_ = 0;
  std::thread thread_;
};

// One stream of imports.
class Importer {
 public:
  explicit Importer(const std::string& address)
      : stub_(v1::PaperService::NewStub(Connect(address, kChannels))),
        stream_(stub_->ImportPapers(&context_)) {}
  ~Importer() {
    stream_->WritesDone();
    stream_->Finish();
  }

  // Returns when they are acknowledged.
  void Import(const std::vector<std::string>& titles) {
    v1::ImportPapersRequest request;
    request.set_source("bench");
    for (const std::string& title : titles) {
      v1::Paper* paper = request.add_items()->mutable_paper();
      paper->set_title(title);
      std::string text;
      for (int i = 0; i < kAbstractWords; ++i) {
        text += "word" + std::to_string((++words_ * 7919) % 5000) + " ";
      }
      paper->set_abstract(text);
    }
    v1::ImportPapersResponse response;
    if (!stream_->Write(request) || !stream_->Read(&response)) {
      Fail("the import was refused");
    }
  }

 private:
  std::unique_ptr<v1::PaperService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ImportPapersRequest,
                                           v1::ImportPapersResponse>>
      stream_;
  uint64_t words_ = 0;
};

void Latency(const std::string& address, int watchers, double rate,
             double seconds, int per_paper, bool stored) {
  const int papers = static_cast<int>(rate * seconds);
  struct Arrival {
    size_t paper;
    absl::Time at;
  };
  std::vector<Arrival> arrivals;
  arrivals.reserve(static_cast<size_t>(papers) *
                   static_cast<size_t>(per_paper));
  std::atomic<int64_t> seen = 0;
  Watchers all(address, stored,
               [&](size_t, const v1::WatchMatch& match) {
                 const std::string& title = match.paper().title();
                 arrivals.push_back(
                     {std::stoul(title.substr(title.rfind(' '))),
                      absl::Now()});
                 ++seen;
               });
  for (int w = 0; w < watchers; ++w) all.Open(WordOf(w));
  all.Run();

  std::vector<absl::Time> sent(static_cast<size_t>(papers)),
      acknowledged(static_cast<size_t>(papers));
  Importer importer(address);
  absl::Time next = absl::Now();
  for (size_t i = 0; i < static_cast<size_t>(papers); ++i) {
    std::string title = Title();
    for (int k = 0; k < per_paper; ++k) {
      title += " " + WordOf(static_cast<int>((i * 37 + static_cast<size_t>(
                                                          k * watchers /
                                                          per_paper)) %
                                             static_cast<size_t>(watchers)));
    }
    sent[i] = absl::Now();
    importer.Import({title + " " + std::to_string(i)});
    acknowledged[i] = absl::Now();
    next += absl::Seconds(1) / rate;
    absl::SleepFor(next - absl::Now());
  }
  const int64_t expected = int64_t{papers} * per_paper;
  for (int i = 0; i < 1000 && seen < expected; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  if (seen != expected) {
    Fail("of " + std::to_string(expected) + " matches " +
         std::to_string(seen.load()) + " arrived");
  }
  std::vector<double> from_ack, from_send;
  for (const Arrival& a : arrivals) {
    from_ack.push_back(
        absl::ToDoubleMilliseconds(a.at - acknowledged[a.paper]));
    from_send.push_back(absl::ToDoubleMilliseconds(a.at - sent[a.paper]));
  }
  std::sort(from_ack.begin(), from_ack.end());
  std::sort(from_send.begin(), from_send.end());
  const auto at = [](const std::vector<double>& all_of, double q) {
    return all_of[static_cast<size_t>(q * static_cast<double>(all_of.size()))];
  };
  std::printf(
      "{\"row\": \"latency\", \"watchers\": %d, \"papers_per_second\": %.0f, "
      "\"matches\": %zu, \"from_ack_p50_ms\": %.2f, \"from_ack_p99_ms\": %.2f, "
      "\"from_send_p50_ms\": %.2f, \"from_send_p99_ms\": %.2f}\n",
      watchers, rate, from_ack.size(), at(from_ack, 0.5), at(from_ack, 0.99),
      at(from_send, 0.5), at(from_send, 0.99));
}

void FanOut(const std::string& address, int watchers, int papers,
            bool stored) {
  std::atomic<int64_t> seen = 0;
  Watchers all(address, stored,
               [&](size_t, const v1::WatchMatch&) { ++seen; });
  for (int w = 0; w < watchers; ++w) all.Open("zqfanq");
  all.Run();
  Importer importer(address);
  const int64_t expected = int64_t{papers} * watchers;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < papers;) {
    std::vector<std::string> titles;
    for (int k = 0; k < 10 && i < papers; ++k, ++i) {
      titles.push_back(Title() + " zqfanq " + std::to_string(i));
    }
    importer.Import(titles);
  }
  while (seen < expected) absl::SleepFor(absl::Milliseconds(1));
  const double took = absl::ToDoubleSeconds(absl::Now() - begin);
  std::printf(
      "{\"row\": \"fanout\", \"watchers\": %d, \"papers\": %d, \"seconds\": "
      "%.2f, \"matches_per_second\": %.0f}\n",
      watchers, papers, took, static_cast<double>(expected) / took);
}

void Idle(const std::string& address, const std::string& pid, int streams,
          bool stored) {
  const int64_t before = ResidentBytes(pid);
  Watchers all(address, stored, [](size_t, const v1::WatchMatch&) {});
  for (int w = 0; w < streams; ++w) all.Open(WordOf(w));
  all.Run();
  absl::SleepFor(absl::Seconds(1));
  const int64_t after = ResidentBytes(pid);
  std::printf(
      "{\"row\": \"idle\", \"streams\": %d, \"bytes_per_stream\": %.0f}\n",
      streams, static_cast<double>(after - before) / streams);
}

void Slow(const std::string& address, const std::string& pid, int papers,
          bool watched) {
  Importer importer(address);
  const auto stub = v1::SubscriptionService::NewStub(Connect(address, 0));
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.mutable_query()->set_text("zqslowq");
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream;
  v1::WatchResponse event;
  if (watched) {
    stream = stub->Watch(&context, request);
    while (stream->Read(&event) && !event.has_caught_up()) {
    }
  }
  int imported = 0;
  const auto import = [&](int count) {
    for (int end = imported + count; imported < end;) {
      std::vector<std::string> titles;
      for (int k = 0; k < 500 && imported < end; ++k, ++imported) {
        titles.push_back(Title() + " zqslowq " + std::to_string(imported));
      }
      importer.Import(titles);
    }
    return ResidentBytes(pid);
  };
  const int64_t first = import(papers);
  const int64_t second = import(papers);
  // It is all there when it is read at last.
  int seen = 0;
  while (watched && seen < 2 * papers && stream->Read(&event)) {
    seen += event.has_match();
  }
  context.TryCancel();
  std::printf(
      "{\"row\": \"%s\", \"papers\": %d, \"resident_mb_lag_1\": %.0f, "
      "\"resident_mb_lag_2\": %.0f, \"read_at_last\": %d}\n",
      watched ? "slow" : "nobody", papers, static_cast<double>(first) / (1 << 20),
      static_cast<double>(second) / (1 << 20), seen);
}

int Run(const std::vector<std::string>& a) {
  const auto number = [&](size_t i) { return std::atoi(a[i].c_str()); };
  const bool stored = a.back() == "stored";
  const bool nobody = a.back() == "nobody";
  const size_t n = a.size() - (stored || nobody);
  if (a[0] == "latency" && n == 6) {
    Latency(a[1], number(2), number(3), number(4), number(5), stored);
  } else if (a[0] == "fanout" && n == 4) {
    FanOut(a[1], number(2), number(3), stored);
  } else if (a[0] == "idle" && n == 4) {
    Idle(a[1], a[2], number(3), stored);
  } else if (a[0] == "slow" && n == 4) {
    Slow(a[1], a[2], number(3), !nobody);
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int status =
      arguments.empty() ? 2 : paperwire::Run(arguments);
  if (status == 2) {
    std::fputs("usage: see the top of tests/bench/watching.cc\n", stderr);
  }
  return status;
}
