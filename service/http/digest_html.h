// The pages that the links of digests lead to, as HTML. Nothing that stands in
// a digest is trusted.

#ifndef PAPERWIRE_SERVICE_HTTP_DIGEST_HTML_H_
#define PAPERWIRE_SERVICE_HTTP_DIGEST_HTML_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "paperwire/v1/digest.pb.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::http {

// A title and paragraphs, in light and dark.
std::string Page(std::string_view title, std::string_view body);
std::string Paragraph(std::string_view text);

// What a digest is, to whoever was asked or is about to stop it.
std::string Describe(const v1::Digest& digest);

// One button, which POSTs to the address that the page is at.
std::string Button(std::string_view label);

// The papers, each with a link if there is one.
std::string ListOf(const std::vector<std::shared_ptr<const v1::Paper>>& papers);

// The settings that its reader may change, filled in.
std::string SettingsForm(const v1::Digest& digest);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_DIGEST_HTML_H_
