//! Each check on a line that it has to refuse, and on its neighbour that it has to let pass.

use super::references::Modules;
use super::source::Source;
use super::{dependencies, documents, files, layers, links, permits, shape};
use std::collections::{BTreeMap, BTreeSet};

type Check = fn(&Source) -> Vec<String>;

fn findings(check: Check, path: &str, text: &str) -> usize {
    check(&Source::shipping(path, text)).len()
}

#[test]
fn each_source_check_can_fail() {
    const UP: Check = layers::upward_dependencies;
    const CRATES: Check = layers::foreign_crates;
    const HEART: Check = layers::impurities;
    const ROOT: Check = layers::misplaced_modules;
    const ANSWERS: Check = permits::stray_answers;
    const ARMS: Check = permits::catch_all_arms;
    for (check, path, bad, good) in [
        (UP, "src/policy.rs", "use crate::gate::Gate;", "use crate::name::Label;"),
        (UP, "src/gate.rs", "fn f() { crate::http::now() }", "fn f() { crate::policy::x() }"),
        (UP, "src/gate/denial.rs", "use super::super::http;", "use super::super::policy;"),
        (UP, "src/name/host.rs", "use crate::{token, name};", "use crate::{name};"),
        (UP, "src/main.rs", "use doorward::gate;", "use doorward::cli;"),
        (UP, "src/nowhere.rs", "", "#[cfg(test)] mod t {}"),
        (CRATES, "src/gate.rs", "use hyper::Request;", "// use hyper::Request;"),
        (CRATES, "src/token/claims.rs", "use jsonwebtoken::Header;", "let jsonwebtoken = 1;"),
        (CRATES, "src/token.rs", "use moka::sync::Cache;", "let s = \"use moka::sync::Cache\";"),
        (
            CRATES,
            "src/http/error_page.rs",
            "fn f() { tokio::spawn(g()) }",
            "#[cfg(test)] use tokio::x;",
        ),
        (CRATES, "src/config.rs", "use clap::Parser;", "/* use clap::Parser; */"),
        (HEART, "src/gate.rs", "use std::time::{Duration, Instant};", "use std::time::Duration;"),
        (HEART, "src/policy.rs", "use std::{fs, fmt};", "use std::fmt;"),
        (HEART, "src/name/label.rs", "std::env::var(x);", "std::iter::once(x);"),
        (HEART, "src/token/compact.rs", "use std::net::TcpStream;", "use std::net::IpAddr;"),
        (HEART, "src/cross_site.rs", "let t = SystemTime::now();", "let t = now;"),
        (HEART, "src/gate/tally.rs", "tracing::info!(\"\");", "note(\"tracing::info!\");"),
        (ROOT, "src/lib.rs", "pub mod gate; pub mod cli;", "pub mod cli; pub mod gate;"),
        (ROOT, "src/lib.rs", "pub mod elsewhere;", "pub mod name;"),
        (ANSWERS, "src/http/client_class.rs", "StatusCode::NO_CONTENT", "StatusCode::NOT_FOUND"),
        (ANSWERS, "src/http/error_page.rs", "hyper::StatusCode::OK", "\"StatusCode::OK\""),
        (ANSWERS, "src/http/error_page.rs", "Response::new(body)", "guarded(status, body)"),
        (
            ARMS,
            "src/http/answer.rs",
            "match d { Denial::A => 1, _ => 2 }",
            "match n { 1 => 1, _ => 2 }",
        ),
        (
            ARMS,
            "src/gate.rs",
            "match d { Denial::A(_) => {} other => {} }",
            "match d { Denial::A(_) => {} }",
        ),
        (
            ARMS,
            "src/gate.rs",
            "match d { crate::Denial::A => 1, _ if x => 2 }",
            "match d { Denial::A if x => 2 }",
        ),
    ] {
        assert_ne!(findings(check, path, bad), 0, "{path} passes: {bad}");
        let good_path = if path == "src/nowhere.rs" { "src/name.rs" } else { path };
        assert_eq!(findings(check, good_path, good), 0, "{path} is refused: {good}");
    }
}

#[test]
fn each_shape_check_can_fail() {
    let lines = |count: usize| "//! x\n".repeat(count);
    for (name, check, path, bad, good) in [
        ("long", shape::too_long as Check, "src/gate.rs", lines(401), lines(400)),
        ("long_main", shape::too_long, "src/main.rs", lines(61), lines(60)),
        (
            "long_tests",
            shape::too_long,
            "src/a.rs",
            lines(500),
            lines(9) + "#[cfg(test)]\n" + &lines(900),
        ),
        ("opening", shape::no_opening, "src/a.rs", "use x;".to_owned(), "//! x".to_owned()),
        ("todo", shape::stubs, "src/a.rs", "todo!()".to_owned(), "// todo!()".to_owned()),
        (
            "open",
            shape::stubs,
            "src/a.rs",
            "unimplemented!(\"\")".to_owned(),
            "let todo = !x;".to_owned(),
        ),
        (
            "allow",
            shape::waved_through,
            "src/a.rs",
            "#[allow(dead_code)]".to_owned(),
            "#[expect(dead_code)]".to_owned(),
        ),
        (
            "allow_all",
            shape::waved_through,
            "src/a.rs",
            "#![allow(x)]".to_owned(),
            "// #![allow(x)]".to_owned(),
        ),
        (
            "allow_if",
            shape::waved_through,
            "src/a.rs",
            "#![cfg_attr(test, allow(x))]".to_owned(),
            "allow(x)".to_owned(),
        ),
        (
            "ignore",
            shape::waved_through,
            "tests/a.rs",
            "#[ignore] fn f() {}".to_owned(),
            "fn ignore() {}".to_owned(),
        ),
    ] {
        assert_ne!(findings(check, path, &bad), 0, "{name}: {bad:.40}");
        assert_eq!(findings(check, path, &good), 0, "{name}: {good:.40}");
    }
    for path in ["src/utils.rs", "src/http/helpers.rs", "src/common/time.rs", "src/key_manager.rs"]
    {
        let vague = findings(shape::vague_name, path, "");
        assert_eq!(vague, usize::from(path != "src/key_manager.rs"), "{path}");
    }
    let place = |front: &str, back: &str| shape::places("a", &format!("x {front}{back}x")).len();
    assert_eq!((place("/wo", "rk/"), place("py", "pi.org"), place("/etc/", "x")), (1, 1, 0));
    let lock = "source = \"registry+https://example.com/index\"";
    assert_eq!(shape::places("Cargo.lock", lock).len(), 1);
}

#[test]
fn circles_are_seen() {
    let circles = |modules: &[(&str, &[&str])]| layers::circles(modules).len();
    assert_eq!(circles(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]), 0);
    assert_eq!(circles(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]), 3);
    assert_eq!(circles(&[("a", &["b"])]), 1);
}

#[test]
fn circles_of_files_are_seen() {
    const B: &str = "use super::c::C; pub struct B;";
    let circles = |files: &[(&str, &str)]| {
        let mut sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::shipping(path, text)).collect();
        sources.push(Source::shipping("src/lib.rs", "mod a; mod d;"));
        let found = files::circle_findings(&Modules::new(&sources).references(), &sources);
        found.len()
    };
    for (name, parent, c, expected) in [
        ("none", "mod b; mod c;", "pub struct C;", 0),
        ("import", "mod b; mod c;", "use super::b::B; pub struct C;", 1),
        ("import_in_braces", "mod b; mod c;", "use super::{b::{B as X, self}}; pub struct C;", 1),
        ("expression", "mod b; mod c;", "pub struct C; fn f() { crate::a::b::B.g() }", 1),
        ("module", "mod b; mod c;", "use super::b; pub struct C; fn f() { b::B }", 1),
        ("module_unused", "mod b; mod c;", "use super::b; pub struct C;", 0),
        ("re_export", "mod b; mod c; pub use b::B;", "use super::B; pub struct C;", 1),
        ("renamed", "mod b; mod c; pub use b::B as X;", "use crate::a::X; pub struct C;", 1),
        ("all_names", "mod b; mod c; pub use b::*;", "use super::B; pub struct C;", 1),
        ("facade", "mod b; mod c; pub use c::C;", "use super::D; pub struct C;", 0),
        ("passed_on", "mod b; mod c;", "use super::b::L; pub struct C;", 1),
        ("parent", "mod b; mod c; pub struct P; fn f() { c::C }", "use super::P; struct C;", 0),
        ("tests", "mod b; mod c;", "pub struct C; #[cfg(test)] mod t { use crate::a::b::B; }", 0),
        ("comment", "mod b; mod c;", "pub struct C; // use super::b::B;", 0),
        ("captured", "mod b; mod c;", "pub struct C; fn f() -> impl X + use<'_> {}", 0),
    ] {
        let b = format!("{B} pub use crate::d::L;");
        let files = [("src/a.rs", parent), ("src/a/b.rs", &b), ("src/a/c.rs", c)];
        let files = [&files[..], &[("src/d.rs", "pub struct L;")]].concat();
        assert_eq!(circles(&files), expected, "{name}");
    }
    let below = [
        ("src/a.rs", "mod b; mod c;"),
        ("src/a/b.rs", "mod e;"),
        ("src/a/b/e.rs", "use crate::a::c::C;"),
        ("src/a/c.rs", "pub struct C; fn f() { super::b::g() }"),
    ];
    assert_eq!(circles(&below), 0);
    let below = below.map(|(path, text)| (path, text.replace("mod e;", "mod e; pub fn g() {}")));
    let below: Vec<(&str, &str)> = below.iter().map(|(path, text)| (*path, &**text)).collect();
    assert_eq!(circles(&below), 1);
}

#[test]
fn dependencies_against_the_rules_are_seen() {
    let allowed = BTreeSet::from(["MIT", "ISC"]);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("ISC AND (GPL-3.0 OR MIT)", true),
        ("(ISC OR MIT) AND GPL-3.0", false),
        ("MIT OR ISC AND GPL-3.0", true),
        ("MIT WITH x", false),
        ("MIT) GPL-3.0", false),
    ] {
        assert_eq!(dependencies::is_allowed(expression, &allowed), expected, "{expression}");
    }
    let package = |name: &str, version: &str, licence: &str| dependencies::Package {
        name: name.to_owned(),
        version: version.to_owned(),
        licence: licence.to_owned(),
        ..dependencies::Package::default()
    };
    let tree = [package("a", "1.0.0", "MIT"), package("a", "2.0.0", "MIT")];
    let rules = "\nallow = [ \"MIT\",\n]\nskip = [\n]\ndeny = [\n]\n";
    let skip = rules.replace("skip = [", "skip = [ { crate = \"a@1.0.0\", reason = \"b\" },");
    let deny = skip.replace("deny = [", "deny = [ { crate = \"a\" },");
    let count =
        |rules: &str, tree: &[dependencies::Package]| dependencies::violations(rules, tree).len();
    assert_eq!(count(&skip, &tree), 0);
    assert_eq!(count(rules, &tree), 1, "two versions");
    assert_eq!(count(&skip, &tree[1..]), 1, "an exception that is not needed");
    assert_eq!(count(&deny, &tree), 2, "banned");
    assert_eq!(count(rules, &[package("b", "1.0.0", "GPL-3.0")]), 1, "a licence");
}

#[test]
fn links_that_lead_nowhere_are_seen() {
    let texts = |text: &str| {
        let other = "# One thing\n## `a.b`: c\n## One thing\n<a id=\"own\"></a>";
        let all = [("docs/a.md", text), ("docs/b.md", other), ("README.md", "# x")];
        all.map(|(path, text)| (path.to_owned(), text.to_owned())).into()
    };
    for (text, expected) in [
        ("[x](b.md) [y](../README.md#x) [z](https://example.com/z)", 0),
        ("[x](b.md#one-thing) [y](b.md#one-thing-1) [z](b.md#ab-c) [o](b.md#own)", 0),
        ("# Here\n[x](#here) `[y](gone.md)`\n```\n[z](gone.md)\n```", 0),
        ("[x](gone.md)", 1),
        ("[x](b.md#gone)", 1),
        ("[x](#gone)", 1),
        ("<img src=\"gone.png\">", 1),
        ("[x]: gone.md", 1),
        ("[x](../docs/b.md) and [y](/docs/gone.md)", 1),
    ] {
        assert_eq!(links::dead("docs/a.md", &texts(text)).len(), expected, "{text}");
    }
}

#[test]
fn figures_are_counted() {
    let sources = [
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "mod b; mod c; pub struct A;"),
        ("src/a/b.rs", "pub struct B;"),
        ("src/a/c.rs", "use super::A; use super::b::B;"),
    ];
    let count = |sources: &[(&str, &str)]| {
        let sources: Vec<Source> =
            sources.iter().map(|(path, text)| Source::shipping(path, text)).collect();
        let modules = Modules::new(&sources);
        let found = files::directions("a", &modules.references(), &sources, &modules);
        (found.all, found.upward, found.to_parent)
    };
    assert_eq!(count(&sources), (2, 1, 1));
    let turned = sources.map(|(path, text)| (path, text.replace("mod b; mod c;", "mod c; mod b;")));
    let turned: Vec<(&str, &str)> = turned.iter().map(|(path, text)| (*path, &**text)).collect();
    assert_eq!(count(&turned), (2, 0, 1));
    assert_eq!(files::median_and_p90((1..=9).rev().collect()), (5, 9));
}

#[test]
fn the_check_finds_a_second_maker_of_a_permit() {
    const GOOD: &str = "#[derive(Debug)] pub struct Permit { s: S }\n\
        fn admit() -> Permit { Ok(Permit { s }) } impl Permit { fn s(&self) -> S { self.s } }\n\
        fn lend(&self) -> &Permit { x } fn longer<'a>(&'a self) -> &'a mut Permit { x }";
    let count = |path: &str, text: &str| {
        permits::constructions("Permit", "src/gate.rs", &[Source::shipping(path, text)]).len()
    };
    assert_eq!(count("src/gate.rs", GOOD), 0);
    for bad in [
        "let p = Permit { s };",
        "let p = &Permit { s };",
        "impl Default for Permit { fn default() -> Self { Self { s } } }",
        "impl Permit { fn new() -> Self { Self { s } } }",
    ] {
        assert_eq!(count("src/gate.rs", &format!("{GOOD} {bad}")), 1, "{bad}");
    }
    assert_eq!(count("src/gate.rs", &GOOD.replace("(Debug)", "(Debug, Clone)")), 1);
    assert_eq!(count("src/http.rs", GOOD), 1);
    assert_eq!(count("src/gate.rs", "pub struct Permit { s: S }"), 1);
    let tests = format!("{GOOD} #[cfg(test)] mod tests {{ fn f() {{ Permit {{ s }} }} }}");
    assert_eq!(count("src/gate.rs", &tests), 0);
}

#[test]
fn the_check_finds_a_second_maker_of_signed() {
    const GOOD: &str = "struct Signed<'t> { claims: Object<'t> }\n\
        impl<'t> Signed<'t> { fn verify() -> Result<Self, R> { Ok(Self { claims }) } }\n\
        fn lend(signed: &Signed<'_>) -> &Object<'_> { &signed.claims }";
    let count = |path: &str, text: &str| {
        permits::constructions("Signed", "src/token/signed.rs", &[Source::shipping(path, text)])
            .len()
    };
    assert_eq!(count("src/token/signed.rs", GOOD), 0);
    for bad in [
        "fn unverified(claims: Object<'_>) -> S { Signed { claims } }",
        "impl<'t> From<Object<'t>> for Signed<'t> { fn from(c: O) -> Self { Self { claims: c } } }",
    ] {
        assert_eq!(count("src/token/signed.rs", &format!("{GOOD} {bad}")), 1, "{bad}");
    }
    assert_eq!(count("src/token/signed.rs", &format!("#[derive(Clone)] {GOOD}")), 1);
    assert_eq!(count("src/token/verifier.rs", GOOD), 1);
}

#[test]
fn the_check_finds_wrong_documentation() {
    let tests = Source::whole(
        "src/gate/tests.rs",
        "#[test] fn once() {} fn never() {} mod a { #[tokio::test] async fn twice() {} }",
    );
    let tree = super::Tree { sources: Vec::new(), tests: vec![tests], texts: BTreeMap::new() };
    let names = tree.test_names();
    assert_eq!(names, BTreeSet::from(["gate::tests::once".into(), "gate::tests::a::twice".into()]));
    let rows = "behind_every_traefik! { an_old, a_new; since 3.7 the_newest, } fn a_helper() {}";
    let made = super::test_names::of(&Source::whole("tests/it/traefik/hosts.rs", rows));
    assert_eq!(made.len(), 7, "{made:?}");
    for (name, is_made) in
        [("v3_0::an_old", true), ("v3_7::the_newest", true), ("v3_6::the_newest", false)]
    {
        assert_eq!(made.contains(&format!("it::traefik::hosts::{name}")), is_made, "{name}");
    }
    for (body, expected) in [
        ("- test: `gate::tests::once`", 0),
        ("- test: `gate::tests::a::twice`", 0),
        ("Not stopped here, because.", 0),
        ("- test: `gate::tests::never`", 1),
        ("- test: `gate::tests::once`\n//! - test: `gate::once`", 1),
        ("Stopped, believe us.", 1),
    ] {
        let manual = format!("//! x\n//! ## T1 x\n//!\n//! {body}\n");
        assert_eq!(documents::broken_proofs(&manual, &names).len(), expected, "{body}");
        assert_eq!(documents::missing_threats(&manual).len(), 31);
    }

    let raw = "pub struct RawConfig { pub(super) listen: Field<Text>, pub(super) zones: Field<List<RawZone>>,\n\
        pub(super) domains: Field<List<RawDomain>>, } enum RawDomain { #[serde(rename = \"\")] Name(Text), Section(RawZone), }\n\
        struct RawZone { #[a] pub(super) name: Field<List<Text>>, }";
    let mut keys = documents::configuration_keys([&Source::shipping("src/config/raw.rs", raw)]);
    assert_eq!(
        keys,
        BTreeSet::from([
            "listen".into(),
            "zones[].name".into(),
            "domains".into(),
            "domains[].name".into()
        ])
    );
    let page = "| `listen` | x |\n\n| `zones[].name`, `domains[].name`, `domains` | `x` |\n";
    assert_eq!(documents::key_differences(page, &keys).len(), 0);
    keys.remove("listen");
    keys.insert("cache".to_owned());
    assert_eq!(documents::key_differences(page, &keys).len(), 2);

    let page = "| reason | cause |\n|---|---|\n| `expired`, `revoked` | `exp` |\n";
    assert_eq!(documents::reason_differences(page, &["expired", "revoked"]).len(), 0);
    assert_eq!(documents::reason_differences(page, &["expired", "query"]).len(), 2);

    let modules: [(&str, &[&str]); 2] = [("a", &["b", "c"]), ("b", &[])];
    let page =
        "| module | may use |\n|---|---|\n| `a` | `b`, `c` |\n| `b` | nothing |\n\n| `d` | x |";
    assert_eq!(documents::layer_differences(page, &modules).len(), 0);
    assert_eq!(documents::layer_differences(&page.replace(", `c`", ""), &modules).len(), 2);
    assert_eq!(documents::layer_differences("", &modules).len(), 2);

    let names = "pub const HOST: &str = \"host\";\npub const FILE: &str = \"file\";\n//! x";
    let event =
        Source::shipping("src/http/decision_log/event.rs", "f!({ field::HOST }, other::FILE)");
    let fields = documents::decision_fields(names, &event);
    assert_eq!(fields, BTreeSet::from(["host".into()]));
    let readme = "| field | meaning |\n|---|---|\n| `host` | x `y` |\n\nNext";
    assert_eq!(documents::field_differences(readme, &fields).len(), 0);
    assert_eq!(documents::field_differences(&readme.replace("host", "hosts"), &fields).len(), 2);

    let readme = "<!-- setup -->\n```\ncargo test --locked\n```\n<!-- end of setup -->";
    assert_eq!(documents::untested_commands(readme, "cargo test --locked\n").len(), 0);
    assert_eq!(documents::untested_commands(readme, "cargo test\n").len(), 1);
    assert_eq!(documents::untested_commands("", "cargo test\n").len(), 1);
}
