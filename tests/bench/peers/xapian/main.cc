// Xapian in the bench; the protocol is in tests/bench/README.md.

#include <xapian.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "measure.h"

namespace {

namespace fs = std::filesystem;
using bench::Stems;

constexpr int kWrite = Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC;

using AddLine = std::function<void(const std::string&, Xapian::Document*)>;

void Index(const fs::path& folder, const fs::path& lines, int batch,
           const AddLine& add) {
  fs::remove_all(folder);
  fs::create_directories(folder.parent_path());
  Xapian::WritableDatabase db(folder, kWrite);
  int papers = 0;
  bench::ForEachLine(lines, [&](const std::string& line) {
    Xapian::Document document;
    add(line, &document);
    db.add_document(document);
    if (batch > 0 && ++papers % batch == 0) db.commit();
  });
  db.commit();
}

void Compact(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  Xapian::Database(from).compact(to, Xapian::Compactor::FULL);
}

int64_t Papers(const fs::path& folder) {
  return Xapian::Database(folder).get_doccount();
}

void Build(const fs::path& out, const fs::path& data) {
  // One B-tree whatever is done: "many" is as it comes, "one" is compacted.
  bench::Clock clock;
  Index(out / "many", data / "docs.txt", bench::kBatch,
        [](const std::string& line, Xapian::Document* document) {
          if (line[0] == '1') document->add_boolean_term("XF1");
          if (line[1] == '1') document->add_boolean_term("XF50");
          if (line[2] == '1') document->add_boolean_term("XDELETED");
          Xapian::termpos position = 0;
          for (const std::string& stem : bench::Split(line.substr(4))) {
            document->add_posting(stem, ++position);
          }
        });
  bench::ReportBuild("many", clock, out / "many", Papers(out / "many"), 1);
  Compact(out / "many", out / "one");
  bench::ReportBuild("one", clock, out / "one", Papers(out / "one"), 1);
  for (const char* variant : {"many", "one"}) {
    const fs::path deleted = out / (variant + std::string("-deleted"));
    fs::remove_all(deleted);
    fs::copy(out / variant, deleted);
    Xapian::WritableDatabase db(deleted, Xapian::DB_OPEN | Xapian::DB_NO_SYNC);
    db.delete_document("XDELETED");
    db.commit();
  }
}

void Text(const fs::path& out, const fs::path& data) {
  Xapian::TermGenerator generator;
  generator.set_stemmer(Xapian::Stem("english"));
  generator.set_stemming_strategy(Xapian::TermGenerator::STEM_ALL);
  bench::Clock clock;
  Index(out / "text", data / "raw.txt", 0,
        [&](const std::string& line, Xapian::Document* document) {
          generator.set_document(*document);
          generator.index_text(line);
        });
  bench::ReportBuild("text", clock, out / "text", Papers(out / "text"), 1);
  Compact(out / "text", out / "text-one");
  bench::ReportBuild("text-one", clock, out / "text-one",
                     Papers(out / "text-one"), 1);
}

int64_t Ask(const Xapian::Database& db, const std::string& op,
            const Stems& stems) {
  using Xapian::Query;
  Xapian::Enquire enquire(db);
  enquire.set_docid_order(Xapian::Enquire::DONT_CARE);
  const auto bag = [&](Query::op join) {
    return Query(join, stems.begin(), stems.end());
  };
  const auto top10 = [&](const Query& query) -> int64_t {
    enquire.set_query(query);
    return enquire.get_mset(0, 10).size();
  };
  const auto count = [&](const Query& query) -> int64_t {
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_query(query);
    return enquire.get_mset(0, 0, db.get_doccount()).get_matches_estimated();
  };
  if (op == "or10") return top10(bag(Query::OP_OR));
  if (op == "or10_f1") {
    return top10(Query(Query::OP_FILTER, bag(Query::OP_OR), Query("XF1")));
  }
  if (op == "or10_f50") {
    return top10(Query(Query::OP_FILTER, bag(Query::OP_OR), Query("XF50")));
  }
  if (op == "and10") return top10(bag(Query::OP_AND));
  if (op == "phrase10") return top10(bag(Query::OP_PHRASE));
  if (op == "count_or") return count(bag(Query::OP_OR));
  return count(bag(Query::OP_AND));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string command = argv[1];
  const fs::path folder = argv[2];
  const fs::path data = argv[3];
  if (command == "build") Build(folder, data);
  if (command == "text") Text(folder, data);
  if (command == "query") {
    const Xapian::Database db(folder);
    bench::Queries(argv, [&](const std::string& op, const Stems& stems) {
      return Ask(db, op, stems);
    });
  }
  if (command == "open") {
    const Stems stems = bench::FirstQuery(data);
    const bench::Clock clock;
    Ask(Xapian::Database(folder), "or10", stems);
    std::printf("{\"open\": %.6f}\n", clock.Wall());
  }
}
