//! The address to return to, with every open-redirect trick as a path.

use super::*;

#[test]
fn the_return_address_is_one_encoded_value() {
    let rows = [
        ("plain", "/desk?x=1&y=2#z"),
        ("double_slash", "//evil.test/"),
        ("backslash", "/\\evil.test"),
        ("second_parameter", "/&rd=https://evil.test"),
        ("encoded_newline", "/%0d%0aSet-Cookie:x"),
        ("user_information", "/@evil.test"),
    ];
    let sign_in = |url: &str, parameter: &str| SignIn {
        url: url.into(),
        return_parameter: parameter.into(),
        logout_url: None,
        handoff: None,
    };
    let portal = sign_in("https://portal.example.com/in?app=vdi", "rd");
    for (row, path) in rows {
        let url = portal.url_for(&format!("https://alice.vdi.example.com{path}"));
        let value = url.strip_prefix("https://portal.example.com/in?app=vdi&rd=").expect(row);
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        assert!(value.bytes().all(harmless), "{row}: {value}");
        assert!(value.starts_with("https%3A%2F%2Falice.vdi.example.com%2F"), "{row}: {value}");
    }
    let bare = sign_in("https://portal.example.com/", "next");
    assert_eq!(
        bare.url_for("https://a.b/"),
        "https://portal.example.com/?next=https%3A%2F%2Fa.b%2F"
    );
}
