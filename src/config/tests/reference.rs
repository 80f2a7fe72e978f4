//! The sample and the schema tell the truth: same keys, same defaults, and nothing left out.

use super::*;
use serde_json::Value;

/// The sample as it stands, beside the key file it names.
fn sample(folder: &Folder) -> Config {
    folder.write("portal.jwks.json", format!("{{\"keys\":[{}]}}", jwk("one")).as_bytes(), 0o644);
    folder.good(SAMPLE)
}

#[test]
fn the_sample_is_the_defaults() {
    let folder = Folder::new();
    let (sample, default) = (sample(&folder), folder.good(MINIMAL));
    assert_eq!(sample.warnings, []);
    assert_eq!(sample.listen, default.listen);
    assert_eq!(sample.admin_listen, default.admin_listen);
    assert_eq!(sample.pages_listen, default.pages_listen);
    assert_eq!(sample.tls, default.tls);
    assert_eq!(sample.admin_tls, default.admin_tls);
    assert_eq!(sample.state_dir, default.state_dir);
    assert_eq!(sample.trusted_proxies, default.trusted_proxies);
    assert_eq!(sample.zones, default.zones);
    assert_eq!(sample.public_scheme, default.public_scheme);
    assert_eq!(sample.tokens, default.tokens);
    assert_eq!(sample.cache_bytes, default.cache_bytes);
    assert_eq!(sample.limits, default.limits);
    assert_eq!(sample.cross_site, default.cross_site);
    assert_eq!(sample.trusted_origins, default.trusted_origins);
    assert_eq!(sample.identity_headers, default.identity_headers);
    assert_eq!(sample.grants, default.grants);
    assert_eq!(sample.log, default.log);
    assert_eq!(sample.render, default.render);
    let (one, other) = (&sample.issuers[0], &default.issuers[0]);
    assert_eq!(one.types, other.types);
    assert_eq!(one.require_type, other.require_type);
    assert_eq!(one.max_lifetime, other.max_lifetime);
    for user in ["alice", "Alice", "alice@example.com"] {
        assert_eq!(one.labels.label(user).unwrap(), other.labels.label(user).unwrap());
    }
}

#[test]
fn the_sample_matches_the_schema_and_a_mistake_does_not() {
    let schema = schema();
    let sample: Value = serde_saphyr::from_str(SAMPLE).unwrap();
    assert_eq!(fits(&schema, &schema, &sample), Ok(()));
    let slips = [
        ("unknown_key", "lissen: 1"),
        ("unknown_inner_key", "tokens: {leway: 1s}"),
        ("wrong_kind", "tokens: {authorization: 1}"),
        ("no_unit", "tokens: {leeway: \"30\"}"),
        ("unknown_word", "cross_site: lax"),
        ("wrong_listener", "backchannel_listen: 4183"),
        ("later_layout", "render: {layout: gathered}"),
        ("unknown_store", "revocation: {store: disk}"),
    ];
    for (name, yaml) in slips {
        let mut slip = sample.clone();
        let change: Value = serde_saphyr::from_str(yaml).unwrap();
        slip.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert!(fits(&schema, &schema, &slip).is_err(), "{name}");
    }
    for key in ["domains", "issuers"] {
        let mut without = sample.clone();
        without.as_object_mut().unwrap().remove(key);
        assert!(fits(&schema, &schema, &without).is_err(), "without {key}");
    }
}

#[test]
fn the_sample_mentions_every_key() {
    let schema = schema();
    let mut sections = vec![&schema];
    sections.extend(schema["$defs"].as_object().unwrap().values());
    let mut keys = 0;
    for section in sections {
        for key in section["properties"].as_object().into_iter().flat_map(|keys| keys.keys()) {
            keys += 1;
            let whole = |text: &str| {
                text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == key)
            };
            assert!(SAMPLE.lines().any(whole), "`{key}` is not in the sample");
        }
    }
    assert!(keys > 60, "only {keys} keys were found: has the schema another shape?");
}

#[test]
fn every_section_of_the_schema_is_closed_and_every_key_described() {
    let schema = schema();
    let mut sections = vec![("the whole", &schema)];
    sections
        .extend(schema["$defs"].as_object().unwrap().iter().map(|(name, value)| (&**name, value)));
    for (name, section) in sections {
        let Some(keys) = section["properties"].as_object() else {
            continue;
        };
        assert_eq!(section["additionalProperties"], Value::Bool(false), "{name} takes other keys");
        for (key, value) in keys {
            assert!(value["description"].is_string(), "{name}: {key} has no description");
        }
    }
}

/// The page for operators is written from the raw types; the committed one is compared byte for
/// byte, so that no key and no default is missing from it.
#[test]
fn the_reference_page_is_what_check_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == reference(),
        "docs/configuration.md differs from the program; write it with\n  \
         cargo run --locked -- check --reference > docs/configuration.md"
    );
}

/// Every default that the page states as a value is the default of the sample, which is that of the
/// program.
#[test]
fn defaults_of_the_reference_page_are_those_of_the_sample() {
    let sample: Value = serde_saphyr::from_str(SAMPLE).unwrap();
    let mut compared = 0;
    for (key, default, _) in rows() {
        let pointer = format!("/{}", key.replace("[]", "/0").replace('.', "/"));
        let value = default.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        let (Some(value), Some(known)) = (value, sample.pointer(&pointer)) else {
            continue;
        };
        if known.is_null() {
            continue;
        }
        compared += 1;
        assert_eq!(&serde_saphyr::from_str::<Value>(value).unwrap(), known, "{key}");
    }
    assert!(compared > 30, "only {compared} defaults were compared");
}

/// Bounds of the page are those of the checks: both ends are accepted, the next value is not.
#[test]
fn bounds_of_the_reference_page_are_those_of_the_checks() {
    let folder = Folder::new();
    let yaml = MINIMAL.replace("jwks_file: jwks.json", "jwks_url: https://login.example.com/keys");
    let yaml = format!("{yaml}tokens: {{max_bytes: 256}}\n");
    let mut compared = 0;
    for (key, _, allowed) in rows() {
        let Some((least, most)) =
            allowed.split(';').next().and_then(|text| text.split_once(" to "))
        else {
            continue;
        };
        let (Some((low, unit)), Some((high, _))) = (base(least), base(most)) else {
            continue;
        };
        compared += 1;
        let variable = key.replace("[]", "__0").replace('.', "__").to_uppercase();
        let path = key.replace("[]", "[0]");
        let is_refused = |value: u64| {
            let text = format!("{value}{unit}");
            let loaded = folder.load(&yaml, &[(&format!("DOORWARD__{variable}"), &text)]);
            loaded.is_err_and(|mistakes| mistakes.iter().any(|problem| problem.path == path))
        };
        assert!(!is_refused(low) && !is_refused(high), "{key}: {allowed} is refused");
        assert!(low == 0 || is_refused(low - 1), "{key}: less than {least} is accepted");
        assert!(is_refused(high + 1), "{key}: more than {most} is accepted");
    }
    assert!(compared > 12, "only {compared} bounds were compared");
}

/// Key, default and bounds of each row of the page.
fn rows() -> Vec<(String, String, String)> {
    let page = reference();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let key = cells[0].trim_end_matches('`');
        (key.to_owned(), cells[2].to_owned(), cells[3].to_owned())
    })
    .collect()
}

/// A count, a size in bytes or a duration in milliseconds, with the unit to write it in.
fn base(text: &str) -> Option<(u64, &'static str)> {
    if let Ok(count) = text.parse() {
        return Some((count, ""));
    }
    if let Ok(bytes) = units::size(text) {
        return Some((bytes, ""));
    }
    let duration = units::duration(text).ok()?;
    Some((u64::try_from(duration.as_millis()).ok()?, "ms"))
}

#[test]
fn the_sample_is_wide_enough_for_a_terminal() {
    for line in SAMPLE.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

/// As much of JSON Schema as the configuration's uses; an unknown word is a failure.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(schema) = schema.as_object() else {
        return Ok(());
    };
    let wrong = |what: &str| Err(format!("{what}: {value}"));
    for (word, rule) in schema {
        let result = match word.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                fits(root, root.pointer(pointer).unwrap(), value)
            }
            "type" => {
                let kinds = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if kinds.iter().any(|kind| is_of(kind.as_str().unwrap(), value)) {
                    Ok(())
                } else {
                    wrong("type")
                }
            }
            "anyOf" | "oneOf" => {
                let any = rule.as_array().unwrap().iter().any(|one| fits(root, one, value).is_ok());
                if any { Ok(()) } else { wrong("none of the forms") }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => wrong("enum"),
            "const" if rule != value => wrong("const"),
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|item| fits(root, rule, item))
            }
            "properties" => value.as_object().into_iter().flatten().try_for_each(|(key, value)| {
                rule.get(key).map_or(Ok(()), |rule| fits(root, rule, value))
            }),
            "additionalProperties" => {
                value.as_object().into_iter().flatten().try_for_each(|(key, value)| match rule {
                    Value::Bool(false) if schema["properties"].get(key).is_none() => {
                        Err(format!("unknown {key}"))
                    }
                    Value::Object(_) => fits(root, rule, value),
                    _ => Ok(()),
                })
            }
            "required" if value.is_object() => {
                rule.as_array().unwrap().iter().try_for_each(|key| {
                    value.get(key.as_str().unwrap()).map(|_| ()).ok_or(format!("{key} is missing"))
                })
            }
            "pattern" => {
                if value.as_str().is_none_or(|text| matches_unit(rule.as_str().unwrap(), text)) {
                    Ok(())
                } else {
                    wrong("pattern")
                }
            }
            "minimum" if value.as_f64() < rule.as_f64() => wrong("minimum"),
            "enum" | "const" | "required" | "minimum" | "$schema" | "$defs" | "title"
            | "description" | "format" | "default" => Ok(()),
            other => panic!("the schema has `{other}`, which this test does not know"),
        };
        result?;
    }
    Ok(())
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// The two patterns of the schema are `digits` and one of the units.
fn matches_unit(pattern: &str, text: &str) -> bool {
    let (_, units) = pattern.split_once('(').unwrap();
    let (units, end) = units.split_once(')').unwrap();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (unit.is_empty() && end == "?$") || units.split('|').any(|known| known == unit)
}
