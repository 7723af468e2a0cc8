#include "service/standing/program.h"

#include <algorithm>
#include <cstring>

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
  kTogether,
  kRange,
  kMaybe,
};

bool InAnySpelling(const query::Word& word) { return !word.exact; }

// Whether a program finds the phrase by positions of stems alone.
bool IsPlainPhrase(const Node& node) {
  return node.slop == 0 &&
         std::all_of(node.words.begin(), node.words.end(), InAnySpelling);
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
  explicit Compiler(const Anchor& anchor) : anchor_(anchor) {}

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
        Put(IsPlainPhrase(node) ? Op::kPhrase : Op::kTogether);
        bytes_ += static_cast<char>(node.fields);
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
    bytes_.append(reinterpret_cast<const char*>(&key), kKeyBytes);
  }
  void PutNumber(int64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  void Count(size_t n) {
    std::vector<uint8_t> varint;
    index::PutVarint(&varint, n);
    bytes_.append(varint.begin(), varint.end());
  }
  // What is a key goes first, together. The anchor is there already, and its
  // check most probably: that comes last.
  void And(const Node& node) {
    std::vector<Key> keys;
    std::vector<const Node*> others;
    bool check = false;
    const bool is_root = bytes_.empty();
    for (const Node& child : node.children) {
      const Key key = KeyAnywhere(child);
      if (key == 0) {
        others.push_back(&child);
      } else if (key == anchor_.check) {
        check = true;
      } else if (!is_root || key != anchor_.key) {
        keys.push_back(key);
      }
    }
    if (check) keys.push_back(anchor_.check);
    if (!others.empty()) {
      Put(Op::kAnd);
      Count(others.size() + 1);
    }
    Put(Op::kAllOf);
    Count(keys.size());
    for (const Key key : keys) PutKey(key);
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
        return YesIf(document_.Has(GetKey()));
      case Op::kAllOf:
        return AllOf();
      case Op::kInFields: {
        const query::FieldSet fields = *next_++;
        return YesIf((document_.Fields(GetKey()) & fields) != 0);
      }
      case Op::kPhrase:
        return Phrase();
      case Op::kTogether: {
        query::FieldSet fields = *next_++;
        for (uint64_t n = index::GetVarint(&next_); n > 0; --n) {
          fields &= document_.Fields(GetKey());
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

  Key GetKey() {
    Key key = 0;
    std::memcpy(&key, next_, kKeyBytes);
    next_ += kKeyBytes;
    return key;
  }

  Decision AllOf() {
    const uint64_t n = index::GetVarint(&next_);
    const uint8_t* const end = next_ + n * kKeyBytes;
    Decision all = Decision::kYes;
    while (next_ != end) {
      if (!document_.Has(GetKey())) {
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

  Decision Phrase() {
    const query::FieldSet fields = *next_++;
    const uint64_t n = index::GetVarint(&next_);
    const uint8_t* const keys = next_;
    query::FieldSet common = fields;
    for (uint64_t i = 0; i < n; ++i) common &= document_.Fields(GetKey());
    if (common == 0) return Decision::kNo;
    next_ = keys;
    const std::span<const uint64_t> first = document_.Places(GetKey());
    for (const uint64_t begin : first) {
      if ((common >> (begin >> 32) & 1) == 0) continue;
      next_ = keys + kKeyBytes;
      bool all = true;
      for (uint64_t i = 1; i < n && all; ++i) {
        const std::span<const uint64_t> places = document_.Places(GetKey());
        all = std::binary_search(places.begin(), places.end(), begin + i);
      }
      if (!all) continue;
      next_ = keys + n * kKeyBytes;
      return Decision::kYes;
    }
    next_ = keys + n * kKeyBytes;
    return Decision::kNo;
  }

  const uint8_t* next_;
  DocumentTerms& document_;
};

}  // namespace

std::string CompileProgram(const Node& root, const Anchor& anchor) {
  Compiler compiler(anchor);
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
      return !IsPlainPhrase(root);
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

Decision RunProgram(const uint8_t* program, DocumentTerms* document) {
  return Runner(program, document).Run();
}

}  // namespace paperwire::standing
