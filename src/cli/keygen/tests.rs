use super::*;
use crate::token::KeySet;
use clap::Parser;
use std::os::unix::fs::PermissionsExt as _;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: KeygenArgs,
}

fn arguments(out: &Path, options: &[&str]) -> KeygenArgs {
    let out = ["keygen", "--out", out.to_str().unwrap()];
    Line::try_parse_from(out.iter().chain(options)).unwrap().arguments
}

/// Names and permission bits of what is in a folder.
fn listing(folder: &Path) -> Vec<(String, u32)> {
    let mut listing: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            (entry.file_name().into_string().unwrap(), mode)
        })
        .collect();
    listing.sort();
    listing
}

fn names(folder: &Path) -> Vec<String> {
    listing(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn every_algorithm_gives_a_key_that_the_gate_takes() {
    // One of each kind of RSA is enough: making such a key takes a second in a debug build.
    let slow = [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384];
    for algorithm in Algorithm::ALL.into_iter().filter(|one| !slow.contains(one)) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("new/keys");
        let said = run(&arguments(&out, &["--alg", algorithm.name()])).unwrap();
        let read = |name: &str| fs::read(out.join(name)).unwrap();
        if algorithm.is_hmac() {
            assert_eq!(listing(&out), [("secret".to_owned(), 0o600)]);
            let text = read("secret");
            let secret = text.strip_suffix(b"\n").unwrap().to_vec();
            assert!(secret.iter().all(u8::is_ascii_graphic), "{algorithm}");
            assert_eq!(KeySet::from_secrets(&[secret], &[algorithm]).unwrap().count(), 1);
        } else {
            assert_eq!(names(&out), ["jwks.json", "private.jwk"]);
            assert_eq!(listing(&out)[1].1, 0o600, "{algorithm}");
            let (set, problems) = KeySet::from_jwks(&read("jwks.json"), &[algorithm]).unwrap();
            assert_eq!((set.count(), problems.len()), (1, 0), "{algorithm}");
            let private = SigningKey::from_jwk(&read("private.jwk"), None).unwrap();
            let published: serde_json::Value = serde_json::from_slice(&read("jwks.json")).unwrap();
            assert_eq!(published["keys"][0]["kid"].as_str(), private.kid());
            assert!(private.kid().is_some_and(|kid| kid.len() == 43), "a thumbprint");
        }
        for name in names(&out) {
            assert!(said.contains(&name), "{said}");
        }
    }
}

#[test]
fn tls_adds_an_authority_and_a_server_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--tls", "gate.doorward.svc", "127.0.0.1", "--tls", "localhost"];
    let arguments = arguments(folder.path(), &options);
    assert_eq!(arguments.tls, ["gate.doorward.svc", "127.0.0.1", "localhost"]);
    run(&arguments).unwrap();
    let all = ["ca.crt", "ca.key", "jwks.json", "private.jwk", "tls.crt", "tls.key"];
    assert_eq!(names(folder.path()), all);
    for (name, mode) in listing(folder.path()) {
        let secret = ["ca.key", "tls.key", "private.jwk"].contains(&name.as_str());
        assert_eq!(mode.trailing_zeros() >= 6, secret, "{name} {mode:o}");
    }
    for (name, tag) in [
        ("ca.crt", "CERTIFICATE"),
        ("tls.crt", "CERTIFICATE"),
        ("ca.key", "PRIVATE KEY"),
        ("tls.key", "PRIVATE KEY"),
    ] {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.starts_with(&format!("-----BEGIN {tag}-----")), "{name}");
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    for name in ["private.jwk", "jwks.json", "ca.crt", "tls.key"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, "precious").unwrap();
        let error = run(&arguments(folder.path(), &["--tls", "localhost"])).unwrap_err();
        assert_eq!(error, KeygenError::Exists(path.clone()));
        assert!(error.to_string().contains(name) && error.to_string().contains("--out"), "{error}");
        assert_eq!(names(folder.path()), [name]);
        assert_eq!(fs::read_to_string(path).unwrap(), "precious");
    }
    // A link that leads nowhere is something that is there, too.
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("elsewhere");
    std::os::unix::fs::symlink(&target, folder.path().join("tls.key")).unwrap();
    let error = run(&arguments(folder.path(), &["--tls", "localhost"])).unwrap_err();
    assert_eq!(error, KeygenError::Exists(folder.path().join("tls.key")));
    assert!(!target.exists());
}

#[test]
fn a_failed_run_removes_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let output = |name| Output { name, secret: false, purpose: "", content: "x".to_owned() };
    let files = [output("first"), output("second"), output("no/folder"), output("fourth")];
    let error = write_all(folder.path(), &files).unwrap_err();
    let path = folder.path().join("no/folder");
    assert_eq!(error, KeygenError::File { path, kind: io::ErrorKind::NotFound });
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn an_invalid_name_or_folder_is_reported_before_writing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("keys");
    let error = run(&arguments(&out, &["--tls", "https://gate"])).unwrap_err();
    assert_eq!(error, KeygenError::Tls(CertificateError::Name("https://gate".to_owned())));
    assert!(!out.exists());
    fs::write(&out, "a file").unwrap();
    let error = run(&arguments(&out.join("below"), &[])).unwrap_err();
    assert!(matches!(error, KeygenError::Folder { .. }), "{error:?}");
    assert!(Line::try_parse_from(["keygen", "--out", "x", "--alg", "none"]).is_err());
    assert!(Line::try_parse_from(["keygen"]).is_err());
}
