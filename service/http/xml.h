// Writes XML that every parser takes, whatever the texts hold.
//
//     XmlWriter xml;
//     xml.Open("entry");
//     xml.Text("title", "Tom & <Jerry>", {{"type", "text"}});
//     xml.Empty("link", {{"href", uri}});
//     xml.Close();
//     std::string document = xml.Take();
//
// Names are ours and written as they are; texts and values are not trusted.

#ifndef PAPERWIRE_SERVICE_HTTP_XML_H_
#define PAPERWIRE_SERVICE_HTTP_XML_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paperwire::http {

// Valid UTF-8 of characters that XML 1.0 allows: a byte that belongs to none
// becomes U+FFFD; control characters and non-characters, which XML cannot hold
// even escaped, are left out.
std::string Clean(std::string_view text);

// Clean, with markup escaped, for an element or a quoted value.
std::string Escape(std::string_view text);

class XmlWriter {
 public:
  using Attributes =
      std::initializer_list<std::pair<std::string_view, std::string_view>>;

  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n") {}

  void Open(std::string_view name, Attributes attributes = {});
  void Close();
  void Text(std::string_view name, std::string_view text,
            Attributes attributes = {});
  void Empty(std::string_view name, Attributes attributes);

  // All of it, once everything is closed.
  std::string Take() { return std::move(out_); }

 private:
  void Start(std::string_view name, Attributes attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_XML_H_
