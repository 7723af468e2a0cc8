// Cuts a text into folded words; the work behind Analyzer::Tokenize.
//
//     Tokenizer tokenizer;
//     tokenizer.Run("CO$_2$ capture");  // "co2", "capture"
//
// One pass, in time linear in the text. Not thread-safe.

#ifndef PAPERWIRE_SERVICE_TEXT_TOKENIZER_H_
#define PAPERWIRE_SERVICE_TEXT_TOKENIZER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/analyzer.h"
#include "service/text/fold.h"
#include "service/text/form_buffer.h"

namespace paperwire::text {

class Tokenizer {
 public:
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Valid until the next call.
  const std::vector<Token>& Run(std::string_view text);

 private:
  // Each reads what stands at at_ and moves at_ behind it.
  void ReadAsciiWord();
  void ReadNonAscii();
  void ReadBackslash();
  void ReadCommand();
  void ReadDollar();
  void ReadOpenBrace();
  void ReadCloseBrace();
  void ReadScriptSign();  // ^ and _
  void ReadPoint();       // . and ,
  void ReadApostrophe(size_t size);
  void ReadSign();  // + and #

  void BeginWord(size_t begin);
  void EndWord();
  // Adds to the word, beginning one if need be.
  void Append(std::string_view folded, size_t begin, size_t end);
  void SkipArgument();
  void SkipSpaceBeforeLetter();

  // What stands at a byte; '\0' and false behind the end.
  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  bool LetterAt(size_t i);
  bool GreekWordAt(size_t i);
  // The word so far.
  std::string_view Form() const { return forms_.From(form_begin_); }

  FoldTable folds_;
  std::vector<Token> tokens_;
  FormBuffer forms_;  // of all tokens, one behind the other

  std::string_view text_;
  size_t at_ = 0;
  bool in_word_ = false;
  bool full_ = false;  // the word is as long as it may be
  bool in_math_ = false;
  bool math_in_word_ = false;  // the word goes on inside of $...$
  bool argument_ = false;      // a brace here would open an argument
  int depth_ = 0;              // braces opened since the word began
  size_t form_begin_ = 0;      // in forms_
  size_t begin_ = 0;           // of the word, in text_
  size_t end_ = 0;
  size_t accent_ = 0;     // where the accent before a word began, plus 1
  size_t greek_end_ = 0;  // end of the Greek word that is read
};

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_TOKENIZER_H_
