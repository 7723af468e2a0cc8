// The rules of words stand in README.md. This is their machine: a table says
// what a byte of ASCII does (letters and digits run through a short loop,
// everything else has a function), and a word goes on until something ends
// it. Signs that are transparent, such as the braces in {B}{E}{R}{T}, move on
// without ending it.

#include "service/text/tokenizer.h"

#include <algorithm>
#include <array>

#include "service/text/ascii_block.h"
#include "service/text/tex.h"
#include "service/text/utf8.h"

namespace paperwire::text {
namespace {

enum class Class : uint8_t {
  kSeparator,
  kWord,
  kNonAscii,
  kBackslash,
  kDollar,
  kOpenBrace,
  kCloseBrace,
  kScriptSign,
  kPoint,
  kApostrophe,
  kSign,
};

constexpr std::array<Class, 256> MakeClasses() {
  std::array<Class, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool word = IsAsciiLetter(byte) || IsAsciiDigit(byte);
    classes[c] = word        ? Class::kWord
                 : c >= 0x80 ? Class::kNonAscii
                             : Class::kSeparator;
  }
  classes['\\'] = Class::kBackslash;
  classes['$'] = Class::kDollar;
  classes['{'] = Class::kOpenBrace;
  classes['}'] = Class::kCloseBrace;
  classes['^'] = classes['_'] = Class::kScriptSign;
  classes['.'] = classes[','] = Class::kPoint;
  classes['\''] = Class::kApostrophe;
  classes['+'] = classes['#'] = Class::kSign;
  return classes;
}

constexpr std::array<Class, 256> kClasses = MakeClasses();

Class ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool IsAsciiWord(char c) { return ClassOf(c) == Class::kWord; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

const std::vector<Token>& Tokenizer::Run(std::string_view text) {
  text_ = text.substr(0, UINT32_MAX);
  tokens_.clear();
  forms_.Clear();
  at_ = 0;
  in_word_ = in_math_ = argument_ = false;
  accent_ = greek_end_ = 0;
  while (at_ < text_.size()) {
    switch (ClassOf(text_[at_])) {
      case Class::kWord:
        ReadAsciiWord();
        break;
      case Class::kSeparator:
        EndWord();
        ++at_;
        break;
      case Class::kNonAscii:
        ReadNonAscii();
        break;
      case Class::kBackslash:
        ReadBackslash();
        break;
      case Class::kDollar:
        ReadDollar();
        break;
      case Class::kOpenBrace:
        ReadOpenBrace();
        break;
      case Class::kCloseBrace:
        ReadCloseBrace();
        break;
      case Class::kScriptSign:
        ReadScriptSign();
        break;
      case Class::kPoint:
        ReadPoint();
        break;
      case Class::kApostrophe:
        ReadApostrophe(1);
        break;
      case Class::kSign:
        ReadSign();
        break;
    }
  }
  EndWord();
  // The forms stand still only now.
  const char* form = forms_.data();
  for (Token& token : tokens_) {
    token.form = std::string_view(form, token.form.size());
    form += token.form.size();
  }
  return tokens_;
}

void Tokenizer::BeginWord(size_t begin) {
  in_word_ = true;
  full_ = math_in_word_ = false;
  depth_ = 0;
  form_begin_ = forms_.size();
  begin_ = accent_ != 0 ? accent_ - 1 : begin;
  accent_ = 0;
}

void Tokenizer::EndWord() {
  argument_ = false;
  accent_ = 0;
  if (!in_word_) return;
  in_word_ = false;
  Token& token = tokens_.emplace_back();
  // Only the length counts as yet; see the end of Run.
  token.form = Form();
  token.position = static_cast<uint32_t>(tokens_.size() - 1);
  token.begin = static_cast<uint32_t>(begin_);
  token.end = static_cast<uint32_t>(end_);
}

void Tokenizer::Append(std::string_view folded, size_t begin, size_t end) {
  argument_ = false;
  if (!in_word_) BeginWord(begin);
  end_ = end;
  const size_t room = kMaxTokenBytes - (forms_.size() - form_begin_);
  if (folded.size() > room) full_ = true;
  if (!full_) {
    forms_.Append(folded);
  } else if (forms_.size() == form_begin_) {
    // Longer than a word may be by itself: cut at the border of a code point.
    size_t cut = room;
    while ((folded[cut] & 0xC0) == 0x80) --cut;
    forms_.Append(folded.substr(0, cut));
  }
}

void Tokenizer::ReadAsciiWord() {
  const size_t begin = at_;
  if (!in_word_) BeginWord(begin);
  argument_ = false;
  size_t room = full_ ? 0 : kMaxTokenBytes - (forms_.size() - form_begin_);
  size_t size = kBlockBytes;
  while (size == kBlockBytes && text_.size() - at_ >= kBlockBytes) {
    size = FoldBlock(text_.data() + at_, forms_.Block());
    const size_t kept = std::min(size, room);
    forms_.Extend(kept);
    room -= kept;
    at_ += size;
  }
  // Near the end of the text.
  for (; size == kBlockBytes && IsAsciiWord(At(at_)); ++at_) {
    if (room == 0) continue;
    const char folded = AsciiLower(text_[at_]);
    forms_.Append(std::string_view(&folded, 1));
    --room;
  }
  end_ = at_;
}

void Tokenizer::ReadNonAscii() {
  const CodePoint c = DecodeAt(text_, at_);
  if (c.value == kBadCodePoint) {
    EndWord();
    at_ += c.size;
    return;
  }
  const size_t begin = at_;
  const size_t end = at_ + c.size;
  const Folded& folded = folds_.Get(c.value);
  const std::string_view bytes = folds_.Bytes(folded);
  switch (folded.kind) {
    case Folded::Kind::kUnknown:
    case Folded::Kind::kSeparator:
      EndWord();
      break;
    case Folded::Kind::kIgnored:
      if (in_word_) end_ = end;
      break;
    case Folded::Kind::kScript:
      // 10⁵ is 10 and 5, as 10^5 is.
      if (in_word_ && IsAsciiDigit(forms_.back())) EndWord();
      Append(bytes, begin, end);
      break;
    case Folded::Kind::kWord:
      Append(bytes, begin, end);
      break;
    case Folded::Kind::kGreek: {
      // Looking ahead can move the bytes.
      const bool letter = begin < greek_end_ || GreekWordAt(begin);
      const std::string_view both = folds_.Bytes(folded);
      Append(letter ? both.substr(0, kGreekLetterBytes)
                    : both.substr(kGreekLetterBytes),
             begin, end);
      break;
    }
    case Folded::Kind::kApostrophe:
      ReadApostrophe(c.size);
      return;
    case Folded::Kind::kPieces: {
      EndWord();
      for (size_t i = 0; i < bytes.size();) {
        const size_t stop = std::min(bytes.find(' ', i), bytes.size());
        if (stop > i) Append(bytes.substr(i, stop - i), begin, end);
        EndWord();
        i = stop + 1;
      }
      break;
    }
  }
  at_ = end;
}

// Whether three or more Greek letters stand together here: a Greek word, which
// keeps its letters, instead of a sign, which is spelled by its name.
bool Tokenizer::GreekWordAt(size_t i) {
  int letters = 0;
  size_t end = i;
  while (end < text_.size()) {
    const CodePoint c = DecodeAt(text_, end);
    if (c.value == kBadCodePoint || c.value < 0x80) break;
    const Folded::Kind kind = folds_.Get(c.value).kind;
    if (kind == Folded::Kind::kGreek) {
      ++letters;
    } else if (kind != Folded::Kind::kIgnored) {
      break;
    }
    end += c.size;
  }
  if (letters < 3) return false;
  greek_end_ = end;
  return true;
}

bool Tokenizer::LetterAt(size_t i) {
  if (i >= text_.size()) return false;
  if (IsAsciiLetter(text_[i])) return true;
  const CodePoint c = DecodeAt(text_, i);
  if (c.value == kBadCodePoint || c.value < 0x80) {
    return false;
  }
  const Folded::Kind kind = folds_.Get(c.value).kind;
  return kind == Folded::Kind::kWord || kind == Folded::Kind::kGreek;
}

void Tokenizer::ReadApostrophe(size_t size) {
  const size_t next = at_ + size;
  const bool joins = in_word_ && !IsAsciiDigit(forms_.back()) &&
                     (LetterAt(next) || At(next) == '\\');
  if (!joins) {
    EndWord();
    at_ = next;
    return;
  }
  if (AsciiLower(At(next)) == 's' && !IsAsciiWord(At(next + 1)) &&
      !LetterAt(next + 1)) {
    EndWord();
    at_ = next + 1;
    return;
  }
  at_ = next;
}

void Tokenizer::ReadPoint() {
  const bool between_digits = in_word_ && at_ > 0 &&
                              IsAsciiDigit(text_[at_ - 1]) &&
                              IsAsciiDigit(At(at_ + 1));
  if (between_digits && text_[at_] == '.') {
    // A word that is cut does not end with it.
    full_ = full_ || forms_.size() - form_begin_ + 2 > kMaxTokenBytes;
    Append(".", at_, at_ + 1);
    ++at_;
    return;
  }
  if (between_digits) {
    // A comma between thousands: 1 to 3 digits before, 3 behind.
    bool thousands = IsAsciiDigit(At(at_ + 2)) && IsAsciiDigit(At(at_ + 3)) &&
                     !IsAsciiDigit(At(at_ + 4));
    for (char c : Form()) thousands = thousands && IsAsciiDigit(c);
    size_t before = 0;
    while (before < 4 && before < at_ &&
           IsAsciiDigit(text_[at_ - 1 - before])) {
      ++before;
    }
    if (thousands && before <= 3) {
      ++at_;
      return;
    }
  }
  EndWord();
  ++at_;
}

// C++, C#, F#.
void Tokenizer::ReadSign() {
  const bool one_letter =
      in_word_ && Form().size() == 1 && IsAsciiLetter(Form()[0]) && end_ == at_;
  if (one_letter && text_[at_] == '#') {
    Append("#", at_, at_ + 1);
    ++at_;
  } else if (one_letter && At(at_ + 1) == '+') {
    Append("++", at_, at_ + 2);
    ++at_;
  }
  EndWord();
  ++at_;
}

// x_i is x and i, but H_2O is h2o and 10^5 is 10 and 5.
void Tokenizer::ReadScriptSign() {
  size_t next = at_ + 1;
  if (At(next) == '{') ++next;
  if (!in_word_ || !IsAsciiDigit(At(next)) || IsAsciiDigit(forms_.back()))
    EndWord();
  argument_ = true;
  ++at_;
}

// A dollar opens a formula unless white space follows, and closes one unless
// white space stands before or a digit behind (the rule of pandoc), so that
// "$5 and $6" is none.
void Tokenizer::ReadDollar() {
  const bool doubled = At(at_ + 1) == '$';
  const size_t next = at_ + (doubled ? 2 : 1);
  if (in_math_) {
    if (!IsSpace(at_ > 0 ? text_[at_ - 1] : ' ') && !IsAsciiDigit(At(next))) {
      in_math_ = false;
      // What follows directly goes on with the word: $k$NN.
      if (math_in_word_) end_ = next;
      math_in_word_ = false;
      if (doubled) EndWord();
      at_ = next;
      return;
    }
    EndWord();
  }
  in_math_ = next < text_.size() && !IsSpace(text_[next]);
  if (in_word_ && !doubled && (At(next) == '_' || At(next) == '^')) {
    math_in_word_ = true;
  } else {
    EndWord();
  }
  at_ = next;
}

void Tokenizer::ReadOpenBrace() {
  // In a formula only the brace of a script or of \mathrm and its like joins;
  // that of \frac{a}{b} does not.
  if (in_math_ && !argument_) EndWord();
  argument_ = false;
  if (in_word_) ++depth_;
  ++at_;
}

void Tokenizer::ReadCloseBrace() {
  argument_ = false;
  ++at_;
  if (in_word_ && depth_ > 0) {
    --depth_;
    end_ = at_;
  }
}

void Tokenizer::ReadBackslash() {
  const char next = At(at_ + 1);
  if (IsAsciiLetter(next)) {
    ReadCommand();
    return;
  }
  if (MarkOfTexSymbol(next) != 0) {
    // An accent if a letter, a brace or \i follows.
    const char base = At(at_ + 2);
    if (base == '{' || base == '\\' || LetterAt(at_ + 2)) {
      if (!in_word_) accent_ = at_ + 1;
      argument_ = true;
      at_ += 2;
      return;
    }
  }
  switch (next) {
    case '-':  // may be broken here
    case '/':  // italic correction
      at_ += 2;
      return;
    case '#':
      // C\#: the sign decides, one byte further.
      if (in_word_) end_ = at_ + 1;
      ++at_;
      return;
    case '(':
    case '[':
      in_math_ = true;
      break;
    case ')':
    case ']':
      in_math_ = false;
      break;
    default:
      break;
  }
  EndWord();
  // An escaped sign means nothing any more. What is not ASCII stays.
  const bool escaped = at_ + 1 < text_.size() &&
                       static_cast<unsigned char>(next) < 0x80 &&
                       next != '\'' && next != '"';
  at_ += escaped ? 2 : 1;
}

void Tokenizer::ReadCommand() {
  const size_t begin = at_;
  size_t end = at_ + 1;
  while (end < text_.size() && IsAsciiLetter(text_[end])) ++end;
  const TexCommand* command =
      FindTexCommand(text_.substr(begin + 1, end - begin - 1));
  at_ = end;
  if (command == nullptr) {
    EndWord();
    return;
  }
  switch (command->kind) {
    case TexCommand::Kind::kLetters:
      Append(command->folded, begin, end);
      SkipSpaceBeforeLetter();
      break;
    case TexCommand::Kind::kName:
      Append(command->folded, begin, end);
      break;
    case TexCommand::Kind::kAccent:
      if (!in_word_) accent_ = begin + 1;
      SkipSpaceBeforeLetter();
      argument_ = true;
      break;
    case TexCommand::Kind::kArgument:
      argument_ = true;
      break;
    case TexCommand::Kind::kDropped:
      EndWord();
      SkipArgument();
      break;
  }
}

// TeX eats the white space behind a command: "\o re" is one word.
void Tokenizer::SkipSpaceBeforeLetter() {
  if (At(at_) == ' ' && (LetterAt(at_ + 1) || At(at_ + 1) == '\\')) ++at_;
}

// Skips "{...}" without braces inside; anything else stays.
void Tokenizer::SkipArgument() {
  if (At(at_) != '{') return;
  const size_t stop = text_.find_first_of("{}", at_ + 1);
  if (stop != std::string_view::npos && text_[stop] == '}') at_ = stop + 1;
}

}  // namespace paperwire::text
