// What nobody can make up: links that are signed, tokens that were sent to one
// address, Message-IDs that name a digest.
//
//     const Secrets secrets(key);
//     const std::string t = secrets.Sign(Secrets::kManage, {number});
//     secrets.Open(Secrets::kManage, t);          // {number}, or nothing
//
// The key is the data folder's own (tables.h). A link works for as long as its
// digest is there; a token of a confirmation expires.

#ifndef PAPERWIRE_SERVICE_DIGEST_SECRETS_H_
#define PAPERWIRE_SERVICE_DIGEST_SECRETS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paperwire::digest {

// Thread-safe; immutable.
class Secrets {
 public:
  enum Purpose : char {
    kManage = 'm',
    kUnsubscribe = 'u',
    kIssue = 'i',  // its Message-ID, which servers on the way see
    kList = 'l',   // all that it found, which only its reader does
  };

  // `key` is of 32 random bytes.
  explicit Secrets(std::string key) : key_(std::move(key)) {}

  // The numbers with a signature (HMAC-SHA-256, its first 16 bytes), in
  // characters that need no escaping in an address or a Message-ID.
  std::string Sign(Purpose purpose, const std::vector<int64_t>& numbers) const;
  // Nothing: it was not signed here, or for something else.
  std::optional<std::vector<int64_t>> Open(Purpose purpose,
                                           std::string_view signed_text) const;

 private:
  std::string Mac(Purpose purpose, std::string_view numbers) const;

  const std::string key_;
};

// 32 bytes, from OpenSSL's generator.
std::string RandomKey();
// 22 characters of 128 random bits, and what is stored of them: who reads the
// tables cannot confirm anything.
std::string RandomToken();
std::string HashOfToken(std::string_view token);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SECRETS_H_
