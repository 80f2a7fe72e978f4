//! Claims of correctly signed tokens that are not sessions.

use super::fixture::{ISSUER, NOW, verify_claims, verify_payload};
use crate::name::UsernameError;
use crate::token::{JsonError, Purpose, Rejection};
use serde_json::json;

#[test]
fn signed_tokens_that_are_no_session() {
    let now = NOW.0;
    let table = [
        ("good", json!({}), None),
        ("audience_list", json!({"aud": ["other", "vdi"]}), None),
        ("fractional_times", json!({"exp": (now as f64) + 10.5, "iat": (now as f64) - 10.5}), None),
        ("iss_missing", json!({"iss": null}), Some(Rejection::IssuerMissing)),
        ("iss_number", json!({"iss": 5}), Some(Rejection::IssuerMalformed)),
        ("iss_object", json!({"iss": {}}), Some(Rejection::IssuerMalformed)),
        ("iss_list_with_ours", json!({"iss": ["evil", ISSUER]}), Some(Rejection::IssuerMalformed)),
        (
            "iss_with_a_slash_more",
            json!({"iss": format!("{ISSUER}/")}),
            Some(Rejection::IssuerUnknown),
        ),
        ("iss_upper_case", json!({"iss": ISSUER.to_uppercase()}), Some(Rejection::IssuerUnknown)),
        ("iss_empty", json!({"iss": ""}), Some(Rejection::IssuerUnknown)),
        ("aud_missing", json!({"aud": null}), Some(Rejection::AudienceMissing)),
        ("aud_other", json!({"aud": "other"}), Some(Rejection::AudienceOther)),
        ("aud_number", json!({"aud": 5}), Some(Rejection::AudienceMalformed)),
        ("aud_list_with_a_number", json!({"aud": ["vdi", 5]}), Some(Rejection::AudienceMalformed)),
        ("aud_object", json!({"aud": {"vdi": 1}}), Some(Rejection::AudienceMalformed)),
        ("aud_list_in_a_list", json!({"aud": [["vdi"]]}), Some(Rejection::AudienceMalformed)),
        ("exp_missing", json!({"exp": null}), Some(Rejection::ExpiryMissing)),
        (
            "exp_string",
            json!({"exp": (now + 10).to_string()}),
            Some(Rejection::TimeMalformed("exp")),
        ),
        ("exp_true", json!({"exp": true}), Some(Rejection::TimeMalformed("exp"))),
        ("exp_largest", json!({"exp": u64::MAX}), Some(Rejection::TimeMalformed("exp"))),
        (
            "exp_far",
            json!({"exp": 1_u64 << 53}),
            Some(Rejection::LifetimeTooLong { limit: 86_400 }),
        ),
        ("exp_now", json!({"exp": now}), Some(Rejection::Expired)),
        ("exp_now_and_a_half", json!({"exp": (now as f64) + 0.5}), Some(Rejection::Expired)),
        ("exp_in_a_second", json!({"exp": now + 1}), None),
        ("exp_a_second_ago", json!({"exp": now - 1}), Some(Rejection::Expired)),
        ("nbf_in_a_second", json!({"nbf": now + 1}), Some(Rejection::NotYetValid)),
        ("nbf_in_half_a_second", json!({"nbf": (now as f64) + 0.5}), Some(Rejection::NotYetValid)),
        ("nbf_now", json!({"nbf": now}), None),
        ("nbf_string", json!({"nbf": "0"}), Some(Rejection::TimeMalformed("nbf"))),
        ("iat_in_a_second", json!({"iat": now + 1}), Some(Rejection::IssuedInTheFuture)),
        ("iat_now", json!({"iat": now}), None),
        ("iat_string", json!({"iat": now.to_string()}), Some(Rejection::TimeMalformed("iat"))),
        ("iat_missing", json!({"iat": null}), Some(Rejection::IssuedAtMissing)),
        ("lifetime_at_the_limit", json!({"iat": now - 60, "exp": now - 60 + 86_400}), None),
        (
            "lifetime_above_the_limit",
            json!({"iat": now - 60, "exp": now - 60 + 86_401}),
            Some(Rejection::LifetimeTooLong { limit: 86_400 }),
        ),
        ("user_missing", json!({"sub": null}), Some(Rejection::UserMissing)),
        ("user_empty", json!({"sub": ""}), Some(Rejection::IdentifierMalformed("sub"))),
        ("user_number", json!({"sub": 7}), Some(Rejection::IdentifierMalformed("sub"))),
        ("jti_number", json!({"jti": 7}), Some(Rejection::IdentifierMalformed("jti"))),
        ("sid_list", json!({"sid": ["s"]}), Some(Rejection::IdentifierMalformed("sid"))),
        (
            "logout_token",
            json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
            Some(Rejection::WrongKind(Purpose::Logout)),
        ),
        (
            "logout_token_of_keycloak",
            json!({"typ": "Logout"}),
            Some(Rejection::WrongKind(Purpose::Logout)),
        ),
        (
            "refresh_token_of_keycloak",
            json!({"typ": "Refresh"}),
            Some(Rejection::WrongKind(Purpose::Refresh)),
        ),
        (
            "offline_token_of_keycloak",
            json!({"typ": "Offline"}),
            Some(Rejection::WrongKind(Purpose::Refresh)),
        ),
        ("access_token_of_keycloak", json!({"typ": "Bearer"}), None),
        ("id_token_of_keycloak", json!({"typ": "ID"}), None),
        (
            "refresh_token_of_a_self_made_portal",
            json!({"token_type": "refresh"}),
            Some(Rejection::WrongKind(Purpose::Refresh)),
        ),
        (
            "hand_off_as_session",
            json!({"typ": "doorward-handoff+jwt"}),
            Some(Rejection::WrongKind(Purpose::Doorward)),
        ),
    ];
    for (row, changes, expected) in table {
        assert_eq!(verify_claims(changes).err(), expected, "{row}");
    }
}

#[test]
fn usernames_without_a_label() {
    for (row, user, empty) in [
        ("nul", "alice\0", false),
        ("newline", "alice\n", false),
        ("space_in_front", " alice", false),
        ("bidi_override", "alice\u{202e}", false),
        ("broken_decoder", "alice\u{fffd}", false),
    ] {
        let Err(Rejection::User(error)) = verify_claims(json!({"sub": user})) else {
            panic!("{row} has a label");
        };
        assert_eq!(error == UsernameError::Empty, empty, "{row}");
    }
    // Full-width letters are another user's name, never alice's.
    let session = verify_claims(json!({"sub": "ａｌｉｃｅ"})).unwrap();
    assert_ne!(session.label().as_str(), "alice");
}

#[test]
fn payloads_that_are_no_strict_object() {
    let (before, after) = (NOW.0 - 60, NOW.0 + 60);
    let rest = format!(r#""iss":"{ISSUER}","aud":"vdi","iat":{before},"exp":{after}"#);
    let deep = format!(r#"{{{rest},"sub":"alice","a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let bytes_of_five = format!(r#"["{ISSUER}","vdi","alice",{before},{after}]"#);
    let fault = |fault| Some(Rejection::Payload(fault));
    for (row, payload, expected) in [
        ("good", format!(r#"{{{rest},"sub":"alice"}}"#), None),
        (
            "user_twice",
            format!(r#"{{{rest},"sub":"alice","sub":"bob"}}"#),
            fault(JsonError::DuplicateMember),
        ),
        (
            "user_twice_by_escape",
            format!(r#"{{{rest},"sub":"alice","\u0073ub":"bob"}}"#),
            fault(JsonError::DuplicateMember),
        ),
        (
            "doubled_below",
            format!(r#"{{{rest},"sub":"alice","a":{{"b":1,"b":2}}}}"#),
            fault(JsonError::DuplicateMember),
        ),
        ("array_by_position", bytes_of_five, fault(JsonError::NotAnObject)),
        ("string", "\"alice\"".to_owned(), fault(JsonError::NotAnObject)),
        ("empty", String::new(), fault(JsonError::Syntax)),
        ("trailing_data", format!(r#"{{{rest},"sub":"alice"}}{{}}"#), fault(JsonError::Syntax)),
        ("lone_surrogate", format!(r#"{{{rest},"sub":"\ud800"}}"#), fault(JsonError::Syntax)),
        (
            "exp_beyond_any_number",
            format!(r#"{{{rest},"sub":"alice","a":1e999}}"#),
            fault(JsonError::Syntax),
        ),
        ("deep", deep, fault(JsonError::TooDeep)),
        ("iss_null", format!(r#"{{"iss":null,"a":{{{rest}}}}}"#), Some(Rejection::IssuerMalformed)),
    ] {
        assert_eq!(verify_payload(&payload).err(), expected, "{row}");
    }
}
