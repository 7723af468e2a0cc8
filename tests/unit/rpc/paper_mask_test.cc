#include "service/rpc/paper_mask.h"

#include <string>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "paperwire/v1/paper.pb.h"
#include "service/rpc/convert.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::rpc {
namespace {

v1::Paper FullPaper() {
  v1::Paper paper;
  paper.set_name("papers/a1");
  paper.set_title("Bottlenecks");
  paper.set_abstract("On\nnecks");
  for (const char* name : {"Ada", "Bob"}) {
    paper.add_authors()->set_name(name);
    paper.mutable_authors()->rbegin()->add_affiliations("Home");
  }
  paper.add_categories("cs.CL");
  paper.add_categories("cs.LG");
  paper.mutable_published_time()->set_seconds(1700000000);
  paper.mutable_published_time()->set_nanos(5);
  paper.set_published_precision(v1::DATE_PRECISION_MONTH);
  paper.set_vote_count(0);  // set, though it is zero
  paper.set_state(v1::Paper::STATE_ACTIVE);
  paper.set_sequence(int64_t{1} << 40);
  return paper;
}

// The same as parsing, trimming and serializing, for all sorts of masks.
TEST(PaperMaskTest, LeavesWhatTheMaskNames) {
  const v1::Paper paper = FullPaper();
  const store::StoredPaper stored(paper.SerializeAsString());
  std::vector<std::vector<std::string>> masks = {
      {},
      {"title"},
      {"sequence", "name"},
      {"authors", "vote_count", "title", "title"},
      {"venue"},
      {"published_time"},
      {"published_time.seconds"},
      {"title", "published_time.nanos", "categories"},
  };
  std::vector<std::string> all;
  for (int i = 0; i < v1::Paper::descriptor()->field_count(); ++i) {
    masks.push_back({v1::Paper::descriptor()->field(i)->name()});
    all.push_back(masks.back().front());
  }
  masks.push_back(all);
  for (const std::vector<std::string>& paths : masks) {
    google::protobuf::FieldMask mask;
    for (const std::string& path : paths) mask.add_paths(path);
    ASSERT_OK(CheckMask(mask));
    v1::Paper expected = paper;
    ApplyMask(mask, &expected);
    std::string left;
    PaperMask(mask).Apply(stored, &left);
    v1::Paper parsed;
    ASSERT_TRUE(parsed.ParseFromString(left));
    EXPECT_TRUE(
        google::protobuf::util::MessageDifferencer::Equals(parsed, expected))
        << mask.ShortDebugString() << "\n"
        << parsed.ShortDebugString();
  }
}

}  // namespace
}  // namespace paperwire::rpc
