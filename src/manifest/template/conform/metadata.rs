//! Name, namespace, annotations and owner of a route.

use super::additions::{Addition, Additions};
use super::error::ConformError;
use super::fields::{not_a, present, section_at, shown, spelled, text_at};
use super::route_spec::RouteSpec;
use crate::manifest::tree::{Node, Section};

/// Checks `metadata`, and adds what the session decides and the template leaves out.
pub(super) fn check(
    metadata: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    spelled(metadata, "metadata.", &["name", "namespace", "annotations", "ownerReferences"])?;
    let name = text_at(metadata, "name", "metadata.name")?;
    if !is_object_name(name) {
        return Err(ConformError::Name { found: name.to_owned() });
    }
    match present(metadata, "namespace") {
        None => {
            metadata.set("namespace", expected.namespace);
            added.note(Addition::Namespace);
        }
        Some(Node::Text(found)) if *found == expected.namespace.as_str() => {}
        Some(found) => {
            return Err(ConformError::Namespace {
                at: "metadata.namespace".into(),
                found: shown(found),
                expected: expected.namespace.to_string(),
            });
        }
    }
    annotations(metadata, expected, added)?;
    owner(metadata, expected, added)
}

fn annotations(
    metadata: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    if expected.annotations.is_empty() {
        return Ok(());
    }
    if present(metadata, "annotations").is_none() {
        metadata.set("annotations", Section::new());
    }
    let annotations = section_at(metadata, "annotations", "metadata.annotations")?;
    for (key, value) in expected.annotations {
        match present(annotations, key) {
            None => {
                annotations.set(*key, value.clone());
                added.note(Addition::Annotations);
            }
            Some(Node::Text(found)) if found == value => {}
            Some(found) => {
                let found = shown(found);
                let expected = value.clone();
                return Err(ConformError::Annotation { key, found, expected });
            }
        }
    }
    Ok(())
}

/// Exactly one owner: the garbage collector keeps an object as long as one of its owners exists,
/// and a route that outlives its session could lead to the desktop of a later one.
fn owner(
    metadata: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    let Some(owner) = expected.owner else { return Ok(()) };
    match present(metadata, "ownerReferences") {
        None => {}
        Some(Node::List(references)) if references.is_empty() => {}
        Some(Node::List(references)) => {
            let same = |reference: &Node| {
                OWNER_KEYS.iter().all(|key| reference.below(&[key]) == owner.below(&[key]))
            };
            return match references.as_slice() {
                [reference] if same(reference) => Ok(()),
                _ => Err(ConformError::Owner { references: references.len() }),
            };
        }
        Some(other) => return Err(not_a("metadata.ownerReferences", "a list", other)),
    }
    metadata.set("ownerReferences", vec![owner.clone()]);
    added.note(Addition::Owner);
    Ok(())
}

/// Whether this is a valid name of an object other than a Service or namespace (RFC 1123
/// subdomain).
fn is_object_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= MAX_NAME_BYTES
        && name.split('.').all(|label| {
            let has_edge = label.starts_with('-') || label.ends_with('-');
            !label.is_empty() && !has_edge && label.bytes().all(is_inner)
        })
}

/// The fields that identify an owner.
const OWNER_KEYS: [&str; 4] = ["apiVersion", "kind", "name", "uid"];
/// RFC 1123 allows 253 bytes for a subdomain.
const MAX_NAME_BYTES: usize = 253;
