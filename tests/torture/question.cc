#include "tests/torture/question.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "service/base/strings.h"

namespace paperwire::torture {
namespace {

// Words that are their own stems and prefixes of no other.
constexpr std::array<std::string_view, 6> kTopics = {"amber", "birch", "comet",
                                                     "delta", "ember", "fjord"};

bool Has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<Question> MakeAll() {
  std::vector<Question> all;
  all.push_back({"", [](const Words&) { return true; }});
  for (const std::string_view one : kTopics) {
    const std::string a(one);
    all.push_back({a, [a](const Words& w) { return Has(w, a); }});
    all.push_back({"-" + a, [a](const Words& w) { return !Has(w, a); }});
    all.push_back(
        {a.substr(0, 3) + "*", [a](const Words& w) { return Has(w, a); }});
    for (const std::string_view other : kTopics) {
      const std::string b(other);
      if (a == b) continue;
      all.push_back({StrCat(a, " ", b), [a, b](const Words& w) {
                       return Has(w, a) && Has(w, b);
                     }});
      all.push_back({StrCat(a, " OR ", b), [a, b](const Words& w) {
                       return Has(w, a) || Has(w, b);
                     }});
      all.push_back({StrCat(a, " -", b), [a, b](const Words& w) {
                       return Has(w, a) && !Has(w, b);
                     }});
      all.push_back({StrCat("\"", a, " ", b, "\""), [a, b](const Words& w) {
                       const std::array<std::string, 2> phrase = {a, b};
                       return std::search(w.begin(), w.end(), phrase.begin(),
                                          phrase.end()) != w.end();
                     }});
    }
  }
  return all;
}

}  // namespace

Words WordsOf(const v1::Paper& paper) {
  // No phrase goes from the title over to the abstract.
  std::istringstream text(StrCat(paper.title(), " | ", paper.abstract()));
  Words words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::string RandomText(std::mt19937_64& random) {
  std::string text;
  for (size_t n = random() % 4; n > 0; --n) {
    StrAppend(&text, text.empty() ? "" : " ", kTopics[random() % kTopics.size()]);
  }
  return text;
}

const std::vector<Question>& Question::All() {
  static const std::vector<Question> all = MakeAll();
  return all;
}

const Question& Question::Any(std::mt19937_64& random) {
  return All()[random() % All().size()];
}

const Question& Question::WithText(const std::string& text) {
  static const absl::flat_hash_map<std::string, const Question*> by_text = [] {
    absl::flat_hash_map<std::string, const Question*> made;
    for (const Question& question : All()) made[question.text] = &question;
    return made;
  }();
  return *by_text.at(text);
}

}  // namespace paperwire::torture
