#include "client/cpp/harvest/state_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::harvest {
namespace {

TEST(StateFile, RemembersWords) {
  const TempFolder folder;
  const std::string path = folder.path() + "/state.json";
  const StateFile file(path, {{"set", "cs"}});
  auto state = file.Load();
  ASSERT_OK(state);
  EXPECT_TRUE(state->empty()) << "there is no file yet";
  (*state)["token"] = "a|\"b\"\\ \xc3\xa9";
  ASSERT_OK(file.Save(*state));
  (*state)["newest"] = "2026-07-10";
  ASSERT_OK(file.Save(*state));
  const auto loaded = file.Load();
  ASSERT_OK(loaded);
  EXPECT_EQ(loaded->at("token"), "a|\"b\"\\ \xc3\xa9");
  EXPECT_EQ(loaded->at("newest"), "2026-07-10");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()),
                          std::filesystem::directory_iterator()),
            1)
      << "nothing else is left behind";
}

TEST(StateFile, IsNotSharedByTwoHarvests) {
  const TempFolder folder;
  const std::string path = folder.path() + "/state.json";
  ASSERT_OK(StateFile(path, {{"set", "cs"}}).Save({}));
  EXPECT_THAT(StateFile(path, {{"set", "math"}}).Load(),
              IsError(absl::StatusCode::kFailedPrecondition,
                      "its set is \"cs\" and not \"math\""));
}

TEST(StateFile, DamageIsSaid) {
  const TempFolder folder;
  const std::string path = folder.path() + "/state.json";
  for (const char* text : {"{\"set\":\"cs\"", "[]", "\xff", "7"}) {
    std::ofstream(path) << text;
    EXPECT_THAT(StateFile(path, {}).Load(),
                IsError(absl::StatusCode::kDataLoss, path));
  }
}

TEST(StateFile, AnOldStateStaysWhenTheNewCannotBeWritten) {
  const StateFile file("/nowhere/state.json", {});
  EXPECT_THAT(file.Save({}),
              IsError(absl::StatusCode::kUnavailable, "/nowhere/state.json"));
  ASSERT_OK(file.Load());
}

TEST(StateFile, WithoutAPathRemembersNothing) {
  const StateFile file("", {{"set", "cs"}});
  ASSERT_OK(file.Save({{"token", "t"}}));
  EXPECT_TRUE(file.Load()->empty());
}

}  // namespace
}  // namespace paperwire::harvest
