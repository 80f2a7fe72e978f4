//! Whether the relative links of the documents lead to a file and to a heading of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Links of one document that lead nowhere. `texts` holds all documents by their paths.
pub fn dead(path: &str, texts: &BTreeMap<String, String>) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, target) in targets(&texts[path]) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let file = if file.is_empty() { path.to_owned() } else { joined(path, file) };
        let text = texts.get(&file);
        let is_there = text.is_some() || Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists();
        if !is_there {
            findings.push(format!("{path}:{line}: there is no {file}"));
        } else if !anchor.is_empty() && !text.is_some_and(|text| anchors(text).contains(anchor)) {
            findings.push(format!("{path}:{line}: {file} has no heading #{anchor}"));
        }
    }
    findings
}

/// Lines outside of code blocks, counted from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((at + 1, line))
    })
}

/// `[text](target)`, `[name]: target`, and `src` or `href` of HTML, each with its line.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in prose(text) {
        // What stands in backticks is text.
        let text: String = text.split('`').step_by(2).collect();
        for (front, back) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"'), ("href=\"", '"')] {
            let ends = text.split(front).skip(1).filter_map(|rest| rest.split(back).next());
            found.extend(ends.map(|target| (line, target.to_owned())));
        }
        if let Some((name, target)) = text.split_once("]: ")
            && name.starts_with('[')
        {
            found.push((line, target.trim().to_owned()));
        }
    }
    found
}

/// The anchors that GitHub makes of the headings, and those that the text sets itself.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in prose(text) {
        if line.starts_with('#') {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            let anchor: String =
                title.chars().filter(is_kept).collect::<String>().replace(' ', "-");
            let count = (1..).map(|number| format!("{anchor}-{number}"));
            let mut names = std::iter::once(anchor.clone()).chain(count);
            found.extend(names.find(|name| !found.contains(name)));
        }
        let own = line.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(own.map(str::to_owned));
    }
    found
}

/// The path of a relative link that stands in the document `from`.
fn joined(from: &str, link: &str) -> String {
    let mut steps: Vec<&str> = from.split('/').collect();
    steps.pop();
    for step in link.trim_end_matches('/').split('/') {
        match step {
            "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}
