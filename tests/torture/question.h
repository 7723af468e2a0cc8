// Queries whose meaning can be told without a search engine.
//
//     const Question& question = Question::Any(random);
//     question.text;                       // `comet -delta`
//     question.Matches(WordsOf(paper));

#ifndef PAPERWIRE_TESTS_TORTURE_QUESTION_H_
#define PAPERWIRE_TESTS_TORTURE_QUESTION_H_

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::torture {

// The words of a paper's title and abstract, one after the other.
using Words = std::vector<std::string>;
Words WordsOf(const v1::Paper& paper);

// Some of the words that questions ask for; "" for none.
std::string RandomText(std::mt19937_64& random);

struct Question {
  std::string text;
  std::function<bool(const Words&)> Matches;

  static const Question& Any(std::mt19937_64& random);
  // The one with this text, which must be one of these.
  static const Question& WithText(const std::string& text);
  static const std::vector<Question>& All();
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_QUESTION_H_
