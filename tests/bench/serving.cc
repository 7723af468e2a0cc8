// What serving costs: drives servers from outside, with paced and with
// saturating calls. tests/bench/serving starts the servers and calls this.
//
//     bench_serving canned ADDRESS QUERIES FILE
//         writes the bytes of one answer of Search to FILE
//     bench_serving saturate ADDRESS PID QUERIES SECONDS
//         keeps 32 searches under way: calls/s, the server's CPU per call
//     bench_serving paced ADDRESS QUERIES SECONDS
//         100 searches a second, each timed from when it was due, or from when
//         this process woke up for it; how late it did; and what of the time
//         of this virtual machine's cores others had
//     bench_serving batches RAW PAPERS FILE
//         writes batches of so many papers to FILE, ready to be sent
//     bench_serving import ADDRESS FILE PAPERS/S
//         imports them at a steady rate
//
// QUERIES is a file with a query in each line, RAW one of bench_prepare. Each
// prints one line of JSON.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/cpp/client/client.h"
#include "paperwire/v1/search_service.grpc.pb.h"
#include "tests/bench/measure.h"

namespace paperwire {
namespace {

using Time = std::chrono::steady_clock;

constexpr int kUnderWay = 32;
constexpr int kSearchesPerSecond = 100;
constexpr int kBatch = 500;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "bench_serving: %s\n", what.c_str());
  std::exit(1);
}

void Check(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

double SecondsSince(Time::time_point begin) {
  return std::chrono::duration<double>(Time::now() - begin).count();
}

// CPU seconds that a process has taken so far.
double CpuOf(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string text;
  std::getline(in, text);
  // The name, in parentheses, may hold anything; utime and stime are the
  // 12th and 13th field after it.
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 0; i < 11; ++i) fields >> field;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Milliseconds in which this virtual machine's cores were ready and ran for
// others, so far.
double StolenMs() {
  std::ifstream in("/proc/stat");
  std::string name;
  double ticks = 0;
  in >> name;
  for (int i = 0; i < 8; ++i) in >> ticks;  // the 8th is what was stolen
  return ticks * 1000 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<v1::SearchRequest> Requests(const char* file) {
  std::vector<v1::SearchRequest> requests;
  bench::ForEachLine(file, [&](const std::string& line) {
    v1::SearchRequest request;
    request.mutable_query()->set_text(line);
    request.set_strict(true);
    request.set_omit_highlights(true);
    request.set_omit_rewrites(true);
    request.mutable_read_mask()->add_paths("title");
    requests.push_back(std::move(request));
  });
  if (requests.empty()) Die("no queries");
  return requests;
}

// One call after another, answered or not yet. Bytes go in and out: what the
// client would make of them is not what is measured.
struct Call {
  grpc::ClientContext context;
  grpc::Status status;
  grpc::ByteBuffer response;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

void Saturate(char** argv) {
  std::vector<grpc::ByteBuffer> requests;
  for (const v1::SearchRequest& request : Requests(argv[4])) {
    const grpc::Slice slice(request.SerializeAsString());
    requests.emplace_back(&slice, 1);
  }
  const double seconds = std::atof(argv[5]);
  // Nothing is to be tried again, so nothing needs to be kept for that.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  grpc::GenericStub stub(grpc::CreateCustomChannel(
      argv[2], grpc::InsecureChannelCredentials(), arguments));
  grpc::CompletionQueue queue;
  size_t next = 0;
  const auto start = [&] {
    auto* const call = new Call;
    call->reader = stub.PrepareUnaryCall(
        &call->context, "/paperwire.v1.SearchService/Search",
        requests[next++ % requests.size()], &queue);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
  };
  for (int i = 0; i < kUnderWay; ++i) start();
  // The first second is for warming up.
  const Time::time_point begin = Time::now();
  double timed_from = 0, cpu = 0;
  int64_t calls = 0;
  int under_way = kUnderWay;
  void* tag;
  for (bool ok; under_way > 0 && queue.Next(&tag, &ok);) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    if (!call->status.ok()) Die(call->status.error_message());
    const double now = SecondsSince(begin);
    if (now >= seconds + 1) {
      --under_way;
      continue;
    }
    if (timed_from == 0 && now >= 1) {
      timed_from = now;
      cpu = CpuOf(argv[3]);
    }
    if (timed_from > 0) ++calls;
    start();
  }
  const double took = SecondsSince(begin) - timed_from;
  cpu = CpuOf(argv[3]) - cpu;
  const auto n = static_cast<double>(calls);
  std::printf("{\"calls_per_s\": %.0f, \"server_cpu_us\": %.1f}\n", n / took,
              cpu * 1e6 / n);
}

// Copies of papers, each with a title of its own, in messages that stand one
// behind the other, each after its size.
void Batches(char** argv) {
  std::vector<std::pair<std::string, std::string>> papers;
  bench::ForEachLine(argv[2], [&](const std::string& line) {
    const size_t tab = line.find('\t');
    papers.emplace_back(line.substr(0, tab), line.substr(tab + 1));
  });
  const int64_t count = std::atoll(argv[3]);
  const std::string run =
      std::to_string(Time::now().time_since_epoch().count());
  std::ofstream out(argv[4], std::ios::binary);
  for (int64_t n = 0; n < count;) {
    v1::ImportPapersRequest batch;
    batch.set_source("bench");
    batch.set_request_id(run + "." + std::to_string(n));
    for (int i = 0; i < kBatch; ++i, ++n) {
      const auto& [title, abstract] =
          papers[static_cast<size_t>(n) % papers.size()];
      v1::Paper* const paper = batch.add_items()->mutable_paper();
      const std::string number = run + "." + std::to_string(n);
      paper->set_title(title + " " + number);
      paper->set_abstract(abstract);
      v1::ExternalId* const id = paper->add_external_ids();
      id->set_scheme("bench");
      id->set_value(number);
    }
    const std::string bytes = batch.SerializeAsString();
    const uint64_t size = bytes.size();
    out.write(reinterpret_cast<const char*>(&size), sizeof(size));
    out << bytes;
  }
  std::printf("{\"papers\": %lld}\n", static_cast<long long>(count));
}

std::vector<grpc::ByteBuffer> ReadBatches(const char* file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<grpc::ByteBuffer> batches;
  uint64_t size = 0;
  while (in.read(reinterpret_cast<char*>(&size), sizeof(size))) {
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    const grpc::Slice slice(bytes);
    batches.emplace_back(&slice, 1);
  }
  if (batches.empty()) Die("no batches");
  return batches;
}

// Every batch must have been taken whole.
void CheckAnswers(const std::vector<grpc::ByteBuffer>& answers) {
  for (const grpc::ByteBuffer& bytes : answers) {
    grpc::Slice slice;
    v1::ImportPapersResponse answer;
    if (!bytes.DumpToSingleSlice(&slice).ok() ||
        !answer.ParseFromArray(slice.begin(), static_cast<int>(slice.size())) ||
        answer.verdicts_size() != kBatch) {
      Die("an answer makes no sense");
    }
    for (const v1::ImportVerdict& verdict : answer.verdicts()) {
      if (verdict.outcome() != v1::ImportVerdict::OUTCOME_CREATED) {
        Die("a paper was not created: " + verdict.ShortDebugString());
      }
    }
  }
}

// A client that shares the cores with the server must not be what is measured:
// batches go out as they lie, and answers are read when all is over. A process
// of its own, because within one gRPC shares the connection.
void Import(char** argv) {
  const std::vector<grpc::ByteBuffer> batches = ReadBatches(argv[3]);
  const std::chrono::duration<double> between(kBatch / std::atof(argv[4]));
  constexpr size_t kWindow = 4;  // batches without an answer
  grpc::GenericStub stub(
      grpc::CreateChannel(argv[2], grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto stream = stub.PrepareCall(
      &context, "/paperwire.v1.PaperService/ImportPapers", &queue);
  enum Step : intptr_t { kStarted, kRead, kWritten, kClosed, kFinished };
  const auto tag = [](Step step) { return reinterpret_cast<void*>(step); };
  void* got = nullptr;
  bool ok = false;
  stream->StartCall(tag(kStarted));
  if (!queue.Next(&got, &ok) || !ok) Die("cannot open the import");

  const auto begin = std::chrono::system_clock::now();
  std::vector<grpc::ByteBuffer> answers;
  grpc::ByteBuffer answer;
  stream->Read(&answer, tag(kRead));
  size_t sent = 0;
  bool writing = false;
  while (answers.size() < batches.size()) {
    const auto due =
        begin + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                    static_cast<double>(sent) * between);
    const bool may_write =
        !writing && sent < batches.size() && sent - answers.size() < kWindow;
    if (may_write && std::chrono::system_clock::now() >= due) {
      stream->Write(batches[sent++], tag(kWritten));
      writing = true;
      continue;
    }
    const auto until = may_write ? due : due + std::chrono::hours(1);
    if (queue.AsyncNext(&got, &ok, until) != grpc::CompletionQueue::GOT_EVENT) {
      continue;
    }
    if (!ok) Die("the import broke off");
    if (got == tag(kWritten)) {
      writing = false;
    } else {
      answers.push_back(answer);
      stream->Read(&answer, tag(kRead));
    }
  }
  const std::chrono::duration<double> took =
      std::chrono::system_clock::now() - begin;
  grpc::Status status;
  stream->WritesDone(tag(kClosed));
  stream->Finish(&status, tag(kFinished));
  while (queue.Next(&got, &ok) && got != tag(kFinished)) {
  }
  if (!status.ok()) Die(status.error_message());
  CheckAnswers(answers);
  std::printf("{\"papers_per_s\": %.0f}\n",
              static_cast<double>(sent) * kBatch / took.count());
}

void Paced(char** argv) {
  const std::vector<v1::SearchRequest> requests = Requests(argv[3]);
  const int searches = std::atoi(argv[4]) * kSearchesPerSecond;
  constexpr Time::duration kBetween =
      Time::duration(std::chrono::seconds(1)) / kSearchesPerSecond;
  Client client({.address = argv[2]});
  std::vector<double> micros, late;
  const double stolen = StolenMs();
  const Time::time_point begin = Time::now();
  // The first second is for warming up.
  for (int i = 0; i < kSearchesPerSecond + searches; ++i) {
    const Time::time_point due = begin + i * kBetween;
    // What waited for the search before it has waited; what waited for a core
    // of this machine, which callers seldom share, says nothing of the server.
    Time::time_point from = due;
    if (Time::now() < due) {
      std::this_thread::sleep_until(due);
      from = Time::now();
    }
    const size_t which = static_cast<size_t>(i) % requests.size();
    Check(client.Search(requests[which]).status());
    if (i < kSearchesPerSecond) continue;
    micros.push_back(SecondsSince(from) * 1e6);
    late.push_back(std::chrono::duration<double>(from - due).count() * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  std::sort(late.begin(), late.end());
  const auto at99 = [](const std::vector<double>& sorted) {
    return sorted[sorted.size() * 99 / 100];
  };
  std::printf("{\"p50\": %.0f, \"p99\": %.0f, \"max\": %.0f, "
              "\"woke_late_p99\": %.0f, \"stolen_ms\": %.0f}\n",
              micros[micros.size() / 2], at99(micros), micros.back(),
              at99(late), StolenMs() - stolen);
}

void Canned(char** argv) {
  Client client({.address = argv[2]});
  // A full page, for the no-op to send.
  for (const v1::SearchRequest& request : Requests(argv[3])) {
    const auto response = client.Search(request);
    Check(response.status());
    if (response->hits_size() < 10) continue;
    std::ofstream(argv[4], std::ios::binary) << response->SerializeAsString();
    std::printf("{\"answer_bytes\": %zu}\n", response->ByteSizeLong());
    return;
  }
  Die("no query has ten hits");
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  const std::string command = argc > 4 ? argv[1] : "";
  if (command == "canned") {
    paperwire::Canned(argv);
  } else if (command == "saturate" && argc == 6) {
    paperwire::Saturate(argv);
  } else if (command == "paced") {
    paperwire::Paced(argv);
  } else if (command == "batches") {
    paperwire::Batches(argv);
  } else if (command == "import") {
    paperwire::Import(argv);
  } else {
    paperwire::Die("see the head of serving.cc");
  }
}
