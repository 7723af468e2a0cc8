// The batches that are not acknowledged stand in `unacknowledged_`, oldest
// first; the first `sent_` of them were written to the current connection.
//
//     Send ──► [ sent, sent | waiting, waiting ] ──► popped by the reader
//                            ▲
//                            next to write
//
// Run() holds one connection after the other. Each begins with sent_ = 0,
// which is all that re-sending takes: the server answers batches that it had
// applied with the answer of the first time.

#include "client/cpp/client/import_stream.h"

#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/cpp/client/backoff.h"
#include "client/cpp/client/connection.h"
#include "client/cpp/client/status.h"
#include "client/cpp/client/uuid.h"

namespace paperwire {
namespace {

// No attempt to connect lasts so long: there was a connection, if an idle
// one.
constexpr absl::Duration kLongAttempt = absl::Seconds(30);

}  // namespace

class ImportStream::Impl {
 public:
  Impl(std::shared_ptr<Connection> connection, ImportStreamOptions options)
      : options_(std::move(options)),
        connection_(std::move(connection)),
        thread_([this] { Run(); }) {}

  ~Impl() {
    Cancel();
    thread_.join();
  }

  absl::Status Send(v1::ImportPapersRequest batch);
  absl::Status Finish();
  void Cancel();

 private:
  using Batch = std::shared_ptr<const v1::ImportPapersRequest>;
  using Stream = grpc::ClientReaderWriter<v1::ImportPapersRequest,
                                          v1::ImportPapersResponse>;

  void Run();
  // Holds one connection until it ends. OK: every batch there will ever be
  // is acknowledged.
  absl::Status RunConnection();
  // The next batch for this connection; nothing when no more is to be sent.
  Batch NextToWrite();
  // Reads answers until there are none. An answer that makes no sense is an
  // error.
  absl::Status ReadAnswers(Stream& stream);
  absl::Status TakeAnswer(const v1::ImportPapersResponse& answer);

  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return result_.has_value() ||
           unacknowledged_.size() < static_cast<size_t>(options_.window);
  }
  bool WriterMustAct() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return cancelled_ || reading_ended_ || finishing_ ||
           sent_ < unacknowledged_.size();
  }
  bool IsDone() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return result_.has_value();
  }

  const ImportStreamOptions options_;
  const std::shared_ptr<Connection> connection_;
  absl::Mutex mutex_;
  std::deque<Batch> unacknowledged_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::optional<absl::Status> result_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

absl::Status ImportStream::Impl::Send(v1::ImportPapersRequest batch) {
  if (batch.request_id().empty()) batch.set_request_id(RandomUuid());
  auto shared =
      std::make_shared<const v1::ImportPapersRequest>(std::move(batch));
  absl::MutexLock lock(&mutex_);
  if (finishing_) {
    return absl::FailedPreconditionError(
        "A batch was sent after Finish; open a new stream for it");
  }
  mutex_.Await(absl::Condition(this, &Impl::HasRoom));
  if (result_.has_value()) return *result_;
  unacknowledged_.push_back(std::move(shared));
  return absl::OkStatus();
}

absl::Status ImportStream::Impl::Finish() {
  absl::MutexLock lock(&mutex_);
  finishing_ = true;
  mutex_.Await(absl::Condition(this, &Impl::IsDone));
  return *result_;
}

void ImportStream::Impl::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

void ImportStream::Impl::Run() {
  Backoff backoff(options_.first_wait, options_.longest_wait);
  std::optional<absl::Time> outage_start;
  int64_t acknowledged_before = 0;
  while (true) {
    const absl::Time start = absl::Now();
    absl::Status status = RunConnection();
    absl::Duration wait = absl::ZeroDuration();
    {
      absl::MutexLock lock(&mutex_);
      if (cancelled_ && !status.ok()) {
        status = absl::CancelledError("The import was cancelled");
      } else if (IsTransient(status)) {
        const absl::Time now = absl::Now();
        if (!outage_start.has_value() || acknowledged_ > acknowledged_before ||
            now - start > kLongAttempt) {
          backoff.Reset();
          outage_start = now;
        }
        acknowledged_before = acknowledged_;
        if (now - *outage_start < options_.give_up_after) {
          wait = backoff.Next();
        }
      }
      if (wait == absl::ZeroDuration()) {
        result_ = status;
        return;
      }
    }
    if (options_.on_retry) options_.on_retry(status, wait);
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), wait);
    }
    connection_->Connect(absl::Seconds(1));
  }
}

absl::Status ImportStream::Impl::RunConnection() {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return absl::CancelledError();
    context_ = &context;
    sent_ = 0;
    reading_ended_ = false;
  }
  std::unique_ptr<Stream> stream = connection_->papers.ImportPapers(&context);
  absl::Status read = absl::OkStatus();
  std::thread reader([&] {
    read = ReadAnswers(*stream);
    if (!read.ok()) context.TryCancel();
    absl::MutexLock lock(&mutex_);
    reading_ended_ = true;
  });
  while (Batch batch = NextToWrite()) {
    if (!stream->Write(*batch)) break;
  }
  stream->WritesDone();
  reader.join();
  const absl::Status status = FromGrpc(stream->Finish());
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  if (!read.ok()) return read;
  if (!status.ok()) return status;
  if (!finishing_ || !unacknowledged_.empty()) {
    return absl::UnavailableError(
        "The server ended the stream before it had taken all batches");
  }
  return absl::OkStatus();
}

ImportStream::Impl::Batch ImportStream::Impl::NextToWrite() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Impl::WriterMustAct));
  if (cancelled_ || reading_ended_ || sent_ == unacknowledged_.size()) {
    return nullptr;
  }
  return unacknowledged_[sent_++];
}

absl::Status ImportStream::Impl::ReadAnswers(Stream& stream) {
  v1::ImportPapersResponse answer;
  while (stream.Read(&answer)) {
    if (absl::Status status = TakeAnswer(answer); !status.ok()) return status;
    answer.Clear();
  }
  return absl::OkStatus();
}

absl::Status ImportStream::Impl::TakeAnswer(
    const v1::ImportPapersResponse& answer) {
  Batch batch;
  {
    absl::MutexLock lock(&mutex_);
    if (sent_ == 0 ||
        unacknowledged_.front()->request_id() != answer.request_id()) {
      return absl::InternalError(absl::StrCat(
          "The server acknowledged the batch \"", answer.request_id(),
          "\", which was not its turn; is it a Paperwire server?"));
    }
    batch = unacknowledged_.front();
    if (answer.verdicts_size() != batch->items_size()) {
      return absl::InternalError(
          absl::StrCat("The server gave ", answer.verdicts_size(),
                       " verdicts on a batch of ", batch->items_size(),
                       " papers; is it a Paperwire server?"));
    }
    unacknowledged_.pop_front();
    --sent_;
    ++acknowledged_;
  }
  if (options_.on_acknowledged) options_.on_acknowledged(*batch, answer);
  return absl::OkStatus();
}

ImportStream::ImportStream(std::shared_ptr<Connection> connection,
                           ImportStreamOptions options)
    : impl_(std::make_unique<Impl>(std::move(connection), std::move(options))) {
}

ImportStream::~ImportStream() = default;

absl::Status ImportStream::Send(v1::ImportPapersRequest batch) {
  return impl_->Send(std::move(batch));
}

absl::Status ImportStream::Finish() { return impl_->Finish(); }

void ImportStream::Cancel() { impl_->Cancel(); }

}  // namespace paperwire
