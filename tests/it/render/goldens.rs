//! The output, byte for byte. `REWRITE_COMMITTED=1 cargo test --test it goldens` rewrites the files
//! after an intended change.

use super::command::render;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/render").join(name)
}

fn holds(name: &str, text: &str) {
    let path = data(name);
    if env::var_os("REWRITE_COMMITTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name} would change; see the head of this file");
}

#[test]
fn the_same_sessions_give_the_same_bytes() {
    let input = data("sessions.yaml");
    let input = input.to_str().unwrap();
    for (name, arguments) in [
        ("kubernetes.yaml", &[][..]),
        ("entrypoint.yaml", &["--gate", "entrypoint"]),
        ("bound.yaml", &["--bind-owner", "--tls", "resolver"]),
        ("traefik-3.0.yaml", &["--traefik-version", "3.0.4"]),
        ("file.yaml", &["--format", "file", "--allow-service-override"]),
    ] {
        let rendered = render(&[arguments, &[input]].concat(), "");
        assert_eq!(rendered.code, 0, "{name}: {}", rendered.output());
        holds(name, &rendered.stdout);
        let again = render(&[arguments, &[input]].concat(), "");
        assert_eq!(again.stdout, rendered.stdout, "{name}");
    }
}
