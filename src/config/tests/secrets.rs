//! No message shows the content of a secret file.

use super::*;

#[test]
fn no_message_shows_a_secret() {
    let folder = Folder::new();
    let hmac = |rest: &str| {
        format!(
            "domains: [vdi.example.com]\nissuers: [{{issuer: a, audiences: [vdi], user_claim: sub, {rest}}}]\n"
        )
    };
    folder.write(
        "set.json",
        format!(r#"{{"keys":[{{"kty":"oct","alg":"HS256","kid":7,"k":"{SECRET}"}}]}}"#).as_bytes(),
        0o400,
    );
    folder.write("broken.json", format!(r#"{{"keys":[{{"k":"{SECRET}"}}"#).as_bytes(), 0o400);
    folder.write("one.pem", format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n").as_bytes(), 0o400);
    let rows = [
        ("open_file", hmac("algorithms: [HS256], keys: {secret_file: hmac-open}")),
        ("too_short_for_its_hash", hmac("algorithms: [HS512], keys: {secret_file: hmac}")),
        ("secret_as_key_set", hmac("algorithms: [HS256], keys: {jwks_file: hmac}")),
        ("secret_as_public_key", hmac("algorithms: [ES256], keys: {pem_file: hmac}")),
        ("odd_secret_in_set", hmac("algorithms: [HS256], keys: {jwks_file: set.json}")),
        ("secret_in_public_set", hmac("algorithms: [ES256], keys: {jwks_file: set.json}")),
        ("broken_set", hmac("algorithms: [HS256], keys: {jwks_file: broken.json}")),
        ("private_key_as_public", hmac("algorithms: [ES256], keys: {pem_file: one.pem}")),
        ("secret_as_certificate", format!("{MINIMAL}tls: {{cert_file: hmac, key_file: hmac}}\n")),
        ("plain_secret_key", format!("{MINIMAL}revocation: {{secret: {SECRET}}}\n")),
        (
            "password_in_login",
            format!(
                "{MINIMAL}login: {{url: \"https://me:{SECRET}@p.example.com\", sets_cookie: true}}\n"
            ),
        ),
        (
            "password_in_key_address",
            hmac(&format!(
                "algorithms: [ES256], keys: {{jwks_url: \"https://me:{SECRET}@p.example.com\"}}"
            )),
        ),
        (
            "password_in_origin",
            format!(
                "{MINIMAL}trusted_origins: [{{origin: \"https://me:{SECRET}@p.example.com\"}}]\n"
            ),
        ),
    ];
    for (name, yaml) in rows {
        let mistakes = folder.bad(&yaml);
        assert!(!mistakes.is_empty(), "{name}");
        let told = told(&mistakes) + &format!("{mistakes:?}");
        assert!(!told.contains("hush"), "{name}: {told}");
    }
}

#[test]
fn a_secret_file_that_others_may_access_is_refused() {
    let folder = Folder::new();
    let yaml =
        MINIMAL.replace("ES256", "HS256").replace("jwks_file: jwks.json", "secret_file: bits");
    for mode in [0o400, 0o440, 0o600, 0o660, 0o770] {
        folder.write("bits", SECRET.as_bytes(), mode);
        assert!(folder.bad(&yaml).is_empty(), "{mode:o}");
    }
    for mode in [0o441, 0o442, 0o444, 0o644, 0o666, 0o777] {
        folder.write("bits", SECRET.as_bytes(), mode);
        let mistakes = told(&folder.bad(&yaml));
        assert!(mistakes.contains(&format!("{mode:04o}")), "{mode:o}: {mistakes}");
    }
}

#[test]
fn the_target_of_a_link_counts() {
    let folder = Folder::new();
    let yaml =
        MINIMAL.replace("ES256", "HS256").replace("jwks_file: jwks.json", "secret_file: link");
    // As Kubernetes mounts a Secret: file → ..data/file, ..data → a dated folder.
    fs::create_dir(folder.path("..2026")).unwrap();
    std::os::unix::fs::symlink("..2026", folder.path("..data")).unwrap();
    std::os::unix::fs::symlink("..data/link", folder.path("link")).unwrap();
    folder.write("..2026/link", SECRET.as_bytes(), 0o440);
    assert!(folder.bad(&yaml).is_empty());
    folder.write("..2026/link", SECRET.as_bytes(), 0o444);
    assert!(told(&folder.bad(&yaml)).contains("defaultMode: 0440"));
    fs::remove_file(folder.path("..2026/link")).unwrap();
    assert!(told(&folder.bad(&yaml)).contains("no such file"));
}
