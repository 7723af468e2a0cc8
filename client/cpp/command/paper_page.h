// A paper as a page to read.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_PAGE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_PAGE_H_

#include "client/cpp/command/output.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::command {

// Title, authors, what is known of it in labelled rows, the abstract. Fields
// that the paper does not have are left out.
void PrintPaper(const v1::Paper& paper, Output& out);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_PAGE_H_
