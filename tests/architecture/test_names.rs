//! Which tests there are, by full name: `gate::tests::noise_is_denied`, `it::demo::once`.

use super::source::Source;
use std::iter;

/// All tests of one file, those that [`MACRO`] makes included.
pub fn of(source: &Source) -> Vec<String> {
    let file = source.module();
    let mut names = Vec::new();
    let mut modules: Vec<(&str, usize)> = Vec::new();
    let (mut depth, mut is_test) = (0, false);
    for (at, token) in source.tokens.iter().enumerate() {
        let next = source.tokens.get(at + 1);
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                modules.retain(|(_, inside)| *inside <= depth);
            }
            "mod" if source.is(at + 2, "{") => {
                modules.extend(next.map(|name| (name.text.as_str(), depth + 1)));
            }
            "test" if at > 0 => {
                is_test |= matches!(source.tokens[at - 1].text.as_str(), "[" | "::");
            }
            "fn" if is_test => {
                is_test = false;
                let inner = modules.iter().map(|(name, _)| *name);
                let name = next.filter(|name| name.is_name()).map(|name| name.text.as_str());
                names.extend(name.map(|name| full(file.iter().copied().chain(inner), name)));
            }
            MACRO if source.is(at + 1, "!") => {
                let rows = scenarios(source, at + 3);
                names.extend(rows.map(|(version, name)| {
                    full(file.iter().copied().chain(iter::once(version)), name)
                }));
            }
            _ => {}
        }
    }
    names
}

fn full<'n>(modules: impl Iterator<Item = &'n str>, name: &'n str) -> String {
    modules.chain(iter::once(name)).collect::<Vec<_>>().join("::")
}

/// Version and name of each scenario in the macro's braces: all versions before `;`, the newest
/// one behind it.
fn scenarios(source: &Source, start: usize) -> impl Iterator<Item = (&str, &str)> {
    let rows = source.tokens[start..].iter().take_while(|token| token.text != "}");
    let rows = rows.scan(&VERSIONS[..], |versions, token| {
        if token.text == ";" {
            *versions = &VERSIONS[..1];
        }
        Some((*versions, token.text.as_str()))
    });
    let names = rows.filter(|(_, name)| name.contains('_'));
    names.flat_map(|(versions, name)| versions.iter().map(move |version| (*version, name)))
}

/// The macro of the tests behind the real Traefik, and the modules it makes.
const MACRO: &str = "behind_every_traefik";
const VERSIONS: [&str; 3] = ["v3_7", "v3_6", "v3_0"];
