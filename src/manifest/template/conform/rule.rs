//! The one rule that a session's route may have: `Host` with the session's host.
//!
//! Traefik parses rules as Go expressions. This module does not need such a parser: it accepts the
//! few spellings of this one rule and rejects everything else.

use std::fmt;

/// Why a rule does not match exactly one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// It does not begin with `Host(` and a text between backticks or double quotes.
    NotHost,
    /// The text is another host.
    OtherHost,
    /// Something follows the host: a second host, an operator, another matcher.
    More,
}

/// Checks that `rule` is `Host(…)` with this canonical host, and nothing else.
pub(super) fn names_only(rule: &str, host: &str) -> Result<(), RuleError> {
    let (found, rest) = host_of(rule).ok_or(RuleError::NotHost)?;
    if found.to_ascii_lowercase() != host {
        return Err(RuleError::OtherHost);
    }
    // A YAML block leaves a line end after the rule. Inside of the rule, a line end would end the Go
    // expression.
    let rest = rest.trim_start_matches(INNER_SPACE).strip_prefix(')');
    if rest.is_some_and(|rest| rest.trim_matches(OUTER_SPACE).is_empty()) {
        Ok(())
    } else {
        Err(RuleError::More)
    }
}

/// The first argument as it is written, and the text after its closing quote. Escape sequences are
/// not interpreted: a host needs none, and with a backslash the comparison fails.
fn host_of(rule: &str) -> Option<(&str, &str)> {
    let rest = rule.trim_start_matches(OUTER_SPACE).strip_prefix("Host")?;
    let rest = rest.trim_start_matches(INNER_SPACE).strip_prefix('(')?;
    let rest = rest.trim_start_matches(INNER_SPACE);
    let quote = ['`', '"'].into_iter().find(|quote| rest.starts_with(*quote))?;
    rest.strip_prefix(quote)?.split_once(quote)
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHost => "does not begin with Host and one text",
            Self::OtherHost => "has another host",
            Self::More => "continues after the host",
        })
    }
}

const INNER_SPACE: [char; 2] = [' ', '\t'];
const OUTER_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_rule_is_taken() {
        use RuleError::{More, NotHost, OtherHost};
        for (name, rule, expected) in [
            ("backticks", "Host(`a.vdi.example.com`)", Ok(())),
            ("double_quotes", "Host(\"a.vdi.example.com\")", Ok(())),
            ("upper_case_host", "Host(`A.VDI.example.com`)", Ok(())),
            ("space", " Host ( `a.vdi.example.com`\t) ", Ok(())),
            ("line_end_of_a_block", "Host(`a.vdi.example.com`)\n", Ok(())),
            ("line_end_inside", "Host(\n`a.vdi.example.com`)", Err(NotHost)),
            ("line_end_before_the_end", "Host(`a.vdi.example.com`\n)", Err(More)),
            ("no_break_space", "Host(`a.vdi.example.com`)\u{a0}", Err(More)),
            ("nothing", "", Err(NotHost)),
            ("bare_matcher", "Host", Err(NotHost)),
            ("no_argument", "Host()", Err(NotHost)),
            ("empty_argument", "Host(``)", Err(OtherHost)),
            ("single_quotes", "Host('a.vdi.example.com')", Err(NotHost)),
            ("unquoted", "Host(a.vdi.example.com)", Err(NotHost)),
            ("mixed_quotes", "Host(`a.vdi.example.com\")", Err(NotHost)),
            ("unclosed", "Host(`a.vdi.example.com`", Err(More)),
            ("lower_case_matcher", "host(`a.vdi.example.com`)", Err(NotHost)),
            ("host_or_host", "Host(`a.vdi.example.com`) || Host(`b.vdi.example.com`)", Err(More)),
            (
                "host_or_host_reversed",
                "Host(`b.vdi.example.com`) || Host(`a.vdi.example.com`)",
                Err(OtherHost),
            ),
            ("host_and_path", "Host(`a.vdi.example.com`) && PathPrefix(`/`)", Err(More)),
            ("path_and_host", "PathPrefix(`/`) && Host(`a.vdi.example.com`)", Err(NotHost)),
            ("not_host", "!Host(`a.vdi.example.com`)", Err(NotHost)),
            ("parentheses", "(Host(`a.vdi.example.com`))", Err(NotHost)),
            ("comment", "Host(`a.vdi.example.com`) // x", Err(More)),
            ("comment_in_front", "/* x */ Host(`a.vdi.example.com`)", Err(NotHost)),
            ("second_argument", "Host(`a.vdi.example.com`, `b.vdi.example.com`)", Err(More)),
            ("trailing_comma", "Host(`a.vdi.example.com`,)", Err(More)),
            ("two_closings", "Host(`a.vdi.example.com`))", Err(More)),
            ("regexp", "HostRegexp(`a.vdi.example.com`)", Err(NotHost)),
            ("sni", "HostSNI(`a.vdi.example.com`)", Err(NotHost)),
            ("header", "HostHeader(`a.vdi.example.com`)", Err(NotHost)),
            ("wildcard", "Host(`*.vdi.example.com`)", Err(OtherHost)),
            ("everything", "Host(`*`)", Err(OtherHost)),
            ("trailing_dot", "Host(`a.vdi.example.com.`)", Err(OtherHost)),
            ("port", "Host(`a.vdi.example.com:443`)", Err(OtherHost)),
            ("space_in_the_host", "Host(` a.vdi.example.com`)", Err(OtherHost)),
            ("longer", "Host(`a.vdi.example.com.evil.com`)", Err(OtherHost)),
            ("other_user", "Host(`b.vdi.example.com`)", Err(OtherHost)),
            ("escape", "Host(\"\\x61.vdi.example.com\")", Err(OtherHost)),
            ("escaped_quote", "Host(\"a.vdi.example.com\\\")", Err(OtherHost)),
            ("kelvin_sign", "Host(`\u{212a}.vdi.example.com`)", Err(OtherHost)),
        ] {
            assert_eq!(names_only(rule, "a.vdi.example.com"), expected, "{name}");
        }
        assert_eq!(names_only("Host(`\u{212a}.x`)", "k.x"), Err(OtherHost));
    }
}
