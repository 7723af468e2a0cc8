#include "service/index/string_table.h"

#include <algorithm>

#include "service/base/priority.h"

namespace paperwire::index {
namespace {

// A table that is being made.
class Places {
 public:
  explicit Places(size_t size) : begins_(size), lengths_(size) {}
  void Set(size_t i, size_t begin, size_t length) {
    GiveWayAt(i);
    begins_[i] = static_cast<int64_t>(begin);
    lengths_[i] = static_cast<int64_t>(length);
  }
  size_t begin(size_t i) const { return static_cast<size_t>(begins_[i]); }
  void Write(std::vector<uint8_t>* table) const {
    PutFramed(begins_, table);
    PutColumn(lengths_, table);
  }

 private:
  std::vector<int64_t> begins_, lengths_;
};

size_t PutString(std::string_view s, std::vector<uint8_t>* bytes) {
  const size_t begin = bytes->size();
  bytes->insert(bytes->end(), s.begin(), s.end());
  return begin;
}

}  // namespace

bool StringTable::Fits(std::span<const uint8_t> table,
                       std::span<const char> bytes) {
  if (!FramedColumn::Fits(table)) return false;
  const FramedColumn begins(table);
  const auto rest = table.subspan(begins.bytes());
  if (!PackedColumn::Fits(rest)) return false;
  const PackedColumn lengths(rest);
  if (lengths.bytes() != rest.size() || lengths.size() != begins.size()) {
    return false;
  }
  std::string_view last;
  for (uint32_t i = 0; i < begins.size(); ++i) {
    const auto begin = static_cast<uint64_t>(begins[i]);
    const auto length = static_cast<uint64_t>(lengths[i]);
    if (begin > bytes.size() || length > bytes.size() - begin) return false;
    const std::string_view string(bytes.data() + begin, length);
    if (i > 0 && last >= string) return false;
    last = string;
  }
  return true;
}

void PutTable(std::span<const std::string_view> strings,
              std::vector<uint8_t>* table, std::vector<uint8_t>* bytes) {
  Places places(strings.size());
  for (size_t i = 0; i < strings.size(); ++i) {
    places.Set(i, PutString(strings[i], bytes), strings[i].size());
  }
  places.Write(table);
}

void PutWordTables(std::span<const std::string_view> terms,
                   std::span<const std::string_view> forms,
                   std::span<const uint32_t> first_forms,
                   std::vector<uint8_t>* term_table,
                   std::vector<uint8_t>* form_table,
                   std::vector<uint8_t>* bytes) {
  // Stems that need bytes of their own have them behind that spelling, so that
  // where stems begin rises, too.
  struct Odd {
    uint32_t form;
    uint32_t term;
  };
  std::vector<Odd> odd;
  for (uint32_t t = 0; t < terms.size(); ++t) {
    const uint32_t form = first_forms[t];
    if (form >= forms.size() || !forms[form].starts_with(terms[t])) {
      odd.push_back({form, t});
    }
  }
  std::stable_sort(odd.begin(), odd.end(), [](const Odd& a, const Odd& b) {
    return a.form < b.form;
  });
  Places term_places(terms.size());
  Places form_places(forms.size());
  auto next = odd.begin();
  const auto put_odd = [&](uint32_t form) {
    for (; next != odd.end() && next->form <= form; ++next) {
      const std::string_view term = terms[next->term];
      term_places.Set(next->term, PutString(term, bytes), term.size());
    }
  };
  for (uint32_t f = 0; f < forms.size();) {
    // Spellings that the next one begins with lie in its bytes.
    uint32_t last = f;
    while (last + 1 < forms.size() &&
           forms[last + 1].starts_with(forms[last])) {
      ++last;
    }
    const size_t begin = PutString(forms[last], bytes);
    for (; f <= last; ++f) form_places.Set(f, begin, forms[f].size());
    put_odd(last);
  }
  put_odd(UINT32_MAX);
  auto is_odd = std::vector<bool>(terms.size());
  for (const Odd& o : odd) is_odd[o.term] = true;
  for (uint32_t t = 0; t < terms.size(); ++t) {
    if (is_odd[t]) continue;
    term_places.Set(t, form_places.begin(first_forms[t]), terms[t].size());
  }
  term_places.Write(term_table);
  form_places.Write(form_table);
}

}  // namespace paperwire::index
