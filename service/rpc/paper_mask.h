// Reduces papers in the wire format to what a read_mask names.
//
//     const PaperMask mask(request.read_mask());   // "title,authors"
//     mask.Apply(paper.bytes(), &left);
//
// Fields of a paper are copied as they stand, without being parsed: a few
// nanoseconds each. Masks that reach into a field ("published_time.seconds")
// take the long way.

#ifndef PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_
#define PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_

#include <string>
#include <vector>

#include "google/protobuf/field_mask.pb.h"

namespace paperwire::rpc {

// Thread-safe.
class PaperMask {
 public:
  // The mask must have passed CheckMask (convert.h), and outlive this. An
  // empty one leaves everything.
  explicit PaperMask(const google::protobuf::FieldMask& mask);

  // Appends what is left of `paper`, which must be a serialized v1::Paper.
  void Apply(const std::string& paper, std::string* left) const;

 private:
  const google::protobuf::FieldMask& mask_;
  std::vector<bool> fields_;  // by number, whether it is left
  bool nested_ = false;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_
