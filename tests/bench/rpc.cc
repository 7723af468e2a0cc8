// What a call costs: starts a server over a data folder that holds papers,
// and drives it from one thread with many calls in flight. What the folder's
// index has left to merge would be measured, too: let the server that took the
// papers in have some quiet seconds first.
//
//     bench_rpc [--socket] PAPERWIRED FOLDER [QUERIES.jsonl]
//
// Calls go over TCP, or with --socket through a Unix socket, as those of
// programs beside a server can. Each line of QUERIES is an object with a
// "text"; without it, 200 queries are drawn, of three words of a paper's
// abstract. On a machine of two cores client and server share both. The table
// gives calls a second, the time of a call as the client sees it, and the CPU
// time that the server's process spends on one; the row "in-process" is
// query::Parse and index::Search alone over a copy of the folder, in this
// process, on as many threads at once as there are cores, and "strict" the same
// for full matches alone (what a watch asks). GetServerInfo is the call that
// does the least (it fills five fields); what Search adds is the server's CPU
// of a Search, less that of GetServerInfo, less that of its query in-process.
// Of that the last figure of a row is what our own code takes, rpc::Search with
// the answer serialized, on as many threads; the rest is gRPC's and the
// kernel's, who send and wake for each answer by itself when answers take long,
// and for many together when they do not.
//
// All rows take turns, round after round, because a machine is faster or slower
// for seconds; what is printed is the median of the rounds. A difference is the
// median of those within each round, of a row and of what was measured right
// before and right after it: what a machine that becomes slower or faster adds
// to one of the two it takes from the other.

#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/arena.h"
#include "nlohmann/json.hpp"
#include "paperwire/v1/search_service.grpc.pb.h"
#include "paperwire/v1/server_service.grpc.pb.h"
#include "service/base/clock.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "service/rpc/search.h"
#include "service/store/store.h"
#include "service/store/walks.h"
#include "service/text/analyzer.h"

namespace paperwire {
namespace {

constexpr int kInFlight = 64;
constexpr int kPageSize = 10;
constexpr int kRounds = 9;
// Of a row in a round.
constexpr absl::Duration kWarmUp = absl::Milliseconds(100);
constexpr absl::Duration kMeasured = absl::Milliseconds(400);
constexpr absl::Duration kInProcess = absl::Milliseconds(250);

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench_rpc: %s\n", what.c_str());
  std::exit(1);
}

double Seconds(const timespec& t) {
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// CPU time, user and system, of all threads of a process so far.
double CpuSeconds(pid_t process) {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(process, &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    Fail("the server is gone");
  }
  return Seconds(time);
}

double OwnCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Seconds(time);
}

// Queries that real people could ask: three different words, none of them a
// stop word, of the abstract of a random paper.
std::vector<std::string> DrawTexts(store::Store& store) {
  constexpr size_t kTexts = 200;
  constexpr size_t kTries = 100 * kTexts;
  constexpr size_t kWords = 3;
  constexpr size_t kShortest = 3;  // letters
  std::mt19937_64 random(20240521);
  text::Analyzer analyzer;
  std::vector<std::string> texts;
  const auto entries = static_cast<uint64_t>(store.snapshot()->sequence());
  for (size_t i = 0; entries > 0 && i < kTries && texts.size() < kTexts; ++i) {
    const auto sequence = static_cast<int64_t>(random() % entries) + 1;
    const auto paper = store.papers().Read({sequence}, store::Papers::kBytes);
    if (!paper.ok()) continue;  // this entry is of something else
    std::set<std::string> words;
    for (const text::Token& token :
         analyzer.Tokenize((*paper)[0]->abstract())) {
      if (token.form.size() < kShortest || text::IsStopWord(token.form))
        continue;
      words.emplace(token.form);
    }
    if (words.size() < kWords) continue;
    std::vector<std::string> drawn;
    std::sample(words.begin(), words.end(), std::back_inserter(drawn), kWords,
                random);
    texts.push_back(StrCat(drawn[0], " ", drawn[1], " ", drawn[2]));
  }
  if (texts.empty()) Fail("no paper in the folder has an abstract");
  return texts;
}

std::vector<std::string> ReadTexts(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    texts.push_back(nlohmann::json::parse(line).at("text"));
  }
  if (texts.empty()) Fail("no queries in " + path);
  return texts;
}

// A folder that can be opened beside the server's, until it goes out of scope.
class CopyOfFolder {
 public:
  explicit CopyOfFolder(const std::string& folder) : path_(folder + ".copy") {
    std::filesystem::remove_all(path_);
    std::filesystem::copy(folder, path_,
                          std::filesystem::copy_options::recursive);
  }
  ~CopyOfFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

// The server as a process of its own, until it goes out of scope.
class ServerProcess {
 public:
  ServerProcess(const std::string& program, const std::string& folder,
                bool socket) {
    const std::string port_file = folder + "/bench-port";
    const std::string socket_file = folder + "/bench-socket";
    unlink(port_file.c_str());
    std::vector<std::string> arguments = {
        program,       "--data",  folder,     "--listen", "127.0.0.1:0",
        "--port-file", port_file, "--socket", socket_file};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, program.c_str(), nullptr, nullptr, argv.data(),
                    environ) != 0) {
      Fail("cannot start " + program);
    }
    int port = 0;
    while (!(std::ifstream(port_file) >> port)) {
      if (waitpid(pid_, nullptr, WNOHANG) != 0) Fail("the server ended");
      absl::SleepFor(absl::Milliseconds(20));
    }
    unlink(port_file.c_str());
    address_ =
        socket ? "unix:" + socket_file : "127.0.0.1:" + std::to_string(port);
  }
  ~ServerProcess() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  const std::string& address() const { return address_; }

 private:
  pid_t pid_ = 0;
  std::string address_;
};

struct Figures {
  double calls_per_second = 0;
  double p50_us = 0, p99_us = 0;
  double server_cpu_us = 0;
  double client_cpu_us = 0;
  double bytes = 0;
};

// Drives one method with kInFlight calls at a time. `start` starts a call for
// the n-th request on the queue.
template <typename Response>
Figures Drive(
    pid_t server,
    const std::function<
        std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>(
            size_t n, grpc::ClientContext*, grpc::CompletionQueue*)>& start) {
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
    Response response;
    grpc::Status status;
    absl::Time begin;
  };
  grpc::CompletionQueue queue;
  std::vector<Call> calls(kInFlight);
  size_t next = 0;
  const auto begin_call = [&](Call& call) {
    call.reader.reset();
    call.context = std::make_unique<grpc::ClientContext>();
    call.begin = absl::Now();
    call.reader = start(next++, call.context.get(), &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  };
  for (Call& call : calls) begin_call(call);

  std::vector<float> took;
  double bytes = 0;
  absl::Time measured_from = absl::Now() + kWarmUp;
  bool measuring = false;
  double server_cpu = 0;
  double client_cpu = 0;
  int open = kInFlight;
  Figures figures;
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    Call& call = *static_cast<Call*>(tag);
    if (!call.status.ok())
      Fail("a call failed: " + call.status.error_message());
    const absl::Time now = absl::Now();
    if (!measuring && now >= measured_from && figures.calls_per_second == 0) {
      measuring = true;
      measured_from = now;
      server_cpu = CpuSeconds(server);
      client_cpu = CpuSeconds(getpid());
    }
    if (measuring) {
      took.push_back(
          static_cast<float>(absl::ToDoubleMicroseconds(now - call.begin)));
      bytes += static_cast<double>(call.response.ByteSizeLong());
      if (now - measured_from >= kMeasured) {
        measuring = false;
        const auto count = static_cast<double>(took.size());
        figures.calls_per_second =
            count / absl::ToDoubleSeconds(now - measured_from);
        figures.server_cpu_us = (CpuSeconds(server) - server_cpu) / count * 1e6;
        figures.client_cpu_us =
            (CpuSeconds(getpid()) - client_cpu) / count * 1e6;
      }
    }
    if (figures.calls_per_second == 0) {
      begin_call(call);
    } else {
      --open;
    }
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  std::sort(took.begin(), took.end());
  figures.p50_us = took[took.size() / 2];
  figures.p99_us = took[took.size() * 99 / 100];
  figures.bytes = bytes / static_cast<double>(took.size());
  return figures;
}

double Median(std::vector<double> of) {
  const auto middle = of.begin() + static_cast<ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), middle, of.end());
  return *middle;
}

// The median of one figure of the rounds.
template <typename Row, typename Figure>
double Median(const std::vector<Row>& rounds, Figure figure) {
  std::vector<double> of;
  for (const Row& round : rounds) of.push_back(figure(round));
  return Median(std::move(of));
}

void Print(const std::string& what, const std::vector<Figures>& rounds) {
  const auto median = [&](double Figures::*figure) {
    return Median(rounds, [=](const Figures& f) { return f.*figure; });
  };
  std::printf("%-44s %9.0f %8.0f %8.0f %11.1f %11.1f\n", what.c_str(),
              median(&Figures::calls_per_second), median(&Figures::p50_us),
              median(&Figures::p99_us), median(&Figures::server_cpu_us),
              median(&Figures::client_cpu_us));
}

struct SearchKind {
  const char* name;
  bool strict;  // and without other spellings of words that are unknown
  bool highlights;
  const char* mask;
};

v1::SearchRequest MakeRequest(const SearchKind& kind) {
  v1::SearchRequest request;
  request.set_page_size(kPageSize);
  request.set_strict(kind.strict);
  request.set_omit_rewrites(kind.strict);
  request.set_omit_highlights(!kind.highlights);
  if (kind.mask != nullptr) request.mutable_read_mask()->add_paths(kind.mask);
  return request;
}

// The CPU time that call(n) takes, in microseconds, called for one n after the
// other on as many threads at once as there are cores.
double CpuOf(const std::function<void(size_t n)>& call) {
  struct Took {
    double cpu = 0;
    size_t calls = 0;
  };
  std::vector<Took> took(std::thread::hardware_concurrency());
  std::atomic<size_t> next = 0;
  const absl::Time end = absl::Now() + kInProcess;
  std::vector<std::thread> threads;
  for (Took& own : took) {
    threads.emplace_back([&] {
      const double begin = OwnCpuSeconds();
      for (; absl::Now() < end; ++own.calls) call(next++);
      own.cpu = OwnCpuSeconds() - begin;
    });
  }
  for (std::thread& thread : threads) thread.join();
  Took all;
  for (const Took& own : took) {
    all.cpu += own.cpu;
    all.calls += own.calls;
  }
  return all.cpu / static_cast<double>(all.calls) * 1e6;
}

// An answer without gRPC.
void Answer(store::Store& store, store::Walks& walks, v1::SearchRequest request,
            const std::string& text) {
  google::protobuf::Arena arena;
  auto* const response =
      google::protobuf::Arena::CreateMessage<v1::SearchResponse>(&arena);
  request.mutable_query()->set_text(text);
  const rpc::SearchContext context{store, walks,
                                   [] { return absl::OkStatus(); }};
  const absl::Status status =
      rpc::Search(context, store.snapshot(), request, response);
  if (!status.ok()) Fail(std::string(status.message()));
  if (response->SerializeAsString().empty()) Fail("an answer has no total");
}

// One query without the server; whether it can be asked as it stands ("A*"
// stands for too many words).
bool Ask(const index::Snapshot& snapshot, bool strict,
         const std::string& text) {
  index::SearchOptions options;
  options.limit = kPageSize;
  options.strict = strict;
  options.check = [] { return absl::OkStatus(); };
  v1::Query request;
  request.set_text(text);
  const absl::StatusOr<query::Query> query = query::Parse(request);
  return query.ok() && index::Search(snapshot, *query, options).ok();
}

double Mean(double a, double b) { return (a + b) / 2; }

// A kind of search in one round.
struct Measured {
  Figures search;
  Figures no_op;
  double query_us = 0;   // in-process
  double answer_us = 0;  // in-process
  double adds_us = 0;    // to a call and the query
  double own_us = 0;     // of that
};

int Run(const std::string& program, const std::string& folder,
        std::vector<std::string> texts, bool socket) {
  const std::array kinds = {
      SearchKind{"Search, strict, titles, no highlights", true, false, "title"},
      SearchKind{"Search, titles, no highlights", false, false, "title"},
      SearchKind{"Search, all fields, no highlights", false, false, nullptr},
      SearchKind{"Search, titles, highlights", false, true, "title"},
      SearchKind{"Search, all fields, highlights", false, true, nullptr}};

  const CopyOfFolder copy(folder);
  store::StoreOptions store_options;
  store_options.folder = copy.path();
  const absl::StatusOr<std::unique_ptr<store::Store>> opened =
      store::Store::Open(store_options);
  if (!opened.ok()) Fail(std::string(opened.status().message()));
  store::Store& store = **opened;
  store::Walks walks(Clock::Real());
  if (texts.empty()) texts = DrawTexts(store);
  const std::shared_ptr<const index::Snapshot> snapshot = store.snapshot();
  std::erase_if(texts, [&](const std::string& text) {
    return !Ask(*snapshot, true, text) || !Ask(*snapshot, false, text);
  });

  const ServerProcess server(program, folder, socket);
  // A call that failed is a failure here, not one to repeat: the client need
  // not keep what it sent. Nor does it look for cycles among gRPC's locks, as
  // Debian's Abseil would have it do; the server does not, either.
  grpc::ChannelArguments channel_arguments;
  channel_arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const auto channel = grpc::CreateCustomChannel(
      server.address(), grpc::InsecureChannelCredentials(), channel_arguments);
  const auto info_stub = v1::ServerService::NewStub(channel);
  const auto search_stub = v1::SearchService::NewStub(channel);

  const auto no_op = [&] {
    return Drive<v1::GetServerInfoResponse>(
        server.pid(), [&](size_t, grpc::ClientContext* context,
                          grpc::CompletionQueue* queue) {
          return info_stub->AsyncGetServerInfo(
              context, v1::GetServerInfoRequest(), queue);
        });
  };
  const auto query_us = [&](bool strict) {
    return CpuOf(
        [&](size_t n) { Ask(*snapshot, strict, texts[n % texts.size()]); });
  };
  const auto measure = [&](const SearchKind& kind) {
    v1::SearchRequest request = MakeRequest(kind);
    Measured m;
    const double query_before = query_us(kind.strict);
    m.no_op = no_op();
    m.search = Drive<v1::SearchResponse>(
        server.pid(), [&](size_t n, grpc::ClientContext* context,
                          grpc::CompletionQueue* queue) {
          request.mutable_query()->set_text(texts[n % texts.size()]);
          return search_stub->AsyncSearch(context, request, queue);
        });
    const double no_op_after = no_op().server_cpu_us;
    const double query_after = query_us(kind.strict);
    m.answer_us = CpuOf([&](size_t n) {
      Answer(store, walks, request, texts[n % texts.size()]);
    });
    m.query_us = Mean(query_before, query_after);
    m.adds_us = m.search.server_cpu_us - m.query_us -
                Mean(m.no_op.server_cpu_us, no_op_after);
    m.own_us = m.answer_us - Mean(query_after, query_us(kind.strict));
    return m;
  };

  std::array<std::vector<Measured>, kinds.size()> rounds;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t k = 0; k < kinds.size(); ++k) {
      rounds[k].push_back(measure(kinds[k]));
    }
  }

  std::printf("%zu queries, %d hits; %d calls in flight, one channel, %s\n",
              texts.size(), kPageSize, kInFlight,
              socket ? "a Unix socket" : "TCP");
  std::printf("%-44s %9s %8s %8s %11s %11s\n", "", "calls/s", "p50 us",
              "p99 us", "server us", "client us");
  for (const bool strict : {false, true}) {
    std::vector<double> query;
    for (size_t k = 0; k < kinds.size(); ++k) {
      if (kinds[k].strict != strict) continue;
      for (const Measured& m : rounds[k]) query.push_back(m.query_us);
    }
    std::printf("%-44s %9s %8s %8s %11.1f\n",
                strict ? "in-process, strict" : "in-process", "", "", "",
                Median(query));
  }
  std::vector<Figures> no_ops;
  for (const std::vector<Measured>& kind : rounds) {
    for (const Measured& m : kind) no_ops.push_back(m.no_op);
  }
  Print("GetServerInfo", no_ops);
  for (size_t k = 0; k < kinds.size(); ++k) {
    std::vector<Figures> searches;
    for (const Measured& m : rounds[k]) searches.push_back(m.search);
    Print(kinds[k].name, searches);
    const auto median = [&](double Measured::*figure) {
      return Median(rounds[k], [=](const Measured& m) { return m.*figure; });
    };
    std::printf("%-44s %9s %8s %8s %11.1f  (%.0f bytes; our own code %.1f)\n",
                "  adds to a call and the query", "", "", "",
                median(&Measured::adds_us), searches[0].bytes,
                median(&Measured::own_us));
  }
  return 0;
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool socket = !arguments.empty() && arguments.front() == "--socket";
  if (socket) arguments.erase(arguments.begin());
  if (arguments.size() != 2 && arguments.size() != 3) {
    std::fprintf(
        stderr,
        "usage: bench_rpc [--socket] PAPERWIRED FOLDER [QUERIES.jsonl]\n");
    return 2;
  }
  return paperwire::Run(arguments[0], arguments[1],
                        arguments.size() == 3
                            ? paperwire::ReadTexts(arguments[2])
                            : std::vector<std::string>(),
                        socket);
}
