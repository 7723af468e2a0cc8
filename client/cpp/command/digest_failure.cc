#include "client/cpp/command/digest_failure.h"

#include <string>

#include "service/base/error_details.h"
#include "service/base/strings.h"

namespace paperwire::command {

int FailOfDigest(Context& context, const absl::Status& status,
                 const v1::Digest& digest) {
  const std::string field = FieldOf(status).value_or("");
  const bool board = field.find("board.") != field.npos;
  return context.Fail(
      status, board ? digest.board().query().text() : digest.query().text());
}

}  // namespace paperwire::command
