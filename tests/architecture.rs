//! The rules of the house, held against the sources: who may know whom, where a permit and a 2xx
//! can come from, how long a file may be, and whether the documentation tells the truth.
//!
//! It reads text, so that it can see what no compiler complains about; [`source`] makes tokens of
//! it first, so that a comment or a string is never mistaken for code. Every check is a function
//! from a source to what is wrong with it, and [`can_fail`] feeds each one a bad line, because a
//! check that cannot fail is worse than none.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test fails loudly where its expectation breaks"
)]
#![expect(unreachable_pub, reason = "`pub` tells what other files of the test use")]

#[path = "architecture/can_fail.rs"]
mod can_fail;
#[path = "architecture/dependencies.rs"]
mod dependencies;
#[path = "architecture/documents.rs"]
mod documents;
#[path = "architecture/files.rs"]
mod files;
#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/links.rs"]
mod links;
#[path = "architecture/notices.rs"]
mod notices;
#[path = "architecture/permits.rs"]
mod permits;
#[path = "architecture/references.rs"]
mod references;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/test_names.rs"]
mod test_names;
#[path = "architecture/tokens.rs"]
mod tokens;

use references::Modules;
use source::{Source, Tree};
use std::sync::LazyLock;

/// Read once for all tests.
static TREE: LazyLock<Tree> = LazyLock::new(Tree::read);

/// Asked of Cargo once for all tests.
static PACKAGES: LazyLock<Vec<dependencies::Package>> = LazyLock::new(dependencies::packages);

/// Runs one check on every source and fails with all that it found.
fn on_each(sources: &[Source], check: impl Fn(&Source) -> Vec<String>) {
    assert!(!sources.is_empty(), "nothing was read");
    fail_with(&sources.iter().flat_map(check).collect::<Vec<_>>());
}

fn fail_with(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn modules_know_only_what_lies_below_them() {
    on_each(&TREE.sources, layers::upward_dependencies);
}

#[test]
fn no_modules_know_each_other_in_a_circle() {
    fail_with(&layers::circles(layers::MODULES));
}

#[test]
fn foreign_types_stay_where_they_belong() {
    on_each(&TREE.sources, layers::foreign_crates);
}

#[test]
fn the_decision_modules_are_pure() {
    on_each(&TREE.sources, layers::impurities);
}

#[test]
fn every_module_has_its_place() {
    fail_with(&layers::misplaced_modules(TREE.source("src/lib.rs")));
}

#[test]
fn one_line_makes_a_permit() {
    fail_with(&permits::constructions("Permit", "src/gate.rs", &TREE.sources));
}

#[test]
fn one_line_makes_a_session() {
    fail_with(&permits::constructions("Session", "src/token/session.rs", &TREE.sources));
}

#[test]
fn one_line_proves_a_signature() {
    fail_with(&permits::constructions("Signed", "src/token/signed.rs", &TREE.sources));
}

#[test]
fn one_place_makes_the_2xx() {
    on_each(&TREE.sources, permits::stray_answers);
}

#[test]
fn every_denial_is_matched_by_name() {
    on_each(&TREE.sources, permits::catch_all_arms);
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    on_each(&TREE.sources, |source| {
        [shape::too_long(source), shape::vague_name(source), shape::no_opening(source)].concat()
    });
}

#[test]
fn nothing_is_left_open_or_waved_through() {
    on_each(&TREE.sources, |source| [shape::stubs(source), shape::waved_through(source)].concat());
    on_each(&TREE.tests, shape::waved_through);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let texts = TREE.texts.iter();
    fail_with(&texts.flat_map(|(path, text)| shape::places(path, text)).collect::<Vec<_>>());
}

#[test]
fn the_manual_names_tests_that_exist() {
    let tests = TREE.test_names();
    fail_with(&documents::broken_proofs(TREE.text("src/manual.rs"), &tests));
}

#[test]
fn the_manual_has_every_threat() {
    fail_with(&documents::missing_threats(TREE.text("src/manual.rs")));
}

#[test]
fn the_reference_has_every_configuration_key() {
    let parts = ["", "/issuer", "/render", "/session"];
    let parts = parts.map(|part| TREE.source(&format!("src/config/raw{part}.rs")));
    let keys = documents::configuration_keys(parts);
    fail_with(&documents::key_differences(TREE.text("docs/configuration.md"), &keys));
}

#[test]
fn the_readme_names_the_commands_that_ci_runs() {
    fail_with(&documents::untested_commands(TREE.text("README.md"), TREE.text(".ci/run")));
}

#[test]
fn the_table_of_the_log_has_every_field_of_a_decision() {
    let names = TREE.text("src/observe/field.rs");
    let fields = documents::decision_fields(names, TREE.source("src/http/decision_log/event.rs"));
    assert!(fields.len() > 20, "the event is not written by the constants any more: {fields:?}");
    fail_with(&documents::field_differences(TREE.text("docs/metrics-and-logs.md"), &fields));
}

#[test]
fn the_page_of_reasons_has_every_reason() {
    let page = TREE.text("docs/reasons.md");
    let names = doorward::http::decision_names().into_iter();
    let reasons: Vec<_> =
        names.filter(|(result, _)| *result != "allow").map(|(_, reason)| reason).collect();
    fail_with(&documents::reason_differences(page, &reasons));
}

#[test]
fn the_architecture_page_has_every_layer() {
    let page = TREE.text("docs/architecture.md");
    fail_with(&documents::layer_differences(page, layers::MODULES));
}

#[test]
fn no_files_refer_to_each_other_in_a_circle() {
    let references = Modules::new(&TREE.sources).references();
    fail_with(&files::circle_findings(&references, &TREE.sources));
}

#[test]
fn dependencies_keep_to_the_rules() {
    assert!(PACKAGES.len() > 100, "{:?}", *PACKAGES);
    fail_with(&dependencies::violations(TREE.text(".deny.toml"), &PACKAGES));
}

#[test]
fn third_party_notices_are_complete() {
    let document = notices::document(&PACKAGES);
    if std::env::var_os("REWRITE_COMMITTED").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/THIRD-PARTY.md"), &document).unwrap();
    } else if document != TREE.text("THIRD-PARTY.md") {
        fail_with(&["THIRD-PARTY.md: see the head of tests/architecture/notices.rs".to_owned()]);
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    let is_document =
        |path: &&String| std::path::Path::new(path).extension().is_some_and(|end| end == "md");
    let documents = TREE.texts.keys().filter(is_document);
    fail_with(&documents.flat_map(|path| links::dead(path, &TREE.texts)).collect::<Vec<_>>());
}

/// `cargo test --test architecture figures -- --nocapture` prints them.
#[test]
fn figures() {
    let sources = &TREE.sources;
    let modules = Modules::new(sources);
    let references = modules.references();
    let lengths = sources.iter().map(|source| source.text.lines().count()).collect();
    let (median, p90) = files::median_and_p90(lengths);
    println!(
        "files: {}, {median} lines in the median, {p90} at the 90th percentile",
        sources.len()
    );
    println!("references between files: {}", references.len());
    println!("circles of files: {}", files::circles(&references, sources).len());
    for (top, _) in layers::MODULES {
        let files::Directions { all, upward, to_parent } =
            files::directions(top, &references, sources, &modules);
        println!("{top}: {all} references inside, {upward} upward, {to_parent} to a parent");
    }
    assert!(median <= 150, "the median file has {median} lines, 150 are allowed");
}
