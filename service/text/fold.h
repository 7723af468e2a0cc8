// What a code point outside ASCII contributes to a word.
//
//     FoldTable table;
//     const Folded& folded = table.Get(U'É');   // kWord
//     table.Bytes(folded);                      // "e"
//
// Compatibility decomposition and case folding are Unicode's (utf8proc);
// letters that no decomposition takes apart (ø, ł, đ, æ) follow the table in
// fold.cc, Greek letters their names. Results are kept, so a code point costs
// a look-up from its second use on. Not thread-safe.

#ifndef PAPERWIRE_SERVICE_TEXT_FOLD_H_
#define PAPERWIRE_SERVICE_TEXT_FOLD_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace paperwire::text {

struct Folded {
  enum class Kind : uint8_t {
    kUnknown,     // not looked at yet; Get never returns it
    kSeparator,   // ends a word
    kIgnored,     // combining marks, soft hyphens, zero-width characters
    kWord,        // letters or digits of a word
    kScript,      // superscript or subscript digits
    kGreek,       // a Greek letter; Bytes begins with the letter itself
                  // (kGreekLetterBytes), then comes its name
    kApostrophe,  // joins what stands around it
    kPieces,      // words with blanks between and around them: an ideograph,
                  // which is a word of its own, what is written for several
                  // of them ("㍿"), or a fraction ("½")
  };
  Kind kind = Kind::kUnknown;
  uint8_t size = 0;
  uint32_t offset = 0;
};

inline constexpr size_t kGreekLetterBytes = 2;

class FoldTable {
 public:
  FoldTable() = default;
  FoldTable(const FoldTable&) = delete;
  FoldTable& operator=(const FoldTable&) = delete;

  // `c` must be a code point.
  const Folded& Get(char32_t c) {
    std::unique_ptr<Page>& page = pages_[c >> 8];
    if (page == nullptr) page = std::make_unique<Page>();
    Folded& folded = (*page)[c & 0xFF];
    if (folded.kind == Folded::Kind::kUnknown) Fill(c, &folded);
    return folded;
  }

  // Valid until the next call of Get.
  std::string_view Bytes(const Folded& folded) const {
    return std::string_view(bytes_).substr(folded.offset, folded.size);
  }

 private:
  using Page = std::array<Folded, 256>;

  void Fill(char32_t c, Folded* folded);

  std::array<std::unique_ptr<Page>, 0x110000 / 256> pages_;
  std::string bytes_;
};

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_FOLD_H_
