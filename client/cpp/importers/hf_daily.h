// "hf-daily": the daily papers of Hugging Face, as its API answers.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_HF_DAILY_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_HF_DAILY_H_

#include <string>

#include "client/cpp/importers/json_importer.h"

namespace paperwire::importers {

// Envelopes around papers, and single papers. `feature_day`, unless empty, is
// the day of the list; otherwise the record tells it.
JsonFormat HfDailyJson(std::string feature_day);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_HF_DAILY_H_
