#include "service/index/segment_builder.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string_view>

#include "service/base/priority.h"
#include "service/index/field_words.h"
#include "service/index/framed_column.h"
#include "service/index/keyword_documents.h"
#include "service/index/keyword_terms.h"
#include "service/index/packed_column.h"
#include "service/index/postings_writer.h"
#include "service/index/string_table.h"
#include "service/index/word_forms.h"

namespace paperwire::index {
namespace {

// The sections of a value column follow each other.
Section After(Section s, uint32_t n) {
  return static_cast<Section>(static_cast<uint32_t>(s) + n);
}

}  // namespace

void SegmentBuilder::Values::Add(const std::vector<std::string>& values) {
  const auto first = static_cast<ptrdiff_t>(numbers.size());
  for (const std::string& value : values) {
    if (value.empty()) continue;
    const uint32_t number = table.Add(value).first;
    // A paper counts once under each of its values.
    if (std::find(numbers.begin() + first, numbers.end(), number) ==
        numbers.end()) {
      numbers.push_back(number);
    }
  }
  begins.push_back(static_cast<int64_t>(numbers.size()));
}

void SegmentBuilder::Values::Write(SectionBuffers* sections,
                                   Section strings) const {
  std::vector<uint32_t> ranks;
  PutTable(table.Ranked(&ranks), &(*sections)[strings],
           &(*sections)[After(strings, 1)]);
  PutFramed(begins, &(*sections)[After(strings, 2)]);
  std::vector<int64_t> ordinals;
  for (const uint32_t number : numbers) ordinals.push_back(ranks[number]);
  PutColumn(ordinals, &(*sections)[After(strings, 3)]);
}

void SegmentBuilder::Reserve(size_t text_bytes) {
  // A word and what separates it take a little more on average.
  places_.reserve(text_bytes / 6);
}

void SegmentBuilder::Add(const Document& document) {
  GiveWay();
  DocumentRow row;
  AddWords(document, &row.lengths);
  for (std::string& term : KeywordTerms(document)) {
    keywords_.emplace_back(std::move(term), meta_.documents);
  }
  categories_.Add(document.categories);
  sources_.Add(document.sources);
  venues_.Add({document.venue});
  row.number = document.number;
  row.sequence = document.sequence;
  row.published = document.published.value_or(0);
  row.votes = document.votes.value_or(0);
  if (document.published.has_value()) row.flags |= kHasPublished;
  if (document.votes.has_value()) row.flags |= kHasVotes;
  row.links = document.link_kinds;
  columns_.Add(row);
  ++meta_.documents;
}

void SegmentBuilder::AddWords(const Document& document, FieldLengths* lengths) {
  const auto add = [&](std::string_view word, uint32_t position,
                       std::pair<uint32_t, bool> form_and_is_new) {
    const auto [form, is_new] = form_and_is_new;
    if (is_new) form_terms_.push_back(terms_.Add(analyzer_.Stem(word)).first);
    places_.push_back({form, position});
  };
  for (uint8_t f = 0; f < query::kTextFields; ++f) {
    fields_.push_back({meta_.documents, f, places_.size()});
    const uint32_t length =
        ForEachWord(analyzer_, document.text[f],
                    [&](const text::Token& token, uint32_t position) {
                      add(token.form, position, forms_.AddForm(token.form));
                    });
    (*lengths)[f] = static_cast<uint16_t>(length);
    meta_.total_lengths[f] += length;
  }
  // Initials are no words of their own: they do not count for the length.
  constexpr auto kAuthor = static_cast<uint8_t>(query::TextField::kAuthor);
  fields_.push_back({meta_.documents, kAuthor, places_.size()});
  ForEachInitial(analyzer_, document.text[kAuthor],
                 [&](std::string_view initial, uint32_t position) {
                   add(initial, position, forms_.Add(initial));
                 });
}

void SegmentBuilder::WriteWords() {
  const uint32_t terms = terms_.size();
  std::vector<uint32_t> term_ranks, form_ranks;
  const std::vector<std::string_view> stems = terms_.Ranked(&term_ranks);
  const std::vector<std::string_view> spellings = forms_.Ranked(&form_ranks);
  const size_t forms = spellings.size();

  // The stem of each spelling, in both ways of numbering them.
  std::vector<uint32_t> form_ranked_terms(forms);
  std::vector<uint32_t> terms_of(forms);
  for (uint32_t form = 0; form < forms; ++form) {
    const uint32_t term = term_ranks[form_terms_[form]];
    form_ranked_terms[form] = terms_of[form_ranks[form]] = term;
  }
  const WordForms words(terms, terms_of);
  words.Write(stems, spellings, &sections_);
  std::vector<uint32_t> ordinals(forms);
  for (uint32_t form = 0; form < forms; ++form) {
    ordinals[form] = words.ordinal(form_ranks[form]);
  }

  // The occurrences by stem, otherwise as they came: a counting sort.
  struct Occurrence {
    uint32_t document;
    uint32_t position;
    uint32_t ordinal_and_field;  // ordinal << 3 | field
  };
  static_assert(query::kTextFields <= 8);
  std::vector<size_t> begins(terms + 1, 0);
  for (const Place& p : places_) ++begins[form_ranked_terms[p.form] + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  const auto sorted =
      std::make_unique_for_overwrite<Occurrence[]>(places_.size());
  std::vector<size_t> next(begins);
  fields_.push_back({meta_.documents, 0, places_.size()});  // ends the last
  for (size_t f = 0; f + 1 < fields_.size(); ++f) {
    GiveWayAt(f);
    for (size_t i = fields_[f].begin; i < fields_[f + 1].begin; ++i) {
      const Place p = places_[i];
      sorted[next[form_ranked_terms[p.form]]++] = {
          fields_[f].document, p.position,
          ordinals[p.form] << 3 | fields_[f].field};
    }
  }

  const std::vector<uint8_t> classes = columns_.Classes();
  meta_.bound_averages = BoundAverages(meta_.total_lengths, meta_.documents);
  const auto bounds = ImpactTable::Of(meta_.bound_averages);
  // A word takes about that; room that is not used is never touched.
  for (const Section section :
       {Section::kPostings, Section::kLongPostings, Section::kPositions}) {
    sections_[section].reserve(places_.size() * 3 / 2);
  }
  PostingsWriter writer(&sections_, classes, *bounds);
  for (uint32_t t = 0; t < terms; ++t) {
    writer.BeginTerm(words.count(t));
    for (size_t i = begins[t]; i < begins[t + 1];) {
      const uint32_t document = sorted[i].document;
      writer.BeginDocument(document);
      for (; i < begins[t + 1] && sorted[i].document == document; ++i) {
        writer.Add(static_cast<uint8_t>(sorted[i].ordinal_and_field & 7),
                   sorted[i].position, sorted[i].ordinal_and_field >> 3);
      }
      writer.EndDocument();
    }
    writer.EndTerm();
  }
  writer.Finish();
  meta_.terms = terms;
  meta_.forms = static_cast<uint32_t>(forms);
}

void SegmentBuilder::WriteKeywords() {
  GiveWay();
  std::sort(keywords_.begin(), keywords_.end());
  GiveWay();
  std::vector<std::string_view> strings;
  KeywordWriter writer(&sections_, meta_.documents);
  std::vector<uint32_t> documents;
  for (size_t i = 0; i < keywords_.size();) {
    const std::string_view keyword = strings.emplace_back(keywords_[i].first);
    documents.clear();
    for (; i < keywords_.size() && keywords_[i].first == keyword; ++i) {
      documents.push_back(keywords_[i].second);
    }
    writer.Add(documents);
  }
  writer.Finish();
  PutTable(strings, &sections_[Section::kKeywordTable],
           &sections_[Section::kKeywordBytes]);
  meta_.keywords = static_cast<uint32_t>(strings.size());
}

std::shared_ptr<const Segment> SegmentBuilder::Finish(
    uint64_t id, int64_t complete_sequence) {
  WriteWords();
  WriteKeywords();
  categories_.Write(&sections_, Section::kCategoryTable);
  sources_.Write(&sections_, Section::kSourceTable);
  venues_.Write(&sections_, Section::kVenueTable);
  columns_.Write(&sections_);
  meta_.id = id;
  meta_.complete_sequence = complete_sequence;
  sections_.Append(Section::kMeta, meta_);
  return std::make_shared<const Segment>(std::move(sections_));
}

}  // namespace paperwire::index
