#include "client/cpp/harvest/state_file.h"

#include <fcntl.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "client/cpp/importers/json.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

// A line for each repository is kept by the largest of them, some 100 bytes;
// this is no state file any more.
constexpr size_t kMaxFileBytes = size_t{256} << 20;

absl::Status Failed(std::string_view what, std::string_view path) {
  return absl::UnavailableError(StrCat("cannot ", what, " the state file ",
                                       path, ": ", std::strerror(errno)));
}

// The whole file; empty when there is none.
absl::StatusOr<std::string> ReadAll(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return std::string();
    return Failed("open", path);
  }
  std::string text;
  char buffer[4096];
  while (text.size() <= kMaxFileBytes) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const absl::Status status = Failed("read", path);
      ::close(fd);
      return status;
    }
    if (got == 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  ::close(fd);
  return text;
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return ::fsync(fd) == 0;
}

std::string ToJson(const State& state) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  writer.StartObject();
  for (const auto& [key, value] : state) {
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  writer.EndObject();
  return StrCat(std::string_view(buffer.GetString(), buffer.GetSize()), "\n");
}

}  // namespace

absl::StatusOr<State> StateFile::Load() const {
  if (path_.empty()) return State();
  ASSIGN_OR_RETURN(const std::string text, ReadAll(path_));
  if (text.empty()) return State();
  importers::JsonParser parser;
  const auto parsed = parser.Parse(text);
  if (!parsed.ok() || !(*parsed)->IsObject()) {
    return absl::DataLossError(
        StrCat("the state file ", path_, " is damaged",
               parsed.ok() ? "" : StrCat(" (", parsed.status().message(), ")"),
               "; remove it to harvest from the beginning"));
  }
  State state;
  for (const auto& member : (*parsed)->GetObject()) {
    state[std::string(importers::Text(member.name))] =
        std::string(importers::Text(member.value));
  }
  for (const auto& [key, value] : identity_) {
    if (state[key] != value) {
      return absl::FailedPreconditionError(
          StrCat("the state file ", path_, " is of another harvest: its ", key,
                 " is \"", state[key], "\" and not \"", value,
                 "\"; give each harvest a file of its own"));
    }
  }
  return state;
}

absl::Status StateFile::Save(const State& state) const {
  if (path_.empty()) return absl::OkStatus();
  State all = state;
  for (const auto& [key, value] : identity_) all[key] = value;
  const std::string temporary = StrCat(path_, ".new");
  const int fd =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Failed("create", temporary);
  const bool written = WriteAll(fd, ToJson(all));
  const int error = errno;
  if (::close(fd) != 0 || !written) {
    if (!written) errno = error;
    return Failed("write", temporary);
  }
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) {
    return Failed("replace", path_);
  }
  // The new name is durable when its folder is.
  const size_t slash = path_.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int folder_fd =
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd < 0) return Failed("find the folder of", path_);
  const bool durable = ::fsync(folder_fd) == 0 || errno == EINVAL;
  ::close(folder_fd);
  return durable ? absl::OkStatus() : Failed("save", path_);
}

}  // namespace paperwire::harvest
