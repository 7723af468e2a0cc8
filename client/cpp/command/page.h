// A page of labelled rows, for one thing that is shown alone.
//
//     Page page(out);
//     page.Text(paper.title(), Style::kBold);
//     page.Row("Venue", paper.venue());

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_PAGE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_PAGE_H_

#include <string>

#include "client/cpp/command/output.h"
#include "client/cpp/command/text_layout.h"

namespace paperwire::command {

// Takes any text and makes it printable. Not thread-safe.
class Page {
 public:
  explicit Page(Output& out);

  void Text(const std::string& text, Style style);
  void Gap();
  // Nothing when the text is empty. Addresses are never broken.
  void Row(const std::string& label, const std::string& text,
           Style style = Style::kPlain);

 private:
  Output& out_;
  const int columns_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_PAGE_H_
