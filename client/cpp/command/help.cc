#include "client/cpp/command/help.h"

#include <algorithm>
#include <vector>

#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Prose is not read well in longer lines.
constexpr int kMostColumns = 88;

class Page {
 public:
  Page(bool color, int columns)
      : color_(color), columns_(std::min(columns, kMostColumns)) {}

  void Heading(const std::string& text) {
    StrAppend(&text_, text_.empty() ? "" : "\n",
              Render({{text, Style::kBold}}, color_), "\n");
  }

  void Gap() { text_ += "\n"; }

  void Paragraph(const std::string& text) {
    for (const Line& line : Wrap({{text}}, columns_)) {
      StrAppend(&text_, Render(line, color_), "\n");
    }
  }

  // A line that is never broken.
  void Command(const std::string& text) { StrAppend(&text_, "  ", text, "\n"); }

  // `left` and, from a common column on, `right`.
  void Row(const std::string& left, const std::string& right, int width) {
    const std::string indent(static_cast<size_t>(width) + 4, ' ');
    const bool fits = Width(left) <= width;
    StrAppend(
        &text_, "  ",
        Render(Fit({{left, Style::kHeading}}, std::max(width, Width(left)),
                   fits ? Pad::kRight : Pad::kNone),
               color_),
        fits ? "  " : "\n");
    bool first = fits;
    for (const Line& line : Wrap({{right}}, columns_ - width - 4)) {
      StrAppend(&text_, first ? "" : indent, Render(line, color_), "\n");
      first = false;
    }
  }

  void Examples(const std::vector<Example>& examples) {
    if (examples.empty()) return;
    Heading("Examples");
    for (const Example& example : examples) {
      StrAppend(&text_, "  ",
                Render({{StrCat("# ", example.what), Style::kDim}}, color_),
                "\n  ", example.command, "\n");
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  const bool color_;
  const int columns_;
  std::string text_;
};

void AddFlags(const std::string& heading, const std::vector<FlagSpec>& flags,
              Page* page) {
  if (flags.empty()) return;
  page->Heading(heading);
  for (const FlagSpec& flag : flags) {
    const std::string letter =
        flag.letter == 0 ? "    "
                         : StrCat("-", std::string(1, flag.letter), ", ");
    std::string help = flag.help;
    if (flag.many) help += "; may be repeated";
    page->Row(StrCat(letter, "--", flag.name, flag.value.empty() ? "" : " ",
                     flag.value),
              help, 24);
  }
}

int RunHelp(Context& context) {
  const int columns = context.out.columns();
  const bool color = context.out.color();
  if (context.args.words.empty()) {
    context.out.Write(Overview(color, columns));
    return context.Done();
  }
  const CommandSpec* command = FindCommand(context.args.words[0]);
  context.out.Write(CommandHelp(*command, color, columns));
  return context.Done();
}

}  // namespace

std::string Overview(bool color, int columns) {
  Page page(color, columns);
  page.Paragraph(
      "paperwire talks to a Paperwire server: a wire service for research "
      "papers that takes papers in, answers searches, and pushes new matches "
      "to whoever asked to be told.");
  page.Heading("Usage");
  page.Command("paperwire COMMAND [FLAGS] [WORDS]");
  page.Heading("Commands");
  for (const CommandSpec& command : Commands()) {
    page.Row(command.name, command.summary, 13);
  }
  AddFlags("Flags of every command", GlobalFlags(), &page);
  page.Examples({
      {"Take papers in, whatever their format",
       "paperwire import papers.jsonl.gz"},
      {"Find papers", "paperwire search sparse autoencoders --since 2025"},
      {"Read one", "paperwire get arxiv:2410.01131"},
      {"Be told of new ones, from where the last run stopped",
       "paperwire watch 'diffusion -video' --cursor ~/.diffusion"},
      {"Have the server keep a query and the place in it",
       "paperwire subscribe 'diffusion -video' --id diffusion"},
  });
  page.Gap();
  page.Paragraph("More, with examples: paperwire COMMAND --help");
  return page.Take();
}

std::string CommandHelp(const CommandSpec& command, bool color, int columns) {
  Page page(color, columns);
  page.Paragraph(StrCat(command.summary, "."));
  page.Heading("Usage");
  page.Paragraph(StrCat(
      "  paperwire ", command.name, command.flags.empty() ? "" : " [FLAGS]",
      command.arguments.empty() ? "" : " ", command.arguments));
  page.Examples(command.examples);
  if (!command.details.empty()) {
    page.Heading("Good to know");
    page.Paragraph(command.details);
  }
  AddFlags("Flags", command.flags, &page);
  AddFlags("Flags of every command", GlobalFlags(), &page);
  return page.Take();
}

CommandSpec HelpCommand() {
  return {.name = "help",
          .argument_kind = ArgumentKind::kCommand,
          .arguments = "[COMMAND]",
          .max_arguments = 1,
          .summary = "Show the help of a command",
          .examples = {{"All commands", "paperwire help"},
                       {"One of them", "paperwire help search"},
                       {"The same", "paperwire search --help"}},
          .run = RunHelp};
}

}  // namespace paperwire::command
