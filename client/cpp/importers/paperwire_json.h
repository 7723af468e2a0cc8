// "paperwire": a paper a line, as the JSON form of v1.Paper or as flat keys.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPERWIRE_JSON_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPERWIRE_JSON_H_

#include "client/cpp/importers/json_importer.h"

namespace paperwire::importers {

// A record with a key that only v1.Paper has ("externalIds", "publishedTime",
// authors that are objects ...) is read by protobuf, unknown keys ignored;
// every other record is flat, which README.md describes.
JsonFormat PaperwireJson();

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_PAPERWIRE_JSON_H_
