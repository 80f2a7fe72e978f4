//! How a file looks: its length, its name, its first line, and what must not stand in any.

use super::source::Source;
use super::tokens::find;

/// The largest number of lines of a file, without unit tests.
pub fn too_long(source: &Source) -> Vec<String> {
    let limit = match source.path.as_str() {
        "src/main.rs" => 60,
        // A table: one row for each threat.
        "src/manual.rs" => usize::MAX,
        _ => 400,
    };
    let Source { path, length, .. } = source;
    if *length <= limit {
        Vec::new()
    } else {
        vec![format!("{path}: {length} lines, {limit} allowed")]
    }
}

/// A name that would fit anything.
pub fn vague_name(source: &Source) -> Vec<String> {
    let module = source.module();
    let vague = module.iter().find(|step| VAGUE.contains(step));
    vague.map(|step| format!("{}: {step} says nothing", source.path)).into_iter().collect()
}

/// A file that does not begin by saying what it is for.
pub fn no_opening(source: &Source) -> Vec<String> {
    let opens = source.text.starts_with("//!");
    if opens { Vec::new() } else { vec![format!("{}: no `//!` on top", source.path)] }
}

/// Code that is not written yet.
pub fn stubs(source: &Source) -> Vec<String> {
    let starts = |name: &'static str| find(&source.tokens, &[name, "!"]).map(|_| name);
    let found = ["todo", "unimplemented", "dbg"].into_iter().filter_map(starts);
    found.map(|name| format!("{}: {name}!", source.path)).collect()
}

/// A lint that is silenced for good, or a test that does not run.
pub fn waved_through(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (pattern, remedy) in [
        (["[", "allow", "("], "`expect` with a reason goes away when it is not needed any more"),
        ([",", "allow", "("], "`expect` with a reason goes away when it is not needed any more"),
        (["[", "ignore", "]"], "a test that does not run proves nothing"),
        (["[", "ignore", "="], "a test that does not run proves nothing"),
    ] {
        if let Some(at) = find(&source.tokens, &pattern) {
            findings.push(format!("{}:{}: {remedy}", source.path, source.tokens[at].line));
        }
    }
    findings
}

/// Paths of one machine, and addresses of package registries: both belong to one machine.
pub fn places(path: &str, text: &str) -> Vec<String> {
    if path == "Cargo.lock" {
        let sources = text.lines().filter(|line| line.starts_with("source = "));
        let strays = sources.filter(|line| *line != CRATES_IO);
        return strays.map(|line| format!("{path}: {line}")).collect();
    }
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (front, back) in PLACES {
            if line.contains(&format!("{front}{back}")) {
                findings.push(format!("{path}:{}: {front}{back}", number + 1));
            }
        }
    }
    findings
}

const VAGUE: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "misc", "manager", "shared", "core"];
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
/// In halves, so that this file is not among its own findings.
const PLACES: [(&str, &str); 12] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/fa", "rm/"),
    ("/Us", "ers/"),
    ("/tm", "p/wt/"),
    ("/tm", "p/dw/"),
    ("py", "pi.org"),
    ("pythonhos", "ted.org"),
    ("npm", "js.org"),
    ("index.cra", "tes.io"),
    ("static.cra", "tes.io"),
    ("proxy.go", "lang.org"),
];
