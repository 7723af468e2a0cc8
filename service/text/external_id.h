// The names that others gave a paper, spelled in one way.
//
// The catalogue takes two papers with the same external id for one, and a
// query finds a paper by any of them; both go through here, so that an id
// means the same however its source writes it:
//
//     NormalizeExternalId("arXiv", "https://arxiv.org/abs/2410.01131v2");
//     NormalizeExternalId("arxiv", "arXiv:2410.01131");
//         // both {"arxiv", "2410.01131"}
//     ParseExternalId("doi:10.1103/PhysRevD.93.016005");
//         // {"doi", "10.1103/physrevd.93.016005"}
//
// Any thread. Failures are INVALID_ARGUMENT and quote the input, shortened.

#ifndef PAPERWIRE_SERVICE_TEXT_EXTERNAL_ID_H_
#define PAPERWIRE_SERVICE_TEXT_EXTERNAL_ID_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace paperwire::text {

inline constexpr size_t kMaxExternalIdBytes = 1024;
inline constexpr size_t kMaxSchemeBytes = 32;

// Scheme and value.
using ExternalIdPair = std::pair<std::string, std::string>;

// The one spelling of an id whose scheme is known. The scheme is lower-cased
// and must consist of letters, digits and hyphens, and not be "http" or
// "https", which begin addresses; "pmid" is "pubmed", "pmcid" and
// "pubmedcentral" are "pmc", "corpusid" is "s2-corpus". Given again, what it
// returned is returned as it is.
//
// arXiv: address, "arXiv:", version and subject class are taken off
// ("math.GT/0309136v2" is "math/0309136"); what remains must be an arXiv id.
// DOI: address and "doi:" are taken off, the rest is lower-cased and must
// begin with "10.", a registrant and a slash. Other schemes: known addresses
// are taken off, the case is kept. No value is empty, longer than
// kMaxExternalIdBytes, or holds control characters or invalid UTF-8.
absl::StatusOr<ExternalIdPair> NormalizeExternalId(std::string_view scheme,
                                                   std::string_view value);

// Understands an id as people write it: "scheme:value", an address of
// arxiv.org, doi.org, aclanthology.org, openreview.net, openalex.org or
// PubMed, or a bare value, for which the scheme comes back empty. A bare value
// of the shape of an arXiv id or a DOI is spelled like one.
absl::StatusOr<ExternalIdPair> ParseExternalId(std::string_view text);

// Whether a text is, without a scheme before it, the id of a paper and nothing
// else: a known address, an arXiv id, or a DOI whose registrant has the four
// digits that all have.
bool IsBareExternalId(std::string_view text);

// What an id is looked up by: "scheme:value", or the value alone when the
// scheme is empty, in lower case (ASCII).
std::string ExternalIdKey(std::string_view scheme, std::string_view value);

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_EXTERNAL_ID_H_
