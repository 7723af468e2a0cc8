// "openalex": works of OpenAlex, from its API or its snapshot.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_OPENALEX_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_OPENALEX_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/cpp/importers/json_importer.h"

namespace paperwire::importers {

JsonFormat OpenAlexJson();

// The text of which `index` gives the positions of each word. Positions that
// no word has are passed over. INVALID_ARGUMENT for positions that no
// abstract has, and for a text beyond all measure.
absl::StatusOr<std::string> TextOfInvertedIndex(const JsonValue& index);

// A text without the HTML that OpenAlex takes over from publishers: tags of
// inline markup ("<i>", "<sub>", "<jats:p>") and the five entities.
std::string WithoutInlineHtml(std::string_view text);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_OPENALEX_H_
