use super::*;
use crate::token::json::parse_object;
use crate::token::{Rejection, claims};

#[test]
fn kinds_that_are_no_session_are_known_by_name() {
    use Purpose::{Doorward, Logout, Refresh};
    let table = [
        ("plain_jwt", "JWT", None),
        ("access_token", "at+jwt", None),
        ("access_token_of_keycloak", "Bearer", None),
        ("id_token_of_keycloak", "ID", None),
        ("empty", "", None),
        ("logout_token", "logout+jwt", Some(Logout)),
        ("logout_token_upper_case", "LOGOUT+JWT", Some(Logout)),
        ("logout_token_with_prefix", "application/logout+jwt", Some(Logout)),
        ("logout_token_prefix_upper_case", "Application/Logout+JWT", Some(Logout)),
        ("logout_token_of_keycloak", "Logout", Some(Logout)),
        ("security_event", "secevent+jwt", Some(Logout)),
        ("refresh_token", "refresh+jwt", Some(Refresh)),
        ("refresh_token_of_keycloak", "Refresh", Some(Refresh)),
        ("offline_token_of_keycloak", "Offline", Some(Refresh)),
        ("refresh_token_snake_case", "refresh_token", Some(Refresh)),
        ("refresh_token_camel_case", "RefreshToken", Some(Refresh)),
        ("hand_off", "doorward-handoff+jwt", Some(Doorward)),
        ("hand_off_any_case", "DoorWard-Handoff+jwt", Some(Doorward)),
        ("hand_off_with_prefix", "application/doorward-handoff+jwt", Some(Doorward)),
        ("own_session", "doorward-session+jwt", Some(Doorward)),
        ("own_type_to_come", "doorward-anything", Some(Doorward)),
        ("other_doorward", "doorwarden", None),
        ("not_ascii_at_the_boundary", "doorwardé", None),
    ];
    for (row, name, expected) in table {
        assert_eq!(Purpose::named(name), expected, "{row}");
    }
}

#[test]
fn claims_decide_the_purpose_too() {
    use Purpose::{Doorward, Logout, Refresh};
    let wrong = |kind| Some(Rejection::WrongKind(kind));
    let table = [
        ("no_type", r"{}", None),
        ("typ_bearer", r#"{"typ":"Bearer"}"#, None),
        ("events", r#"{"events":{}}"#, wrong(Logout)),
        ("events_null", r#"{"events":null}"#, wrong(Logout)),
        ("typ_logout", r#"{"typ":"Logout"}"#, wrong(Logout)),
        ("typ_refresh", r#"{"typ":"Refresh"}"#, wrong(Refresh)),
        ("typ_offline", r#"{"typ":"Offline"}"#, wrong(Refresh)),
        ("typ_hand_off", r#"{"typ":"doorward-handoff+jwt"}"#, wrong(Doorward)),
        ("typ_number", r#"{"typ":1}"#, Some(Rejection::TypeMalformed)),
        ("typ_list", r#"{"typ":["Refresh"]}"#, Some(Rejection::TypeMalformed)),
        ("typ_null", r#"{"typ":null}"#, Some(Rejection::TypeMalformed)),
        ("token_type_refresh", r#"{"token_type":"refresh"}"#, wrong(Refresh)),
        ("token_use_refresh", r#"{"token_use":"refresh"}"#, wrong(Refresh)),
        ("type_refresh", r#"{"type":"refresh"}"#, wrong(Refresh)),
        ("type_access", r#"{"type":"access"}"#, None),
        ("type_of_something_else", r#"{"type":["VerifiableCredential"]}"#, None),
    ];
    for (row, claims, expected) in table {
        let read = parse_object(claims.as_bytes()).unwrap();
        assert_eq!(claims::check_purpose(&read).err(), expected, "{row}");
    }
}

#[test]
fn application_is_optional_only_where_the_standard_says_so() {
    for (row, name, expected) in [
        ("bare", "at+jwt", "at+jwt"),
        ("with_application", "application/at+jwt", "at+jwt"),
        ("with_application_any_case", "APPLICATION/at+jwt", "at+jwt"),
        ("with_another_slash", "application/a/b", "application/a/b"),
        ("other_tree", "text/at+jwt", "text/at+jwt"),
    ] {
        assert_eq!(media_subtype(name), expected, "{row}");
    }
}
