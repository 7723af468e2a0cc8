package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.misc.index.BPReorderingMergePolicy;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.MMapDirectory;

/** Lucene in the bench; the protocol is in tests/bench/README.md. */
public final class Main {
  private static final int WARM_UP_FACTOR = 5;  // for the JIT
  // Papers become searchable in batches of this many, as in a live service.
  private static final int BATCH = 1000;
  // Up to how many hits are counted before it skips. The default is 1,000.
  private static final int THRESHOLD = 10;

  private interface DocumentMaker {
    Document make(String line) throws IOException;
  }

  public static void main(String[] args) throws IOException {
    final Path folder = Path.of(args[1]);
    final Path data = Path.of(args[2]);
    switch (args[0]) {
      case "build" -> {
        build(folder, data);
        spellings(folder, data);
      }
      case "text" -> {
        // Twice: the first warms the JVM up.
        text(folder, data, false);
        text(folder, data, true);
      }
      case "query" -> query(folder, data, args);
      case "open" -> open(folder, data);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  // Building.

  private static IndexWriterConfig config(Analyzer analyzer) {
    return new IndexWriterConfig(analyzer).setRAMBufferSizeMB(64);
  }

  private static void build(Path out, Path data) throws IOException {
    try (Analyzer analyzer = new WhitespaceAnalyzer()) {
      for (final String name : new String[] {"many", "one", "bp"}) {
        final Path folder = out.resolve(name);
        final IndexWriterConfig config = config(analyzer);
        if (name.equals("bp")) {
          final BPIndexReorderer reorderer = new BPIndexReorderer();
          reorderer.setFields(Set.of("body"));
          config.setMergePolicy(
              new BPReorderingMergePolicy(new TieredMergePolicy(), reorderer));
        }
        final Measure.Clock clock = new Measure.Clock();
        index(folder, data.resolve("docs.txt"), config, Main::stems, BATCH, !name.equals("many"));
        report(name, folder, clock);
        final Path deleted = out.resolve(name + "-deleted");
        copy(folder, deleted);
        final IndexWriterConfig keep =
            config(analyzer).setMergePolicy(NoMergePolicy.INSTANCE);
        try (MMapDirectory directory = new MMapDirectory(deleted);
            IndexWriter writer = new IndexWriter(directory, keep)) {
          writer.deleteDocuments(new Term("flag", "deleted"));
        }
      }
    }
  }

  // What can be asked of ours besides, the spelling of each word, in a field of its own.
  private static void spellings(Path out, Path data) throws IOException {
    final Path folder = out.resolve("spellings");
    try (Analyzer words = new StandardAnalyzer();
        Analyzer both =
            new PerFieldAnalyzerWrapper(new WhitespaceAnalyzer(), Map.of("spelling", words));
        BufferedReader raw = Files.newBufferedReader(data.resolve("raw.txt"))) {
      final DocumentMaker maker =
          line -> {
            final Document document = stems(line);
            document.add(new TextField("spelling", raw.readLine(), Field.Store.NO));
            return document;
          };
      final Measure.Clock clock = new Measure.Clock();
      index(folder, data.resolve("docs.txt"), config(both), maker, BATCH, true);
      report("spellings", folder, clock);
    }
    remove(folder);
  }

  private static void text(Path out, Path data, boolean report) throws IOException {
    final Path folder = out.resolve("text");
    try (Analyzer analyzer = new EnglishAnalyzer()) {
      final Measure.Clock clock = new Measure.Clock();
      index(folder, data.resolve("raw.txt"), config(analyzer), Main::raw, 0, false);
      if (report) report("text", folder, clock);
      index(folder, data.resolve("raw.txt"), config(analyzer), Main::raw, 0, true);
      if (report) report("text-one", folder, clock);
    }
  }

  private static Document stems(String line) {
    final Document document = new Document();
    if (line.charAt(0) == '1') document.add(new StringField("flag", "f1", Field.Store.NO));
    if (line.charAt(1) == '1') document.add(new StringField("flag", "f50", Field.Store.NO));
    if (line.charAt(2) == '1') document.add(new StringField("flag", "deleted", Field.Store.NO));
    document.add(new TextField("body", line.substring(4), Field.Store.NO));
    return document;
  }

  private static Document raw(String line) {
    final Document document = new Document();
    document.add(new TextField("body", line, Field.Store.NO));
    return document;
  }

  private static void index(
      Path folder,
      Path lines,
      IndexWriterConfig config,
      DocumentMaker maker,
      int batch,
      boolean oneSegment)
      throws IOException {
    remove(folder);
    try (MMapDirectory directory = new MMapDirectory(folder);
        IndexWriter writer = new IndexWriter(directory, config);
        BufferedReader reader = Files.newBufferedReader(lines)) {
      int papers = 0;
      for (String line; (line = reader.readLine()) != null; ) {
        writer.addDocument(maker.make(line));
        if (batch > 0 && ++papers % batch == 0) DirectoryReader.open(writer).close();
      }
      if (oneSegment) writer.forceMerge(1);
      writer.commit();  // close then waits for merges
    }
  }

  private static void report(String variant, Path folder, Measure.Clock clock)
      throws IOException {
    final double wall = clock.wallSeconds();
    final double cpu = clock.cpuSeconds();
    try (MMapDirectory directory = new MMapDirectory(folder);
        DirectoryReader reader = DirectoryReader.open(directory);
        Stream<Path> files = Files.list(folder)) {
      System.out.printf(
          "{\"variant\": \"%s\", \"wall\": %.3f, \"cpu\": %.3f, \"bytes\": %d,"
              + " \"papers\": %d, \"segments\": %d}%n",
          variant,
          wall,
          cpu,
          files.mapToLong(file -> file.toFile().length()).sum(),
          reader.numDocs(),
          reader.leaves().size());
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (Stream<Path> all = Files.walk(folder)) {
      for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    remove(to);
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (final Path file : files.toList()) Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  // Asking.

  private static Query bag(String[] stems, Occur occur, String filter) {
    if (stems.length == 1 && filter == null) return new TermQuery(new Term("body", stems[0]));
    final BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (final String stem : stems) builder.add(new TermQuery(new Term("body", stem)), occur);
    if (filter != null) {
      // With a filter a should clause would be optional.
      builder.setMinimumNumberShouldMatch(1);
      builder.add(new TermQuery(new Term("flag", filter)), Occur.FILTER);
    }
    return builder.build();
  }

  private static long top10(IndexSearcher searcher, Query query) throws IOException {
    return searcher.search(query, new TopScoreDocCollectorManager(10, THRESHOLD))
        .scoreDocs
        .length;
  }

  private static long ask(IndexSearcher searcher, String op, String[] stems)
      throws IOException {
    return switch (op) {
      case "or10" -> top10(searcher, bag(stems, Occur.SHOULD, null));
      case "or10_f1" -> top10(searcher, bag(stems, Occur.SHOULD, "f1"));
      case "or10_f50" -> top10(searcher, bag(stems, Occur.SHOULD, "f50"));
      case "and10" -> top10(searcher, bag(stems, Occur.MUST, null));
      case "phrase10" -> top10(searcher, new PhraseQuery("body", stems));
      case "count_or" -> searcher.count(bag(stems, Occur.SHOULD, null));
      case "count_and" -> searcher.count(bag(stems, Occur.MUST, null));
      default -> throw new IllegalArgumentException(op);
    };
  }

  private static void query(Path folder, Path data, String[] args) throws IOException {
    final int warmUp = Integer.parseInt(args[3]);
    final int passes = Integer.parseInt(args[4]);
    final double budget = Double.parseDouble(args[5]);
    try (MMapDirectory directory = new MMapDirectory(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      final IndexSearcher searcher = new IndexSearcher(reader);
      Measure.queries(
          data,
          warmUp * WARM_UP_FACTOR,
          passes,
          budget,
          (op, stems) -> ask(searcher, op, stems));
    }
  }

  private static void open(Path folder, Path data) throws IOException {
    final List<String> queries = Files.readAllLines(data.resolve("queries/terms2.txt"));
    final Measure.Clock clock = new Measure.Clock();
    try (MMapDirectory directory = new MMapDirectory(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      ask(new IndexSearcher(reader), "or10", queries.get(0).split(" "));
      System.out.printf("{\"open\": %.6f}%n", clock.wallSeconds());
    }
  }

  private Main() {}
}
