//! Tantivy in the bench; the protocol is in tests/bench/README.md.

mod measure;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use measure::Clock;
use tantivy::collector::{Count, TopDocs};
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, PhraseQuery};
use tantivy::query::{Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing};
use tantivy::schema::{TextOptions, STRING};
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings, IndexWriter, Searcher};
use tantivy::{TantivyDocument, TantivyError, Term};

// Papers become searchable in batches of this many, as in a live service.
const BATCH: usize = 1000;
const WRITER_BYTES: usize = 200 << 20;

type Result<T> = std::result::Result<T, TantivyError>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let (folder, data) = (Path::new(&args[2]), Path::new(&args[3]));
    match args[1].as_str() {
        "build" => build(folder, data),
        "text" => text(folder, data),
        "query" => {
            let asker = Asker::open(folder)?;
            let number = |i: usize| args[i].parse::<f64>().unwrap();
            measure::queries(
                data,
                number(4) as i32,
                number(5) as i32,
                number(6),
                |op, stems| asker.ask(op, stems).unwrap(),
            );
            Ok(())
        }
        "open" => open(folder, data),
        other => panic!("{other}?"),
    }
}

// Building.

fn create(folder: &Path, tokenizer: &str) -> Result<Index> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let mut schema = Schema::builder();
    let body = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    schema.add_text_field(
        "body",
        TextOptions::default().set_indexing_options(body),
    );
    schema.add_text_field("flag", STRING);
    let settings = IndexSettings {
        docstore_compression: Compressor::None,
        ..IndexSettings::default()
    };
    Index::builder()
        .schema(schema.build())
        .settings(settings)
        .create_in_dir(folder)
}

/// Indexes each line as `add` has it, and waits for merges.
fn index(
    index: &Index,
    lines: &Path,
    batch: usize,
    add: impl Fn(&str, &mut TantivyDocument),
) -> Result<()> {
    let mut writer: IndexWriter =
        index.writer_with_num_threads(1, WRITER_BYTES)?;
    let mut papers = 0;
    for line in BufReader::new(fs::File::open(lines)?).lines() {
        let mut document = TantivyDocument::default();
        add(&line?, &mut document);
        writer.add_document(document)?;
        papers += 1;
        if batch > 0 && papers % batch == 0 {
            writer.commit()?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()
}

fn merge(index: &Index) -> Result<()> {
    let mut writer: IndexWriter =
        index.writer_with_num_threads(1, WRITER_BYTES)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    Ok(())
}

fn report(variant: &str, clock: &Clock, folder: &Path) -> Result<()> {
    let (wall, cpu) = (clock.wall(), clock.cpu());
    let searcher = Index::open_in_dir(folder)?.reader()?.searcher();
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    println!(
        "{{\"variant\": \"{variant}\", \"wall\": {wall:.3}, \
         \"cpu\": {cpu:.3}, \"bytes\": {bytes}, \"papers\": {}, \
         \"segments\": {}}}",
        searcher.num_docs(),
        searcher.segment_readers().len()
    );
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn build(out: &Path, data: &Path) -> Result<()> {
    let clock = Clock::new();
    let many = create(&out.join("many"), "whitespace")?;
    let body = many.schema().get_field("body")?;
    let flag = many.schema().get_field("flag")?;
    index(&many, &data.join("docs.txt"), BATCH, |line, document| {
        for (i, name) in ["f1", "f50", "deleted"].iter().enumerate() {
            if line.as_bytes()[i] == b'1' {
                document.add_text(flag, name);
            }
        }
        document.add_text(body, &line[4..]);
    })?;
    report("many", &clock, &out.join("many"))?;
    copy(&out.join("many"), &out.join("one"))?;
    merge(&Index::open_in_dir(out.join("one"))?)?;
    report("one", &clock, &out.join("one"))?;
    for variant in ["many", "one"] {
        let deleted = out.join(format!("{variant}-deleted"));
        copy(&out.join(variant), &deleted)?;
        let index = Index::open_in_dir(&deleted)?;
        let mut writer: IndexWriter =
            index.writer_with_num_threads(1, WRITER_BYTES)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.delete_term(Term::from_field_text(flag, "deleted"));
        writer.commit()?;
    }
    Ok(())
}

fn text(out: &Path, data: &Path) -> Result<()> {
    let folder = out.join("text");
    let clock = Clock::new();
    let text = create(&folder, "en_stem")?;
    let body = text.schema().get_field("body")?;
    index(&text, &data.join("raw.txt"), 0, |line, document| {
        document.add_text(body, line);
    })?;
    report("text", &clock, &folder)?;
    merge(&text)?;
    report("text-one", &clock, &folder)
}

// Asking.

struct Asker {
    searcher: Searcher,
    body: Field,
    flag: Field,
}

impl Asker {
    fn open(folder: &Path) -> Result<Asker> {
        let index = Index::open_in_dir(folder)?;
        Ok(Asker {
            searcher: index.reader()?.searcher(),
            body: index.schema().get_field("body")?,
            flag: index.schema().get_field("flag")?,
        })
    }

    fn bag(&self, stems: &[String], occur: Occur) -> Box<dyn Query> {
        let leaf = |stem: &String| -> Box<dyn Query> {
            Box::new(TermQuery::new(
                Term::from_field_text(self.body, stem),
                IndexRecordOption::WithFreqs,
            ))
        };
        if stems.len() == 1 {
            return leaf(&stems[0]);
        }
        Box::new(BooleanQuery::new(
            stems.iter().map(|stem| (occur, leaf(stem))).collect(),
        ))
    }

    fn filtered(&self, stems: &[String], flag: &str) -> Box<dyn Query> {
        let filter = TermQuery::new(
            Term::from_field_text(self.flag, flag),
            IndexRecordOption::Basic,
        );
        Box::new(BooleanQuery::new(vec![
            (Occur::Must, self.bag(stems, Occur::Should)),
            (
                Occur::Must,
                Box::new(ConstScoreQuery::new(Box::new(filter), 0.0)),
            ),
        ]))
    }

    fn top10(&self, query: &dyn Query) -> Result<usize> {
        let top = TopDocs::with_limit(10).order_by_score();
        Ok(self.searcher.search(query, &top)?.len())
    }

    fn ask(&self, op: &str, stems: &[String]) -> Result<usize> {
        match op {
            "or10" => self.top10(&*self.bag(stems, Occur::Should)),
            "or10_f1" => self.top10(&*self.filtered(stems, "f1")),
            "or10_f50" => self.top10(&*self.filtered(stems, "f50")),
            "and10" => self.top10(&*self.bag(stems, Occur::Must)),
            "phrase10" => {
                let terms = stems
                    .iter()
                    .map(|stem| Term::from_field_text(self.body, stem))
                    .collect();
                self.top10(&PhraseQuery::new(terms))
            }
            "count_or" => {
                self.searcher.search(&*self.bag(stems, Occur::Should), &Count)
            }
            "count_and" => {
                self.searcher.search(&*self.bag(stems, Occur::Must), &Count)
            }
            other => panic!("{other}?"),
        }
    }
}

fn open(folder: &Path, data: &Path) -> Result<()> {
    let queries = fs::read_to_string(data.join("queries/terms2.txt"))?;
    let stems = measure::stems(queries.lines().next().unwrap_or(""));
    let clock = Clock::new();
    Asker::open(folder)?.ask("or10", &stems)?;
    println!("{{\"open\": {:.6}}}", clock.wall());
    Ok(())
}
