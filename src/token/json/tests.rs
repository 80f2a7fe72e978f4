use super::*;
use proptest::prelude::*;

fn fault(text: &str) -> Option<JsonError> {
    parse_object(text.as_bytes()).err()
}

#[test]
fn one_text_has_one_meaning() {
    use JsonError::{DuplicateMember, NotAnObject, Syntax, TooDeep};
    let at_depth =
        |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let (deepest, too_deep) = (at_depth(32), at_depth(33));
    let hostile = at_depth(4000);
    let table = [
        ("empty_object", "{}", None),
        ("white_space_around", " \t\r\n{ \"a\" : 1 }\n", None),
        ("same_name_at_two_levels", r#"{"a":{"a":1}}"#, None),
        ("member_twice", r#"{"a":1,"a":1}"#, Some(DuplicateMember)),
        ("member_twice_by_escape", r#"{"alg":1,"\u0061lg":2}"#, Some(DuplicateMember)),
        ("member_twice_below", r#"{"a":{"b":1,"b":2}}"#, Some(DuplicateMember)),
        ("member_twice_in_a_list", r#"{"a":[[{"b":1,"b":2}]]}"#, Some(DuplicateMember)),
        ("empty_name_twice", r#"{"":1,"":2}"#, Some(DuplicateMember)),
        ("names_differ_in_case", r#"{"a":1,"A":2}"#, None),
        ("array", "[]", Some(NotAnObject)),
        ("string", r#""a""#, Some(NotAnObject)),
        ("null", "null", Some(NotAnObject)),
        ("empty_text", "", Some(Syntax)),
        ("trailing_data", "{} {}", Some(Syntax)),
        ("trailing_brace", "{}}", Some(Syntax)),
        ("trailing_comma", r#"{"a":1,}"#, Some(Syntax)),
        ("trailing_nul", "{}\0", Some(Syntax)),
        ("comment", "{/**/}", Some(Syntax)),
        ("single_quotes", "{'a':1}", Some(Syntax)),
        ("byte_order_mark", "\u{feff}{}", Some(Syntax)),
        ("lone_leading_surrogate", r#"{"a":"\ud800"}"#, Some(Syntax)),
        ("lone_trailing_surrogate", r#"{"a":"\udc00"}"#, Some(Syntax)),
        ("lone_surrogate_in_a_name", r#"{"\ud800":1}"#, Some(Syntax)),
        ("surrogates_in_reverse", r#"{"a":"\udc00\ud800"}"#, Some(Syntax)),
        ("surrogate_pair", r#"{"a":"\ud83d\ude00"}"#, None),
        ("raw_control_byte", "{\"a\":\"\u{1}\"}", Some(Syntax)),
        ("unknown_escape", r#"{"a":"\x41"}"#, Some(Syntax)),
        ("number_too_large", r#"{"a":1e400}"#, Some(Syntax)),
        ("not_a_number", r#"{"a":NaN}"#, Some(Syntax)),
        ("leading_zero", r#"{"a":01}"#, Some(Syntax)),
        ("leading_plus", r#"{"a":+1}"#, Some(Syntax)),
        ("deepest", &deepest, None),
        ("too_deep", &too_deep, Some(TooDeep)),
        ("far_too_deep", &hostile, Some(TooDeep)),
    ];
    for (row, text, expected) in table {
        assert_eq!(fault(text), expected, "{row}");
    }
    assert_eq!(parse_object(b"{\"a\":\"\xff\"}").err(), Some(JsonError::NotUtf8));
    assert_eq!(parse_object(b"\xef\xbb\xbf{}").err(), Some(JsonError::Syntax));
}

#[test]
fn doubled_members_are_found_in_large_objects_too() {
    let object = |names: &[usize]| {
        let members: Vec<String> = names.iter().map(|name| format!("\"m{name}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    let mut names: Vec<usize> = (0..400).collect();
    assert_eq!(fault(&object(&names)), None);
    names.push(7);
    assert_eq!(fault(&object(&names)), Some(JsonError::DuplicateMember));
}

#[test]
fn a_duplicate_member_marks_only_its_object() {
    let object = parse_object_marking(br#"{"keys":[{"a":1},{"b":{"c":1,"c":1}}]}"#).unwrap();
    let Some(Value::Array(keys)) = object.get("keys") else { panic!("a list") };
    assert!(!keys[0].has_duplicate_member());
    assert!(keys[1].has_duplicate_member());
    let outermost = parse_object_marking(br#"{"keys":[],"keys":[]}"#);
    assert_eq!(outermost.err(), Some(JsonError::DuplicateMember));
}

#[test]
fn names_and_strings_without_escapes_are_not_copied() {
    let object = parse_object(br#"{"name":"text","n\u0061me2":"t\u0065xt"}"#).unwrap();
    assert!(matches!(
        &object.members[0],
        (Cow::Borrowed("name"), Value::String(Cow::Borrowed("text")))
    ));
    assert_eq!(object.get("name2").and_then(Value::as_str), Some("text"));
}

#[test]
fn numbers_keep_their_value() {
    let object =
        parse_object(br#"{"a":18446744073709551615,"b":-9223372036854775808,"c":1.5,"d":-0}"#)
            .unwrap();
    assert_eq!(object.get("a"), Some(&Value::Number(Number::Unsigned(u64::MAX))));
    assert_eq!(object.get("b"), Some(&Value::Number(Number::Negative(i64::MIN))));
    assert_eq!(object.get("c"), Some(&Value::Number(Number::Float(1.5))));
}

proptest! {
    /// Compared with `serde_json`: both accept the same texts and read the same values.
    #[test]
    fn agrees_with_serde_json(text in r#"(\{|\}|\[|\]|"|:|,|a|b|1|-|\.|e|null|true|\\u00|\\| ){0,24}"#) {
        let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
        match parse_object(text.as_bytes()) {
            Ok(ours) => {
                let printed = serde_json::to_string(&Value::Object(ours)).unwrap();
                let ours: serde_json::Value = serde_json::from_str(&printed).unwrap();
                prop_assert_eq!(ours, theirs.unwrap());
            }
            Err(JsonError::Syntax) => prop_assert!(theirs.is_err()),
            Err(JsonError::NotAnObject) => prop_assert!(!theirs.unwrap().is_object()),
            // `serde_json` takes the last of two members, and accepts 128 levels.
            Err(JsonError::DuplicateMember | JsonError::TooDeep | JsonError::NotUtf8) => {}
        }
    }

    #[test]
    fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_object(&text);
        let _ = parse_object_marking(&text);
    }
}
