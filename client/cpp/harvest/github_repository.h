// Which repository of GitHub an address leads to.
//
//     RepositoryOf("https://GitHub.com/OpenAI/CLIP/tree/main/notebooks");
//     // "openai/clip"
//
// GitHub takes names in any case, so the form here is in lower case: two
// papers that spell a repository in two ways are asked about once.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_REPOSITORY_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_REPOSITORY_H_

#include <optional>
#include <string>
#include <string_view>

namespace paperwire::harvest {

// "owner/name" of a repository at github.com, from the address of anything in
// it. A dot, comma or bracket that a sentence left at its end is no part of
// it, nor is ".git". Nothing for what is no repository: a user's page, a
// gist, github.com/topics/x, a name that GitHub would not allow.
std::optional<std::string> RepositoryOf(std::string_view uri);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_REPOSITORY_H_
