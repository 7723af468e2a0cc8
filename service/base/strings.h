// Where std::string_view and Abseil meet.
//
// Debian builds Abseil with a string_view of its own, which does not convert
// from or to the standard one. Our interfaces use std::string_view; calls
// into Abseil go through here.
//
//     StrCat("field ", view, " of ", 3);       // absl::StrCat for all views
//     absl::AsciiStrToLower(ToAbsl(view));

#ifndef PAPERWIRE_SERVICE_BASE_STRINGS_H_
#define PAPERWIRE_SERVICE_BASE_STRINGS_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace paperwire {

inline absl::string_view ToAbsl(std::string_view view) {
  return absl::string_view(view.data(), view.size());
}

inline std::string_view ToStd(absl::string_view view) {
  return std::string_view(view.data(), view.size());
}

namespace internal {

inline absl::string_view ForAbsl(std::string_view view) {
  return ToAbsl(view);
}
inline absl::string_view ForAbsl(const std::string& text) { return text; }
inline absl::string_view ForAbsl(const char* text) { return text; }
template <typename T>
const T& ForAbsl(const T& value) {
  return value;
}

}  // namespace internal

// absl::StrCat and absl::StrAppend.
template <typename... T>
std::string StrCat(const T&... parts) {
  return absl::StrCat(internal::ForAbsl(parts)...);
}
template <typename... T>
void StrAppend(std::string* text, const T&... parts) {
  absl::StrAppend(text, internal::ForAbsl(parts)...);
}

// Takes `prefix` off the front (the end) of `text`; false when it is not
// there.
inline bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}
inline bool ConsumeSuffix(std::string_view* text, std::string_view suffix) {
  if (!text->ends_with(suffix)) return false;
  text->remove_suffix(suffix.size());
  return true;
}

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_STRINGS_H_
