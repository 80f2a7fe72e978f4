use super::*;
use crate::token::json::parse_object;
use crate::unix_time::UnixTime;

fn audience(claims: &str, audiences: &[&str]) -> Result<(), Rejection> {
    let audiences: Vec<Box<str>> = audiences.iter().map(|&name| name.into()).collect();
    check_audience(&parse_object(claims.as_bytes()).unwrap(), &audiences)
}

#[test]
fn iss_is_one_string() {
    for (row, claims, expected) in [
        ("string", r#"{"iss":"https://i"}"#, Ok("https://i")),
        ("missing", r"{}", Err(Rejection::IssuerMissing)),
        ("null", r#"{"iss":null}"#, Err(Rejection::IssuerMalformed)),
        ("number", r#"{"iss":5}"#, Err(Rejection::IssuerMalformed)),
        ("object", r#"{"iss":{}}"#, Err(Rejection::IssuerMalformed)),
        ("list_with_ours", r#"{"iss":["evil","https://i"]}"#, Err(Rejection::IssuerMalformed)),
        ("list_of_ours_alone", r#"{"iss":["https://i"]}"#, Err(Rejection::IssuerMalformed)),
    ] {
        assert_eq!(issuer(&parse_object(claims.as_bytes()).unwrap()), expected, "{row}");
    }
}

#[test]
fn aud_is_a_string_or_a_list_of_strings_with_one_of_ours() {
    let malformed = Err(Rejection::AudienceMalformed);
    let other = Err(Rejection::AudienceOther);
    for (row, claims, expected) in [
        ("string", r#"{"aud":"vdi"}"#, Ok(())),
        ("second_of_ours", r#"{"aud":"vdi2"}"#, Ok(())),
        ("list", r#"{"aud":["other","vdi"]}"#, Ok(())),
        ("missing", r"{}", Err(Rejection::AudienceMissing)),
        ("other", r#"{"aud":"other"}"#, other.clone()),
        ("upper_case", r#"{"aud":"VDI"}"#, other.clone()),
        ("prefix_of_ours", r#"{"aud":"vd"}"#, other.clone()),
        ("ours_and_more", r#"{"aud":"vdi,other"}"#, other.clone()),
        ("empty_string", r#"{"aud":""}"#, other.clone()),
        ("empty_list", r#"{"aud":[]}"#, other),
        ("null", r#"{"aud":null}"#, malformed.clone()),
        ("number", r#"{"aud":5}"#, malformed.clone()),
        ("boolean", r#"{"aud":true}"#, malformed.clone()),
        ("object", r#"{"aud":{"vdi":1}}"#, malformed.clone()),
        ("list_of_a_number", r#"{"aud":[5]}"#, malformed.clone()),
        ("number_after_ours", r#"{"aud":["vdi",5]}"#, malformed.clone()),
        ("list_in_a_list", r#"{"aud":[["vdi"]]}"#, malformed),
    ] {
        assert_eq!(audience(claims, &["vdi", "vdi2"]), expected, "{row}");
    }
}

#[test]
fn without_a_configured_audience_only_the_shape_counts() {
    for (row, claims, expected) in [
        ("missing", r"{}", Ok(())),
        ("string", r#"{"aud":"anything"}"#, Ok(())),
        ("empty_list", r#"{"aud":[]}"#, Ok(())),
        ("number", r#"{"aud":5}"#, Err(Rejection::AudienceMalformed)),
        ("list_of_a_number", r#"{"aud":["a",5]}"#, Err(Rejection::AudienceMalformed)),
    ] {
        assert_eq!(audience(claims, &[]), expected, "{row}");
    }
}

#[test]
fn identifiers_are_absent_or_can_be_compared() {
    let longest = format!(r#"{{"sid":"{}"}}"#, "s".repeat(1024));
    let too_long = format!(r#"{{"sid":"{}"}}"#, "s".repeat(1025));
    for (row, claims, good) in [
        ("absent", r"{}", true),
        ("string", r#"{"sid":"s"}"#, true),
        ("longest", &longest, true),
        ("too_long", &too_long, false),
        ("empty", r#"{"sid":""}"#, false),
        ("null", r#"{"sid":null}"#, false),
        ("number", r#"{"sid":5}"#, false),
        ("list", r#"{"sid":["s"]}"#, false),
    ] {
        let claims = parse_object(claims.as_bytes()).unwrap();
        assert_eq!(identifier(&claims, "sid").is_ok(), good, "{row}");
    }
}

#[test]
fn a_claim_holds_a_value_exactly() {
    for (row, claims, expected) in [
        ("equal", r#"{"g":"admins"}"#, true),
        ("in_a_list", r#"{"g":["users","admins"]}"#, true),
        ("in_a_mixed_list", r#"{"g":[5,"admins"]}"#, true),
        ("absent", r"{}", false),
        ("substring", r#"{"g":"vdi-admins"}"#, false),
        ("upper_case", r#"{"g":"Admins"}"#, false),
        ("space_separated", r#"{"g":"users admins"}"#, false),
        ("nested_list", r#"{"g":[["admins"]]}"#, false),
        ("member_name", r#"{"g":{"admins":true}}"#, false),
        ("true", r#"{"g":true}"#, false),
    ] {
        let claims = parse_object(claims.as_bytes()).unwrap();
        assert_eq!(holds(claims.get("g"), "admins"), expected, "{row}");
    }
}

#[test]
fn times_are_numbers_in_range() {
    let too_large = (1_u64 << 53) + 2;
    for (row, number, expected) in [
        ("integer", "1700000000".to_owned(), Some((1_700_000_000, 1_700_000_000))),
        ("zero", "0".to_owned(), Some((0, 0))),
        ("fraction", "1700000000.5".to_owned(), Some((1_700_000_000, 1_700_000_001))),
        ("whole_decimal", "1700000000.0".to_owned(), Some((1_700_000_000, 1_700_000_000))),
        ("exponent", "1.7e9".to_owned(), Some((1_700_000_000, 1_700_000_000))),
        ("two_to_the_53", (1_u64 << 53).to_string(), Some((1 << 53, 1 << 53))),
        ("two_to_the_53_decimal", format!("{}.0", 1_u64 << 53), Some((1 << 53, 1 << 53))),
        ("above_two_to_the_53", ((1_u64 << 53) + 1).to_string(), None),
        ("above_two_to_the_53_decimal", format!("{too_large}.0"), None),
        ("largest_integer", u64::MAX.to_string(), None),
        ("beyond_64_bits", "18446744073709551616".to_owned(), None),
        ("very_large", "1e300".to_owned(), None),
        ("negative", "-1".to_owned(), None),
        ("slightly_negative", "-0.5".to_owned(), None),
        ("string", "\"1700000000\"".to_owned(), None),
        ("true", "true".to_owned(), None),
        ("null", "null".to_owned(), None),
        ("list", "[1700000000]".to_owned(), None),
        ("object", "{}".to_owned(), None),
    ] {
        for (position, claim) in ["exp", "nbf", "iat"].into_iter().enumerate() {
            let text = match claim {
                "exp" => format!(r#"{{"exp":{number}}}"#),
                _ => format!(r#"{{"exp":1,"{claim}":{number}}}"#),
            };
            let times = Times::read(&parse_object(text.as_bytes()).unwrap());
            let Some((down, up)) = expected else {
                assert_eq!(times, Err(Rejection::TimeMalformed(claim)), "{row} {claim}");
                continue;
            };
            let times = times.unwrap();
            let read = [Some(times.expires_at), times.not_before, times.issued_at][position];
            let expected = if claim == "exp" { down } else { up };
            assert_eq!(read, Some(UnixTime(expected)), "{row} {claim}");
        }
    }
    assert_eq!(Times::read(&parse_object(b"{}").unwrap()), Err(Rejection::ExpiryMissing));
}

#[test]
fn each_time_has_two_sides() {
    let at = 1_000_000;
    let times = |issued_at, not_before, expires_at| Times {
        issued_at: Some(UnixTime(issued_at)),
        not_before: Some(UnixTime(not_before)),
        expires_at: UnixTime(expires_at),
    };
    let (past, far) = (at - 1000, at + 1000);
    for leeway in [0, 30] {
        let check = |times: Times, now: u64| times.check(UnixTime(now), leeway);
        let end = times(past, past, at);
        assert_eq!(check(end, at + leeway - 1), Ok(()), "the second before exp");
        assert_eq!(check(end, at + leeway), Err(Rejection::Expired), "at exp");
        assert_eq!(check(end, at + leeway + 1), Err(Rejection::Expired), "after exp");
        let start = times(past, at, far);
        assert_eq!(check(start, at - leeway - 1), Err(Rejection::NotYetValid), "before nbf");
        assert_eq!(check(start, at - leeway), Ok(()), "at nbf");
        assert_eq!(check(start, at - leeway + 1), Ok(()), "after nbf");
        let issue = times(at, past, far);
        assert_eq!(check(issue, at - leeway - 1), Err(Rejection::IssuedInTheFuture), "before iat");
        assert_eq!(check(issue, at - leeway), Ok(()), "at iat");
        assert_eq!(check(issue, at - leeway + 1), Ok(()), "after iat");
    }
    let bare = Times { issued_at: None, not_before: None, expires_at: UnixTime(at) };
    assert_eq!(bare.check(UnixTime(0), 0), Ok(()), "neither iat nor nbf is needed here");
    let latest = bare.check(UnixTime(u64::MAX), u64::MAX);
    assert_eq!(latest, Err(Rejection::Expired), "where the sum would overflow it says no");
}

#[test]
fn expired_means_that_nothing_else_was_wrong() {
    let times = Times {
        issued_at: Some(UnixTime(50)),
        not_before: Some(UnixTime(50)),
        expires_at: UnixTime(10),
    };
    assert_eq!(times.check(UnixTime(20), 0), Err(Rejection::NotYetValid));
}

#[test]
fn both_bounds_of_a_lifetime() {
    let times = |issued_at: Option<u64>, expires_at| Times {
        issued_at: issued_at.map(UnixTime),
        not_before: None,
        expires_at: UnixTime(expires_at),
    };
    let too_long = Err(Rejection::LifetimeTooLong { limit: 3600 });
    assert_eq!(times(Some(100), 3700).check_lifetime(Some(3600)), Ok(()));
    assert_eq!(times(Some(100), 3701).check_lifetime(Some(3600)), too_long);
    assert_eq!(times(Some(100), 1 << 53).check_lifetime(None), Ok(()));
    assert_eq!(times(None, 3700).check_lifetime(Some(3600)), Err(Rejection::IssuedAtMissing));
    assert_eq!(times(None, 3700).check_lifetime(None), Ok(()));
    assert_eq!(times(Some(100), 50).check_lifetime(Some(3600)), Ok(()), "ended before it began");
}
