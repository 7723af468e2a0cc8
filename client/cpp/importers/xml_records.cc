#include "client/cpp/importers/xml_records.h"

#include <expat.h>

#include <algorithm>
#include <deque>

#include "absl/status/status.h"
#include "client/cpp/importers/excerpt.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr size_t kChunkBytes = size_t{32} << 10;
// What an element costs besides its text, so that a record of nothing but
// empty elements is bounded, too.
constexpr size_t kElementCost = 64;
// The longest tag, comment or instruction. expat must hold it whole, and
// looks at it again with every chunk.
constexpr int64_t kMaxTokenBytes = int64_t{1} << 20;

std::string_view WithoutPrefix(const char* name) {
  const std::string_view view(name);
  return view.substr(view.rfind(':') + 1);
}

XmlTag MakeTag(const char* name, const char** attributes) {
  XmlTag element;
  element.name = std::string(WithoutPrefix(name));
  for (; attributes[0] != nullptr; attributes += 2) {
    element.attributes.emplace_back(WithoutPrefix(attributes[0]),
                                    attributes[1]);
  }
  return element;
}

size_t SizeOf(const XmlTag& element) {
  size_t bytes = kElementCost + element.name.size();
  for (const auto& [key, value] : element.attributes) {
    bytes += key.size() + value.size();
  }
  return bytes;
}

void AppendText(const XmlElement& element, std::string* text) {
  for (const auto& part : element.content) {
    if (const auto* piece = std::get_if<std::string>(&part)) {
      *text += *piece;
    } else {
      AppendText(*std::get<std::unique_ptr<XmlElement>>(part), text);
    }
  }
}

}  // namespace

std::string_view XmlTag::Attribute(std::string_view key) const {
  for (const auto& [each, value] : attributes) {
    if (each == key) return value;
  }
  return "";
}

const XmlElement* XmlElement::Child(std::string_view key) const {
  for (const auto& part : content) {
    const auto* child = std::get_if<std::unique_ptr<XmlElement>>(&part);
    if (child != nullptr && (*child)->name == key) return child->get();
  }
  return nullptr;
}

std::vector<const XmlElement*> XmlElement::Children(
    std::string_view key) const {
  std::vector<const XmlElement*> children;
  for (const auto& part : content) {
    const auto* child = std::get_if<std::unique_ptr<XmlElement>>(&part);
    if (child != nullptr && (*child)->name == key) {
      children.push_back(child->get());
    }
  }
  return children;
}

std::string XmlElement::Text() const {
  std::string text;
  AppendText(*this, &text);
  return text;
}

std::string TextOf(const XmlElement& element, std::string_view child) {
  const XmlElement* found = element.Child(child);
  return found == nullptr ? "" : found->Text();
}

std::vector<std::string> TextsOf(const XmlElement& element,
                                 std::string_view child) {
  std::vector<std::string> texts;
  for (const XmlElement* found : element.Children(child)) {
    texts.push_back(found->Text());
  }
  return texts;
}

struct XmlRecords::Impl {
  Impl(ByteSource* from, std::vector<std::string> record_names, size_t max)
      : source(from), names(std::move(record_names)), max_bytes(max) {
    parser = XML_ParserCreate(nullptr);
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, OnStart, OnEnd);
    XML_SetCharacterDataHandler(parser, OnText);
    XML_SetEntityDeclHandler(parser, OnEntityDecl);
  }
  ~Impl() { XML_ParserFree(parser); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static void OnStart(void* self, const char* name, const char** attributes) {
    static_cast<Impl*>(self)->Start(name, attributes);
  }
  static void OnEnd(void* self, const char*) {
    static_cast<Impl*>(self)->End();
  }
  static void OnText(void* self, const char* text, int n) {
    static_cast<Impl*>(self)->Text(
        std::string_view(text, static_cast<size_t>(n)));
  }
  static void OnEntityDecl(void* self, const char* name, int, const char*, int,
                           const char*, const char*, const char*, const char*) {
    static_cast<Impl*>(self)->Stop(
        StrCat("it declares the entity \"", MakeExcerpt(name),
               "\"; files with entities of their own are not read"));
  }

  void Stop(std::string why) {
    if (stopped_why.empty()) stopped_why = std::move(why);
    XML_StopParser(parser, XML_FALSE);
  }

  void Start(const char* name, const char** attributes) {
    if (++depth > kMaxXmlDepth) {
      Stop(StrCat("its elements nest more than ", kMaxXmlDepth, " deep"));
      return;
    }
    const std::string_view local = WithoutPrefix(name);
    if (inside.empty() && skipped_depth == 0) {
      if (std::find(names.begin(), names.end(), local) == names.end()) {
        around.push_back(MakeTag(name, attributes));
        return;
      }
      XmlRecord& record = found.emplace_back();
      record.root = std::make_unique<XmlElement>(
          XmlElement{MakeTag(name, attributes), {}});
      record.around = around;
      record.line = static_cast<int64_t>(XML_GetCurrentLineNumber(parser));
      inside.push_back(record.root.get());
      bytes = 0;
      Grow(SizeOf(*record.root));
      return;
    }
    if (inside.empty()) return;  // in a record that is too large
    auto child =
        std::make_unique<XmlElement>(XmlElement{MakeTag(name, attributes), {}});
    XmlElement* const pointer = child.get();
    inside.back()->content.emplace_back(std::move(child));
    inside.push_back(pointer);
    Grow(SizeOf(*pointer));
  }

  void End() {
    if (skipped_depth > 0) {
      if (depth == skipped_depth) {
        skipped_depth = 0;
        ++complete;
      }
    } else if (!inside.empty()) {
      inside.pop_back();
      if (inside.empty()) ++complete;
    } else {
      around.pop_back();
    }
    --depth;
  }

  void Text(std::string_view text) {
    if (inside.empty()) return;
    auto& content = inside.back()->content;
    if (content.empty() ||
        !std::holds_alternative<std::string>(content.back())) {
      content.emplace_back(std::string());
    }
    std::get<std::string>(content.back()) += text;
    Grow(text.size());
  }

  // Counts what the record holds, and drops it when it is too much.
  void Grow(size_t by) {
    bytes += by;
    if (bytes <= max_bytes) return;
    skipped_depth = depth - static_cast<int>(inside.size()) + 1;
    inside.clear();
    found.back().root.reset();
  }

  // Parses the next chunk.
  absl::Status Feed() {
    void* const buffer = XML_GetBuffer(parser, static_cast<int>(kChunkBytes));
    if (buffer == nullptr) {
      return absl::ResourceExhaustedError("no memory to read XML");
    }
    absl::StatusOr<size_t> got =
        source->Read(static_cast<char*>(buffer), kChunkBytes);
    if (!got.ok()) {
      return absl::Status(got.status().code(),
                          StrCat("line ", XML_GetCurrentLineNumber(parser),
                                 ": ", got.status().message()));
    }
    ended = *got == 0;
    if (ended && !begun) return absl::OkStatus();  // an empty file
    begun = true;
    fed += static_cast<int64_t>(*got);
    if (XML_ParseBuffer(parser, static_cast<int>(*got), ended) ==
        XML_STATUS_OK) {
      if (fed - XML_GetCurrentByteIndex(parser) <= kMaxTokenBytes) {
        return absl::OkStatus();
      }
      return absl::InvalidArgumentError(StrCat(
          "line ", XML_GetCurrentLineNumber(parser),
          ": a tag or comment is longer than ", kMaxTokenBytes, " bytes"));
    }
    const XML_Error code = XML_GetErrorCode(parser);
    const std::string where =
        StrCat("line ", XML_GetCurrentLineNumber(parser), ", column ",
               XML_GetCurrentColumnNumber(parser) + 1, ": ");
    if (!stopped_why.empty()) {
      return absl::InvalidArgumentError(StrCat(where, stopped_why));
    }
    const bool cut = ended && (code == XML_ERROR_NO_ELEMENTS ||
                               code == XML_ERROR_UNCLOSED_TOKEN ||
                               code == XML_ERROR_PARTIAL_CHAR ||
                               code == XML_ERROR_UNCLOSED_CDATA_SECTION);
    if (cut) {
      return absl::DataLossError(
          StrCat(where, "the XML ends before its last element is closed"));
    }
    return absl::InvalidArgumentError(
        StrCat(where, "malformed XML: ", XML_ErrorString(code)));
  }

  ByteSource* const source;
  const std::vector<std::string> names;
  const size_t max_bytes;
  XML_Parser parser;
  std::string stopped_why;
  absl::Status status;
  bool begun = false;
  bool ended = false;
  int64_t fed = 0;

  int depth = 0;
  std::vector<XmlTag> around;
  // The path inside of the record that is being read.
  std::vector<XmlElement*> inside;
  // The depth of a record that is too large, while it lasts.
  int skipped_depth = 0;
  size_t bytes = 0;
  // Records in order, of which the first `complete` are.
  std::deque<XmlRecord> found;
  size_t complete = 0;
};

XmlRecords::XmlRecords(ByteSource* source, std::vector<std::string> names,
                       size_t max_record_bytes)
    : impl_(
          std::make_unique<Impl>(source, std::move(names), max_record_bytes)) {}
XmlRecords::~XmlRecords() = default;

absl::StatusOr<bool> XmlRecords::Next(XmlRecord* record) {
  while (impl_->complete == 0) {
    RETURN_IF_ERROR(impl_->status);
    if (impl_->ended) return false;
    impl_->status = impl_->Feed();
  }
  *record = std::move(impl_->found.front());
  impl_->found.pop_front();
  --impl_->complete;
  return true;
}

}  // namespace paperwire::importers
