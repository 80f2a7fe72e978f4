//! Enums whose variants each have a stable word for log and metrics, with the list of all words.
//!
//! Metrics create one counter for each word at start. The macro writes the enum, `reason` and
//! `reasons` from one table, so a variant without a word, or missing in the list, cannot compile.

/// Defines an enum with `reason` and `reasons`. A variant has a word of its own
/// (`Variant => "word"`), or takes the words of its payload
/// (`Variant(Payload) => inner in Payload::reasons()`).
macro_rules! with_reasons {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_attribute:meta])*
                $variant:ident $(($payload:ty))? $({ $(#[$field_attribute:meta])* $field:ident: $type:ty })?
                    => $($word:literal)? $($inner:ident in $words:expr)?
            ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        pub enum $name {
            $(
                $(#[$variant_attribute])*
                $variant $(($payload))? $({ $(#[$field_attribute])* $field: $type })?
            ),+
        }

        impl $name {
            /// Stable kebab-case word for log and metrics.
            #[must_use]
            pub fn reason(&self) -> &'static str {
                match self {
                    $( Self::$variant { $(0: $inner,)? .. } => $($word)? $($inner.reason())? ),+
                }
            }

            /// Every word that [`reason`](Self::reason) can return, each once.
            #[must_use]
            pub fn reasons() -> Vec<&'static str> {
                let all: [Vec<&'static str>; _] =
                    [ $( $(vec![$word])? $($words.into_iter().collect())? ),+ ];
                let mut listed = std::collections::HashSet::new();
                all.into_iter().flatten().filter(|reason| listed.insert(*reason)).collect()
            }
        }
    };
}

pub(crate) use with_reasons;
