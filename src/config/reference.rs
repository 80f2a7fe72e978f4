//! The reference page of the configuration, `docs/configuration.md`, written from the JSON Schema.
//!
//! Every key, its meaning, default and bounds come from the doc comments of the raw types, so the
//! page has exactly the keys that the reader accepts. This file decides only the order of the
//! sections and what stands above them. Called by `doorward check --reference`; a test compares
//! the committed page byte for byte.

use super::schema::schema;
use serde_json::Value;
use std::fmt::Write as _;

/// The page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let schema = schema();
    let mut page = HEAD.to_owned();
    for (title, text, keys) in SECTIONS {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {title}\n\n{text}{TABLE}");
        for key in keys {
            if let Some(value) = schema.get("properties").and_then(|keys| keys.get(key)) {
                row(&schema, key, value, required(&schema, key), &mut page);
            }
        }
    }
    page
}

/// Writes the row of one key, or the rows of the keys below it.
fn row(root: &Value, path: &str, value: &Value, is_required: bool, page: &mut String) {
    let description = text(value, "description");
    let entry = Description::read(description, is_required);
    let forms = forms(root, value);
    let section = forms.iter().find(|(_, form)| form.get("properties").is_some());
    let Some((is_list, section)) = section else {
        let allowed = entry.allowed.unwrap_or_else(|| allowed(&forms));
        let _ = writeln!(page, "| `{path}` | {} | {} | {allowed} |", entry.meaning, entry.default);
        return;
    };
    let path = if *is_list { format!("{path}[]") } else { path.to_owned() };
    let is_name_too = forms.iter().any(|(_, form)| text(form, "type") == "string");
    if is_name_too {
        let allowed = entry.allowed.unwrap_or_default();
        let list = path.trim_end_matches("[]");
        let _ = writeln!(page, "| `{list}` | {} | {} | {allowed} |", entry.meaning, entry.default);
    }
    if path == "domains[].login" {
        let _ =
            writeln!(page, "| `{path}.*` | {} | {} | as `login` |", entry.meaning, entry.default);
        return;
    }
    let mut keys: Vec<_> =
        section.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
    keys.sort_by_key(|(key, _)| !required(section, key));
    for (key, value) in keys {
        row(root, &format!("{path}.{key}"), value, required(section, key), page);
    }
}

/// Every form that a value may have, references followed; whether it is an element of a list.
fn forms<'s>(root: &'s Value, value: &'s Value) -> Vec<(bool, &'s Value)> {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#'));
        return target.map(|target| forms(root, target)).unwrap_or_default();
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(list) = value.get(word).and_then(Value::as_array) {
            return list.iter().flat_map(|form| forms(root, form)).collect();
        }
    }
    if let Some(items) = value.get("items") {
        return forms(root, items).into_iter().map(|(_, form)| (true, form)).collect();
    }
    vec![(false, value)]
}

/// The values of an enumeration with their descriptions, or those of a Boolean.
fn allowed(forms: &[(bool, &Value)]) -> String {
    let mut values = Vec::new();
    for (_, form) in forms {
        match (
            form.get("const").and_then(Value::as_str),
            form.get("enum").and_then(Value::as_array),
        ) {
            (Some(word), _) => {
                let meaning = text(form, "description").trim_end_matches('.').replace('\n', " ");
                let colon = if meaning.is_empty() { "" } else { ": " };
                values.push(format!("`{word}`{colon}{meaning}"));
            }
            (None, Some(words)) => values
                .extend(words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`"))),
            (None, None) if text(form, "type") == "boolean" => {
                values.push("`true`, `false`".to_owned());
            }
            (None, None) => {}
        }
    }
    values.join("; ")
}

/// A doc comment in its parts: `MEANING`, then a paragraph `Default: … Allowed: ….`.
struct Description {
    meaning: String,
    default: String,
    allowed: Option<String>,
}

impl Description {
    fn read(text: &str, is_required: bool) -> Self {
        let text = text.replace("\n\n", PARAGRAPH).replace('\n', " ").replace('|', "\\|");
        let (meaning, rest) = text.split_once(PARAGRAPH).unwrap_or((&text, ""));
        let (default, allowed) = match rest.split_once("Allowed: ") {
            Some((default, allowed)) => (default, Some(allowed)),
            None => (rest, None),
        };
        let default = default.trim().trim_start_matches("Default: ").trim_end_matches('.');
        let default = match (default, is_required) {
            ("", true) => "**required**",
            ("", false) => "",
            (default, _) => default,
        };
        Self {
            meaning: meaning.to_owned(),
            default: default.to_owned(),
            allowed: allowed.map(|text| text.trim_end_matches('.').to_owned()),
        }
    }
}

fn required(section: &Value, key: &str) -> bool {
    let list = section.get("required").and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(|name| name == key))
}

fn text<'v>(value: &'v Value, word: &str) -> &'v str {
    value.get(word).and_then(Value::as_str).unwrap_or_default()
}

/// Stands for a blank line in a doc comment; occurs in none.
const PARAGRAPH: &str = "\u{1}";

const TABLE: &str = "| key | meaning | default | allowed |\n|---|---|---|---|\n";

const HEAD: &str = "\
# Configuration

<!-- Written by `doorward check --reference > docs/configuration.md` from the doc comments in src/config/raw.rs and
the files below it. Do not edit. -->

The configuration is a YAML file. `doorward check --sample` prints it with every key, its default and a comment;
`doorward check --schema` prints a JSON Schema for editors. `doorward check` reports all errors at once.

- Unknown and repeated keys are errors.
- Durations need a unit: `500ms`, `30s`, `5m`, `24h`, `7d`. Sizes are bytes, or have `KiB`, `MiB` or `GiB`.
- Relative paths start at the folder of the file.
- A flag overrides an environment variable, a variable overrides the file, and the file overrides the default.
- Variables are `DOORWARD__SECTION__KEY`, with two underscores at each place, and a YAML value:
  `DOORWARD__TOKENS__LEEWAY=10s`, `DOORWARD__ISSUERS__0__KEYS__JWKS_FILE=/keys/jwks.json`.
- Secrets are never values, only files, and the files must not be readable by others (mode 0440).
- **required** below another key, as in `admin_tls.cert_file`, means: required if that section is present.
";

/// The sections of the page: title, what stands above the table, and the top-level keys.
const SECTIONS: [(&str, &str, &[&str]); 11] = [
    (
        "Listeners",
        "",
        &[
            "listen",
            "tls",
            "trusted_proxies",
            "public_scheme",
            "admin_listen",
            "admin_tls",
            "pages_listen",
            "backchannel_listen",
            "state_dir",
        ],
    ),
    (
        "Workspaces",
        "See [usernames and labels](usernames.md).\n\n",
        &["domains", "reserved_labels"],
    ),
    (
        "Issuers",
        "See [keys that are fetched](operating.md#keys-that-are-fetched).\n\n",
        &["issuers"],
    ),
    ("Tokens", "", &["tokens", "cache"]),
    (
        "Cross-site rules",
        "See [answers and cross-site rules](answers-and-cross-site.md#cross-site-rules).\n\n",
        &["cross_site", "service_workers", "trusted_origins"],
    ),
    ("Sign-in", "See [sign-in](sign-in.md).\n\n", &["login"]),
    ("What the desktop learns, and guests", "", &["identity_headers", "grants"]),
    (
        "Revocation",
        "See [revoking sessions](operating.md#revoking-sessions) and \
         [back-channel logout](operating.md#back-channel-logout).\n\n",
        &["revocation"],
    ),
    ("Limits", "", &["limits"]),
    ("Log", "See [logs](metrics-and-logs.md#logs).\n\n", &["log"]),
    (
        "Renderer",
        "The gate itself reads none of these keys. Each is also a flag of `doorward render`.\n\n",
        &["render"],
    ),
];
