// Addresses that belong to a paper: those its sources give, and those that
// stand in its abstract and its comment.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_LINKS_H_
#define PAPERWIRE_SERVICE_CATALOGUE_LINKS_H_

#include <string_view>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::catalogue {

// What an address is likely to hold, judged by host and path: repositories at
// the known forges are code, `huggingface.co/datasets/...` is data, pages
// under `*.github.io` are project pages; KIND_UNSPECIFIED where the address
// does not tell.
v1::Link::Kind KindOfLink(std::string_view uri);

// Adds an address unless the paper has it: scheme, "www.", a slash at the end
// and ".git" make no difference. A kind of KIND_UNSPECIFIED is judged by
// KindOfLink, and a known link of no known kind takes the new kind.
void AddLink(v1::Link::Kind kind, std::string_view uri, v1::Paper* paper);

// Finds addresses in running text, with the full stops, brackets and TeX
// (\url{...}, \href{...}, \_, \~) that sit around them taken off, and adds
// them. An address of no known kind is taken for a project page; pages of
// papers (arXiv, DOI) are left out, because they cite other papers.
void AddLinksFromText(std::string_view text, v1::Paper* paper);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_LINKS_H_
