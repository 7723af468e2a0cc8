#include "service/index/boolean_matchers.h"

#include <algorithm>

namespace paperwire::index {

AndMatcher::AndMatcher(std::vector<std::unique_ptr<Matcher>> children)
    : children_(std::move(children)) {
  std::stable_sort(
      children_.begin(), children_.end(),
      [](const auto& a, const auto& b) { return a->Cost() < b->Cost(); });
}

void AndMatcher::Narrow(const Window& window, WindowSet* set) {
  for (const auto& child : children_) {
    child->Narrow(window, set);
    if (set->Empty()) return;
  }
}

OrMatcher::OrMatcher(std::vector<std::unique_ptr<Matcher>> children)
    : children_(std::move(children)) {
  std::stable_sort(
      children_.begin(), children_.end(),
      [](const auto& a, const auto& b) { return a->Cost() > b->Cost(); });
  for (const auto& child : children_) cost_ += child->Cost();
}

void OrMatcher::Narrow(const Window& window, WindowSet* set) {
  WindowSet found;
  AddTo(window, *set, &found);
  set->Intersect(found);
}

// The most frequent one first: as a rule it has something in every window.
uint32_t OrMatcher::NextWindow(uint32_t window) {
  uint32_t next = kNoWindow;
  for (const auto& child : children_) {
    next = std::min(next, child->NextWindow(window));
    if (next == window) break;
  }
  return next;
}

void OrMatcher::AddTo(const Window& window, const WindowSet& among,
                      WindowSet* set) {
  for (const auto& child : children_) child->AddTo(window, among, set);
}

void NotMatcher::Narrow(const Window& window, WindowSet* set) {
  WindowSet excluded = *set;
  child_->Narrow(window, &excluded);
  set->Subtract(excluded);
}

}  // namespace paperwire::index
