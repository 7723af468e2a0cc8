#include "client/cpp/command/page.h"

#include <algorithm>
#include <vector>

#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Longer lines are hard to read.
constexpr int kMostColumns = 92;
constexpr int kLabel = 12;

}  // namespace

Page::Page(Output& out)
    : out_(out), columns_(std::min(out.columns(), kMostColumns)) {}

void Page::Text(const std::string& text, Style style) {
  for (const Line& line : Wrap({{Printable(text), style}}, columns_)) {
    out_.Write(StrCat(Render(line, out_.color()), "\n"));
  }
}

void Page::Gap() { out_.Write("\n"); }

void Page::Row(const std::string& label, const std::string& text, Style style) {
  if (text.empty()) return;
  const Line line = {{Printable(text), style}};
  std::vector<Line> lines = {line};
  if (style != Style::kLink) lines = Wrap(line, columns_ - kLabel - 2);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line head =
        Fit({{i == 0 ? label : "", Style::kDim}}, kLabel, Pad::kRight);
    out_.Write(StrCat("  ", Render(head, out_.color()),
                      Render(lines[i], out_.color()), "\n"));
  }
}

}  // namespace paperwire::command
