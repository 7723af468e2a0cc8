#include "service/standing/program.h"

#include <algorithm>
#include <bit>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "service/index/load.h"
#include "service/index/varint.h"

namespace paperwire::standing {
namespace {

using query::Node;
using Kind = Node::Kind;

enum class Op : uint8_t {
  kAll,
  kNone,
  kAnd,
  kOr,
  kNot,
  kAnywhere,
  kAllOf,
  kInFields,
  kPhrase,
  kNear,
  kTogether,
  kRange,
  kMaybe,
};

bool InAnySpelling(const query::Word& word) { return !word.exact; }

// Whether a program finds the phrase by positions of stems alone: words in a
// row, or different ones near each other.
bool IsOfStems(const Node& node) {
  if (!std::all_of(node.words.begin(), node.words.end(), InAnySpelling)) {
    return false;
  }
  std::set<std::string_view> stems;
  for (const query::Word& word : node.words) stems.insert(word.stem);
  return node.slop == 0 || stems.size() == node.words.size();
}

// The key of a leaf that is true wherever it stands; 0 for other nodes.
Key KeyAnywhere(const Node& node) {
  if (node.kind == Kind::kKeyword) return KeywordKey(node.keyword);
  return node.kind == Kind::kWord && !node.words[0].exact &&
                 node.fields == query::kAllFields
             ? WordKey(node.words[0].stem)
             : 0;
}

class Compiler {
 public:
  Compiler(const Anchor& anchor, TermIds* ids) : anchor_(anchor), ids_(*ids) {}

  void Compile(const Node& node) {
    switch (node.kind) {
      case Kind::kAll:
        return Put(Op::kAll);
      case Kind::kAnd:
        return And(node);
      case Kind::kOr:
        Put(Op::kOr);
        Count(node.children.size());
        for (const Node& child : node.children) Compile(child);
        return;
      case Kind::kNot:
        Put(Op::kNot);
        return Compile(node.children[0]);
      case Kind::kWord:
        return Word(node);
      case Kind::kPhrase:
        Put(!IsOfStems(node)  ? Op::kTogether
            : node.slop == 0 ? Op::kPhrase
                             : Op::kNear);
        bytes_ += static_cast<char>(node.fields);
        if (IsOfStems(node) && node.slop > 0) {
          Count(node.words.size() - 1 + static_cast<size_t>(node.slop));
        }
        Count(node.words.size());
        for (const query::Word& word : node.words) PutKey(WordKey(word.stem));
        return;
      case Kind::kKeyword:
        if (KeywordKey(node.keyword) == 0) return Put(Op::kNone);
        Put(Op::kAnywhere);
        return PutKey(KeywordKey(node.keyword));
      case Kind::kRange:
        Put(Op::kRange);
        bytes_ += static_cast<char>(node.range.column);
        PutNumber(node.range.min);
        return PutNumber(node.range.max);
      case Kind::kPrefix:
      case Kind::kFuzzy:
        return Put(Op::kMaybe);
    }
  }

  std::string Take() { return std::move(bytes_); }

 private:
  void Put(Op op) { bytes_ += static_cast<char>(op); }
  void PutKey(Key key) {
    const TermId id = ids_.Intern(key);
    bytes_.append(reinterpret_cast<const char*>(&id), sizeof(id));
  }
  void PutNumber(int64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  void Count(size_t n) {
    std::vector<uint8_t> varint;
    index::PutVarint(&varint, n);
    bytes_.append(varint.begin(), varint.end());
  }
  // What is a key goes first, together, unless it is known to be there.
  void And(const Node& node) {
    std::vector<Key> keys;
    std::vector<const Node*> others;
    for (const Node& child : node.children) {
      const Key key = KeyAnywhere(child);
      if (key == 0) {
        others.push_back(&child);
      } else if (key != anchor_.key && key != anchor_.check) {
        keys.push_back(key);
      }
    }
    const size_t steps = others.size() + (keys.empty() ? 0 : 1);
    if (steps != 1) {
      Put(Op::kAnd);
      Count(steps);
    }
    if (!keys.empty()) {
      Put(Op::kAllOf);
      Count(keys.size());
      for (const Key key : keys) PutKey(key);
    }
    for (const Node* other : others) Compile(*other);
  }
  void Word(const Node& node) {
    const Key key = WordKey(node.words[0].stem);
    if (node.words[0].exact) {
      Put(Op::kTogether);
      bytes_ += static_cast<char>(node.fields);
      Count(1);
    } else if (node.fields == query::kAllFields) {
      Put(Op::kAnywhere);
    } else {
      Put(Op::kInFields);
      bytes_ += static_cast<char>(node.fields);
    }
    PutKey(key);
  }

  const Anchor& anchor_;
  TermIds& ids_;
  std::string bytes_;
};

Decision YesIf(bool yes) { return yes ? Decision::kYes : Decision::kNo; }

// Goes through a program once, from front to back; every step is read, so
// that the next one is found, but for those behind a No of the outermost And.
class Runner {
 public:
  Runner(const uint8_t* program, DocumentTerms* document)
      : next_(program), document_(*document) {}

  Decision Run() {
    if (static_cast<Op>(*next_) != Op::kAnd) return Step();
    ++next_;
    Decision all = Decision::kYes;
    for (uint64_t n = index::GetVarint(&next_); n > 0; --n) {
      const Decision one = Step();
      if (one == Decision::kNo) return one;
      if (one == Decision::kMaybe) all = one;
    }
    return all;
  }

 private:
  Decision Step() {
    switch (static_cast<Op>(*next_++)) {
      case Op::kAll:
        return Decision::kYes;
      case Op::kNone:
        return Decision::kNo;
      case Op::kAnd:
        return And();
      case Op::kOr:
        return Or();
      case Op::kNot: {
        const Decision child = Step();
        if (child == Decision::kMaybe) return child;
        return YesIf(child == Decision::kNo);
      }
      case Op::kAnywhere:
        return YesIf(document_.Has(GetId()));
      case Op::kAllOf:
        return AllOf();
      case Op::kInFields: {
        const query::FieldSet fields = *next_++;
        return YesIf((document_.Fields(GetId()) & fields) != 0);
      }
      case Op::kPhrase:
        return Phrase();
      case Op::kNear:
        return Near();
      case Op::kTogether: {
        query::FieldSet fields = *next_++;
        for (uint64_t n = index::GetVarint(&next_); n > 0; --n) {
          fields &= document_.Fields(GetId());
        }
        return fields != 0 ? Decision::kMaybe : Decision::kNo;
      }
      case Op::kRange: {
        const auto column = static_cast<query::Range::Column>(*next_++);
        const auto min = index::LoadAs<int64_t>(next_);
        const auto max = index::LoadAs<int64_t>(next_ + sizeof(min));
        next_ += sizeof(min) + sizeof(max);
        return YesIf(document_.In(column, min, max));
      }
      case Op::kMaybe:
        return Decision::kMaybe;
    }
    return Decision::kMaybe;
  }

  TermId GetId() {
    const auto id = index::LoadAs<TermId>(next_);
    next_ += sizeof(id);
    return id;
  }

  Decision AllOf() {
    const uint64_t n = index::GetVarint(&next_);
    const uint8_t* const end = next_ + n * sizeof(TermId);
    Decision all = Decision::kYes;
    while (next_ != end) {
      if (!document_.Has(GetId())) {
        all = Decision::kNo;
        next_ = end;
      }
    }
    return all;
  }

  Decision And() {
    Decision all = Decision::kYes;
    for (uint64_t n = index::GetVarint(&next_); n > 0; --n) {
      const Decision one = Step();
      if (one == Decision::kNo || all == Decision::kNo) {
        all = Decision::kNo;
      } else if (one == Decision::kMaybe) {
        all = one;
      }
    }
    return all;
  }

  Decision Or() {
    Decision any = Decision::kNo;
    for (uint64_t n = index::GetVarint(&next_); n > 0; --n) {
      const Decision one = Step();
      if (one == Decision::kYes || any == Decision::kYes) {
        any = Decision::kYes;
      } else if (one == Decision::kMaybe) {
        any = one;
      }
    }
    return any;
  }

  // Whether the places of all stems, each moved back by its place in the
  // phrase, have one in common. Most phrases are refused by the low six bits of
  // these places, all at once.
  Decision Phrase() {
    query::FieldSet fields = *next_++;
    const uint64_t n = index::GetVarint(&next_);
    const uint8_t* const ids = next_;
    for (uint64_t i = 0; i < n; ++i) fields &= document_.Fields(GetId());
    if (fields == 0) return Decision::kNo;
    next_ = ids;
    uint64_t begins = UINT64_MAX;
    for (uint64_t i = 0; i < n; ++i) {
      const uint64_t bits = document_.Places(GetId()).bits;
      begins &= std::rotr(bits, static_cast<int>(i % 64));
    }
    if (begins == 0) return Decision::kNo;
    next_ = ids;
    const std::span<const uint64_t> first = document_.Places(GetId()).all;
    for (const uint64_t begin : first) {
      if ((begins >> (begin % 64) & fields >> (begin >> 32) & 1) == 0) continue;
      next_ = ids + sizeof(TermId);
      bool all = true;
      for (uint64_t i = 1; i < n && all; ++i) {
        const std::span<const uint64_t> places = document_.Places(GetId()).all;
        all = std::binary_search(places.begin(), places.end(), begin + i);
      }
      if (!all) continue;
      next_ = ids + n * sizeof(TermId);
      return Decision::kYes;
    }
    next_ = ids + n * sizeof(TermId);
    return Decision::kNo;
  }

  // Whether, from some place of one of the stems on, all others stand within
  // reach.
  Decision Near() {
    query::FieldSet fields = *next_++;
    const uint64_t reach = index::GetVarint(&next_);
    const uint64_t n = index::GetVarint(&next_);
    const uint8_t* const ids = next_;
    for (uint64_t i = 0; i < n; ++i) fields &= document_.Fields(GetId());
    const uint8_t* const end = next_;
    bool near = false;
    for (uint64_t i = 0; i < n && fields != 0 && !near; ++i) {
      for (const uint64_t place : PlacesOf(ids, i)) {
        near = near || ((fields >> (place >> 32) & 1) != 0 &&
                        AllFollow(ids, n, place, reach));
      }
    }
    next_ = end;
    return YesIf(near);
  }
  std::span<const uint64_t> PlacesOf(const uint8_t* ids, uint64_t i) {
    return document_.Places(index::LoadAs<TermId>(ids + i * sizeof(TermId)))
        .all;
  }
  bool AllFollow(const uint8_t* ids, uint64_t n, uint64_t place,
                 uint64_t reach) {
    for (uint64_t i = 0; i < n; ++i) {
      const std::span<const uint64_t> places = PlacesOf(ids, i);
      const auto it = std::lower_bound(places.begin(), places.end(), place);
      if (it == places.end() || *it > place + reach) return false;
    }
    return true;
  }

  const uint8_t* next_;
  DocumentTerms& document_;
};

}  // namespace

std::string CompileProgram(const Node& root, const Anchor& anchor,
                           TermIds* ids) {
  if (anchor.key != 0 && AnchorDecides(root)) {
    return std::string(1, static_cast<char>(Op::kAll));
  }
  Compiler compiler(anchor, ids);
  compiler.Compile(root);
  return compiler.Take();
}

bool NeedsSearch(const Node& root) {
  switch (root.kind) {
    case Kind::kPrefix:
    case Kind::kFuzzy:
      return true;
    case Kind::kWord:
      return root.words[0].exact;
    case Kind::kPhrase:
      return !IsOfStems(root);
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kNot:
      return std::any_of(root.children.begin(), root.children.end(),
                         NeedsSearch);
    default:
      return false;
  }
}

bool AnchorDecides(const Node& root) {
  switch (root.kind) {
    case Kind::kWord:
      return !root.words[0].exact && root.fields == query::kAllFields;
    case Kind::kKeyword:
      return true;
    case Kind::kOr:
      return std::all_of(root.children.begin(), root.children.end(),
                         AnchorDecides);
    default:
      return false;
  }
}

std::optional<std::vector<Key>> KeysThatDecide(const Node& root,
                                               const Anchor& anchor) {
  std::vector<Key> keys;
  if (KeyAnywhere(root) != 0) return keys;
  if (root.kind != Kind::kAnd) return std::nullopt;
  if (anchor.check != 0) keys.push_back(anchor.check);
  for (const Node& child : root.children) {
    const Key key = KeyAnywhere(child);
    if (key == 0) return std::nullopt;
    if (key != anchor.key && key != anchor.check) keys.push_back(key);
  }
  return keys;
}

Decision RunProgram(const uint8_t* program, DocumentTerms* document) {
  return Runner(program, document).Run();
}

void ForEachTermOf(const uint8_t* program,
                   const std::function<void(TermId)>& visit) {
  const uint8_t* next = program;
  const auto terms = [&](uint64_t n) {
    for (; n > 0; --n, next += sizeof(TermId)) {
      visit(index::LoadAs<TermId>(next));
    }
  };
  for (uint64_t steps = 1; steps > 0; --steps) {
    switch (static_cast<Op>(*next++)) {
      case Op::kAll:
      case Op::kNone:
      case Op::kMaybe:
        break;
      case Op::kAnd:
      case Op::kOr:
        steps += index::GetVarint(&next);
        break;
      case Op::kNot:
        ++steps;
        break;
      case Op::kAnywhere:
        terms(1);
        break;
      case Op::kAllOf:
        terms(index::GetVarint(&next));
        break;
      case Op::kInFields:
        ++next;
        terms(1);
        break;
      case Op::kPhrase:
      case Op::kTogether:
        ++next;
        terms(index::GetVarint(&next));
        break;
      case Op::kNear:
        ++next;
        index::GetVarint(&next);
        terms(index::GetVarint(&next));
        break;
      case Op::kRange:
        next += 1 + 2 * sizeof(int64_t);
        break;
    }
  }
}

}  // namespace paperwire::standing
