package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.monitor.CandidateMatcher;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.store.MMapDirectory;

/**
 * Lucene's monitor in the bench of papers against queries: does and prints what
 * tests/bench/standing.cc does and prints.
 */
public final class Main {
  private static final long WARM_UP_NANOS = 20_000_000_000L;
  // Under how many of its terms a query is filed, if it has as many. Of 1, 2, 3
  // and 4 the fastest here.
  private static final int PRESEARCHER_PASSES = 3;
  private static final int ADDED_AT_ONCE = 50_000;

  /** Mapped files are faster than the monitor's own buffers, and one segment than many. */
  private static final class Configuration extends MonitorConfiguration {
    final Path folder;
    IndexWriter writer;

    Configuration(Path folder) {
      this.folder = folder;
      setDirectoryProvider(() -> new MMapDirectory(folder), null);
      setPurgeFrequency(1, TimeUnit.DAYS);  // nothing is removed
    }

    @Override
    public IndexWriter buildIndexWriter() throws IOException {
      writer = super.buildIndexWriter();
      return writer;
    }
  }

  /** As QueryMatch.SIMPLE_MATCHER, without its collectors, which take a tenth of the time. */
  private static final class LeanMatcher extends CandidateMatcher<QueryMatch> {
    private final LeafReaderContext leaf;

    LeanMatcher(IndexSearcher searcher) {
      super(searcher);
      leaf = searcher.getLeafContexts().get(0);
    }

    @Override
    public void matchQuery(String id, Query query, Map<String, String> metadata)
        throws IOException {
      final Scorer scorer =
          searcher
              .createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1)
              .scorer(leaf);
      if (scorer != null && scorer.iterator().nextDoc() == 0) addMatch(new QueryMatch(id), 0);
    }

    @Override
    public QueryMatch resolve(QueryMatch one, QueryMatch other) {
      return one;
    }
  }

  private static final class Row {
    final Document paper;
    final List<Double> make = new ArrayList<>();
    final List<Double> whole = new ArrayList<>();
    int matches;
    int candidates;
    long checksum;

    Row(Document paper) {
      this.paper = paper;
    }

    void keep(MatchingQueries<QueryMatch> answer) {
      matches = answer.getMatches().size();
      candidates = answer.getQueriesRun();
      checksum = 0;
      for (final QueryMatch match : answer.getMatches()) {
        final long n = Long.parseLong(match.getQueryId()) + 1;
        checksum += n * n * n;
      }
    }

    // Monitor.match makes the paper's index itself: what that takes is timed
    // apart and taken away.
    double match() {
      return median(whole) - median(make);
    }
  }

  public static void main(String[] args) throws IOException {
    final Path data = Path.of(args[0]);
    final int queries = Integer.parseInt(args[1]);
    final int papers = Integer.parseInt(args[2]);
    final int passes = Integer.parseInt(args[3]);
    final double budget = Double.parseDouble(args[4]);
    // Of a query that runs against one paper nothing is worth caching.
    IndexSearcher.setDefaultQueryCache(null);
    final Path folder = Files.createTempDirectory("monitor");
    final Analyzer analyzer = Workload.analyzer();
    final var presearcher =
        new MultipassTermFilteredPresearcher(
            PRESEARCHER_PASSES,
            0,
            Workload.weightor(data.resolve("counts.tsv")),
            List.of(),
            Set.of());
    final Configuration configuration = new Configuration(folder);
    try (Monitor monitor = new Monitor(analyzer, presearcher, configuration)) {
      add(monitor, data.resolve("queries.jsonl"), queries, configuration);
      final List<Row> rows =
          Workload.papers(data.resolve("papers.jsonl"), papers).stream().map(Row::new).toList();
      print(match(monitor, analyzer, rows, passes, budget));
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (final Path file : files.toList()) Files.delete(file);
      }
      Files.delete(folder);
    }
  }

  private static void add(Monitor monitor, Path file, int limit, Configuration configuration)
      throws IOException {
    final long before = heapBytes();
    double parsing = 0;
    double adding = 0;
    int number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (boolean more = true; more; ) {
        final List<MonitorQuery> some = new ArrayList<>();
        final long begin = System.nanoTime();
        while (more && some.size() < ADDED_AT_ONCE) {
          final String line = number < limit ? reader.readLine() : null;
          more = line != null;
          if (!more) break;
          some.add(new MonitorQuery(Integer.toString(number++), Workload.query(line)));
        }
        final long parsed = System.nanoTime();
        monitor.register(some);
        adding += (System.nanoTime() - parsed) / 1e9;
        parsing += (parsed - begin) / 1e9;
      }
    }
    final long begin = System.nanoTime();
    configuration.writer.forceMerge(1);
    monitor.register(List.of());  // searches what was merged from now on
    adding += (System.nanoTime() - begin) / 1e9;
    final long heap = heapBytes() - before;
    System.out.printf(
        "{\"queries\": %d, \"parse\": %.3f, \"add\": %.3f, \"memory\": %d, \"text\": 0, ",
        number, parsing, adding, heap + fileBytes(configuration.folder));
  }

  // The rows that the time was enough for.
  private static List<Row> match(
      Monitor monitor, Analyzer analyzer, List<Row> all, int passes, double budget)
      throws IOException {
    final long warm = System.nanoTime() + WARM_UP_NANOS;
    for (int i = 0; System.nanoTime() < warm; ++i) {
      match(monitor, analyzer, all.get(i % all.size()), false);
    }
    final long end = System.nanoTime() + (long) (budget * 1e9);
    int count = 0;
    while (count < all.size() && System.nanoTime() < end) {
      match(monitor, analyzer, all.get(count++), false);
    }
    final List<Row> rows = all.subList(0, count);
    for (int pass = 0; pass < passes; ++pass) {
      for (final Row row : rows) match(monitor, analyzer, row, true);
    }
    return rows;
  }

  private static void match(Monitor monitor, Analyzer analyzer, Row row, boolean timed)
      throws IOException {
    final long begin = System.nanoTime();
    final MemoryIndex index = new MemoryIndex(true, true);  // as Monitor does
    for (final IndexableField field : row.paper) index.addField(field, analyzer);
    index.freeze();
    final long made = System.nanoTime();
    final var answer = monitor.match(row.paper, LeanMatcher::new);
    final long end = System.nanoTime();
    if (!answer.getErrors().isEmpty()) {
      throw new IllegalStateException(answer.getErrors().toString());
    }
    if (!timed) return;
    row.keep(answer);
    row.make.add((made - begin) / 1e3);
    row.whole.add((end - made) / 1e3);
  }

  private static void print(List<Row> rows) {
    System.out.printf(
        "\"make\": %s, \"match\": %s, \"matches\": %s, \"candidates\": %s, \"checksums\": %s}%n",
        list(rows, row -> String.format("%.2f", median(row.make))),
        list(rows, row -> String.format("%.2f", row.match())),
        list(rows, row -> Integer.toString(row.matches)),
        list(rows, row -> Integer.toString(row.candidates)),
        list(rows, row -> Long.toString(row.checksum)));
  }

  private static String list(List<Row> rows, Function<Row, String> valueOf) {
    return rows.stream().map(valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  private static double median(List<Double> values) {
    final double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(all);
    return all[all.length / 2];
  }

  private static long heapBytes() {
    // What waits for a cleaner goes with a later collection.
    for (int i = 0; i < 5; ++i) {
      System.gc();
      LockSupport.parkNanos(100_000_000);
    }
    long bytes = 0;
    for (final MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) bytes += pool.getCollectionUsage().getUsed();
    }
    return bytes;
  }

  private static long fileBytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(Main::fileSize).sum();
    }
  }

  private static long fileSize(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Main() {}
}
