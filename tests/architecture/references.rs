//! Which file of `src` refers to which.
//!
//! A reference leads to the file that *defines* the item. `use crate::token::Session` refers to
//! `token/session.rs` when `token.rs` only re-exports that name: a parent file that declares and
//! re-exports its children takes no part in a circle because of it. A file that passes on an item
//! of a module outside of itself is what the reference leads to. Paths in expressions and types
//! count as well as `use`. Method calls and names made by macros are not seen.

use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// One file that refers to another, at the first line that does so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The path of the file that contains the reference.
    pub from: String,
    /// The path of the file that defines the item.
    pub to: String,
    /// The line in `from`.
    pub line: usize,
}

/// All files as modules, with what each one declares.
pub struct Modules<'s> {
    by_name: BTreeMap<Vec<String>, Module<'s>>,
}

/// One file as a module.
struct Module<'s> {
    source: &'s Source,
    /// Child modules in files of their own, in the order of declaration.
    children: Vec<String>,
    /// Names of the items that the file defines itself.
    items: BTreeSet<String>,
    /// What it imports or re-exports.
    uses: Vec<Use>,
    /// Paths outside of `use` declarations, with their lines.
    paths: Vec<(usize, Vec<String>)>,
}

/// One name of a `use` declaration.
struct Use {
    line: usize,
    is_public: bool,
    path: Vec<String>,
    /// The name under which the file knows it; `*` for all names.
    name: String,
}

impl<'s> Modules<'s> {
    /// Reads what each file declares.
    pub fn new(sources: &'s [Source]) -> Self {
        let name = |source: &Source| source.module().into_iter().map(str::to_owned).collect();
        let module = |source: &'s Source| (name(source), Module::read(source));
        // `main.rs` is a crate of its own that nothing refers to.
        let library = sources.iter().filter(|source| source.path != "src/main.rs");
        Self { by_name: library.map(module).collect() }
    }

    /// Every pair of different files of which one refers to the other.
    pub fn references(&self) -> Vec<Reference> {
        let mut first = BTreeMap::new();
        for (name, module) in &self.by_name {
            for (line, path) in module.referring_paths() {
                let Some(to) = self.definition(name, &path, 0) else { continue };
                if to != module.source.path {
                    first.entry((module.source.path.clone(), to.to_owned())).or_insert(line);
                }
            }
        }
        let reference = |((from, to), line)| Reference { from, to, line };
        first.into_iter().map(reference).collect()
    }

    /// The place of the module `child` among those that `parent` declares.
    pub fn place(&self, parent: &[String], child: &str) -> Option<usize> {
        let children = &self.by_name.get(parent)?.children;
        children.iter().position(|other| other == child)
    }

    /// The file that defines what `path` means inside the module `here`.
    fn definition(&self, here: &[String], path: &[String], depth: usize) -> Option<&'s str> {
        let (first, rest) = path.split_first()?;
        // Two re-exports that lead to each other do not compile; this check need not hang on them.
        if depth > 8 {
            return None;
        }
        if first == "crate" {
            return self.below(&[], rest, depth);
        }
        let module = self.by_name.get(here)?;
        if module.children.contains(first) || rest.is_empty() || module.items.contains(first) {
            return self.below(here, path, depth);
        }
        let import = module.uses.iter().find(|import| import.name == *first)?;
        // `use name;` of a foreign crate would lead to itself.
        (import.path[0] == "crate" || import.path[0] != *first)
            .then(|| self.definition(here, &[&import.path, rest].concat(), depth + 1))?
    }

    /// As [`Modules::definition`], for a path that starts in the module `at`.
    fn below(&self, at: &[String], path: &[String], depth: usize) -> Option<&'s str> {
        let module = self.by_name.get(at)?;
        // A module by itself is no item; what is used of it is a path of its own.
        let (first, rest) = path.split_first()?;
        if module.children.contains(first) {
            return self.below(&[at, std::slice::from_ref(first)].concat(), rest, depth);
        }
        if module.items.contains(first) {
            return Some(&module.source.path);
        }
        for import in &module.uses {
            let path = match import.name.as_str() {
                "*" => [&import.path, path].concat(),
                name if name == first => [&import.path, rest].concat(),
                _ => continue,
            };
            let found = self.definition(at, &path, depth + 1);
            let is_facade = found.is_some_and(|file| self.lies_below(file, at));
            if found.is_some() || import.name == *first {
                return if is_facade { found } else { Some(&module.source.path) };
            }
        }
        None
    }

    fn lies_below(&self, file: &str, module: &[String]) -> bool {
        let mut inside = self.by_name.iter().filter(|(name, _)| name.starts_with(module));
        inside.any(|(_, other)| other.source.path == file)
    }
}

impl<'s> Module<'s> {
    fn read(source: &'s Source) -> Self {
        let (uses, rest) = split(source);
        let mut items = BTreeSet::new();
        let mut children = Vec::new();
        let mut depth = 0;
        for (at, token) in rest.tokens.iter().enumerate() {
            let name = |at: usize| rest.tokens.get(at).map(|token| token.text.clone());
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                "mod" if depth == 0 && rest.is(at + 2, ";") => children.extend(name(at + 1)),
                "macro_rules" => items.extend(name(at + 2)),
                keyword if depth == 0 && ITEMS.contains(&keyword) => items.extend(name(at + 1)),
                _ => {}
            }
        }
        Self { source, children, items, uses, paths: rest.paths() }
    }

    /// Imports, and every path in the code. A re-export counts only if the file uses the name, too.
    fn referring_paths(&self) -> impl Iterator<Item = (usize, Vec<String>)> {
        let is_used = |import: &&Use| {
            let in_code = |(_, path): &(usize, Vec<String>)| path.contains(&import.name);
            !import.is_public || self.paths.iter().any(in_code)
        };
        let imports = self.uses.iter().filter(is_used);
        let imports = imports.map(|import| (import.line, import.path.clone()));
        let is_path = |(_, path): &&(usize, Vec<String>)| path.len() > 1;
        imports.chain(self.paths.iter().filter(is_path).cloned())
    }
}

/// The `use` declarations of a file, and the file without them.
fn split(source: &Source) -> (Vec<Use>, Source) {
    let mut uses = Vec::new();
    let mut rest = Vec::new();
    let mut at = 0;
    while at < source.tokens.len() {
        // `impl Trait + use<'a>` is no declaration.
        if source.is(at, "use") && !source.is(at + 1, "<") {
            let is_public = at > 0 && (source.is(at - 1, "pub") || source.is(at - 1, ")"));
            at += 1;
            while !source.is(at, ";") && at < source.tokens.len() {
                names(source, &mut at, &[], is_public, &mut uses);
            }
        } else {
            rest.push(source.tokens[at].clone());
        }
        at += 1;
    }
    let Source { path, text, length, .. } = source;
    let rest = Source { path: path.clone(), text: text.clone(), tokens: rest, length: *length };
    (uses, rest)
}

/// Reads one branch of a `use` declaration, up to its `,`, `}` or `;`.
fn names(source: &Source, at: &mut usize, front: &[String], is_public: bool, uses: &mut Vec<Use>) {
    let text = |at: usize| source.tokens.get(at).map_or("", |token| token.text.as_str());
    let mut path = front.to_vec();
    let line = source.tokens[*at].line;
    let mut name = None;
    loop {
        match text(*at) {
            "{" => {
                *at += 1;
                while !source.is(*at, "}") && *at < source.tokens.len() {
                    names(source, at, &path, is_public, uses);
                    *at += usize::from(source.is(*at, ","));
                }
                *at += 1;
                return;
            }
            "as" => {
                name = Some(text(*at + 1).to_owned());
                *at += 2;
            }
            "*" => {
                name = Some("*".to_owned());
                *at += 1;
            }
            "::" => *at += 1,
            "," | "}" | ";" | "" => break,
            step => {
                if step != "self" || path.is_empty() {
                    path.push(step.to_owned());
                }
                *at += 1;
            }
        }
    }
    let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
    source.resolve(&mut path);
    uses.push(Use { line, is_public, path, name });
}

/// Keywords in front of the name of an item.
const ITEMS: [&str; 8] = ["struct", "enum", "union", "trait", "type", "fn", "const", "static"];
