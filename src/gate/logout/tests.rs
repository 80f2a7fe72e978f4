//! Which sessions a sign-out ends.

use super::*;
use crate::cross_site::{Presented, Scheme};
use crate::gate::tests::handoff::{admitted, handing, session};
use crate::gate::tests::{NOW, cookies};
use futures_util::FutureExt as _;
use serde_json::json;

fn sign_out(gate: &Gate, provenance: &Provenance<'_>, token: &str) -> Result<usize, Denial> {
    let host = Host::parse("alice.vdi.example.com", gate.domains.names()).unwrap();
    let own = OwnOrigin::new(Scheme::Https, host.name(), host.port());
    let tokens = [token.to_owned()];
    let credentials = cookies(&tokens);
    let gone = gate.sign_out(&host, own, provenance, &credentials, UnixTime(NOW)).now_or_never();
    gone.expect("at hand").map(|gone| gone.ended)
}

#[test]
fn signing_out_ends_every_copy_of_the_session() {
    let gate = handing();
    let (token, other) = (session(json!({})), session(json!({"jti": "session-2"})));
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &token), Ok(()));
    let own = Provenance {
        method: "POST",
        origin: Presented::Once("https://alice.vdi.example.com"),
        site: Presented::Once("same-origin"),
        fetch_metadata: true,
        ..Provenance::default()
    };
    assert_eq!(sign_out(&gate, &own, &token), Ok(1));
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &token), Err("revoked"));
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &other), Ok(()), "and no other");
}

#[test]
fn only_the_hosts_own_page_signs_out() {
    let gate = handing();
    let token = session(json!({}));
    let of = |origin: Option<&'static str>, site: Option<&'static str>| Provenance {
        method: "POST",
        origin: origin.map_or(Presented::Absent, Presented::Once),
        site: site.map_or(Presented::Absent, Presented::Once),
        fetch_metadata: site.is_some(),
        own_cookie: true,
        ..Provenance::default()
    };
    for mode in [crate::cross_site::Mode::Strict, crate::cross_site::Mode::Off] {
        let mut gate = handing();
        gate.cross_site.mode = mode;
        for (row, provenance) in [
            ("sibling", of(Some("https://bob.vdi.example.com"), Some("same-site"))),
            ("other_site", of(Some("https://evil.example"), Some("cross-site"))),
            ("no_origin", of(None, Some("same-origin"))),
            ("nothing", of(None, None)),
            ("sandboxed", of(Some("null"), Some("cross-site"))),
            ("plain_http", of(Some("http://alice.vdi.example.com"), None)),
        ] {
            let denied = sign_out(&gate, &provenance, &token).unwrap_err();
            assert!(matches!(denied, Denial::CrossSite(_)), "{row}: {denied:?}");
        }
        assert_eq!(admitted(&gate, "alice.vdi.example.com", &token), Ok(()));
    }
    let quiet = of(Some("null"), Some("same-origin"));
    assert_eq!(sign_out(&gate, &quiet, &token), Ok(1), "a page that sends no referrer");
}
