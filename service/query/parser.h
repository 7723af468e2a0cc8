// From the search box to a tree.
//
//     v1::Query request;
//     request.set_text("title:bottleneck -vision year:2024..");
//     ASSIGN_OR_RETURN(query::Query query, query::Parse(request));
//
// Stages, a file each: lexer.cc (text to lexemes with positions), parser.cc
// (lexemes to a tree) with leaves.cc (words, phrases and values), filters.cc
// (the structured filters), normalize.cc (the normal form of query.h).
// README.md holds the grammar.

#ifndef PAPERWIRE_SERVICE_QUERY_PARSER_H_
#define PAPERWIRE_SERVICE_QUERY_PARSER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "paperwire/v1/query.pb.h"
#include "service/query/query.h"

namespace paperwire::query {

struct Limits {
  size_t max_text_bytes = 16384;
  int max_clauses = 1024;  // leaves of the tree
  int max_depth = 64;      // brackets
};

// Understands the text and the filters of `request`; all must hold.
//
// Any thread. INVALID_ARGUMENT says what is wrong, at which character
// (code points, from 1) of the text, and what to write instead; its payload
// (base/error_details.h) names the field as seen from the Query ("text",
// "categories[2]"). Never crashes, and never reads a text as something else
// than it says: what cannot be parsed is refused.
absl::StatusOr<Query> Parse(const v1::Query& request,
                            const Limits& limits = Limits());

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_PARSER_H_
