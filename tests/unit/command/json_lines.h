// What a command writes with --json, line by line.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_JSON_LINES_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_JSON_LINES_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace paperwire::command {

inline std::vector<nlohmann::json> JsonLines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  for (const std::string& line : std::vector<std::string>(
           absl::StrSplit(text, '\n', absl::SkipEmpty()))) {
    lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

}  // namespace paperwire::command

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_JSON_LINES_H_
