#include "service/index/filter_matchers.h"

#include <span>

#include "service/index/boolean_matchers.h"
#include "service/index/keyword_terms.h"
#include "service/index/lower_bound.h"

namespace paperwire::index {
namespace {

// The documents of a sorted list.
class ListMatcher : public Matcher {
 public:
  explicit ListMatcher(std::span<const uint32_t> documents)
      : documents_(documents) {}

  void Narrow(const Window& window, WindowSet* set) override {
    WindowSet found;
    AddTo(window, *set, &found);
    set->Intersect(found);
  }
  void AddTo(const Window& window, const WindowSet&, WindowSet* set) override {
    const uint32_t* const end = documents_.data() + documents_.size();
    for (const uint32_t* it = LowerBound(documents_.data(), end, window.begin);
         it != end && *it < window.end; ++it) {
      set->Add(*it - window.begin);
    }
  }
  uint64_t Cost() const override { return documents_.size(); }
  int64_t KnownCount() const override {
    return static_cast<int64_t>(documents_.size());
  }

 private:
  const std::span<const uint32_t> documents_;
};

// The documents of a bitmap of the segment.
class BitmapMatcher : public Matcher {
 public:
  BitmapMatcher(std::span<const uint64_t> bitmap, uint64_t documents)
      : bitmap_(bitmap), documents_(documents) {}

  void Narrow(const Window& window, WindowSet* set) override {
    set->IntersectWords(&bitmap_[window.begin / 64]);
  }
  void AddTo(const Window& window, const WindowSet&, WindowSet* set) override {
    set->UniteWords(&bitmap_[window.begin / 64]);
  }
  uint64_t Cost() const override { return documents_; }
  int64_t KnownCount() const override {
    return static_cast<int64_t>(documents_);
  }

 private:
  const std::span<const uint64_t> bitmap_;
  const uint64_t documents_;
};

// The documents whose columns satisfy a test.
template <typename Test>
class ColumnMatcher : public Matcher {
 public:
  ColumnMatcher(uint32_t documents, Test test)
      : documents_(documents), test_(test) {}

  void Narrow(const Window& window, WindowSet* set) override {
    WindowSet found;
    set->ForEach([&](uint32_t i) {
      if (test_(window.begin + i)) found.Add(i);
    });
    *set = found;
  }
  uint64_t Cost() const override { return documents_; }

 private:
  const uint32_t documents_;
  const Test test_;
};

template <typename Test>
std::unique_ptr<Matcher> MakeColumnMatcher(const Segment& segment, Test test) {
  return std::make_unique<ColumnMatcher<Test>>(segment.documents(), test);
}

}  // namespace

std::unique_ptr<Matcher> MakeKeywordMatcher(const Segment& segment,
                                            const query::Keyword& keyword) {
  if (keyword.kind == query::Keyword::Kind::kHas) {
    const uint32_t bit = LinkBit(keyword);
    return MakeColumnMatcher(segment,
                             [links = segment.links(), bit](uint32_t d) {
                               return (links[d] & bit) != 0;
                             });
  }
  const uint32_t k = segment.keywords().Find(KeywordTerm(keyword));
  if (k == kNotFound) return std::make_unique<NoneMatcher>();
  const KeywordDocuments documents = segment.keyword_documents(k);
  if (!documents.bitmap.empty()) {
    return std::make_unique<BitmapMatcher>(documents.bitmap, documents.count);
  }
  return std::make_unique<ListMatcher>(documents.list);
}

std::unique_ptr<Matcher> MakeRangeMatcher(const Segment& segment,
                                          const query::Range& range) {
  const bool votes = range.column == query::Range::Column::kVotes;
  return MakeColumnMatcher(
      segment,
      [values = votes ? segment.votes() : segment.published(),
       flags = segment.flags(), bit = votes ? kHasVotes : kHasPublished,
       min = range.min, max = range.max](uint32_t d) {
        return (flags[d] & bit) != 0 && values[d] >= min && values[d] <= max;
      });
}

}  // namespace paperwire::index
