// Mail that came back, in the forms in which mail servers send it.

#ifndef PAPERWIRE_TESTS_UNIT_DIGEST_REPORTS_H_
#define PAPERWIRE_TESTS_UNIT_DIGEST_REPORTS_H_

#include <string>
#include <vector>

#include "service/digest/mail_report.h"

namespace paperwire::digest {

struct SampleReport {
  const char* name;
  std::string message;
  MailReport expected;
};

// In each the original message is <k2v9x.7@example.org>.
std::vector<SampleReport> SampleReports();

}  // namespace paperwire::digest

#endif  // PAPERWIRE_TESTS_UNIT_DIGEST_REPORTS_H_
