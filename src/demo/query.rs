//! Query strings and form bodies (`application/x-www-form-urlencoded`), as the demo's pages
//! need them: one value by its name. Pure.

/// The decoded value of the only pair called `name`; `None` when there is none or more than one (two
/// readers would choose differently), or when its escapes are broken or are no UTF-8.
pub(super) fn value(pairs: &str, name: &str) -> Option<String> {
    let mut values = pairs
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(candidate, _)| *candidate == name);
    let (_, value) = values.next().filter(|_| values.next().is_none())?;
    decode(value)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                // `from_str_radix` alone would also take a sign.
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        for (row, pairs, expected) in [
            ("plain", "a=1&rd=x", Some("x")),
            ("escaped_address", "rd=https%3A%2F%2Fa%2F%3Fb%3Dc%26d", Some("https://a/?b=c&d")),
            ("plus_is_a_space", "rd=a+b%2B", Some("a b+")),
            ("two", "rd=1&rd=2", None),
            ("absent", "r=1", None),
            ("name_without_value", "rd", None),
            ("broken_escape", "rd=%2", None),
            ("signed_escape", "rd=%+1", None),
            ("no_utf8", "rd=%ff", None),
        ] {
            assert_eq!(value(pairs, "rd").as_deref(), expected, "{row}");
        }
    }
}
