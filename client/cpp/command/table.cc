#include "client/cpp/command/table.h"

#include <algorithm>
#include <utility>

#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kGap = 2;
// The room that the stretching column should have before others are dropped
// for it.
constexpr int kRoom = 38;

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<Line> cells) {
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), {}});
}

void Table::AddRemark(Line remark) { rows_.push_back({{}, std::move(remark)}); }

std::vector<int> Table::Layout(int columns) const {
  std::vector<int> widths(columns_.size(), 0);
  size_t stretch = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    for (const Row& row : rows_) {
      if (row.cells.empty()) continue;
      widths[i] = std::max(widths[i], Width(row.cells[i]));
    }
    if (columns_[i].stretch) stretch = i;
    // A column without a single value is not worth its heading.
    if (widths[i] == 0) continue;
    widths[i] = std::max(widths[i], Width(columns_[i].heading));
    widths[i] = std::min(widths[i], columns_[i].most);
  }
  const int wanted = widths[stretch];
  while (true) {
    int others = 0;
    size_t worst = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i == stretch || widths[i] == 0) continue;
      others += widths[i] + kGap;
      if (columns_[i].drop > 0 && (worst == columns_.size() ||
                                   columns_[i].drop > columns_[worst].drop)) {
        worst = i;
      }
    }
    const int room = columns - others;
    if (room >= std::min(wanted, kRoom) || worst == columns_.size()) {
      widths[stretch] = std::max(std::min(wanted, room), 1);
      return widths;
    }
    widths[worst] = 0;
  }
}

void Table::Print(Output& out) const {
  if (!out.terminal()) {
    for (const Row& row : rows_) {
      if (row.cells.empty()) continue;
      std::string text;
      for (size_t i = 0; i < row.cells.size(); ++i) {
        StrAppend(&text, i > 0 ? "\t" : "", Render(row.cells[i], out.color()));
      }
      out.Write(text + "\n");
    }
    return;
  }
  const int columns = out.columns();
  const std::vector<int> widths = Layout(columns);
  size_t last = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > 0) last = i;
  }
  const auto print = [&](const auto& cell_of) {
    std::string text;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const Pad pad = columns_[i].right ? Pad::kLeft
                      : i == last       ? Pad::kNone
                                        : Pad::kRight;
      if (!text.empty()) text.append(kGap, ' ');
      text += Render(Fit(cell_of(i), widths[i], pad), out.color());
    }
    out.Write(text + "\n");
  };
  print([&](size_t i) { return Line{{columns_[i].heading, Style::kDim}}; });
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      out.Write(Render(Fit(row.remark, columns, Pad::kNone), out.color()) +
                "\n");
    } else {
      print([&](size_t i) { return row.cells[i]; });
    }
  }
}

}  // namespace paperwire::command
