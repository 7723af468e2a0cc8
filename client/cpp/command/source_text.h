// How alive the sources of papers are, in words for people. A source that has
// gone silent looks like one that has nothing to say; this tells them apart.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_SOURCE_TEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_SOURCE_TEXT_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cpp/command/output.h"
#include "paperwire/v1/server_service.pb.h"
#include "paperwire/v1/source.pb.h"

namespace paperwire::command {

// "late by 3 days", "on time", or nothing while its habits are not known.
std::string TimelinessText(const v1::SourceFreshness& source, absl::Time now);

// A table: the papers of each source, when it was last seen, when it last had
// news, how often that is usual, when some is due, and whether it is late.
void PrintSources(
    const google::protobuf::RepeatedPtrField<v1::SourceStats>& sources,
    absl::Time now, Output& out);

// Says of each source once that it is late, and when it is no more.
class LateSources {
 public:
  // Lines about what has changed since the call before, for the sources of a
  // progress event.
  std::vector<std::string> Changes(
      const google::protobuf::RepeatedPtrField<v1::SourceFreshness>& sources,
      absl::Time now);

 private:
  std::set<std::string> late_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_SOURCE_TEXT_H_
