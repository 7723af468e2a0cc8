// Search hits for people: a table, with snippets and scores below the rows
// when asked for.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_HITS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_HITS_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <cstdint>
#include <string>

#include "client/cpp/command/output.h"
#include "paperwire/v1/search_service.pb.h"

namespace paperwire::command {

struct HitOptions {
  int64_t first_rank = 1;
  bool abstracts = false;
  bool explain = false;
};

// Full matches, then partial ones under a remark of their own. Without a
// terminal: rank, title, authors, date, votes, score, venue, id, and "full"
// or "partial", with tabs between.
void PrintHits(const google::protobuf::RepeatedPtrField<v1::Hit>& hits,
               const HitOptions& options, Output& out);

// Counts with bars.
void PrintFacets(const google::protobuf::RepeatedPtrField<v1::Facet>& facets,
                 Output& out);

// "148,161".
std::string WithCommas(int64_t number);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_HITS_H_
