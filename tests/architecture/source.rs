//! The repository as files of Rust, with their unit tests told apart, and everything else as text.

use super::test_names;
use super::tokens::{Token, end_of_block, find, tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, iter};

/// Everything below the root of the repository that a person wrote.
pub struct Tree {
    /// `src`, unit tests taken out.
    pub sources: Vec<Source>,
    /// Unit tests of `src`, and everything in `tests` and `benches`.
    pub tests: Vec<Source>,
    /// Path and text of every file, of any kind.
    pub texts: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the repository that this test was built from.
    pub fn read() -> Self {
        let mut texts = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for top in PARTS {
            collect(root, &root.join(top), &mut texts);
        }
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|kind| kind == "rs");
        let rust = || texts.iter().filter(|(path, _)| is_rust(path));
        let shipping = rust().filter(|(path, _)| path.starts_with("src/") && !is_test_file(path));
        let sources = shipping.map(|(path, text)| Source::shipping(path, text)).collect();
        let whole = rust().map(|(path, text)| Source::whole(path, text)).collect();
        Self { sources, tests: whole, texts }
    }

    /// The source of that path.
    pub fn source(&self, path: &str) -> &Source {
        let found = self.sources.iter().find(|source| source.path == path);
        found.unwrap_or_else(|| panic!("there is no {path}"))
    }

    /// The text of that path.
    pub fn text(&self, path: &str) -> &str {
        self.texts.get(path).unwrap_or_else(|| panic!("there is no {path}"))
    }

    /// Full names of all test functions, such as `gate::tests::wrong_host` and `it::demo::once`.
    pub fn test_names(&self) -> BTreeSet<String> {
        self.tests.iter().flat_map(test_names::of).collect()
    }
}

/// One file of Rust.
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    /// As written.
    pub text: String,
    /// What the compiler sees of the part that is judged.
    pub tokens: Vec<Token>,
    /// Lines before the unit tests.
    pub length: usize,
}

impl Source {
    /// With its unit tests.
    pub fn whole(path: &str, text: &str) -> Self {
        let length = text.lines().count();
        Self { path: path.to_owned(), text: text.to_owned(), tokens: tokens(text), length }
    }

    /// Without what is compiled for tests only.
    pub fn shipping(path: &str, text: &str) -> Self {
        let mut source = Self::whole(path, text);
        let first_test = find(&source.tokens, &CFG_TEST).map(|at| source.tokens[at].line);
        source.length = first_test.map_or(source.length, |line| line - 1);
        while let Some(start) = find(&source.tokens, &CFG_TEST) {
            let end = end_of_item(&source.tokens, start + CFG_TEST.len());
            source.tokens.drain(start..end);
        }
        source
    }

    /// The name of the module that this file is, from the root of its crate.
    pub fn module(&self) -> Vec<&str> {
        let path = self.path.strip_prefix("src/").or_else(|| self.path.strip_prefix("tests/"));
        let path = path.unwrap_or(&self.path).trim_end_matches(".rs");
        let mut steps: Vec<&str> = path.split('/').collect();
        if matches!(steps.last(), Some(&("lib" | "main" | "mod"))) {
            steps.pop();
        }
        steps
    }

    /// Every path in the code with its line; those in braces after `::` are spelled out, and
    /// `self`, `super` and `crate` at the front become the names that they stand for.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let starts = at == 0 || self.tokens[at - 1].text != "::";
            if starts && self.tokens[at].is_name() {
                self.follow(&mut at, &[], &mut found);
            } else {
                at += 1;
            }
        }
        for (_, path) in &mut found {
            self.resolve(path);
        }
        found
    }

    fn follow(&self, at: &mut usize, front: &[String], found: &mut Vec<(usize, Vec<String>)>) {
        let line = self.tokens[*at].line;
        let mut path = front.to_vec();
        path.push(self.tokens[*at].text.clone());
        *at += 1;
        while self.is(*at, "::") {
            let Some(next) = self.tokens.get(*at + 1) else {
                break;
            };
            if next.is_name() {
                path.push(next.text.clone());
                *at += 2;
            } else if next.text == "{" {
                *at += 2;
                while *at < self.tokens.len() && !self.is(*at, "}") {
                    if self.tokens[*at].is_name() {
                        self.follow(at, &path, found);
                    } else {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            } else {
                *at += 2;
                break;
            }
        }
        found.push((line, path));
    }

    /// Replaces `self`, `super` and `crate` at the front by the names that they stand for.
    pub fn resolve(&self, path: &mut Vec<String>) {
        let own: Vec<String> = self.module().into_iter().map(str::to_owned).collect();
        match path[0].as_str() {
            "doorward" if self.path == "src/main.rs" => "crate".clone_into(&mut path[0]),
            "self" if path.len() > 1 => {
                path.splice(..1, iter::once("crate".to_owned()).chain(own));
            }
            "super" => {
                let ups = path.iter().take_while(|step| *step == "super").count();
                let kept = own.len().saturating_sub(ups);
                let front = own.into_iter().take(kept);
                path.splice(..ups, iter::once("crate".to_owned()).chain(front));
            }
            _ => {}
        }
    }

    /// Whether the token at that place is this one.
    pub fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.text == text)
    }
}

/// The token behind an item, after its attributes.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at + 1,
            "{" => return end_of_block(tokens, at),
            "(" | "[" => at = end_of_block(tokens, at),
            _ => at += 1,
        }
    }
    at
}

fn collect(root: &Path, path: &Path, texts: &mut BTreeMap<String, String>) {
    if let Ok(folder) = fs::read_dir(path) {
        for entry in folder {
            collect(root, &entry.unwrap().path(), texts);
        }
    } else if let Ok(text) = fs::read_to_string(path) {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        texts.insert(name.replace('\\', "/"), text);
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
/// Build artefacts and files that Git ignores are not checked.
const PARTS: [&str; 22] = [
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".deny.toml",
    ".gitignore",
    ".rustfmt.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "RELEASING.md",
    "SECURITY.md",
    "THIRD-PARTY.md",
    "benches",
    "deploy",
    "docs",
    "middleware.yaml",
    "src",
    "tests",
];
