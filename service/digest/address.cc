#include "service/digest/address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

// RFC 5321, 4.5.3.1; the whole of a path without its angle brackets.
constexpr size_t kMostLocal = 64;
constexpr size_t kMostAddress = 254;
constexpr size_t kMostLabel = 63;  // RFC 1035

constexpr std::string_view kExample =
    " Write one address, like reader@example.org.";

absl::Status Wrong(std::string_view what, std::string_view what_to_do) {
  return absl::InvalidArgumentError(StrCat(what, what_to_do));
}

// RFC 5322, 3.2.3.
bool IsAtomText(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) !=
             std::string_view::npos;
}

bool IsLabelText(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
}

// Calls check(part) for the parts between dots, up to an error.
template <typename F>
absl::Status ForEachPart(std::string_view text, F check) {
  for (;;) {
    const size_t dot = text.find('.');
    RETURN_IF_ERROR(check(text.substr(0, dot)));
    if (dot == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(dot + 1);
  }
}

absl::Status CheckLocal(std::string_view local) {
  if (local.empty()) {
    return Wrong("There is nothing before the \"@\".", kExample);
  }
  if (local.starts_with('"')) {
    return Wrong("The part before the \"@\" is quoted, which is not supported.",
                 kExample);
  }
  if (local.size() > kMostLocal) {
    return Wrong(StrCat("There are ", local.size(), " bytes before the \"@\"; ",
                        kMostLocal, " are allowed."),
                 kExample);
  }
  return ForEachPart(local, [](std::string_view atom) {
    if (atom.empty()) {
      return Wrong(
          "Before the \"@\", a dot stands at an end or beside another one.",
          kExample);
    }
    const auto bad = std::find_if_not(atom.begin(), atom.end(), IsAtomText);
    if (bad == atom.end()) return absl::OkStatus();
    return Wrong(
        StrCat("\"", std::string(1, *bad), "\" cannot stand before the \"@\"."),
        kExample);
  });
}

absl::Status CheckDomain(std::string_view domain) {
  if (domain.empty()) {
    return Wrong("There is nothing behind the \"@\".", kExample);
  }
  if (domain.starts_with('[')) {
    return Wrong("The domain is a literal address, which is not supported.",
                 " Write the name of the host.");
  }
  // One label is a name of the local network, which nobody outside can write
  // to; "localhost" is for trying things out.
  if (domain.find('.') == std::string_view::npos &&
      absl::AsciiStrToLower(ToAbsl(domain)) != "localhost") {
    return Wrong(StrCat("The domain \"", domain, "\" has no dot."),
                 " Write it in full, like example.org.");
  }
  size_t labels = 0;
  std::string_view last;
  RETURN_IF_ERROR(ForEachPart(domain, [&](std::string_view label) {
    ++labels;
    last = label;
    if (label.empty()) {
      return Wrong("In the domain, a dot stands at an end or beside another.",
                   kExample);
    }
    if (label.size() > kMostLabel) {
      return Wrong(StrCat("A part of the domain has ", label.size(),
                          " letters; ", kMostLabel, " are allowed."),
                   kExample);
    }
    if (label.starts_with('-') || label.ends_with('-')) {
      return Wrong(StrCat("The part \"", label,
                          "\" of the domain begins or ends with a hyphen."),
                   kExample);
    }
    const auto bad = std::find_if_not(label.begin(), label.end(), IsLabelText);
    if (bad == label.end()) return absl::OkStatus();
    return Wrong(
        StrCat("\"", std::string(1, *bad), "\" cannot stand in a domain."),
        kExample);
  }));
  if (labels > 1 && std::all_of(last.begin(), last.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      })) {
    return Wrong(StrCat("The domain \"", domain, "\" is a number."),
                 " Write the name of the host.");
  }
  return absl::OkStatus();
}

// The name before the angle bracket, its quotes taken off.
absl::StatusOr<std::string> DisplayName(std::string_view text) {
  text = ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  if (!text.starts_with('"')) {
    if (text.find('"') == std::string_view::npos) return std::string(text);
    return Wrong("There is a quote inside of the name.",
                 " Put the whole name in quotes.");
  }
  std::string name;
  size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    name.push_back(text[at]);
  }
  if (at + 1 != text.size()) {
    return Wrong("The quotes around the name do not fit.",
                 " Write \"Papers, daily\" <digests@example.org>.");
  }
  return name;
}

}  // namespace

absl::Status CheckAddress(std::string_view address) {
  if (address.empty()) return Wrong("There is no address.", kExample);
  for (const char c : address) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      return Wrong("It is not ASCII.",
                   " Write the domain in its xn-- form; letters beyond ASCII "
                   "before the \"@\" are not supported.");
    }
    if (byte < 0x20 || byte == 0x7F) {
      return Wrong("It has a control character, such as a line break.",
                   kExample);
    }
  }
  if (address.find_first_of("<>") != std::string_view::npos) {
    return Wrong("It has a name or angle brackets around the address.",
                 kExample);
  }
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos) {
    return Wrong("It has no \"@\".", kExample);
  }
  const bool quoted = address.starts_with('"');
  if (!quoted && (address.find_first_of(",;") != std::string_view::npos ||
                  address.find('@') != at)) {
    return Wrong("There are several addresses, or several \"@\".",
                 " Write one address; others confirm a digest of their own.");
  }
  if (!quoted && address.find(' ') != std::string_view::npos) {
    return Wrong("It has a space.", kExample);
  }
  if (address.size() > kMostAddress) {
    return Wrong(StrCat("It has ", address.size(), " bytes; ", kMostAddress,
                        " are allowed."),
                 kExample);
  }
  RETURN_IF_ERROR(CheckLocal(address.substr(0, at)));
  return CheckDomain(address.substr(at + 1));
}

std::string NormalAddress(std::string_view address) {
  return absl::AsciiStrToLower(ToAbsl(address));
}

absl::StatusOr<Mailbox> ParseMailbox(std::string_view text) {
  text = ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  Mailbox mailbox;
  if (text.ends_with('>')) {
    const size_t open = text.rfind('<');
    if (open == std::string_view::npos) {
      return Wrong("There is a \">\" without a \"<\".",
                   " Write Paperwire <digests@example.org>.");
    }
    ASSIGN_OR_RETURN(mailbox.name, DisplayName(text.substr(0, open)));
    text = text.substr(open + 1, text.size() - open - 2);
  }
  RETURN_IF_ERROR(CheckAddress(text));
  mailbox.address = text;
  return mailbox;
}

}  // namespace paperwire::digest
