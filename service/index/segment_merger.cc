#include "service/index/segment_merger.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "service/base/priority.h"
#include "service/index/framed_column.h"
#include "service/index/keyword_documents.h"
#include "service/index/packed_column.h"
#include "service/index/postings_writer.h"
#include "service/index/string_table.h"
#include "service/index/table_merger.h"
#include "service/index/word_forms.h"

namespace paperwire::index {
namespace {

Section After(Section s, uint32_t n) {
  return static_cast<Section>(static_cast<uint32_t>(s) + n);
}

class Merger {
 public:
  Merger(const std::vector<SegmentView>& views, uint64_t id)
      : views_(views), documents_(views.size()) {
    meta_.id = id;
    meta_.complete_sequence = views.back().segment->meta().complete_sequence;
  }

  MergedSegment Run() {
    NumberDocuments();
    CopyColumns();
    MergeWords();
    MergeKeywords();
    MergeValues(&Segment::categories, Section::kCategoryTable);
    MergeValues(&Segment::sources, Section::kSourceTable);
    MergeValues(&Segment::venues, Section::kVenueTable);
    sections_.Append(Section::kMeta, meta_);
    return {std::make_shared<const Segment>(std::move(sections_)),
            std::move(documents_)};
  }

 private:
  template <typename F>
  void ForEachLive(F f) {
    for (size_t i = 0; i < views_.size(); ++i) {
      for (uint32_t d = 0; d < documents_[i].size(); ++d) {
        GiveWayAt(d);
        if (documents_[i][d] != kNotFound) f(*views_[i].segment, d);
      }
    }
  }

  void NumberDocuments() {
    for (size_t i = 0; i < views_.size(); ++i) {
      documents_[i].resize(views_[i].segment->documents(), kNotFound);
      for (uint32_t d = 0; d < documents_[i].size(); ++d) {
        if (views_[i].IsLive(d)) documents_[i][d] = meta_.documents++;
      }
      for (size_t f = 0; f < meta_.total_lengths.size(); ++f) {
        meta_.total_lengths[f] += views_[i].total_lengths[f];
      }
    }
  }

  void CopyColumns() {
    ForEachLive([&](const Segment& s, uint32_t d) {
      columns_.Add({.number = s.numbers()[d],
                    .sequence = s.sequences()[d],
                    .published = s.published()[d],
                    .votes = s.votes()[d],
                    .flags = static_cast<uint8_t>(s.flags()[d]),
                    .links = static_cast<uint32_t>(s.links()[d]),
                    .lengths = s.lengths(d)});
    });
    columns_.Write(&sections_);
  }

  void MergeWords();
  void MergeTerm(uint32_t term, const TableUnion& terms);

  void MergeKeywords() {
    std::vector<StringTable> tables;
    for (const SegmentView& v : views_) tables.push_back(v.segment->keywords());
    std::vector<std::vector<bool>> keep(views_.size());
    for (size_t i = 0; i < views_.size(); ++i) {
      if (views_[i].deleted_count == 0) continue;
      keep[i].resize(tables[i].size());
      for (uint32_t k = 0; k < tables[i].size(); ++k) {
        views_[i].segment->keyword_documents(k).ForEach([&](uint32_t d) {
          if (documents_[i][d] != kNotFound) keep[i][k] = true;
        });
      }
    }
    const TableUnion merged = MergeTables(tables, keep);
    PutTable(merged.strings, &sections_[Section::kKeywordTable],
             &sections_[Section::kKeywordBytes]);
    KeywordWriter writer(&sections_, meta_.documents);
    std::vector<uint32_t> documents;
    for (uint32_t k = 0; k < merged.size(); ++k) {
      GiveWay();
      documents.clear();
      for (const auto* o = merged.begin(k); o != merged.end(k); ++o) {
        views_[o->table].segment->keyword_documents(o->place).ForEach(
            [&](uint32_t d) {
              const uint32_t now = documents_[o->table][d];
              if (now != kNotFound) documents.push_back(now);
            });
      }
      writer.Add(documents);
    }
    writer.Finish();
    meta_.keywords = merged.size();
  }

  void MergeValues(const ValueColumn& (Segment::*column)() const,
                   Section strings) {
    std::vector<StringTable> tables;
    for (const SegmentView& v : views_) {
      tables.push_back(((*v.segment).*column)().table);
    }
    // Few and long-lived: values that only deleted documents had may stay.
    const TableUnion merged =
        MergeTables(tables, std::vector<std::vector<bool>>(views_.size()));
    PutTable(merged.strings, &sections_[strings],
             &sections_[After(strings, 1)]);
    std::vector<int64_t> begins = {0};
    std::vector<int64_t> ordinals;
    for (size_t i = 0; i < views_.size(); ++i) {
      const ValueColumn& values = ((*views_[i].segment).*column)();
      for (uint32_t d = 0; d < documents_[i].size(); ++d) {
        GiveWayAt(d);
        if (documents_[i][d] == kNotFound) continue;
        values.ForEachOf(
            d, [&](uint32_t v) { ordinals.push_back(merged.ranks[i][v]); });
        begins.push_back(static_cast<int64_t>(ordinals.size()));
      }
    }
    PutFramed(begins, &sections_[After(strings, 2)]);
    PutColumn(ordinals, &sections_[After(strings, 3)]);
  }

  const std::vector<SegmentView>& views_;
  std::vector<std::vector<uint32_t>> documents_;
  SectionBuffers sections_;
  SegmentMeta meta_;
  DocumentColumns columns_;
  // Spellings: where those of each input are now, their stems, and which of
  // those of their stem they are.
  TableUnion forms_;
  std::vector<uint32_t> form_terms_;
  std::unique_ptr<WordForms> words_;
  std::unique_ptr<PostingsWriter> writer_;
  std::vector<Occurrence> occurrences_;
  std::vector<uint32_t> ordinals_;
};

void Merger::MergeWords() {
  std::vector<StringTable> term_tables, form_tables;
  std::vector<std::vector<bool>> keep_terms, keep_forms;
  constexpr Section kWordSections[] = {
      Section::kPostings, Section::kLongPostings, Section::kPositions};
  size_t word_bytes = 0;
  for (const SegmentView& view : views_) {
    const Segment& s = *view.segment;
    term_tables.push_back(s.terms());
    form_tables.push_back(s.forms());
    // What has no document any more was left behind by an earlier merge.
    std::vector<bool>& terms = keep_terms.emplace_back(s.terms().size());
    for (uint32_t t = 0; t < terms.size(); ++t) {
      GiveWayAt(t);
      terms[t] = s.term(t).documents > 0;
    }
    std::vector<bool>& forms = keep_forms.emplace_back(s.forms().size());
    for (uint32_t f = 0; f < forms.size(); ++f) {
      GiveWayAt(f);
      forms[f] = s.form(f).documents > 0;
    }
    for (const Section section : kWordSections) {
      word_bytes += s.section(section).size();
    }
  }
  // What words take moves from one section to another as they become frequent.
  // Room that is not used is never touched.
  for (const Section section : kWordSections) {
    sections_[section].reserve(word_bytes);
  }
  const TableUnion terms = MergeTables(term_tables, keep_terms);
  forms_ = MergeTables(form_tables, keep_forms);
  meta_.terms = terms.size();
  meta_.forms = forms_.size();

  form_terms_.resize(forms_.size());
  for (uint32_t f = 0; f < forms_.size(); ++f) {
    GiveWayAt(f);
    const TableUnion::Origin& o = *forms_.begin(f);
    form_terms_[f] =
        terms.ranks[o.table][views_[o.table].segment->form_term(o.place)];
  }
  words_ = std::make_unique<WordForms>(terms.size(), form_terms_);
  words_->Write(terms.strings, forms_.strings, &sections_);

  const std::vector<uint8_t> classes = columns_.Classes();
  meta_.bound_averages = BoundAverages(meta_.total_lengths, meta_.documents);
  const auto bounds = ImpactTable::Of(meta_.bound_averages);
  writer_ = std::make_unique<PostingsWriter>(&sections_, classes, *bounds);
  for (uint32_t t = 0; t < terms.size(); ++t) {
    writer_->BeginTerm(words_->count(t));
    MergeTerm(t, terms);
    writer_->EndTerm();
  }
  writer_->Finish();
}

void Merger::MergeTerm(uint32_t term, const TableUnion& terms) {
  for (const auto* o = terms.begin(term); o != terms.end(term); ++o) {
    const Segment& s = *views_[o->table].segment;
    ordinals_.clear();
    for (uint32_t i = 0; i < s.term_forms(o->place); ++i) {
      const uint32_t now = forms_.ranks[o->table][s.term_form(o->place, i)];
      // Segments that disagree about a stem were made by different rules; the
      // spelling then counts as the stem's first.
      const bool known = now != kNotFound && form_terms_[now] == term;
      ordinals_.push_back(known ? words_->ordinal(now) : 0);
    }
    PostingCursor cursor(s, o->place);
    cursor.ForEach([&](uint32_t d) {
      const uint32_t document = documents_[o->table][d];
      if (document == kNotFound) return;
      writer_->BeginDocument(document);
      cursor.Occurrences(&occurrences_);
      for (const Occurrence& occurrence : occurrences_) {
        writer_->Add(occurrence.field, occurrence.position,
                     ordinals_[occurrence.ordinal]);
      }
      writer_->EndDocument();
    });
  }
}

}  // namespace

MergedSegment MergeSegments(const std::vector<SegmentView>& views,
                            uint64_t id) {
  return Merger(views, id).Run();
}

}  // namespace paperwire::index
