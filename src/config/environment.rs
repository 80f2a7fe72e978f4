//! `DOORWARD__SECTION__KEY` → a value to lay over the file's.
//!
//! The prefix has the double underscore too, because Kubernetes puts `DOORWARD_PORT` and the like
//! into every container beside a Service named doorward; all those are ignored. There is no way
//! to give a secret here: secrets have `*_file` keys only, and those take a path.

use super::key_path::{Step, join};
use super::mistake::{Mistake, shown};
use super::place::Place;
use super::tree::Node;

/// Where environment variables come from, so that tests need no process environment.
pub trait Environment {
    /// Name and value of each.
    fn variables(&self) -> Vec<(String, String)>;
}

/// The environment of this process. What is not Unicode is replaced and so refused by its check.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the process environment becomes an argument"
    )]
    fn variables(&self) -> Vec<(String, String)> {
        std::env::vars_os()
            .map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            })
            .collect()
    }
}

impl Environment for [(&str, &str)] {
    fn variables(&self) -> Vec<(String, String)> {
        self.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
}

/// One value to lay over the file's.
pub(super) struct Overlay {
    pub(super) steps: Vec<Step>,
    pub(super) node: Node,
    pub(super) place: Place,
}

/// The variables that are ours, the shorter paths first: `DOORWARD__TLS` sets the section,
/// `DOORWARD__TLS__KEY_FILE` then one key of it.
pub(super) fn overlays(
    environment: &(impl Environment + ?Sized),
    mistakes: &mut Vec<Mistake>,
) -> Vec<Overlay> {
    let mut overlays: Vec<Overlay> = Vec::new();
    for (name, value) in environment.variables() {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let place = Place::Variable(name.as_str().into());
        let steps: Vec<Step> = rest.split("__").map(step).collect();
        let path = join(&steps);
        if rest.split("__").any(str::is_empty) {
            mistakes.push(Mistake {
                path: name.clone(),
                wrong: "has an empty key between its double underscores".to_owned(),
                remedy: "write DOORWARD__SECTION__KEY".to_owned(),
                place: None,
            });
        } else if overlays.iter().any(|earlier| earlier.steps == steps) {
            mistakes.push(Mistake {
                path,
                wrong: "is set by two variables whose names differ only in case".to_owned(),
                remedy: "keep one of them".to_owned(),
                place: Some(place),
            });
        } else {
            overlays.extend(parse(steps, &value, place, mistakes));
        }
    }
    overlays.sort_by_key(|overlay| (overlay.steps.len(), join(&overlay.steps)));
    overlays
}

/// A value that was given as YAML text.
pub(super) fn parse(
    steps: Vec<Step>,
    yaml: &str,
    place: Place,
    mistakes: &mut Vec<Mistake>,
) -> Option<Overlay> {
    let Ok(node) = Node::parse(yaml) else {
        mistakes.push(Mistake {
            path: join(&steps),
            wrong: format!("is {}, which is not a YAML value", shown(yaml)),
            remedy: "write it as in the file; quote text that contains `: `, `#` or brackets"
                .to_owned(),
            place: Some(place),
        });
        return None;
    };
    let node = node.at(&place);
    Some(Overlay { steps, node, place })
}

/// Variables are upper case by custom, keys are lower case; a number is a place in a list.
fn step(part: &str) -> Step {
    part.parse().map_or_else(|_| Step::Key(part.to_ascii_lowercase()), Step::Index)
}

/// In front of every variable that is a key.
const PREFIX: &str = "DOORWARD__";
