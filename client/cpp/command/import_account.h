// What became of every record of an import. The sums must add up, and say so
// when they do not.
//
//     account.CountRead(records, rejects);       // as they are read
//     account.CountVerdicts(answer);             // as they are acknowledged
//     account.Unaccounted();                     // 0 at a good end

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_ACCOUNT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_ACCOUNT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "client/cpp/command/output.h"
#include "paperwire/v1/paper_service.pb.h"

namespace paperwire::command {

// A value; not thread-safe.
struct ImportAccount {
  int64_t read = 0;  // records, whether they could be used or not
  int64_t created = 0;
  int64_t updated = 0;
  int64_t unchanged = 0;
  int64_t merged = 0;
  int64_t unreadable = 0;  // rejected by the importer
  int64_t refused = 0;     // rejected by the server
  int64_t absorbed = 0;    // known papers that were found to be one
  int64_t sequence = 0;    // of the journal, after the last batch

  void CountRead(int64_t records, int64_t rejects);
  void CountVerdicts(const v1::ImportPapersResponse& answer);

  int64_t rejected() const { return unreadable + refused; }
  // Read, but of unknown fate: not sent, or not acknowledged.
  int64_t unaccounted() const {
    return read - created - updated - unchanged - merged - rejected();
  }
};

// For people: a sentence and a row for each fate that occurred.
std::string Describe(const ImportAccount& account, absl::Duration took,
                     bool dry_run, bool color);

// For programs: one object in one line.
std::string AccountJson(const ImportAccount& account, absl::Duration took,
                        bool dry_run);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_ACCOUNT_H_
