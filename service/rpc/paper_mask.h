// Reduces papers in the wire format to what a read_mask names.
//
//     const PaperMask mask(request.read_mask());   // "title,authors"
//     mask.Apply(paper, &left);
//
// Fields of a paper are copied as they lie, without being parsed. Masks that
// reach into a field ("published_time.seconds") take the long way.

#ifndef PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_
#define PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_

#include <bitset>
#include <string>

#include "google/protobuf/field_mask.pb.h"
#include "service/store/papers.h"

namespace paperwire::rpc {

// Thread-safe.
class PaperMask {
 public:
  // The mask must have passed CheckMask (convert.h), and outlive this. An
  // empty one leaves everything.
  explicit PaperMask(const google::protobuf::FieldMask& mask);

  // Appends what is left of the paper, serialized.
  void Apply(const store::StoredPaper& paper, std::string* left) const;

 private:
  const google::protobuf::FieldMask& mask_;
  std::bitset<64> fields_;  // that are left, by number
  bool nested_ = false;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_PAPER_MASK_H_
