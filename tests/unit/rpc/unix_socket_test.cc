#include "service/rpc/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::rpc {
namespace {

class UnixSocketTest : public ::testing::Test {
 protected:
  std::string At(const std::string& name) {
    return folder_.path() + "/" + name;
  }
  TempFolder folder_;
};

TEST_F(UnixSocketTest, AFreePathWillDo) {
  EXPECT_OK(CheckSocketPath(At("free")));
}

TEST_F(UnixSocketTest, OneThatIsServedIsNotTaken) {
  const std::string path = At("served");
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_GE(fd, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
      0);
  ASSERT_EQ(listen(fd, 1), 0);
  EXPECT_THAT(CheckSocketPath(path), IsError(absl::StatusCode::kUnavailable,
                                             "Another server listens"));
  close(fd);  // as after a crash: the file stays
  EXPECT_OK(CheckSocketPath(path));
}

TEST_F(UnixSocketTest, OtherFilesStay) {
  std::ofstream(At("a.txt")) << "mine";
  EXPECT_THAT(CheckSocketPath(At("a.txt")),
              IsError(absl::StatusCode::kInvalidArgument, "no socket"));
}

TEST_F(UnixSocketTest, PathsHaveAnEnd) {
  EXPECT_THAT(CheckSocketPath(At(std::string(108, 'x'))),
              IsError(absl::StatusCode::kInvalidArgument, "107 bytes"));
}

}  // namespace
}  // namespace paperwire::rpc
