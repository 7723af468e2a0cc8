// Takes a message apart that nobody can be trusted about.
//
//     const MimeEntity message = ParseEntity(bytes);
//     message.Find("subject");
//     for (std::string_view part : SplitMultipart(message)) {
//       const MimeEntity entity = ParseEntity(part);
//       entity.Is("message/delivery-status") ...
//     }
//
// As much of RFC 5322 and RFC 2045 as reports of mail servers need, for bytes
// that may be anything: nothing recurses, everything has a limit, and the time
// is linear. (GMime's parser, 3.2.13, overruns the stack with groups of
// addresses inside of each other, and takes 20 seconds for 10 MB of very many
// parts. What we write ourselves, it writes.)
//
// Views point into the bytes that were given. Any thread.

#ifndef PAPERWIRE_SERVICE_DIGEST_MIME_PARTS_H_
#define PAPERWIRE_SERVICE_DIGEST_MIME_PARTS_H_

#include <string>
#include <string_view>
#include <vector>

namespace paperwire::digest {

struct MimeField {
  std::string_view name;
  std::string value;  // unfolded, without blanks at its ends
};

// The fields at the beginning of `text`, up to an empty line or to a line that
// is none; the first 1,000 of them. The rest is left in `text`. A value keeps
// its first 16 KB.
std::vector<MimeField> ReadFields(std::string_view* text);

// The value of the first field called so, in any case; empty: there is none.
std::string_view FindField(const std::vector<MimeField>& fields,
                           std::string_view name);

// A message, or a part of one.
struct MimeEntity {
  std::vector<MimeField> fields;
  std::string_view body;  // encoded, as it came
  std::string type;       // in lower case; "text/plain" if it says nothing
  std::string boundary;   // of multiparts

  std::string_view Find(std::string_view name) const {
    return FindField(fields, name);
  }
  bool Is(std::string_view which) const { return type == which; }
};
MimeEntity ParseEntity(std::string_view bytes);

// The first 32 parts, in order; none if it is no multipart. One whose end is
// missing goes up to the end of the body.
std::vector<std::string_view> SplitMultipart(const MimeEntity& entity);

// The first 64 KB of the body, decoded from quoted-printable or base64. What
// is neither stays as it came.
std::string DecodedBody(const MimeEntity& entity);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_MIME_PARTS_H_
