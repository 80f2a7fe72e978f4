//! Whether the documentation names the tests, keys, fields, layers and commands that exist.

use super::source::Source;
use super::tokens::{Token, end_of_block};
use std::collections::{BTreeMap, BTreeSet};

/// Proofs that name no test, and threats that neither have one nor say that they are not stopped.
pub fn broken_proofs(manual: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for (title, body) in threats(manual) {
        let proofs: Vec<&str> =
            body.lines().filter_map(|line| line.trim().strip_prefix("- test: ")).collect();
        for proof in &proofs {
            let name = proof.trim_matches('`');
            if !tests.contains(name) {
                findings.push(format!("src/manual.rs: {title}: there is no test {name}"));
            }
        }
        if proofs.is_empty() && !body.contains("Not stopped here") {
            findings.push(format!("src/manual.rs: {title}: neither proved nor disclaimed"));
        }
    }
    findings
}

/// Numbers of the catalogue that the manual does not have.
pub fn missing_threats(manual: &str) -> Vec<String> {
    let titles: Vec<&str> = threats(manual).map(|(title, _)| title).collect();
    let has = |number: usize| {
        let start = format!("T{number} ");
        titles.iter().any(|title| title.starts_with(&start))
    };
    let missing = (1..=CATALOGUE).filter(|number| !has(*number));
    missing.map(|number| format!("src/manual.rs: no T{number}")).collect()
}

/// Sections below `## `, as title and body, of a file that is documentation only.
fn threats(manual: &str) -> impl Iterator<Item = (&str, String)> {
    manual.split("\n//! ## ").skip(1).map(|section| {
        let (title, body) = section.split_once('\n').unwrap_or((section, ""));
        let body = body.lines().map(|line| line.trim_start_matches("//!").trim());
        (title, body.collect::<Vec<_>>().join("\n"))
    })
}

/// Every key that a configuration can have, as `issuers[].keys.jwks_file`, from the types that
/// read it.
pub fn configuration_keys<'s>(raw: impl IntoIterator<Item = &'s Source>) -> BTreeSet<String> {
    let tokens: Vec<Token> = raw.into_iter().flat_map(|part| part.tokens.clone()).collect();
    let mut keys = BTreeSet::new();
    below(&tokens, "RawConfig", "", &mut keys);
    assert!(!keys.is_empty(), "there is no list of keys any more");
    keys
}

/// Adds the keys of the struct or enum `kind` in front of which `path` stands.
fn below(tokens: &[Token], kind: &str, path: &str, keys: &mut BTreeSet<String>) {
    let declared = |at: &usize| {
        matches!(tokens[*at].text.as_str(), "struct" | "enum") && tokens[at + 1].text == kind
    };
    let Some(at) = (0..tokens.len()).find(declared) else {
        return;
    };
    let open = at + 2;
    let end = end_of_block(tokens, open);
    let mut at = open + 1;
    while at < end {
        let is_field = tokens[at].is_name() && tokens[at + 1].text == ":";
        let is_variant =
            tokens[at].text != "pub" && tokens[at].is_name() && tokens[at + 1].text == "(";
        if !is_field && !is_variant {
            // Attributes and visibility.
            let opens = matches!(tokens[at].text.as_str(), "(" | "[");
            at = if opens { end_of_block(tokens, at) } else { at + 1 };
            continue;
        }
        let stop =
            at + 2 + tokens[at + 2..end].iter().take_while(|token| token.text != ",").count();
        let kinds = &tokens[at + 2..stop];
        let is_list = kinds.iter().any(|token| token.text == "List");
        let own = if is_field { join(path, &tokens[at].text) } else { path.to_owned() };
        let own = if is_list { format!("{own}[]") } else { own };
        let section = kinds.iter().find(|token| has_fields(tokens, &token.text));
        match section {
            Some(section) => below(tokens, &section.text, &own, keys),
            None => drop(keys.insert(own.trim_end_matches("[]").to_owned())),
        }
        at = stop;
    }
}

/// Whether `kind` is a section, or one of several forms of which one is.
fn has_fields(tokens: &[Token], kind: &str) -> bool {
    kind.starts_with("Raw")
        && tokens.windows(2).any(|pair| {
            let is_section = pair[0].text == "struct";
            let is_choice = pair[0].text == "enum" && kind == "RawDomain";
            (is_section || is_choice) && pair[1].text == kind
        })
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Keys that the reference page lacks, and keys that do not exist.
pub fn key_differences(page: &str, keys: &BTreeSet<String>) -> Vec<String> {
    let named = first_cells(page);
    // `domains[].login.url` and the like have one row, `domains[].login.*`.
    let is_named = |key: &String| named.contains(key) || key.starts_with("domains[].login.");
    let missing = keys.iter().filter(|key| !is_named(key));
    let unknown = named.iter().filter(|name| !keys.contains(*name) && !name.ends_with(".*"));
    let missing = missing.map(|key| format!("docs/configuration.md: `{key}` is missing"));
    missing
        .chain(unknown.map(|key| format!("docs/configuration.md: there is no `{key}`")))
        .collect()
}

/// Reasons of a denial that the page lacks, and reasons that do not exist.
pub fn reason_differences(page: &str, reasons: &[&str]) -> Vec<String> {
    let named = first_cells(page);
    let missing = reasons.iter().filter(|reason| !named.contains(**reason));
    let unknown = named.iter().filter(|name| !reasons.contains(&name.as_str()));
    let missing = missing.map(|reason| format!("docs/reasons.md: `{reason}` is missing"));
    missing.chain(unknown.map(|name| format!("docs/reasons.md: there is no `{name}`"))).collect()
}

/// Modules whose row in the table of layers is missing or differs, and rows of unknown modules.
pub fn layer_differences(page: &str, modules: &[(&str, &[&str])]) -> Vec<String> {
    let table = between(page, "| module | may use |", "\n\n");
    let row = |(module, below): &(&str, &[&str])| {
        let below: Vec<String> = below.iter().map(|name| format!("`{name}`")).collect();
        let below = if below.is_empty() { "nothing".to_owned() } else { below.join(", ") };
        format!("| `{module}` | {below} |")
    };
    let expected: Vec<String> = modules.iter().map(row).collect();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    let missing = expected.iter().filter(|row| !rows.contains(&row.as_str()));
    let unknown = rows.iter().filter(|row| !expected.iter().any(|known| known == *row));
    let missing = missing.map(|row| format!("docs/architecture.md: missing: {row}"));
    missing.chain(unknown.map(|row| format!("docs/architecture.md: wrong: {row}"))).collect()
}

/// The names in code spans in the first cells of the tables of `page`.
fn first_cells(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|line| line.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// Fields that a decision has in the log, by the constants that the event is written with.
pub fn decision_fields(names: &str, event: &Source) -> BTreeSet<String> {
    let constants = names.lines().filter_map(|line| line.strip_prefix("pub const "));
    let told: BTreeMap<&str, &str> = constants
        .filter_map(|line| line.trim_end_matches("\";").split_once(": &str = \""))
        .collect();
    let paths = event.paths();
    let used = paths.iter().filter_map(|(_, path)| match path.as_slice() {
        [module, name] if module == "field" => told.get(name.as_str()),
        _ => None,
    });
    used.map(|name| (*name).to_owned()).collect()
}

/// Fields of a decision that the table of the log lacks, and fields that do not exist.
pub fn field_differences(page: &str, fields: &BTreeSet<String>) -> Vec<String> {
    const PAGE: &str = "docs/metrics-and-logs.md";
    let named = first_cells(between(page, "| field | meaning |", "\n\n"));
    let missing = fields.difference(&named).map(|name| format!("{PAGE}: `{name}` is missing"));
    let unknown = named.difference(fields).map(|name| format!("{PAGE}: there is no `{name}`"));
    missing.chain(unknown).collect()
}

/// Set-up commands of the README that `.ci/run` does not run word for word.
pub fn untested_commands(readme: &str, ci: &str) -> Vec<String> {
    let block = between(readme, "<!-- setup -->", "<!-- end of setup -->");
    let commands: Vec<&str> = block.lines().filter(|line| line.starts_with("cargo test")).collect();
    if commands.is_empty() {
        return vec!["README.md: no `cargo test` between the set-up marks".to_owned()];
    }
    let untested = commands.into_iter().filter(|command| !ci.lines().any(|line| line == *command));
    untested.map(|command| format!(".ci/run: no line `{command}`")).collect()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let after = text.split_once(start).map_or("", |(_, after)| after);
    after.split_once(end).map_or(after, |(inside, _)| inside)
}

/// T1 to this number.
const CATALOGUE: usize = 32;
