// Edit distance by dynamic programming (Wagner and Fischer 1974, with the
// transposition of Damerau 1964): row i holds the distances of the first i
// code points of a string to every prefix of the word.
//
// The strings are sorted, so neighbours share their first code points, and
// the rows of those are kept. Once every entry of a row is above the limit,
// no string that begins so can come back below it, and all of them are
// passed over. Entries further from the diagonal than the limit are above it
// anyway and are not computed (Ukkonen 1985).

#include "service/index/fuzzy_scan.h"

#include <algorithm>
#include <string>

#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

void Decode(std::string_view s, std::u32string* out) {
  out->clear();
  for (size_t at = 0; at < s.size();) {
    const text::CodePoint c = text::DecodeAt(s, at);
    out->push_back(c.value);
    at += c.size;
  }
}

class Rows {
 public:
  Rows(std::string_view word, int limit) : limit_(limit) {
    Decode(word, &word_);
    rows_.emplace_back(word_.size() + 1, limit_ + 1);
    for (size_t j = 0; j <= word_.size(); ++j) {
      rows_[0][j] = std::min(static_cast<int>(j), limit_ + 1);
    }
  }

  // The distance of the word to `s`. If no string that begins with the first
  // n code points of `s` is near enough, *dead is the least such n; else 0.
  int Distance(std::string_view string, size_t* dead) {
    Decode(string, &next_);
    const std::u32string& s = next_;
    size_t i = 0;  // rows 0 to i hold
    while (i < kept_ && i < s.size() && s[i] == last_[i]) ++i;
    kept_ = i;
    last_.swap(next_);
    *dead = 0;
    return Compute(i, dead);
  }

 private:
  int Compute(size_t i, size_t* dead) {
    const std::u32string& s = last_;
    for (; i < s.size(); ++i) {
      kept_ = i + 1;
      if (Fill(i + 1) > limit_) {
        *dead = i + 1;
        kept_ = i;
        return limit_ + 1;
      }
    }
    // The last entry is outside of the band when the lengths differ too much.
    const size_t longer = std::max(s.size(), word_.size());
    const size_t shorter = std::min(s.size(), word_.size());
    return longer - shorter > static_cast<size_t>(limit_)
               ? limit_ + 1
               : rows_[s.size()].back();
  }

  // Computes row i and returns its least entry.
  int Fill(size_t i) {
    if (rows_.size() <= i) {
      rows_.emplace_back(word_.size() + 1, limit_ + 1);
    }
    const size_t band = static_cast<size_t>(limit_);
    const std::vector<int>& above = rows_[i - 1];
    std::vector<int>& row = rows_[i];
    const size_t first = i > band ? i - band : 0;
    const size_t last = std::min(word_.size(), i + band);
    int least = limit_ + 1;
    for (size_t j = first; j <= last; ++j) {
      int d = limit_ + 1;
      if (j == 0) {
        d = static_cast<int>(i);
      } else {
        d = above[j - 1] + (last_[i - 1] == word_[j - 1] ? 0 : 1);
        if (j < i + band) d = std::min(d, above[j] + 1);
        if (j > first) d = std::min(d, row[j - 1] + 1);
        if (i > 1 && j > 1 && last_[i - 1] == word_[j - 2] &&
            last_[i - 2] == word_[j - 1]) {
          d = std::min(d, rows_[i - 2][j - 2] + 1);
        }
      }
      row[j] = std::min(d, limit_ + 1);
      least = std::min(least, row[j]);
    }
    return least;
  }

  std::u32string word_;
  const int limit_;
  std::vector<std::vector<int>> rows_;
  std::u32string last_, next_;
  size_t kept_ = 0;  // rows 0 to kept_ are those of last_
};

// Bytes of the first `n` code points.
size_t PrefixBytes(std::string_view s, size_t n) {
  size_t at = 0;
  while (n-- > 0 && at < s.size()) at += text::DecodeAt(s, at).size;
  return at;
}

// The first string after `i` that does not share its first bytes: steps that
// double, then halves.
uint32_t SkipPrefix(const StringTable& table, uint32_t i, size_t bytes) {
  const std::string_view prefix = table[i].substr(0, bytes);
  uint32_t low = i;  // shares them
  uint32_t step = 1;
  while (low + step < table.size() && table[low + step].starts_with(prefix)) {
    low += step;
    step *= 2;
  }
  uint32_t high = std::min(low + step, table.size());  // does not
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    (table[middle].starts_with(prefix) ? low : high) = middle;
  }
  return high;
}

}  // namespace

std::vector<uint32_t> FuzzyScan(const StringTable& table, std::string_view word,
                                int distance) {
  std::vector<uint32_t> found;
  Rows rows(word, distance);
  for (uint32_t i = 0; i < table.size();) {
    size_t dead = 0;
    if (rows.Distance(table[i], &dead) <= distance) found.push_back(i);
    i = dead == 0 ? i + 1 : SkipPrefix(table, i, PrefixBytes(table[i], dead));
  }
  return found;
}

int EditDistance(std::string_view a, std::string_view b, int distance) {
  Rows rows(b, distance);
  size_t dead = 0;
  return rows.Distance(a, &dead);
}

}  // namespace paperwire::index
