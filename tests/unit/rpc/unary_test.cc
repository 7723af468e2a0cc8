#include "service/rpc/unary.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "service/rpc/raw_services.h"

namespace paperwire::rpc {
namespace {

// Answers two methods, one of them aside, with what was asked.
class UnaryTest : public testing::Test {
 protected:
  UnaryTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    loop_ = std::make_unique<Loop>(builder.AddCompletionQueue(), 2);
    server_ = builder.BuildAndStart();
    ServeUnary<v1::GetPaperRequest, v1::Paper>(
        *loop_, service_, &RawPaperService::RequestGetPaper, [](auto& call) {
          call.response.set_name(call.request.name());
          return call.check()();
        });
    ServeUnary<v1::ListPapersRequest, v1::ListPapersResponse>(
        *loop_, service_, &RawPaperService::RequestListPapers,
        [](auto& call) {
          call.response.set_next_page_token(call.request.page_token());
          return absl::OkStatus();
        },
        Weight::kBrief);
    loop_->Run();
    stub_ = v1::PaperService::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                            grpc::InsecureChannelCredentials()));
  }
  ~UnaryTest() override {
    server_->Shutdown();
    loop_->Stop();
  }

  RawPaperService service_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::PaperService::Stub> stub_;
};

// A call of either method at a time.
struct Caller {
  v1::PaperService::Stub* stub = nullptr;
  grpc::CompletionQueue* queue = nullptr;
  int number = 0;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::Paper>> get;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::ListPapersResponse>> list;
  v1::Paper paper;
  v1::ListPapersResponse papers;
  grpc::Status status;

  std::string text() const { return std::to_string(number); }

  void Begin(int n) {
    number = n;
    context = std::make_unique<grpc::ClientContext>();
    if (number % 3 == 0) {
      v1::ListPapersRequest request;
      request.set_page_token(text());
      list = stub->AsyncListPapers(context.get(), request, queue);
      list->Finish(&papers, &status, this);
    } else {
      v1::GetPaperRequest request;
      request.set_name(text());
      get = stub->AsyncGetPaper(context.get(), request, queue);
      get->Finish(&paper, &status, this);
    }
  }
  void Check() const {
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(number % 3 == 0 ? papers.next_page_token() : paper.name(),
              text());
  }
};

TEST_F(UnaryTest, ManyCallsAtOnceGetTheirAnswers) {
  constexpr int kCalls = 3000;
  grpc::CompletionQueue queue;
  std::array<Caller, 64> callers;
  int begun = 0;
  for (Caller& caller : callers) {
    caller.stub = stub_.get();
    caller.queue = &queue;
    caller.Begin(begun++);
  }
  for (int answered = 0; answered < kCalls; ++answered) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    Caller& caller = *static_cast<Caller*>(tag);
    caller.Check();
    if (begun < kCalls) caller.Begin(begun++);
  }
  queue.Shutdown();
}

TEST_F(UnaryTest, ACallByItselfIsAnsweredWithoutAnother) {
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    v1::GetPaperRequest request;
    request.set_name(std::to_string(i));
    v1::Paper paper;
    const grpc::Status status = stub_->GetPaper(&context, request, &paper);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(paper.name(), request.name());
  }
}

// Messages that lie in no, one and many pieces, on their way in and out.
TEST_F(UnaryTest, MessagesOfAllSizesComeBackWhole) {
  constexpr size_t kBlock = 64 << 10;
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{15}, size_t{30}, size_t{9000}, kBlock - 8,
        kBlock - 4, kBlock - 3, kBlock, 5 * kBlock + 1, size_t{3} << 20}) {
    v1::GetPaperRequest request;
    for (size_t i = 0; i < size; ++i) {
      request.mutable_name()->push_back(static_cast<char>('a' + i % 23));
    }
    grpc::ClientContext context;
    v1::Paper paper;
    const grpc::Status status = stub_->GetPaper(&context, request, &paper);
    ASSERT_TRUE(status.ok()) << size << ": " << status.error_message();
    EXPECT_TRUE(paper.name() == request.name()) << size;
  }
}

}  // namespace
}  // namespace paperwire::rpc
