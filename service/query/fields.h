// The names that can stand before a colon.

#ifndef PAPERWIRE_SERVICE_QUERY_FIELDS_H_
#define PAPERWIRE_SERVICE_QUERY_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "service/query/query.h"

namespace paperwire::query {

// What a name before a colon says about the words behind it.
enum class Field {
  kNone,
  kTitle,
  kAbstract,
  kAuthor,
  kVenue,
  kCategory,
  kSource,
  kId,
  kHas,
  kYear,
  kPublished,
  kVotes,
  kExact,  // no field: this form only
};

// The field of this name, in any case.
std::optional<Field> FieldByName(std::string_view name);

std::string_view NameOfField(Field field);

// The scheme of an external id that can be written without "id:", such as
// "doi"; nothing for other names.
std::optional<std::string_view> SchemeByName(std::string_view name);

// The words of these are searched; nothing for other fields.
std::optional<FieldSet> TextFieldsOf(Field field);

// The known name that `name` is likely to be meant for, or "".
std::string_view NearestFieldName(std::string_view name);

// The kinds of links that "has:" knows, as "code, project, ...".
std::string HasKinds();
bool IsHasKind(std::string_view kind);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_FIELDS_H_
