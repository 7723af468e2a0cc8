#include "service/rpc/paper_mask.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "paperwire/v1/paper.pb.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

PaperMask::PaperMask(const google::protobuf::FieldMask& mask) : mask_(mask) {
  for (const std::string& path : mask.paths()) {
    const google::protobuf::FieldDescriptor* field =
        v1::Paper::descriptor()->FindFieldByName(path);
    if (field == nullptr) {
      nested_ = true;
      return;
    }
    const auto number = static_cast<size_t>(field->number());
    if (fields_.size() <= number) fields_.resize(number + 1);
    fields_[number] = true;
  }
}

void PaperMask::Apply(const std::string& paper, std::string* left) const {
  if (mask_.paths().empty()) {
    left->append(paper);
    return;
  }
  if (nested_) {
    v1::Paper parsed;
    parsed.ParseFromString(paper);
    ApplyMask(mask_, &parsed);
    parsed.AppendToString(left);
    return;
  }
  const auto* data = reinterpret_cast<const uint8_t*>(paper.data());
  CodedInputStream in(data, static_cast<int>(paper.size()));
  int begin = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (!WireFormatLite::SkipField(&in, tag)) break;
    const int end = in.CurrentPosition();
    const auto number =
        static_cast<size_t>(WireFormatLite::GetTagFieldNumber(tag));
    if (number < fields_.size() && fields_[number]) {
      left->append(paper, static_cast<size_t>(begin),
                   static_cast<size_t>(end - begin));
    }
    begin = end;
  }
}

}  // namespace paperwire::rpc
