// Runs the command in this process, and keeps what it wrote.
//
//     Outcome outcome = RunCommand({"search", "x"}, {.server = &fake});
//     EXPECT_EQ(outcome.code, 0) << outcome.err;

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_RUN_COMMAND_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_RUN_COMMAND_H_

#include <map>
#include <string>
#include <vector>

#include "client/cpp/command/run.h"
#include "tests/unit/command/fake_server.h"

namespace paperwire::command {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

struct Setting {
  FakeServer* server = nullptr;
  int columns = 0;  // of the terminal; 0: none
  std::map<std::string, std::string> environment = {};
};

inline Outcome RunCommand(const std::vector<std::string>& words,
                          const Setting& setting = {}) {
  Outcome outcome;
  std::map<std::string, std::string> environment = setting.environment;
  if (setting.server != nullptr) {
    environment.emplace("PAPERWIRE_ADDRESS", setting.server->address());
  }
  const auto out = Output::ToString(&outcome.out, setting.columns);
  const auto err = Output::ToString(&outcome.err, setting.columns);
  outcome.code = Run(words, *out, *err,
                     [&](const char* name) -> std::optional<std::string> {
                       const auto found = environment.find(name);
                       if (found == environment.end()) return std::nullopt;
                       return found->second;
                     });
  return outcome;
}

// An invented paper.
inline v1::Paper MakePaper(const std::string& title, const std::string& arxiv) {
  v1::Paper paper;
  paper.set_name("papers/" + arxiv);
  paper.set_title(title);
  paper.add_authors()->set_name("Ada Lovelace");
  paper.mutable_published_time()->set_seconds(1'752'105'600);  // 2025-07-10
  v1::ExternalId* id = paper.add_external_ids();
  id->set_scheme("arxiv");
  id->set_value(arxiv);
  return paper;
}

}  // namespace paperwire::command

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_RUN_COMMAND_H_
