#include "service/rpc/paper_mask.h"

#include "paperwire/v1/paper.pb.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {

PaperMask::PaperMask(const google::protobuf::FieldMask& mask) : mask_(mask) {
  for (const std::string& path : mask.paths()) {
    const uint32_t number = PaperFieldNumber(path);
    if (number == 0 || number >= fields_.size()) {
      nested_ = true;
      return;
    }
    fields_.set(number);
  }
}

void PaperMask::Apply(const store::StoredPaper& paper,
                      std::string* left) const {
  const std::string& bytes = paper.bytes();
  if (mask_.paths().empty()) {
    left->append(bytes);
    return;
  }
  if (nested_) {
    v1::Paper parsed;
    parsed.ParseFromString(bytes);
    ApplyMask(mask_, &parsed);
    parsed.AppendToString(left);
    return;
  }
  for (const store::StoredPaper::Fields& fields : paper.fields()) {
    if (fields.number < fields_.size() && fields_.test(fields.number)) {
      left->append(bytes, fields.begin, fields.end - fields.begin);
    }
  }
}

}  // namespace paperwire::rpc
