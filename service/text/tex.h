// The TeX that stands in titles, abstracts and names of authors.
//
//     FindTexCommand("textsc")->kind;    // kArgument
//     FindTexCommand("lambda")->folded;  // "lambda"
//
// Shared by the tokenizer, which folds, and TexToUnicode, which spells.

#ifndef PAPERWIRE_SERVICE_TEXT_TEX_H_
#define PAPERWIRE_SERVICE_TEXT_TEX_H_

#include <string_view>

namespace paperwire::text {

struct TexCommand {
  enum class Kind {
    kLetters,   // stands for letters: \ss, \o, \LaTeX
    kName,      // stands for its name: \lambda, \log
    kAccent,    // sets a mark upon the next letter: \H, \c, \hat
    kArgument,  // shows its argument: \textsc, \mathrm
    kDropped,   // hides its argument: \cite, \begin
  };
  std::string_view name;
  Kind kind = Kind::kArgument;
  std::string_view folded = {};   // kLetters, kName
  std::string_view unicode = {};  // kLetters, kName: how it is printed
  char32_t mark = 0;              // kAccent: the combining mark, 0 for none
};

// The command `name` (letters, without backslash), or null when it is none
// that concerns words.
const TexCommand* FindTexCommand(std::string_view name);

// The combining mark of an accent like \' or \", or 0.
char32_t MarkOfTexSymbol(char symbol);

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_TEX_H_
