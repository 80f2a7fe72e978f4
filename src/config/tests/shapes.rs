//! For every key there is: a value of the wrong kind is a problem of exactly this key. The keys
//! come from the schema, so a key that is added is tested by being there.

use super::*;
use serde_json::{Value, json};

/// Each key path of a section, with the schema of its value.
fn keys<'s>(
    root: &'s Value,
    section: &'s Value,
    path: &str,
    keys_found: &mut Vec<(String, &'s Value)>,
) {
    for (key, value) in section["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        keys_found.push((path.clone(), value));
        if let Some((inner, is_list)) = section_of(root, value) {
            let path = if is_list { format!("{path}[0]") } else { path };
            keys(root, inner, &path, keys_found);
        }
    }
}

/// The section that a value is, may be, or is a list of.
fn section_of<'s>(root: &'s Value, value: &'s Value) -> Option<(&'s Value, bool)> {
    if let Some(name) = value["$ref"].as_str() {
        return section_of(root, root.pointer(name.trim_start_matches('#'))?);
    }
    if value["properties"].is_object() {
        return Some((value, false));
    }
    if value["items"].is_object() {
        return section_of(root, &value["items"]).map(|(section, _)| (section, true));
    }
    value["anyOf"].as_array()?.iter().find_map(|one| section_of(root, one))
}

/// A document with nothing but `value` at `path`.
fn document(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |inner, part| match part.strip_suffix("[0]") {
        Some(key) => json!({ key: [inner] }),
        None => json!({ part: inner }),
    })
}

#[test]
fn a_value_of_the_wrong_kind_is_a_problem_of_its_key() {
    let folder = Folder::new();
    let schema = schema();
    let mut all = Vec::new();
    keys(&schema, &schema, "", &mut all);
    assert!(all.len() > 80, "only {} keys: has the schema another shape?", all.len());
    for (path, _) in &all {
        // No key takes a list of lists, and none a negative number.
        for (wrong, at) in [(json!([[[]]]), format!("{path}[0]")), (json!(-1), path.clone())] {
            let yaml = document(path, wrong.clone()).to_string();
            let mistakes = folder.bad(&yaml);
            let here = |problem: &&Mistake| problem.path == *path || problem.path == at;
            let here: Vec<&Mistake> = mistakes.iter().filter(here).collect();
            assert_eq!(here.len(), 1, "{path} = {wrong}: {}", told(&mistakes));
            assert!(!here[0].remedy.is_empty(), "{}", here[0]);
        }
    }
}

#[test]
fn an_unknown_key_is_a_problem_in_every_section() {
    let folder = Folder::new();
    let schema = schema();
    let mut all = Vec::new();
    keys(&schema, &schema, "", &mut all);
    let mut sections = 0;
    for (path, value) in &all {
        let Some((_, is_list)) = section_of(&schema, value) else {
            continue;
        };
        sections += 1;
        let at = if is_list { format!("{path}[0]") } else { path.clone() };
        let mistakes = folder.bad(&document(&format!("{at}.nonsense"), json!(1)).to_string());
        let expected = format!("{at}.nonsense");
        let found = mistakes
            .iter()
            .any(|mistake| mistake.path == expected && mistake.wrong.contains("not a known key"));
        assert!(found, "{expected}: {}", told(&mistakes));
    }
    assert!(sections > 12, "only {sections} sections");
}

proptest::proptest! {
    /// For every text, loading ends with a configuration or with mistakes, never without both.
    #[test]
    fn any_text_has_an_answer(text in ".{0,200}") {
        let folder = tempfile::tempdir().unwrap();
        if let Err(mistakes) = Config::from_yaml(&text, folder.path()) {
            proptest::prop_assert!(!mistakes.is_empty());
        }
    }

    /// Any value at all in place of a good one.
    #[test]
    fn any_value_has_an_answer(key in "[a-z_]{1,12}|domains|issuers|tokens|listen|grants", value in "[ -~]{0,60}") {
        let folder = tempfile::tempdir().unwrap();
        let mistakes = Config::from_yaml(&format!("{MINIMAL}{key}: {value}\n"), folder.path()).err();
        proptest::prop_assert!(mistakes.is_some_and(|mistakes| !mistakes.is_empty()), "no keys in this folder");
    }
}
