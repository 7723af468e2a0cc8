package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Times queries as tests/bench/measure.h does, which says how and why. */
final class Measure {
  /** Runs one operation on one query; returns hits or a count. */
  interface Op {
    long run(String op, String[] stems) throws IOException;
  }

  private static final String[][] ROWS = {
    {"or10", "titles questions statements terms1 terms2 terms3 terms5"},
    {"or10_f1", "titles questions statements terms1 terms2 terms3 terms5"},
    {"or10_f50", "titles questions statements terms1 terms2 terms3 terms5"},
    {"and10", "titles questions terms2 terms3 terms5"},
    {"phrase10", "phrase2 phrase3"},
    {"count_or", "titles questions statements terms1 terms2 terms3 terms5"},
    {"count_and", "titles questions terms2 terms3 terms5"},
  };

  private static final long WARM_UP_NANOS = 20_000_000_000L;

  private static final class Row {
    String op;
    String kind;
    List<String[]> queries = new ArrayList<>();
    long[] answers;
    double[][] micros;

    void pass(Op engine, double[] into, double budget) throws IOException {
      final long end = System.nanoTime() + (long) (budget * 1e9);
      for (int i = 0; i < queries.size(); ++i) {
        final String[] stems = queries.get(i);
        final long begin = System.nanoTime();
        answers[i] = engine.run(op, stems);
        final long now = System.nanoTime();
        if (into != null) {
          into[i] = (now - begin) / 1e3;
        } else if (now > end) {
          queries = queries.subList(0, i + 1);
        }
      }
    }
  }

  static void queries(Path data, int warmUp, int passes, double budget, Op engine)
      throws IOException {
    final List<Row> rows = new ArrayList<>();
    for (final String[] ops : ROWS) {
      for (final String kind : ops[1].split(" ")) {
        final Path file = data.resolve("queries").resolve(kind + ".txt");
        if (!Files.exists(file)) continue;
        final Row row = new Row();
        row.op = ops[0];
        row.kind = kind;
        for (final String line : Files.readAllLines(file)) {
          row.queries.add(line.split(" "));
        }
        row.answers = new long[row.queries.size()];
        rows.add(row);
      }
    }
    // A few queries need more passes until all is compiled.
    final long warm = System.nanoTime() + WARM_UP_NANOS;
    for (int i = 0; i < warmUp || System.nanoTime() < warm; ++i) {
      for (final Row row : rows) row.pass(engine, null, budget);
    }
    for (final Row row : rows) row.micros = new double[passes][row.queries.size()];
    for (int i = 0; i < passes; ++i) {
      for (final Row row : rows) row.pass(engine, row.micros[i], 0);
    }
    for (final Row row : rows) print(row);
  }

  private static void print(Row row) {
    final List<String> micros = new ArrayList<>();
    for (int i = 0; i < row.queries.size(); ++i) {
      final double[] all = new double[row.micros.length];
      for (int pass = 0; pass < all.length; ++pass) all[pass] = row.micros[pass][i];
      Arrays.sort(all);
      micros.add(String.format("%.1f", all[all.length / 2]));
    }
    System.out.printf(
        "{\"op\": \"%s\", \"kind\": \"%s\", \"micros\": [%s], \"answers\": [%s]}%n",
        row.op,
        row.kind,
        String.join(", ", micros),
        Arrays.stream(row.answers)
            .limit(row.queries.size())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ")));
  }

  /** Seconds of wall time and of CPU time of this process. */
  static final class Clock {
    private final long wall = System.nanoTime();
    private final long cpu = cpuNanos();

    double wallSeconds() {
      return (System.nanoTime() - wall) / 1e9;
    }

    double cpuSeconds() {
      return (cpuNanos() - cpu) / 1e9;
    }

    private static long cpuNanos() {
      return ((com.sun.management.OperatingSystemMXBean)
              ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }

  private Measure() {}
}
