package bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** What bench_standing_prepare wrote, in Lucene's words. */
final class Workload {
  private static final String ALL = "all";
  private static final String KEYWORD = "keyword";
  private static final String PUBLISHED = "published";
  private static final String[] TEXT_FIELDS = {"title", "abstract", "author", "category", "venue"};
  // No phrase reaches from one value of a field into the next.
  private static final int VALUE_GAP = 100;

  /** Of what is stems already. */
  static Analyzer analyzer() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        return new TokenStreamComponents(new WhitespaceTokenizer());
      }

      @Override
      public int getPositionIncrementGap(String field) {
        return VALUE_GAP;
      }
    };
  }

  /** The rarer a term is in its field, the better it is to file a query under. */
  static TermWeightor weightor(Path counts) throws IOException {
    final Map<Term, Double> weights = new HashMap<>();
    try (BufferedReader reader = Files.newBufferedReader(counts)) {
      for (String line; (line = reader.readLine()) != null; ) {
        final String[] columns = line.split("\t");
        weights.put(new Term(columns[0], columns[1]), 1 / Double.parseDouble(columns[2]));
      }
    }
    return term -> weights.getOrDefault(term, 1.0);
  }

  static Query query(String line) {
    return query(JsonParser.parseString(line).getAsJsonObject());
  }

  private static Query query(JsonObject tree) {
    if (tree.has("and")) return bag(tree.getAsJsonArray("and"), Occur.MUST);
    if (tree.has("or")) return bag(tree.getAsJsonArray("or"), Occur.SHOULD);
    if (tree.has("word")) return new TermQuery(term(tree, "word"));
    if (tree.has("phrase")) {
      final PhraseQuery.Builder builder = new PhraseQuery.Builder();
      for (final JsonElement stem : tree.getAsJsonArray("phrase")) {
        builder.add(new Term(tree.get("field").getAsString(), stem.getAsString()));
      }
      return builder.build();
    }
    if (tree.has(KEYWORD)) {
      return new TermQuery(new Term(KEYWORD, tree.get(KEYWORD).getAsString()));
    }
    final JsonArray range = tree.getAsJsonArray(PUBLISHED);
    return LongPoint.newRangeQuery(
        PUBLISHED, range.get(0).getAsLong(), range.get(1).getAsLong());
  }

  private static Term term(JsonObject tree, String kind) {
    return new Term(tree.get("field").getAsString(), tree.get(kind).getAsString());
  }

  private static Query bag(JsonArray children, Occur occur) {
    final BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (final JsonElement child : children) builder.add(query(child.getAsJsonObject()), occur);
    return builder.build();
  }

  static List<Document> papers(Path file, int limit) throws IOException {
    final List<Document> papers = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line; papers.size() < limit && (line = reader.readLine()) != null; ) {
        papers.add(paper(JsonParser.parseString(line).getAsJsonObject()));
      }
    }
    return papers;
  }

  private static Document paper(JsonObject paper) {
    final Document document = new Document();
    for (final String name : TEXT_FIELDS) {
      for (final JsonElement value : paper.getAsJsonArray(name)) {
        document.add(new TextField(name, value.getAsString(), Field.Store.NO));
        document.add(new TextField(ALL, value.getAsString(), Field.Store.NO));
      }
    }
    for (final JsonElement value : paper.getAsJsonArray(KEYWORD)) {
      document.add(new StringField(KEYWORD, value.getAsString(), Field.Store.NO));
    }
    if (paper.has(PUBLISHED)) {
      document.add(new LongPoint(PUBLISHED, paper.get(PUBLISHED).getAsLong()));
    }
    return document;
  }

  private Workload() {}
}
