#include <utf8proc.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "service/text/analyzer.h"
#include "service/text/tex.h"
#include "service/text/utf8.h"

namespace paperwire::text {
namespace {

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Composes letters and marks (NFC). Text that is not UTF-8 stays as it is.
std::string Compose(std::string text) {
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &composed,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size >= 0) text.assign(reinterpret_cast<char*>(composed), size);
  std::free(composed);
  return text;
}

class Converter {
 public:
  explicit Converter(std::string_view tex) : tex_(tex) {}

  std::string Run() {
    while (at_ < tex_.size()) {
      const char c = tex_[at_];
      if (c == '\\') {
        ReadBackslash();
      } else if (c == '{' || c == '}') {
        ++at_;
      } else if (c == '~') {
        Put(" ");
        ++at_;
      } else {
        const uint32_t size = DecodeAt(tex_, at_).size;
        Put(tex_.substr(at_, size));
        at_ += size;
      }
    }
    return Compose(std::move(out_));
  }

 private:
  char At(size_t i) const { return i < tex_.size() ? tex_[i] : '\0'; }

  // A letter, and the mark that waits for it.
  void Put(std::string_view letter) {
    out_ += letter;
    if (mark_ != 0) AppendUtf8(mark_, &out_);
    mark_ = 0;
  }

  void ReadBackslash() {
    const char next = At(at_ + 1);
    if (IsLetter(next)) {
      ReadCommand();
      return;
    }
    if (const char32_t mark = MarkOfTexSymbol(next)) {
      SetMark(mark, at_ + 2);
      return;
    }
    switch (next) {
      case '&':
      case '%':
      case '#':
      case '$':
      case '_':
      case '{':
      case '}':
        Put(tex_.substr(at_ + 1, 1));
        at_ += 2;
        break;
      case ' ':
      case ',':
      case ';':
        Put(" ");
        at_ += 2;
        break;
      case '-':
      case '/':
        at_ += 2;
        break;
      default:
        Put("\\");
        ++at_;
    }
  }

  // Sets a mark upon the letter at or behind `at`. Dotless letters take it as
  // their dotted ones do.
  void SetMark(char32_t mark, size_t at) {
    size_t base = at;
    while (At(base) == ' ' || At(base) == '{') ++base;
    const bool dotless = At(base) == '\\' &&
                         (At(base + 1) == 'i' || At(base + 1) == 'j') &&
                         !IsLetter(At(base + 2));
    const bool command = At(base) == '\\';
    if (!dotless && !command &&
        (base >= tex_.size() || At(base) == '}' || mark_ != 0)) {
      // An accent upon nothing: dropped.
      at_ = base;
      return;
    }
    mark_ = mark;
    at_ = base;
    if (dotless) {
      Put(tex_.substr(base + 1, 1));
      at_ = base + 2;
      if (At(at_) == ' ') ++at_;
    }
  }

  void ReadCommand() {
    size_t end = at_ + 1;
    while (IsLetter(At(end))) ++end;
    const std::string_view name = tex_.substr(at_ + 1, end - at_ - 1);
    const TexCommand* command = FindTexCommand(name);
    if (command == nullptr) {
      Put(tex_.substr(at_, end - at_));
      at_ = end;
      return;
    }
    at_ = end;
    switch (command->kind) {
      case TexCommand::Kind::kLetters:
      case TexCommand::Kind::kName:
        Put(command->unicode);
        // "\o{}" and "\o re": the blank only ends the command.
        if (At(at_) == ' ') ++at_;
        break;
      case TexCommand::Kind::kAccent:
        SetMark(command->mark, at_);
        break;
      case TexCommand::Kind::kArgument:
        if (At(at_) == ' ') ++at_;
        break;
      case TexCommand::Kind::kDropped:
        if (At(at_) == '{') {
          const size_t stop = tex_.find_first_of("{}", at_ + 1);
          if (stop != tex_.npos && tex_[stop] == '}') at_ = stop + 1;
        }
        break;
    }
  }

  std::string_view tex_;
  size_t at_ = 0;
  char32_t mark_ = 0;
  std::string out_;
};

}  // namespace

std::string TexToUnicode(std::string_view tex) { return Converter(tex).Run(); }

}  // namespace paperwire::text
