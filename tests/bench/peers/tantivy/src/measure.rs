//! Times queries as tests/bench/measure.h does, which says how and why.

use std::fs::read_to_string;
use std::path::Path;
use std::time::Instant;

const BAGS: &str = "titles questions statements terms1 terms2 terms3 terms5";
const NARROW: &str = "titles questions terms2 terms3 terms5";
const OPS: [(&str, &str); 7] = [
    ("or10", BAGS),
    ("or10_f1", BAGS),
    ("or10_f50", BAGS),
    ("and10", NARROW),
    ("phrase10", "phrase2 phrase3"),
    ("count_or", BAGS),
    ("count_and", NARROW),
];

struct Row {
    op: &'static str,
    kind: &'static str,
    queries: Vec<Vec<String>>,
    answers: Vec<usize>,
    micros: Vec<Vec<f64>>,
}

pub fn stems(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_string).collect()
}

fn rows(data: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for (op, kinds) in OPS {
        for kind in kinds.split(' ') {
            let file = data.join("queries").join(format!("{kind}.txt"));
            let Ok(text) = read_to_string(file) else {
                continue;
            };
            let queries: Vec<_> = text.lines().map(stems).collect();
            let (answers, micros) =
                (vec![0; queries.len()], vec![Vec::new(); queries.len()]);
            rows.push(Row { op, kind, queries, answers, micros });
        }
    }
    rows
}

pub fn queries(
    data: &Path,
    warm_ups: i32,
    passes: i32,
    budget: f64,
    mut ask: impl FnMut(&str, &[String]) -> usize,
) {
    let mut rows = rows(data);
    for pass in -warm_ups..passes {
        for row in &mut rows {
            let whole = Instant::now();
            for i in 0..row.queries.len() {
                let begin = Instant::now();
                row.answers[i] = ask(row.op, &row.queries[i]);
                let micros = begin.elapsed().as_secs_f64() * 1e6;
                if pass >= 0 {
                    row.micros[i].push(micros);
                } else if pass == -warm_ups
                    && whole.elapsed().as_secs_f64() > budget
                {
                    row.queries.truncate(i + 1);
                    break;
                }
            }
        }
    }
    for row in &mut rows {
        print(row);
    }
}

fn print(row: &mut Row) {
    let n = row.queries.len();
    let micros: Vec<String> = row.micros[..n]
        .iter_mut()
        .map(|all| {
            all.sort_by(f64::total_cmp);
            format!("{:.1}", all[all.len() / 2])
        })
        .collect();
    println!(
        "{{\"op\": \"{}\", \"kind\": \"{}\", \"micros\": [{}], \
         \"answers\": {:?}}}",
        row.op,
        row.kind,
        micros.join(", "),
        &row.answers[..n]
    );
}

/// Wall and CPU seconds since it was made.
pub struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    pub fn new() -> Clock {
        Clock { wall: Instant::now(), cpu: cpu_seconds() }
    }
    pub fn wall(&self) -> f64 {
        self.wall.elapsed().as_secs_f64()
    }
    pub fn cpu(&self) -> f64 {
        cpu_seconds() - self.cpu
    }
}

fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes `time` and keeps nothing.
    unsafe {
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time);
    }
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
