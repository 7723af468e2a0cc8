#include "service/index/spelling.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "service/index/edit_distance.h"
#include "service/text/analyzer.h"
#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

constexpr size_t kMinLetters = 3;
constexpr size_t kTwoEditLetters = 6;
// How many times as frequent a correction must be.
constexpr int64_t kMoreFrequent = 20;

// Where the code points begin.
std::vector<size_t> Letters(std::string_view form) {
  std::vector<size_t> begins;
  for (size_t at = 0; at < form.size(); at += text::DecodeAt(form, at).size) {
    begins.push_back(at);
  }
  return begins;
}

// A slip of the finger in a number makes another number, not a mistake.
std::string Digits(std::string_view form) {
  std::string digits;
  for (const char c : form) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits += c;
  }
  return digits;
}

query::Word MakeWord(std::string_view form, bool exact) {
  thread_local text::Analyzer analyzer;
  query::Word word;
  word.form = std::string(form);
  word.stem = std::string(analyzer.Stem(form));
  word.exact = exact;
  return word;
}

}  // namespace

int64_t SpellingBook::Documents(std::string_view form) const {
  int64_t documents = 0;
  for (const SegmentView& view : snapshot_.segments()) {
    const uint32_t f = view.segment->forms().Find(form);
    if (f != kNotFound) documents += view.segment->form(f).documents;
  }
  return documents;
}

int64_t SpellingBook::Documents(const query::Word& word) const {
  if (word.exact) return Documents(word.form);
  int64_t documents = 0;
  for (const SegmentView& view : snapshot_.segments()) {
    const uint32_t t = view.segment->terms().Find(word.stem);
    if (t != kNotFound) documents += view.segment->term(t).documents;
  }
  return documents;
}

std::vector<Correction> SpellingBook::Corrections(const query::Word& word,
                                                  size_t limit) const {
  std::vector<Correction> corrections;
  const std::vector<size_t> letters = Letters(word.form);
  if (letters.size() < kMinLetters) return corrections;
  const int distance = letters.size() < kTwoEditLetters ? 1 : 2;
  const std::string_view first =
      std::string_view(word.form).substr(0, letters[1]);
  const std::string digits = Digits(word.form);
  absl::flat_hash_map<std::string_view, int64_t> documents;
  for (const SegmentView& view : snapshot_.segments()) {
    const Segment& segment = *view.segment;
    std::vector<uint32_t> near = segment.FindFormsNear(word.form, 1);
    if (distance > 1) {
      for (const uint32_t f :
           segment.FindFormsNear(word.form, distance, first)) {
        near.push_back(f);
      }
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    for (const uint32_t f : near) {
      documents[segment.forms()[f]] += segment.form(f).documents;
    }
  }
  const int64_t least = std::max<int64_t>(1, kMoreFrequent * Documents(word));
  for (const auto& [form, count] : documents) {
    if (count < least || form == word.form || Digits(form) != digits ||
        text::IsStopWord(form)) {
      continue;
    }
    Correction correction;
    correction.words.push_back(MakeWord(form, word.exact));
    // Another form of the same word is no correction of it.
    if (correction.words[0].stem == word.stem) continue;
    correction.edits = EditDistance(form, word.form, distance);
    correction.documents = count;
    corrections.push_back(std::move(correction));
  }
  std::sort(corrections.begin(), corrections.end(),
            [this](const Correction& a, const Correction& b) {
              const auto key = [this](const Correction& c) {
                return std::tuple(IsRare(c.documents), c.edits, -c.documents,
                                  std::string_view(c.words[0].form));
              };
              return key(a) < key(b);
            });
  // The first spelling of each stem.
  std::vector<Correction> distinct;
  for (Correction& c : corrections) {
    if (distinct.size() == limit) break;
    // Other papers' misspellings, when there is anything better.
    if (!distinct.empty() && !IsRare(distinct[0].documents) &&
        IsRare(c.documents)) {
      break;
    }
    const bool again =
        std::any_of(distinct.begin(), distinct.end(), [&](const Correction& d) {
          return d.words[0].stem == c.words[0].stem;
        });
    if (!again) distinct.push_back(std::move(c));
  }
  return distinct;
}

std::vector<Correction> SpellingBook::Splits(const query::Word& word,
                                             size_t limit) const {
  std::vector<Correction> splits;
  const std::vector<size_t> letters = Letters(word.form);
  for (size_t i = 2; i + 2 <= letters.size(); ++i) {
    const std::string_view form = word.form;
    const std::string_view left = form.substr(0, letters[i]);
    const std::string_view right = form.substr(letters[i]);
    const int64_t documents = std::min(Documents(left), Documents(right));
    if (documents == 0 || IsRare(documents)) continue;
    Correction& split = splits.emplace_back();
    split.words = {MakeWord(left, word.exact), MakeWord(right, word.exact)};
    split.documents = documents;
  }
  std::stable_sort(splits.begin(), splits.end(),
                   [](const Correction& a, const Correction& b) {
                     return a.documents > b.documents;
                   });
  if (splits.size() > limit) splits.resize(limit);
  return splits;
}

}  // namespace paperwire::index
