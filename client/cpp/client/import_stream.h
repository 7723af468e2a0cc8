// A stream of batches into the server that survives broken connections.
//
//     auto stream = client.ImportPapers({.on_acknowledged = Count});
//     while (...) RETURN_IF_ERROR(stream->Send(std::move(batch)));
//     RETURN_IF_ERROR(stream->Finish());
//
// At most `window` batches are on their way; Send blocks while they are, so a
// slow server slows the sender and memory stays bounded. Every batch gets a
// request_id. When the connection breaks, the stream connects again and sends
// what was not acknowledged once more under the same ids, so that nothing is
// lost and nothing is applied twice. Two threads of its own do this: one
// writes, one reads.
//
// Send, Finish and Cancel may be called by different threads, Send by one at
// a time.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_IMPORT_STREAM_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_IMPORT_STREAM_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.pb.h"

namespace paperwire {

class Connection;

struct ImportStreamOptions {
  // Batches sent and not yet acknowledged.
  int window = 4;
  // How long to try to get the connection back before giving up.
  absl::Duration give_up_after = absl::Seconds(60);
  // Waits between the tries: the first, and the longest.
  absl::Duration first_wait = absl::Milliseconds(100);
  absl::Duration longest_wait = absl::Seconds(5);
  // Called for every acknowledged batch, in order, on the stream's thread.
  // The answer has one verdict for each item.
  std::function<void(const v1::ImportPapersRequest& batch,
                     const v1::ImportPapersResponse& answer)>
      on_acknowledged = {};
  // Called before each wait, on the stream's thread, for people to read.
  std::function<void(const absl::Status& why, absl::Duration wait)> on_retry =
      {};
};

class ImportStream {
 public:
  ImportStream(std::shared_ptr<Connection> connection,
               ImportStreamOptions options);
  // Cancels what was not finished.
  ~ImportStream();
  ImportStream(const ImportStream&) = delete;
  ImportStream& operator=(const ImportStream&) = delete;

  // Takes a batch over. An error is the end of the stream, the same for every
  // further call: what the server refused, UNAVAILABLE when it could not be
  // reached for give_up_after, or CANCELLED.
  absl::Status Send(v1::ImportPapersRequest batch);

  // Waits until every batch is acknowledged. No Send may follow. May be
  // called again; the result is the same.
  absl::Status Finish();

  // Ends the stream at once. What was acknowledged stays; batches on their
  // way may or may not be applied. May be called at any time.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_IMPORT_STREAM_H_
