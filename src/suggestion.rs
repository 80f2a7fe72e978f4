//! "did you mean": the known word that an unknown word was probably meant to be. For keys of the
//! configuration and for fields of sessions and templates.

/// The known word that `given` was probably meant to be.
pub(crate) fn did_you_mean<'k>(
    given: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let given = given.to_ascii_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&given, &word.to_ascii_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= LIKELY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

/// The word that was probably meant, else all known words.
pub(crate) fn suggest(given: &str, known: &[&str]) -> String {
    match did_you_mean(given, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// Jaro-Winkler likeness from which a guess helps more than it confuses.
const LIKELY: f64 = 0.82;
