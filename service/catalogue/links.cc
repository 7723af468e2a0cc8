#include "service/catalogue/links.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/strings.h"

namespace paperwire::catalogue {
namespace {

constexpr int kMaxLinks = 256;
constexpr size_t kMaxUriBytes = 2048;

// Host in lower case and path, without scheme, "www." and a last slash.
std::pair<std::string, std::string_view> Split(std::string_view uri) {
  if (!ConsumePrefix(&uri, "https://")) {
    ConsumePrefix(&uri, "http://");
  }
  const size_t slash = std::min(uri.find_first_of("/?#"), uri.size());
  std::string host = absl::AsciiStrToLower(ToAbsl(uri.substr(0, slash)));
  if (host.starts_with("www.")) host.erase(0, 4);
  std::string_view path = uri.substr(slash);
  while (ConsumeSuffix(&path, "/")) {
  }
  ConsumeSuffix(&path, ".git");
  return {std::move(host), path};
}

bool SameAddress(std::string_view a, std::string_view b) {
  const auto [host_a, path_a] = Split(a);
  const auto [host_b, path_b] = Split(b);
  if (host_a != host_b) return false;
  // Paths at the code forges do not tell cases apart.
  return host_a == "github.com" || host_a == "gitlab.com"
             ? absl::EqualsIgnoreCase(ToAbsl(path_a), ToAbsl(path_b))
             : path_a == path_b;
}

// Hosts where only an address with a path says anything.
bool IsForge(std::string_view host) {
  return host == "github.com" || host == "gitlab.com" ||
         host == "huggingface.co" || host == "hf.co";
}

// How many parts the path has: "/a/b" has two.
int Parts(std::string_view path) {
  int parts = 0;
  bool inside = false;
  for (char c : path) {
    if (c == '?' || c == '#') break;
    if (c == '/') {
      inside = false;
    } else if (!inside) {
      inside = true;
      ++parts;
    }
  }
  return parts;
}

bool IsAddressByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~:/?#[]@!$&'()*+,;=%\\").find(c) !=
             std::string_view::npos;
}

// An address as it stands in running text, without TeX and without the
// punctuation of the sentence around it.
std::string Trim(std::string_view raw) {
  std::string uri;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      uri += raw[i];
      continue;
    }
    // "\_", "\~", "\%", "\#" and "\&" are the sign alone; another command
    // ends the address.
    if (i + 1 < raw.size() &&
        std::string_view("_~%#&").find(raw[i + 1]) != std::string_view::npos) {
      continue;
    }
    break;
  }
  while (!uri.empty()) {
    const char last = uri.back();
    const bool unbalanced =
        (last == ')' && std::count(uri.begin(), uri.end(), '(') <
                            std::count(uri.begin(), uri.end(), ')')) ||
        (last == ']' && std::count(uri.begin(), uri.end(), '[') <
                            std::count(uri.begin(), uri.end(), ']'));
    if (!unbalanced &&
        std::string_view(".,;:!?'*$([&=").find(last) ==
            std::string_view::npos) {
      break;
    }
    uri.pop_back();
  }
  return uri;
}

// Hosts whose repositories people give without a scheme in running text.
constexpr std::string_view kBareHosts[] = {"github.com/", "gitlab.com/",
                                           "huggingface.co/"};

// Where the next address in `text` begins, from `from` on; npos for none.
size_t FindAddress(std::string_view text, size_t from) {
  size_t best = std::string_view::npos;
  for (std::string_view start : {"https://", "http://"}) {
    best = std::min(best, text.find(start, from));
  }
  for (std::string_view host : kBareHosts) {
    const size_t at = text.find(host, from);
    const bool own_word =
        at != std::string_view::npos &&
        (at == 0 || !absl::ascii_isalnum(
                        static_cast<unsigned char>(text[at - 1])));
    if (own_word) best = std::min(best, at);
  }
  return best;
}

}  // namespace

v1::Link::Kind KindOfLink(std::string_view uri) {
  const auto [host, path] = Split(uri);
  const int parts = Parts(path);
  if (host == "github.com" || host == "gitlab.com" || host == "bitbucket.org" ||
      host == "codeberg.org" || host == "anonymous.4open.science" ||
      host == "gitee.com" || host.starts_with("gitlab.")) {
    return parts >= 1 ? v1::Link::KIND_CODE : v1::Link::KIND_UNSPECIFIED;
  }
  if (host == "huggingface.co" || host == "hf.co") {
    if (path.starts_with("/datasets/")) return v1::Link::KIND_DATA;
    if (path.starts_with("/spaces/")) return v1::Link::KIND_DEMO;
    if (path.starts_with("/papers/") ||
        path.starts_with("/collections/") ||
        path.starts_with("/blog/")) {
      return v1::Link::KIND_UNSPECIFIED;
    }
    return parts >= 2 ? v1::Link::KIND_MODEL : v1::Link::KIND_PROJECT;
  }
  if (host == "zenodo.org" || host == "kaggle.com" ||
      host == "figshare.com" || host == "osf.io") {
    return v1::Link::KIND_DATA;
  }
  if (host == "youtube.com" || host == "youtu.be" || host == "vimeo.com") {
    return v1::Link::KIND_MEDIA;
  }
  if (host == "arxiv.org") {
    if (path.starts_with("/abs/")) return v1::Link::KIND_ABSTRACT_PAGE;
    if (path.starts_with("/pdf/")) return v1::Link::KIND_PDF;
    return v1::Link::KIND_UNSPECIFIED;
  }
  if (host == "doi.org" || host == "dx.doi.org") {
    return v1::Link::KIND_ABSTRACT_PAGE;
  }
  if (host.ends_with(".github.io") || host.ends_with(".gitlab.io") ||
      (host == "sites.google.com" && path.starts_with("/view/")) ||
      host.ends_with(".netlify.app") ||
      host.ends_with(".vercel.app")) {
    return v1::Link::KIND_PROJECT;
  }
  return v1::Link::KIND_UNSPECIFIED;
}

void AddLink(v1::Link::Kind kind, std::string_view uri, v1::Paper* paper) {
  if (kind == v1::Link::KIND_UNSPECIFIED) kind = KindOfLink(uri);
  for (v1::Link& link : *paper->mutable_links()) {
    if (!SameAddress(link.uri(), uri)) continue;
    if (link.kind() == v1::Link::KIND_UNSPECIFIED) link.set_kind(kind);
    return;
  }
  if (paper->links_size() >= kMaxLinks) return;
  v1::Link* link = paper->add_links();
  link->set_kind(kind);
  link->set_uri(std::string(uri));
}

void AddLinksFromText(std::string_view text, v1::Paper* paper) {
  size_t at = 0;
  while ((at = FindAddress(text, at)) != std::string_view::npos) {
    size_t end = at;
    while (end < text.size() && IsAddressByte(text[end])) ++end;
    std::string uri = Trim(text.substr(at, end - at));
    at = end;
    if (!uri.starts_with("http")) uri = StrCat("https://", uri);
    if (uri.size() > kMaxUriBytes) continue;
    // Other papers are cited by their pages; those are not links of this one.
    const v1::Link::Kind kind = KindOfLink(uri);
    if (kind == v1::Link::KIND_ABSTRACT_PAGE || kind == v1::Link::KIND_PDF) {
      continue;
    }
    if (kind == v1::Link::KIND_UNSPECIFIED) {
      // A page somewhere: the authors' own, in all likelihood, when there is
      // an address in an abstract at all.
      const std::string host = Split(uri).first;
      if (host.find('.') == std::string::npos || IsForge(host)) continue;
      AddLink(v1::Link::KIND_PROJECT, uri, paper);
    } else {
      AddLink(kind, uri, paper);
    }
  }
}

}  // namespace paperwire::catalogue
