//! Good and bad configurations, loaded like real ones: from files in a folder.

mod all_at_once;
mod bad;
mod bad_issuers;
mod fetched;
mod good;
mod layers;
mod pem;
mod proxies;
mod reference;
mod secrets;
mod shapes;

use super::*;
use base64::Engine as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A folder with one file of each kind that a configuration may name.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("jwks.json", format!("{{\"keys\":[{}]}}", jwk("one")).as_bytes(), 0o644);
        folder.write("more.json", format!("{{\"keys\":[{}]}}", jwk("two")).as_bytes(), 0o644);
        folder.write("key.pem", public_pem().as_bytes(), 0o644);
        folder.write("hmac", format!("{SECRET}\n").as_bytes(), 0o440);
        folder.write("hmac-open", format!("{SECRET}\n").as_bytes(), 0o644);
        folder.write("hmac-short", b"too short to be a key", 0o400);
        folder.write("redis.url", b"redis://localhost\n", 0o440);
        folder.write("tls.crt", pem::CERTIFICATE.as_bytes(), 0o644);
        folder.write("tls-broken.crt", pem("CERTIFICATE").as_bytes(), 0o644);
        folder.write("tls.key", pem::KEY.as_bytes(), 0o400);
        folder.write("tls-other.key", pem::OTHER_KEY.as_bytes(), 0o400);
        folder.write("tls-open.key", pem::KEY.as_bytes(), 0o404);
        folder.write("tls-locked.key", pem("ENCRYPTED PRIVATE KEY").as_bytes(), 0o400);
        folder.write("not.json", b"no set of keys", 0o644);
        fs::create_dir(folder.path("state")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8], mode: u32) {
        fs::write(self.path(name), content).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn load(&self, yaml: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
        self.write("config.yaml", yaml.as_bytes(), 0o644);
        Config::load(&self.path("config.yaml"), environment, &[]).map_err(|mistakes| mistakes.list)
    }

    fn good(&self, yaml: &str) -> Config {
        self.load(yaml, &[]).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)))
    }

    fn bad(&self, yaml: &str) -> Vec<Mistake> {
        self.load(yaml, &[]).err().unwrap_or_default()
    }
}

/// A table of bad configurations, one line each: name | YAML to add to `base`, `\n` for a new line
/// | path of the mistake | part of its message. Each has exactly the mistake it names, with a
/// remedy, and nothing that only follows from it.
fn each_is_refused(base: &str, table: &str) {
    each_is_refused_in(|yaml| format!("{base}{yaml}\n"), table);
}

fn each_is_refused_in(whole: impl Fn(&str) -> String, table: &str) {
    let folder = Folder::new();
    for row in table.lines().filter(|row| !row.is_empty()) {
        let [name, yaml, path, part] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("no row: {row}");
        };
        let mistakes = folder.bad(&whole(&yaml.replace("\\n", "\n")));
        let [mistake] = mistakes.as_slice() else {
            panic!("{name}: {} mistakes\n{}", mistakes.len(), told(&mistakes));
        };
        assert_eq!(mistake.path, path, "{name}: {mistake}");
        assert!(mistake.to_string().contains(part), "{name}: {mistake}");
        assert!(!mistake.remedy.is_empty(), "{name}: no remedy: {mistake}");
    }
}

fn told(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| mistake.to_string() + "\n").collect()
}

fn warned(config: &Config, path: &str) -> bool {
    config.warnings.iter().any(|warning| warning.path == path)
}

/// The public key of RFC 7517, appendix A.1.
fn jwk(kid: &str) -> String {
    format!(r#"{{"kty":"EC","crv":"P-256","alg":"ES256","kid":"{kid}","x":"{X}","y":"{Y}"}}"#)
}

/// The same key as `SubjectPublicKeyInfo`.
fn public_pem() -> String {
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut der = SPKI_P256.to_vec();
    der.extend(url_safe.decode(X).unwrap());
    der.extend(url_safe.decode(Y).unwrap());
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
}

fn pem(tag: &str) -> String {
    format!("-----BEGIN {tag}-----\nAAAA\n-----END {tag}-----\n")
}

/// The least that is enough.
const MINIMAL: &str = "\
domains: [vdi.example.com]
issuers: [{issuer: https://portal.example.com, audiences: [vdi], algorithms: [ES256],
  keys: {jwks_file: jwks.json}, user_claim: sub}]
";
/// 48 bytes that no message may ever show.
const SECRET: &str = "hush-hush-hush-hush-hush-hush-hush-hush-hush-hush";
const X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
const Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
/// What stands before the point of a P-256 key (RFC 5480).
const SPKI_P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
