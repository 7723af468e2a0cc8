// And, Or, Not, and the two constants, over the sets of a window.

#ifndef PAPERWIRE_SERVICE_INDEX_BOOLEAN_MATCHERS_H_
#define PAPERWIRE_SERVICE_INDEX_BOOLEAN_MATCHERS_H_

#include <memory>
#include <utility>
#include <vector>

#include "service/index/matcher.h"

namespace paperwire::index {

class AllMatcher : public Matcher {
 public:
  explicit AllMatcher(uint32_t documents) : documents_(documents) {}
  void Narrow(const Window&, WindowSet*) override {}
  uint64_t Cost() const override { return documents_; }

 private:
  const uint32_t documents_;
};

class NoneMatcher : public Matcher {
 public:
  void Narrow(const Window&, WindowSet* set) override { set->Clear(); }
  uint32_t NextWindow(uint32_t) override { return kNoWindow; }
  uint64_t Cost() const override { return 0; }
};

// Asks the cheapest child first and stops when nothing is left: the rarest
// word leads, the others look at its documents only.
class AndMatcher : public Matcher {
 public:
  explicit AndMatcher(std::vector<std::unique_ptr<Matcher>> children);
  void Narrow(const Window& window, WindowSet* set) override;
  uint32_t NextWindow(uint32_t window) override {
    return children_.front()->NextWindow(window);
  }
  uint64_t Cost() const override { return children_.front()->Cost(); }

 private:
  std::vector<std::unique_ptr<Matcher>> children_;  // by rising cost
};

// All that any child is true of.
class OrMatcher : public Matcher {
 public:
  explicit OrMatcher(std::vector<std::unique_ptr<Matcher>> children);
  void Narrow(const Window& window, WindowSet* set) override;
  uint32_t NextWindow(uint32_t window) override;
  void AddTo(const Window& window, const WindowSet& among,
             WindowSet* set) override;
  uint64_t Cost() const override { return cost_; }

 private:
  std::vector<std::unique_ptr<Matcher>> children_;  // by falling cost
  uint64_t cost_ = 0;
};

class NotMatcher : public Matcher {
 public:
  NotMatcher(std::unique_ptr<Matcher> child, uint32_t documents)
      : child_(std::move(child)), documents_(documents) {}
  void Narrow(const Window& window, WindowSet* set) override;
  // Removes little, as a rule: let the others go first.
  uint64_t Cost() const override { return uint64_t{documents_} * 2; }

 private:
  std::unique_ptr<Matcher> child_;
  const uint32_t documents_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_BOOLEAN_MATCHERS_H_
