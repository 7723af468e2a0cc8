// A folder that is gone when the test ends.

#ifndef PAPERWIRE_TESTS_UNIT_TEMP_FOLDER_H_
#define PAPERWIRE_TESTS_UNIT_TEMP_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace paperwire {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "paperwire-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_TEMP_FOLDER_H_
