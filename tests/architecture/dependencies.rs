//! The rules of `.deny.toml` about licences, duplicate versions and banned crates, held against the
//! dependency tree that Cargo resolves. The sources are checked in `Cargo.lock` itself
//! ([`shape::places`](super::shape::places)).

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// One package of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its SPDX expression; empty when it has none.
    pub licence: String,
    /// Its `Cargo.toml`.
    pub manifest: String,
    /// Whether code of it is linked into the program, or generates code for it.
    pub is_linked: bool,
}

/// Every package that is compiled on Linux, those that only tests need included.
pub fn packages() -> Vec<Package> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--filter-platform", LINUX]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let (compiled, linked) = (tree("normal,build,dev"), tree("normal"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let package = |package: &Value| {
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let is_linked = linked.contains(&format!("{name} v{version}"));
        let (licence, manifest) = (text(&package["license"]), text(&package["manifest_path"]));
        Package { name, version, licence, manifest, is_linked }
    };
    let mut packages: Vec<Package> =
        metadata["packages"].as_array().unwrap().iter().map(package).collect();
    packages.retain(|Package { name, version, .. }| {
        compiled.contains(&format!("{name} v{version}")) && name != env!("CARGO_PKG_NAME")
    });
    packages.sort();
    packages
}

/// Name and version of every package that these kinds of edges lead to. `cargo metadata` also has
/// optional packages that no feature turns on.
fn tree(edges: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "--edges", edges, "--target", LINUX, "--prefix", "none"]);
    let words = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    tree.lines().map(words).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--locked").current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `rules`, the text of `.deny.toml`, forbids.
pub fn violations(rules: &str, packages: &[Package]) -> Vec<String> {
    let allowed: BTreeSet<&str> = strings(list(rules, "allow")).collect();
    let skipped: BTreeSet<&str> = crates(list(rules, "skip")).collect();
    let denied: BTreeSet<&str> = crates(list(rules, "deny")).collect();
    let mut findings = Vec::new();
    let mut versions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Package { name, version, licence, .. } in packages {
        versions.entry(name).or_default().push(format!("{name}@{version}"));
        if !is_allowed(licence, &allowed) {
            findings.push(format!("{name} {version}: licence `{licence}`"));
        }
        if denied.contains(name.as_str()) {
            findings.push(format!("{name} {version}: banned"));
        }
    }
    versions.retain(|_, all| all.len() > 1);
    for (name, all) in &versions {
        let kept = all.iter().filter(|one| !skipped.contains(one.as_str())).count();
        if kept > 1 {
            findings.push(format!("{name}: {} versions: {}", all.len(), all.join(", ")));
        }
    }
    let duplicates: BTreeSet<&str> = versions.values().flatten().map(String::as_str).collect();
    let idle = skipped.difference(&duplicates);
    findings.extend(idle.map(|one| format!(".deny.toml: {one} is no duplicate any more")));
    findings
}

/// Whether an SPDX expression can be met with allowed licences only. `AND` binds closer than `OR`.
pub fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at, allowed);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, allowed);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let word = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if word == "(" {
        let met = any_of(words, at, allowed);
        *at += 1;
        return met;
    }
    // An exception only adds permissions, but it is a text of its own: it would need its own row.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
        return false;
    }
    allowed.contains(word)
}

/// The text between the brackets of `name = […]`.
fn list<'t>(rules: &'t str, name: &str) -> &'t str {
    let start = format!("\n{name} = [");
    let after = rules.split_once(&start).unwrap_or_else(|| panic!("no list `{name}`")).1;
    after.split_once("\n]").map_or(after, |(inside, _)| inside)
}

fn strings(list: &str) -> impl Iterator<Item = &str> {
    list.split('"').skip(1).step_by(2)
}

fn crates(list: &str) -> impl Iterator<Item = &str> {
    list.split("crate = \"").skip(1).filter_map(|rest| rest.split('"').next())
}

const LINUX: &str = "x86_64-unknown-linux-gnu";
