// Fills in a paper as every importer does: text in one line, ids in their
// normal spelling, nothing twice, nothing that the contract's limits forbid
// and that can be left out without harm.
//
//     SetTitle(title, &paper);
//     AddExternalId("doi", doi, &paper);       // false when it is none
//     AddLink(v1::Link::KIND_CODE, repository, &paper);
//     RETURN_IF_ERROR(CheckUsable(paper));

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPER_BUILDER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPER_BUILDER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/cpp/importers/dates.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::importers {

// Runs of white space and control characters as one blank, none at the ends.
std::string OneLine(std::string_view text);

void SetTitle(std::string_view text, v1::Paper* paper);
void SetAbstract(std::string_view text, v1::Paper* paper);

// Where it was published. "arXiv" and "arXiv.org" are no venue, but a source.
void SetVenue(std::string_view text, v1::Paper* paper);

// An author's name, of which TeX accents are undone. Empty names are left
// out; null is returned then.
v1::Author* AddAuthor(std::string_view name, v1::Paper* paper);
void AddAffiliation(std::string_view text, v1::Author* author);

// False when `value` cannot be an id of `scheme`; the paper is unchanged.
bool AddExternalId(std::string_view scheme, std::string_view value,
                   v1::Paper* paper);

// The DOIs of a field that may hold several. They are separated by blanks,
// commas and semicolons, which a DOI may hold itself: only what begins like
// one ("10.") starts another.
void AddDois(std::string_view field, v1::Paper* paper);

// Whether the paper has an id of the scheme; the first one.
const std::string* FindExternalId(const v1::Paper& paper,
                                  std::string_view scheme);

// Adds an address; anything but http and https is left out.
void AddLink(v1::Link::Kind kind, std::string_view uri, v1::Paper* paper);

// Abstract page and PDF of an arXiv paper, of its newest version.
void AddArxivLinks(std::string_view arxiv_id, v1::Paper* paper);

void AddCategory(std::string_view category, v1::Paper* paper);
void AddKeyword(std::string_view keyword, v1::Paper* paper);
void AddSource(std::string_view source, v1::Paper* paper);

void SetPublished(const std::optional<Date>& date, v1::Paper* paper);
void SetRevised(const std::optional<Date>& date, v1::Paper* paper);

// Adds a version; FinishVersions puts them in order of their numbers and
// takes published_time from the first and revised_time from the newest.
void AddVersion(int number, const std::optional<Date>& date, v1::Paper* paper);
void FinishVersions(v1::Paper* paper);

// "v12" or "12"; 0 for anything else.
int ParseVersion(std::string_view text);

// A count, and when it was counted, if that is known.
void AddSignal(std::string_view kind, double value, v1::Paper* paper,
               const std::optional<Date>& observed = std::nullopt);

// Whether a paper can be imported at all: it has a title or an external id.
absl::Status CheckUsable(const v1::Paper& paper);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPER_BUILDER_H_
