//! `docs/isolation-in-browsers.md`: the results of the attacks as a readable document.
//!
//! `REWRITE_COMMITTED=1 cargo test --test it browsers` rewrites it. Otherwise the gate's answers
//! and the column `reached` must be those of the committed file. The requests of a browser may
//! change with its version; a row for which either version sends no request is not compared.

use super::attack_run::Outcome;
use super::recorded_request::RecordedRequest;
use super::variant::Variant;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A row of any table: the first cell names it.
pub type Row = Vec<String>;

/// A document under construction.
pub struct Document {
    file: &'static str,
    text: String,
    section: String,
    rows: Rows,
}

/// By section and name: the gate's answer, and whether the request reached the desktop.
type Rows = BTreeMap<(String, String), (String, String)>;

impl Document {
    /// A document with only this head. `file` is its name below `docs`.
    pub fn new(file: &'static str, head: &str) -> Self {
        Self { file, text: head.to_owned(), section: String::new(), rows: Rows::new() }
    }

    /// Adds a heading of the second level.
    pub fn chapter(&mut self, title: &str, text: &str) {
        title.clone_into(&mut self.section);
        writeln!(self.text, "\n## {title}\n\n{text}").unwrap();
    }

    /// Adds a heading of the third level, and a table.
    pub fn table(&mut self, title: &str, text: &str, head: &[&str], rows: &[Row]) {
        writeln!(self.text, "\n### {title}\n\n{text}\n\n| {} |", head.join(" | ")).unwrap();
        writeln!(self.text, "|{}", "---|".repeat(head.len())).unwrap();
        for row in rows {
            writeln!(self.text, "| {} |", row.join(" | ")).unwrap();
        }
        let section = format!("{}, {title}", self.section);
        self.rows.extend(stable(&section, head, rows));
    }

    /// The complete text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rows that differ from the committed document.
    pub fn differences(&self) -> Vec<String> {
        if env::var_os("REWRITE_COMMITTED").is_some() {
            fs::write(self.path(), &self.text).unwrap();
        }
        let committed = read(&fs::read_to_string(self.path()).unwrap_or_default());
        let names: Vec<_> = self.rows.keys().chain(committed.keys()).collect();
        let mut differences = Vec::new();
        for name in names {
            let (now, then) = (self.rows.get(name), committed.get(name));
            let unsent = |row: &(String, String)| row.0 == NOTHING;
            if now != then && !now.is_some_and(unsent) && !then.is_some_and(unsent) {
                differences.push(format!("{name:?}: committed is {then:?}, the result is {now:?}"));
            }
        }
        differences.sort();
        differences.dedup();
        differences
    }

    fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(self.file)
    }
}

/// The compared columns, if the table has them.
fn stable(section: &str, head: &[&str], rows: &[Row]) -> Rows {
    let column = |title| head.iter().position(|other| *other == title);
    let (Some(gate), Some(reached)) = (column(GATE), column(REACHED)) else {
        return Rows::new();
    };
    let read = |row: &Row| {
        let name = (section.to_owned(), row[0].clone());
        (name, (row[gate].clone(), row[reached].clone()))
    };
    rows.iter().map(read).collect()
}

/// Reads the compared columns from a document.
fn read(text: &str) -> Rows {
    let mut rows = Rows::new();
    for chapter in text.split("\n## ").skip(1) {
        for table in chapter.split("\n### ").skip(1) {
            let section = format!("{}, {}", first_line(chapter), first_line(table));
            let cells = |line: &str| -> Row {
                let inner = line.trim_start_matches("| ").trim_end_matches(" |");
                inner.split(" | ").map(str::to_owned).collect()
            };
            let mut lines = table.lines().filter(|line| line.starts_with("| ")).map(cells);
            let head = lines.next().unwrap_or_default();
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            rows.extend(stable(&section, &head, &lines.collect::<Vec<_>>()));
        }
    }
    rows
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// One row of the attack table: the same attack with each cookie, and without the rules.
pub fn row(with: &[(Variant, &Outcome)], without: &Outcome) -> Row {
    let reached =
        with.iter().any(|(_, outcome)| outcome.requests.iter().any(|recorded| recorded.reached));
    let open = without.requests.iter().any(|recorded| recorded.reached);
    let unruled = match (open, without.result.contains("READ")) {
        (true, true) => "reached, and read",
        (true, false) => "reached",
        (false, _) => "no",
    };
    vec![
        with[0].1.name.clone(),
        grouped(with, |outcome| listed(&outcome.requests, sent)),
        with_session(with),
        answered(with),
        if reached { "**yes**" } else { "no" }.to_owned(),
        unruled.to_owned(),
    ]
}

/// The head of tables of [`row`]s.
pub const ATTACKS: [&str; 6] =
    ["what the page does", "what the browser sends", "cookie", GATE, REACHED, "without the rules"];

/// Describes a request of the browser.
pub fn sent(recorded: &RecordedRequest) -> String {
    let origin = match recorded.origin.as_str() {
        "" => "no `Origin`".to_owned(),
        origin => format!("`Origin` {origin}"),
    };
    let fetch = [&recorded.site, &recorded.mode, &recorded.dest].map(String::as_str).join(" ");
    let fetch = if fetch.trim().is_empty() { "no `Sec-Fetch-*`".to_owned() } else { fetch };
    let purpose = match recorded.purpose.as_str() {
        "" => String::new(),
        purpose => format!(", `Sec-Purpose` {purpose}"),
    };
    format!("{}, {origin}, {fetch}{purpose}", recorded.method)
}

fn with_session(with: &[(Variant, &Outcome)]) -> String {
    let came = |outcome: &Outcome| outcome.requests.iter().any(|recorded| recorded.session);
    let names: Vec<&str> =
        with.iter().filter(|(_, outcome)| came(outcome)).map(|(kind, _)| kind.name()).collect();
    match names.len() {
        0 if with.iter().all(|(_, outcome)| outcome.requests.is_empty()) => NOTHING.to_owned(),
        0 => "none".to_owned(),
        count if count == with.len() => "all".to_owned(),
        _ => names.join(", "),
    }
}

/// A text for each kind of cookie, or one text if all are equal.
fn grouped(with: &[(Variant, &Outcome)], say: impl Fn(&Outcome) -> String) -> String {
    listed_by(with.iter().map(|(variant, outcome)| (variant.name(), say(outcome))))
}

/// Each different text once, with its names in parentheses unless all texts are equal.
pub fn listed_by<'n>(texts: impl Iterator<Item = (&'n str, String)>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, text) in texts {
        match groups.iter_mut().find(|(other, _)| *other == text) {
            Some((_, names)) => names.push(name),
            None => groups.push((text, vec![name])),
        }
    }
    if let [(said, _)] = &groups[..] {
        return said.clone();
    }
    let told = groups.iter().map(|(said, names)| format!("{said} ({})", names.join(", ")));
    told.collect::<Vec<_>>().join("; ")
}

/// The gate's answers to the recorded requests. Without requests there is no result for the gate,
/// because a browser may delay or omit them.
fn answered(with: &[(Variant, &Outcome)]) -> String {
    let came: Vec<_> =
        with.iter().copied().filter(|(_, outcome)| !outcome.requests.is_empty()).collect();
    if came.is_empty() {
        return NOTHING.to_owned();
    }
    grouped(&came, |outcome| listed(&outcome.requests, |recorded| recorded.answer.clone()))
}

/// The text that `say` returns for each request, in order.
pub fn listed(requests: &[RecordedRequest], say: impl Fn(&RecordedRequest) -> String) -> String {
    let mut said: Vec<String> = requests.iter().map(say).collect();
    said.dedup();
    if said.is_empty() { NOTHING.to_owned() } else { said.join("; then ") }
}

/// Title of the column with the gate's answers.
pub const GATE: &str = "the gate";
/// Title of the column that says whether a request reached alice's desktop.
pub const REACHED: &str = "reached";
/// The text of a cell if there was no request.
pub const NOTHING: &str = "nothing";
