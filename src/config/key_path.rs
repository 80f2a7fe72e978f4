//! Key paths such as `issuers[0].keys.jwks_file`: how messages, flags and variables name a key.

/// One step of a key path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// `issuers[0].keys` as steps.
pub(super) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, indices) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
        steps.push(Step::Key(key.to_owned()));
        for index in indices.split(['[', ']']).filter(|index| !index.is_empty()) {
            steps.push(index.parse().map_or_else(|_| Step::Key(index.to_owned()), Step::Index));
        }
    }
    steps
}

/// Steps as a key path.
pub(super) fn join(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path = format!("{path}.{key}"),
            Step::Index(index) => path = format!("{path}[{index}]"),
        }
    }
    path
}
