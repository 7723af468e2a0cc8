// What a search returns, said slowly: the definition that the index is held to.
//
//     Reference reference;
//     reference.Put(document);
//     reference.Delete(number);
//     SearchResult expected = reference.Search(query, options);
//
// Keeps the documents as they came, cuts them into words again for every
// query, evaluates the tree by recursion, and sorts everything. It shares
// nothing with the index but the Analyzer, the parameters of ranking.h, and
// the constants of field_words.h.

#ifndef PAPERWIRE_TESTS_UNIT_INDEX_REFERENCE_H_
#define PAPERWIRE_TESTS_UNIT_INDEX_REFERENCE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "service/index/document.h"
#include "service/index/search.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

class Reference {
 public:
  void Put(const Document& document) { documents_[document.number] = document; }
  void Delete(int64_t number) { documents_.erase(number); }
  const std::map<int64_t, Document>& documents() const { return documents_; }

  SearchResult Search(const query::Query& query, const SearchOptions& options);
  std::vector<Match> MatchAll(const query::Query& query);

 private:
  struct Word {
    std::string form;
    std::string stem;
    uint32_t position;
  };
  using Fields = std::array<std::vector<Word>, query::kTextFields>;

  Fields Cut(const Document& document);
  static void AddInitials(std::vector<Word>* words);
  static size_t Length(const std::vector<Word>& words);
  void CutAll();
  bool IsTrue(const query::Node& node, const Document& d, const Fields& fields);
  // How often a scoring leaf is true of a field.
  uint32_t Count(const query::Node& leaf, const std::vector<Word>& words);
  void TakeStatistics(const query::Node& root);
  double Score(const query::Node& root, const Fields& fields);
  double Idf(const query::Node& leaf);
  bool IsPartial(const query::Node& root, const Document& d,
                 const Fields& fields);

  std::map<int64_t, Document> documents_;
  text::Analyzer analyzer_;
  // Of one query.
  std::map<int64_t, Fields> words_;
  std::map<const query::Node*, double> idf_;
  std::array<double, query::kTextFields> average_{};
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_TESTS_UNIT_INDEX_REFERENCE_H_
