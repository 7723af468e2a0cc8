// Hands errors up.
//
//     RETURN_IF_ERROR(journal.Append(batch));
//     ASSIGN_OR_RETURN(Query query, Parse(request));

#ifndef PAPERWIRE_SERVICE_BASE_STATUS_MACROS_H_
#define PAPERWIRE_SERVICE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define PAPERWIRE_CONCAT_INNER(a, b) a##b
#define PAPERWIRE_CONCAT(a, b) PAPERWIRE_CONCAT_INNER(a, b)

// Returns the status of `expression` from the enclosing function unless OK.
#define RETURN_IF_ERROR(expression)                          \
  do {                                                       \
    if (absl::Status paperwire_status = (expression);        \
        !paperwire_status.ok()) {                            \
      return paperwire_status;                               \
    }                                                        \
  } while (false)

// Assigns the value of a StatusOr to `target` (which may declare a variable),
// or returns its status from the enclosing function.
#define ASSIGN_OR_RETURN(target, expression) \
  PAPERWIRE_ASSIGN_OR_RETURN(                \
      PAPERWIRE_CONCAT(paperwire_or_, __LINE__), target, expression)

#define PAPERWIRE_ASSIGN_OR_RETURN(variable, target, expression) \
  auto variable = (expression);                                  \
  if (!variable.ok()) return std::move(variable).status();       \
  target = *std::move(variable)

#endif  // PAPERWIRE_SERVICE_BASE_STATUS_MACROS_H_
