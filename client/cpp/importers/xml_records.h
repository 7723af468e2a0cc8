// Finds the records of an XML file without holding the file.
//
// The elements with one of the given names become small trees, one after the
// other; everything around them is passed over.
//
//     XmlRecords records(&source, {"entry"}, 16 << 20);
//     XmlRecord record;
//     while (true) {
//       ASSIGN_OR_RETURN(bool more, records.Next(&record));
//       if (!more) break;
//       TextOf(*record.root, "title");
//     }
//
// Names are compared without their namespace prefix ("dc:title" is "title"),
// because files in the wild declare prefixes wrongly. The parser is expat. A
// file that declares entities is refused, so that none can expand or point
// elsewhere; depth and size are bounded.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_RECORDS_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/importers/byte_source.h"

namespace paperwire::importers {

// Deepest nesting that is read.
inline constexpr int kMaxXmlDepth = 64;

struct XmlTag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;

  // An attribute, "" when it is missing.
  std::string_view Attribute(std::string_view key) const;
};

// An element with what it holds, in order.
struct XmlElement : XmlTag {
  std::vector<std::variant<std::string, std::unique_ptr<XmlElement>>> content;

  // The first child element of the name; null when there is none.
  const XmlElement* Child(std::string_view key) const;
  // All of them.
  std::vector<const XmlElement*> Children(std::string_view key) const;
  // The text of the element and of all elements inside of it.
  std::string Text() const;
};

// The text of the first child of the name, "" when there is none.
std::string TextOf(const XmlElement& element, std::string_view child);

// The texts of all children of the name.
std::vector<std::string> TextsOf(const XmlElement& element,
                                 std::string_view child);

struct XmlRecord {
  // Null when the record was larger than allowed.
  std::unique_ptr<XmlElement> root;
  // The elements around it, the outermost first.
  std::vector<XmlTag> around;
  // Where it begins, from 1.
  int64_t line = 0;
};

// Not thread-safe.
class XmlRecords {
 public:
  // `source` must outlive the object.
  XmlRecords(ByteSource* source, std::vector<std::string> names,
             size_t max_record_bytes);
  ~XmlRecords();
  XmlRecords(const XmlRecords&) = delete;
  XmlRecords& operator=(const XmlRecords&) = delete;

  // False at the end. Fails as the source does; with INVALID_ARGUMENT, line
  // and column when the XML is malformed, declares entities or is nested too
  // deeply; with DATA_LOSS when it ends too early. The records before a
  // failure are delivered first.
  absl::StatusOr<bool> Next(XmlRecord* record);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_RECORDS_H_
