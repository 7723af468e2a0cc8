// Rows in columns on a terminal; rows with tabs between for programs.
//
//     Table table({{.heading = "TITLE", .stretch = true},
//                  {.heading = "DATE", .drop = 1}});
//     table.AddRow({{{"A title"}}, {{"2026-07-10"}}});
//     table.Print(out);
//
// On a terminal the table never wraps: columns are dropped, the highest
// `drop` first, until the stretching column has room, and that one is cut.
// Elsewhere every column is written whole, without a heading, so that cut(1)
// and awk(1) can take them apart. Not thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TABLE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TABLE_H_

#include <string>
#include <vector>

#include "client/cpp/command/output.h"
#include "client/cpp/command/text_layout.h"

namespace paperwire::command {

struct Column {
  std::string heading;
  bool right = false;    // numbers
  int most = 1000;       // columns it may take
  bool stretch = false;  // takes what is left; one of the columns
  int drop = 0;          // 0: never dropped
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // One cell for each column, in printable text.
  void AddRow(std::vector<Line> cells);
  // A remark across the table; without a terminal it is left out.
  void AddRemark(Line remark);

  void Print(Output& out) const;

 private:
  struct Row {
    std::vector<Line> cells;
    Line remark;
  };

  // The width of each column; 0 for those that are dropped.
  std::vector<int> Layout(int columns) const;

  const std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TABLE_H_
