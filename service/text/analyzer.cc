#include "service/text/analyzer.h"

#include "service/text/stemmer.h"
#include "service/text/tokenizer.h"

namespace paperwire::text {

struct Analyzer::Impl {
  Tokenizer tokenizer;
  Stemmer stemmer;
};

Analyzer::Analyzer() : impl_(std::make_unique<Impl>()) {}
Analyzer::~Analyzer() = default;

const std::vector<Token>& Analyzer::Tokenize(std::string_view utf8) {
  return impl_->tokenizer.Run(utf8);
}

std::string_view Analyzer::Stem(std::string_view form) {
  return impl_->stemmer.Stem(form);
}

}  // namespace paperwire::text
