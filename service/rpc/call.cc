#include "service/rpc/call.h"

#include <grpc/slice.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <grpcpp/support/slice.h>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/strings.h"

namespace paperwire::rpc {
namespace {

constexpr int kBlockBytes = 64 << 10;

bool Parse(grpc::ByteBuffer* bytes, google::protobuf::MessageLite* message) {
  if (!bytes->Valid()) return message->ParseFromArray("", 0);
  // Most requests lie in one piece.
  if (grpc::Slice slice; bytes->TrySingleSlice(&slice).ok()) {
    return message->ParseFromArray(slice.begin(),
                                   static_cast<int>(slice.size()));
  }
  grpc::ProtoBufferReader reader(bytes);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

}  // namespace

absl::Status ParseMessage(grpc::ByteBuffer* bytes,
                          google::protobuf::MessageLite* message) {
  const bool parsed = Parse(bytes, message);
  bytes->Clear();
  if (parsed) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(StrCat(
          "The message is not a valid ", message->GetTypeName(),
          ": it is malformed, or a text in it is not UTF-8. Check that client "
          "and server use the same contract, and the encoding of the text.")),
      "MALFORMED_MESSAGE");
}

grpc::ByteBuffer SerializeMessage(
    const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  if (size <= kBlockBytes) {  // as nearly all: cheaper than a stream
    grpc_slice block = grpc_slice_malloc(size);
    message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(block));
    const grpc::Slice slice(block, grpc::Slice::STEAL_REF);
    return grpc::ByteBuffer(&slice, 1);
  }
  grpc::ByteBuffer bytes;
  grpc::ProtoBufferWriter writer(&bytes, kBlockBytes, static_cast<int>(size));
  message.SerializeToZeroCopyStream(&writer);
  return bytes;
}

absl::Status CheckDeadline(const grpc::ServerContext& context) {
  if (std::chrono::system_clock::now() < context.deadline()) {
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError(
      "The caller's deadline passed before the answer was ready. Ask for less, "
      "or allow more time.");
}

Drain::Member::Member(Drain* drain, Event* event)
    : drain_(*drain), event_(event) {
  MutexLock lock(&drain_.mutex_);
  drain_.members_.insert(event_);
}

Drain::Member::~Member() {
  MutexLock lock(&drain_.mutex_);
  drain_.members_.erase(drain_.members_.find(event_));
}

void Drain::Begin() {
  MutexLock lock(&mutex_);
  begun_ = true;
  for (Event* event : members_) event->Notify();
}

bool Drain::begun() const {
  MutexLock lock(&mutex_);
  return begun_;
}

int Drain::members() const {
  MutexLock lock(&mutex_);
  return static_cast<int>(members_.size());
}

absl::Status DrainStatus() {
  return WithReason(
      absl::UnavailableError("The server is stopping. Connect again with the "
                             "last token; nothing is lost."),
      "SERVER_STOPPING");
}

}  // namespace paperwire::rpc
