// The parameters of an address, none of which is passed over: who mistypes
// "limt=5" is told, not given 50 papers.
//
//     ASSIGN_OR_RETURN(const Parameters parameters,
//                      Parameters::Of(request.params, {"q", "limit"}));
//     ASSIGN_OR_RETURN(const int limit, parameters.Number("limit", 50, 1,
//     200));

#ifndef PAPERWIRE_SERVICE_HTTP_PARAMETERS_H_
#define PAPERWIRE_SERVICE_HTTP_PARAMETERS_H_

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace paperwire::http {

class Parameters {
 public:
  // INVALID_ARGUMENT: one is not among `known`, stands twice, or is not UTF-8.
  static absl::StatusOr<Parameters> Of(
      const std::multimap<std::string, std::string>& given,
      std::initializer_list<std::string_view> known);

  // An empty one counts as absent.
  bool Has(std::string_view name) const { return !Text(name).empty(); }
  std::string Text(std::string_view name) const;

  // INVALID_ARGUMENT: it is no number from `min` to `max`.
  absl::StatusOr<int> Number(std::string_view name, int otherwise, int min,
                             int max) const;

  // The value that goes with one of the words, the first of which is meant by
  // default. INVALID_ARGUMENT lists them.
  template <typename T>
  absl::StatusOr<T> Choice(
      std::string_view name,
      std::initializer_list<std::pair<std::string_view, T>> words) const {
    const std::string text = Text(name);
    if (text.empty()) return words.begin()->second;
    std::vector<std::string_view> all;
    for (const auto& [word, value] : words) {
      if (word == text) return value;
      all.push_back(word);
    }
    return NoChoice(name, text, all);
  }

 private:
  static absl::Status NoChoice(std::string_view name, std::string_view text,
                               const std::vector<std::string_view>& words);

  std::map<std::string, std::string, std::less<>> values_;
};

// `path` with the pairs that have a value, in this order, as an address: the
// same one however it was asked for.
std::string AddressOf(
    std::string_view path,
    std::initializer_list<std::pair<std::string_view, std::string>> pairs);

// Everything but letters, digits and "-._~" as %XX.
std::string PercentEncode(std::string_view text);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_PARAMETERS_H_
