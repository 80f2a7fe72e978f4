//! Circles of files, and figures about the sources.
//!
//! At each level, the children of a module are compared: one child is its file with all files below
//! it. They form a circle when references lead from each of them to every other one, directly or
//! through further children. A child may use what the file of its own parent defines; that is how
//! Rust nests modules, and no circle. What counts as a reference is defined in
//! [`references`](super::references).

use super::references::{Modules, Reference};
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Every circle, with the references that close it.
pub fn circles<'r>(
    references: &'r [Reference],
    sources: &[Source],
) -> BTreeMap<Circle, Vec<&'r Reference>> {
    let names = modules(sources);
    let mut levels: BTreeMap<Vec<&str>, Vec<Edge<'_, 'r>>> = BTreeMap::new();
    for reference in references {
        let (from, to) = (&names[reference.from.as_str()], &names[reference.to.as_str()]);
        let shared = shared_steps(from, to);
        if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
            levels.entry(from[..shared].to_vec()).or_default().push((one, other, reference));
        }
    }
    let mut circles: BTreeMap<Circle, Vec<&Reference>> = BTreeMap::new();
    for (parent, edges) in levels {
        let children: BTreeSet<&str> = edges.iter().map(|(from, ..)| *from).collect();
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            children.iter().map(|child| (*child, reachable(&edges, child))).collect();
        let leads = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
        for (from, to, reference) in &edges {
            if leads(to, from) {
                let mutual = |child: &&&str| leads(from, child) && leads(child, from);
                let circle = children.iter().filter(mutual).map(ToString::to_string).collect();
                circles.entry((parent.join("/"), circle)).or_default().push(reference);
            }
        }
    }
    circles
}

/// One line for each circle and each of its references.
pub fn circle_findings(references: &[Reference], sources: &[Source]) -> Vec<String> {
    let finding = |((parent, circle), references): (&Circle, &Vec<&Reference>)| {
        let line = |reference: &&Reference| {
            let Reference { from, to, line } = reference;
            format!("\n    {from}:{line} refers to {to}")
        };
        let lines: String = references.iter().map(line).collect();
        format!("src/{parent}: {} form a circle:{lines}", circle.join(", "))
    };
    circles(references, sources).iter().map(finding).collect()
}

/// The path of a module, and those of its children that form a circle.
pub type Circle = (String, Vec<String>);

/// Two children of one module, and a reference from a file of the first to one of the second.
type Edge<'n, 'r> = (&'n str, &'n str, &'r Reference);

fn reachable<'n>(edges: &[Edge<'n, '_>], from: &'n str) -> BTreeSet<&'n str> {
    let mut open = vec![from];
    let mut found = BTreeSet::new();
    while let Some(child) = open.pop() {
        let next = edges.iter().filter(|(one, ..)| *one == child).map(|(_, other, _)| *other);
        open.extend(next.filter(|other| found.insert(*other)));
    }
    found
}

/// The module that each file is.
fn modules(sources: &[Source]) -> BTreeMap<&str, Vec<&str>> {
    sources.iter().map(|source| (source.path.as_str(), source.module())).collect()
}

fn shared_steps(one: &[&str], other: &[&str]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How the references between the files of one module run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Directions {
    /// All references from a file of the module to another one of it.
    pub all: usize,
    /// Those that run upward. Take the lowest module that holds both files: a reference is upward
    /// when that module's file declares the child of the referring file *after* the child of the
    /// other. Files are read in the order in which they are declared, so an upward reference
    /// leads back to what has been read.
    pub upward: usize,
    /// Those from a file to an item that the file of a module around it defines.
    pub to_parent: usize,
}

/// The references inside of the module `top`.
pub fn directions(
    top: &str,
    references: &[Reference],
    sources: &[Source],
    declared: &Modules<'_>,
) -> Directions {
    let names = modules(sources);
    let mut counts = Directions::default();
    for Reference { from, to, .. } in references {
        let (from, to) = (&names[from.as_str()], &names[to.as_str()]);
        if from.first() != Some(&top) || to.first() != Some(&top) {
            continue;
        }
        counts.all += 1;
        let shared = shared_steps(from, to);
        match (from.get(shared), to.get(shared)) {
            (Some(_), None) => counts.to_parent += 1,
            (Some(from_child), Some(to_child)) => {
                let parent: Vec<String> = from[..shared].iter().map(ToString::to_string).collect();
                let place = |child| declared.place(&parent, child);
                counts.upward += usize::from(place(from_child) > place(to_child));
            }
            _ => {}
        }
    }
    counts
}

/// The median and the 90th percentile of the lengths.
pub fn median_and_p90(mut lengths: Vec<usize>) -> (usize, usize) {
    lengths.sort_unstable();
    (lengths[lengths.len() / 2], lengths[lengths.len() * 9 / 10])
}
