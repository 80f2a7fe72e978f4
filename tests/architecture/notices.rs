//! `THIRD-PARTY.md`: the copyright lines and licence texts of everything that is linked into the
//! program. `REWRITE_COMMITTED=1 cargo test --locked --test architecture notices` writes it again.

use super::dependencies::Package;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The file as it must be for these packages.
pub fn document(packages: &[Package]) -> String {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.is_linked) {
        let mut notes = BTreeMap::new();
        for text in licences(Path::new(&package.manifest).parent().unwrap()) {
            let (body, copyright) = split(&text);
            notes.insert(body, copyright);
        }
        if notes.is_empty() {
            notes.insert("No licence file is part of the package.".to_owned(), Vec::new());
        }
        for (body, copyright) in notes {
            let Package { name, version, licence, .. } = package;
            let lines: Vec<String> = copyright.iter().map(|line| format!("  - {line}\n")).collect();
            let row = format!("- {name} {version} ({licence})\n{}", lines.concat());
            groups.entry(body).or_default().push(row);
        }
    }
    let mut groups: Vec<(String, Vec<String>)> = groups.into_iter().collect();
    groups.sort_by(|(_, one), (_, other)| other.len().cmp(&one.len()).then(one.cmp(other)));
    let mut document = HEAD.to_owned();
    for (number, (body, rows)) in groups.iter().enumerate() {
        writeln!(document, "\n## Text {}\n\n{}", number + 1, rows.concat()).unwrap();
        let quoted = body.lines().map(|line| format!("    {line}").trim_end().to_owned());
        writeln!(document, "{}", quoted.collect::<Vec<_>>().join("\n")).unwrap();
    }
    document
}

/// The licence files of a package: the MIT one alone where it may be chosen, else all.
fn licences(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| STARTS.iter().any(|start| name.to_uppercase().starts_with(start)));
    names.sort();
    if names.iter().any(|name| name.to_uppercase().contains("MIT")) {
        names.retain(|name| !CHOICE.iter().any(|part| name.to_uppercase().contains(part)));
    }
    let paths = names.iter().map(|name| folder.join(name)).filter(|path| path.is_file());
    paths.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect()
}

/// The text without its copyright lines, and those lines. Most packages share a text then.
fn split(text: &str) -> (String, Vec<String>) {
    let is_copyright = |line: &&str| line.to_lowercase().starts_with("copyright");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let copyright = lines.iter().copied().filter(is_copyright).map(str::to_owned).collect();
    let body: Vec<&str> = lines.into_iter().filter(|line| !is_copyright(line)).collect();
    let paragraphs = body.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    let paragraphs: Vec<String> = paragraphs.map(wrapped).collect();
    (paragraphs.join("\n\n"), copyright)
}

/// One paragraph, with lines of the same width.
fn wrapped(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in lines.iter().flat_map(|line| line.split_whitespace()) {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text
}

const HEAD: &str = "\
# Third-party notices

The program contains code of the following packages. Each text stands once, below the packages that
it is for. The copyright lines and texts come from the packages themselves; line breaks may differ.
doorward itself is licensed under [MIT](LICENSE-MIT) or [Apache-2.0](LICENSE-APACHE).
";
const STARTS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
/// Marks of the files that need not be passed on where the MIT text is.
const CHOICE: [&str; 5] = ["APACHE", "BOOST", "BSL", "ZLIB", "UNLICENSE"];
const WIDTH: usize = 96;
