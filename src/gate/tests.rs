//! The decision as a table of what alice does and what bob tries, with real signatures.

pub(super) mod handoff;
mod keys;

use super::*;
use crate::cross_site::{Mode, Presented, Provenance, Scheme};
use crate::handoff::SignIn;
use crate::name::{Case, Domain, Domains, LabelRules, ReservedLabels};
use crate::revocation::Memory;
use crate::token::{
    Algorithm, ClaimPath, Grant, GrantLabels, Grants, IdentityValue, IdentityValues, Issuer,
    IssuerId, Issuers, KeySet,
};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

pub(super) const NOW: u64 = 1_795_402_800;
pub(super) const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const OTHER_SECRET: &[u8] = b"fedcba9876543210fedcba9876543210";
pub(super) const PORTAL: &str = "https://portal.example.com";
pub(super) const PARTNER: &str = "https://partner.example.com";

fn mint(secret: &[u8], claims: &serde_json::Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims(user: &str) -> serde_json::Value {
    serde_json::json!({ "iss": PORTAL, "aud": "vdi", "sub": user, "iat": NOW - 60, "exp": NOW + 60 })
}

fn token_of(user: &str) -> String {
    mint(SECRET, &claims(user))
}

fn issuer(name: &str, secret: &[u8], bare: bool) -> Issuer {
    let algorithms = vec![Algorithm::Hs256];
    Issuer {
        name: name.into(),
        audiences: vec!["vdi".into()],
        keys: KeySet::from_secrets(&[secret.to_vec()], &algorithms).unwrap(),
        algorithms,
        user_claim: ClaimPath::new("sub").unwrap(),
        types: vec!["jwt".into()],
        require_type: false,
        labels: LabelRules::new(name, bare, Case::Sensitive, Arc::new(ReservedLabels::default())),
        max_lifetime: Some(3600),
    }
}

/// The portal's users have workspaces in both domains, those of the partner in the second only;
/// `sign_in` is that of the first.
pub(super) fn domains(sign_in: Option<&SignIn>) -> DomainTable {
    let names = ["vdi.example.com", "lab.example.org"].map(|name| Domain::new(name).unwrap());
    DomainTable::new(Domains::new(names.into()).unwrap(), |id| {
        let (issuers, sign_in) = match id.position() {
            0 => (vec![0], sign_in.cloned()),
            _ => (vec![0, 1], None),
        };
        DomainRules { issuers: issuers.into_iter().map(IssuerId::at).collect(), sign_in }
    })
}

/// Two domains: the portal's users live in both, the partner's in the second only; the portal's
/// `vdi-admins` may enter everywhere, its `dev-pair` group may enter bob's.
pub(super) fn gate() -> Gate {
    let grant = |contains: &str, labels| Grant {
        issuer: IssuerId::at(0),
        claim: ClaimPath::new("groups").unwrap(),
        contains: contains.into(),
        labels,
    };
    let bob = GrantLabels::Only(vec![crate::name::Label::new("bob").unwrap()]);
    let mut identity = IdentityValues::default();
    identity.add(IdentityValue::Username);
    Gate {
        domains: domains(None),
        verifier: Verifier {
            issuers: Issuers::new(vec![
                issuer(PORTAL, SECRET, true),
                issuer(PARTNER, OTHER_SECRET, false),
            ]),
            leeway: 30,
            max_bytes: 8192,
            identity,
            grants: Grants::new(vec![
                grant("vdi-admins", GrantLabels::All),
                grant("dev-pair", bob),
            ]),
        },
        cross_site: CrossSite::default(),
        cache: SessionCache::new(1 << 20),
        revocations: Arc::new(Memory::default()),
        generation: 1,
    }
}

pub(super) fn request(host: &str) -> Forwarded<'_> {
    Forwarded {
        host,
        uri: "/desk",
        scheme: Scheme::Https,
        owner: None,
        preflight: false,
        provenance: Provenance { method: "GET", ..Provenance::default() },
    }
}

pub(super) fn cookies(tokens: &[String]) -> Credentials<'_> {
    let mut credentials = Credentials::default();
    for token in tokens {
        credentials.push(Candidate { token, source: Source::Cookie(0) });
    }
    credentials
}

/// The result: the user's label, or the reason.
fn admit(
    gate: &Gate,
    request: &Forwarded<'_>,
    credentials: &Credentials<'_>,
) -> Result<String, &'static str> {
    match gate.admit(request, credentials, UnixTime(NOW), &mut NoTrace) {
        Ok(permit) => Ok(permit.session().label().as_str().to_owned()),
        Err(denied) => Err(denied.denial.reason()),
    }
}

#[test]
fn a_session_enters_its_own_host_and_no_other() {
    let gate = gate();
    let alice = [token_of("alice")];
    let rows = [
        ("own_host", "alice.vdi.example.com", Ok("alice")),
        ("own_host_uppercase", "ALICE.VDI.example.com", Ok("alice")),
        ("own_host_dot_and_port", "alice.vdi.example.com.:8443", Ok("alice")),
        ("own_second_session", "dev--alice.vdi.example.com", Ok("alice")),
        ("own_host_in_the_other_domain", "alice.lab.example.org", Ok("alice")),
        ("bobs_host", "bob.vdi.example.com", Err("wrong-host")),
        ("bobs_session_named_alice", "alice--bob.vdi.example.com", Err("wrong-host")),
        ("prefix_of_own_label", "alic.vdi.example.com", Err("wrong-host")),
        ("longer_label", "alice2.vdi.example.com", Err("wrong-host")),
        ("the_domain_itself", "vdi.example.com", Err("host-unknown")),
        ("two_labels", "x.alice.vdi.example.com", Err("host-unknown")),
        ("suffix_trick", "alice.vdi.example.com.evil.test", Err("host-unknown")),
        ("comma_list", "alice.vdi.example.com,bob.vdi.example.com", Err("host-unknown")),
    ];
    for (row, host, expected) in rows {
        let expected = expected.map(str::to_owned);
        assert_eq!(admit(&gate, &request(host), &cookies(&alice)), expected, "{row}");
        // And again from the cache, which must not remember the host.
        assert_eq!(admit(&gate, &request(host), &cookies(&alice)), expected, "{row}, cached");
    }
}

#[test]
fn nothing_without_a_session_passes() {
    let gate = gate();
    let with = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut claims = claims("alice");
        edit(&mut claims);
        mint(SECRET, &claims)
    };
    let rows = [
        ("no_token", None, "credential-missing"),
        ("empty_cookie", Some(String::new()), "not-three-parts"),
        ("forged_signature", Some(mint(OTHER_SECRET, &claims("alice"))), "signature-wrong"),
        ("expired", Some(with(&|claims| claims["exp"] = (NOW - 31).into())), "expired"),
        ("other_audience", Some(with(&|claims| claims["aud"] = "mail".into())), "audience-other"),
        (
            "unknown_issuer",
            Some(with(&|claims| claims["iss"] = "https://evil.test".into())),
            "issuer-unknown",
        ),
        (
            "partner_key_as_portal",
            Some(with(&|claims| claims["iss"] = PARTNER.into())),
            "signature-wrong",
        ),
    ];
    for (row, token, reason) in rows {
        let tokens: Vec<_> = token.into_iter().collect();
        let got = admit(&gate, &request("alice.vdi.example.com"), &cookies(&tokens));
        assert_eq!(got, Err(reason), "{row}");
    }
}

#[test]
fn an_issuer_has_users_only_in_its_domains() {
    let gate = gate();
    let mut partner_claims = claims("alice");
    partner_claims["iss"] = PARTNER.into();
    let partner = [mint(OTHER_SECRET, &partner_claims)];
    let label = gate.verifier.issuers[1].labels.label("alice").unwrap().1;
    let host = |domain: &str| format!("{}.{domain}", label.as_str());
    let lab = host("lab.example.org");
    assert_eq!(admit(&gate, &request(&lab), &cookies(&partner)), Ok(label.as_str().to_owned()));
    let vdi = host("vdi.example.com");
    assert_eq!(admit(&gate, &request(&vdi), &cookies(&partner)), Err("issuer-not-of-domain"));
    let bare = request("alice.lab.example.org");
    assert_eq!(
        admit(&gate, &bare, &cookies(&partner)),
        Err("wrong-host"),
        "the partner's alice is not the portal's"
    );
}

#[test]
fn a_bad_candidate_never_hides_a_good_one() {
    let gate = gate();
    let (alice, bob) = (token_of("alice"), token_of("bob"));
    let forged = mint(OTHER_SECRET, &claims("alice"));
    let host = request("alice.vdi.example.com");
    let rows = [
        ("forged_first", vec![forged.clone(), alice.clone()], Ok("alice")),
        ("forged_last", vec![alice.clone(), forged.clone()], Ok("alice")),
        ("bobs_first", vec![bob.clone(), alice.clone()], Ok("alice")),
        ("bobs_twice", vec![bob.clone(), bob.clone(), alice.clone()], Ok("alice")),
        ("only_bobs", vec![bob.clone(), bob.clone()], Err("wrong-host")),
        ("bobs_and_a_forged_one", vec![bob.clone(), forged.clone()], Err("signature-wrong")),
        ("forged_and_bobs", vec![forged.clone(), bob.clone()], Err("signature-wrong")),
    ];
    for (row, tokens, expected) in rows {
        let got = admit(&gate, &host, &cookies(&tokens));
        assert_eq!(got, expected.map(str::to_owned), "{row}");
    }
}

#[test]
fn expired_and_invalid_candidates_have_different_denials() {
    let gate = gate();
    let mut old = claims("alice");
    old["exp"] = (NOW - 3000).into();
    old["iat"] = (NOW - 3600).into();
    let (old, forged) = (mint(SECRET, &old), mint(OTHER_SECRET, &claims("alice")));
    let host = request("alice.vdi.example.com");
    let deny = |tokens: &[String]| admit(&gate, &host, &cookies(tokens));
    assert_eq!(deny(std::slice::from_ref(&old)), Err("expired"));
    assert_eq!(deny(&[old.clone(), forged.clone()]), Err("signature-wrong"));
    assert_eq!(deny(&[forged, old]), Err("signature-wrong"));
}

#[test]
fn planted_cookies_cannot_starve_the_header() {
    let forged: Vec<_> = (0..20)
        .map(|number| {
            let mut claims = claims("alice");
            claims["jti"] = number.to_string().into();
            mint(OTHER_SECRET, &claims)
        })
        .collect();
    let alice = token_of("alice");
    let host = request("alice.vdi.example.com");

    let mut with_header = cookies(&forged);
    with_header.push(Candidate { token: &alice, source: Source::Authorization });
    assert_eq!(admit(&gate(), &host, &with_header), Ok("alice".to_owned()));

    let behind: Vec<_> = forged.iter().take(7).cloned().chain([alice.clone()]).collect();
    assert_eq!(admit(&gate(), &host, &cookies(&behind)), Ok("alice".to_owned()), "the eighth");
    let behind: Vec<_> = forged.iter().take(8).cloned().chain([alice.clone()]).collect();
    assert_eq!(admit(&gate(), &host, &cookies(&behind)), Err("too-many-candidates"), "the ninth");

    let shapeless: Vec<_> = (0..5_000).map(|_| "x".to_owned()).collect();
    assert_eq!(cookies(&shapeless).iter().count(), 2, "a glance at each would add up");
    let behind: Vec<_> = shapeless.into_iter().chain([alice.clone()]).collect();
    assert_eq!(
        admit(&gate(), &host, &cookies(&behind)),
        Ok("alice".to_owned()),
        "and hides nothing"
    );

    let thousands: Vec<_> = (0..5_000).map(|_| "x.y.z".to_owned()).collect();
    let mut with_header = cookies(&thousands);
    assert_eq!(with_header.iter().count(), 1024);
    with_header.push(Candidate { token: &alice, source: Source::Authorization });
    assert_eq!(admit(&gate(), &host, &with_header), Ok("alice".to_owned()));
    assert_eq!(admit(&gate(), &host, &cookies(&thousands)), Err("too-many-candidates"));

    let gate = gate();
    admit(&gate, &host, &cookies(std::slice::from_ref(&alice))).unwrap();
    assert_eq!(
        admit(&gate, &host, &cookies(&behind)),
        Ok("alice".to_owned()),
        "a session that the cache knows costs no signature"
    );
}

#[test]
fn a_grant_admits_to_its_labels_and_the_own_label_takes_precedence() {
    let gate = gate();
    let with_groups = |user: &str, groups: serde_json::Value| {
        let mut claims = claims(user);
        claims["groups"] = groups;
        mint(SECRET, &claims)
    };
    let admin = with_groups("root-admin", serde_json::json!(["staff", "vdi-admins"]));
    let pair = with_groups("alice", serde_json::json!("dev-pair"));
    let rows = [
        ("admin_at_bobs", &admin, "bob.vdi.example.com", Ok("root-admin")),
        ("pair_at_bobs", &pair, "bob.vdi.example.com", Ok("alice")),
        ("pair_at_carols", &pair, "carol.vdi.example.com", Err("wrong-host")),
        ("pair_at_own", &pair, "alice.vdi.example.com", Ok("alice")),
    ];
    for (row, token, host, expected) in rows {
        let got = admit(&gate, &request(host), &cookies(std::slice::from_ref(token)));
        assert_eq!(got, expected.map(str::to_owned), "{row}");
    }
    for (row, groups) in [
        ("substring", serde_json::json!(["vdi-admins2"])),
        ("uppercase", serde_json::json!(["VDI-ADMINS"])),
        ("object", serde_json::json!({ "vdi-admins": true })),
        ("nested_list", serde_json::json!([["vdi-admins"]])),
        ("null", serde_json::Value::Null),
    ] {
        let token = with_groups("mallory", groups);
        let got = admit(&gate, &request("bob.vdi.example.com"), &cookies(&[token]));
        assert_eq!(got, Err("wrong-host"), "{row}");
    }
    let both = [admin, token_of("bob")];
    let host = request("bob.vdi.example.com");
    assert_eq!(admit(&gate, &host, &cookies(&both)), Ok("bob".to_owned()), "own label wins");
}

#[test]
fn requests_denied_regardless_of_credentials() {
    let gate = gate();
    let alice = [token_of("alice")];
    let host = "alice.vdi.example.com";
    let edited = |edit: &dyn Fn(&mut Forwarded<'static>)| {
        let mut request = request(host);
        edit(&mut request);
        admit(&gate, &request, &cookies(&alice))
    };
    let ok = Ok("alice".to_owned());
    assert_eq!(edited(&|request| request.preflight = true), Err("preflight"));
    for (path, expected) in [
        ("/.doorward", Err("reserved-path")),
        ("/.doorward?x", Err("reserved-path")),
        ("/.doorward/enter?t=1", Err("reserved-path")),
        ("/.doorwards", ok.clone()),
        ("/.Doorward/enter", ok.clone()),
        ("//.doorward", ok.clone()),
        ("/x?/.doorward", ok.clone()),
    ] {
        assert_eq!(edited(&|request| request.uri = path), expected, "{path}");
    }
    assert_eq!(edited(&|request| request.owner = Some("alice")), ok);
    assert_eq!(edited(&|request| request.owner = Some("bob")), Err("owner-differs"));
    assert_eq!(edited(&|request| request.owner = Some("ALICE")), Err("owner-differs"));
}

#[test]
fn the_owner_binds_a_grant_too() {
    let gate = gate();
    let mut claims = claims("alice");
    claims["groups"] = "vdi-admins".into();
    let admin = [mint(SECRET, &claims)];
    let mut request = request("bob.vdi.example.com");
    request.owner = Some("bob");
    assert_eq!(admit(&gate, &request, &cookies(&admin)), Ok("alice".to_owned()));
    request.owner = Some("alice");
    assert_eq!(admit(&gate, &request, &cookies(&admin)), Err("owner-differs"));
}

#[test]
fn cross_site_rules_come_last_and_bind_the_winner() {
    let mut gate = gate();
    let alice = [token_of("alice")];
    let mut request = request("alice.vdi.example.com");
    request.provenance.websocket = true;
    request.provenance.own_cookie = true;
    request.provenance.origin = Presented::Once("https://bob.vdi.example.com");
    assert_eq!(admit(&gate, &request, &cookies(&alice)), Err("cross-site-origin"));
    assert_eq!(
        admit(&gate, &request, &Credentials::default()),
        Err("credential-missing"),
        "who has no session learns nothing of the rules"
    );
    gate.cross_site.mode = Mode::Off;
    assert_eq!(admit(&gate, &request, &cookies(&alice)), Ok("alice".to_owned()));
}

#[test]
fn a_cached_session_ends_when_it_ends() {
    let gate = gate();
    let alice = [token_of("alice")];
    let host = request("alice.vdi.example.com");
    let at = |time: u64| {
        gate.admit(&host, &cookies(&alice), UnixTime(time), &mut NoTrace)
            .map(|_| ())
            .map_err(|denied| denied.denial.reason())
    };
    assert_eq!(at(NOW), Ok(()));
    assert_eq!(at(NOW + 89), Ok(()), "exp + leeway − 1");
    assert_eq!(at(NOW + 90), Err("expired"), "exp + leeway");
    assert_eq!(at(NOW - 91), Err("issued-in-the-future"), "a clock that went back");
}

#[test]
fn a_session_of_another_generation_is_verified_anew() {
    let mut gate = gate();
    let alice = [token_of("alice")];
    let host = request("alice.vdi.example.com");
    assert_eq!(admit(&gate, &host, &cookies(&alice)), Ok("alice".to_owned()));
    gate.generation = 2;
    gate.verifier.issuers[0] = issuer(PORTAL, OTHER_SECRET, true);
    assert_eq!(admit(&gate, &host, &cookies(&alice)), Err("signature-wrong"));
}

#[test]
fn a_denial_names_its_token_by_digest_only() {
    let gate = gate();
    let forged = [mint(OTHER_SECRET, &claims("alice"))];
    let host = request("alice.vdi.example.com");
    let credentials = cookies(&forged);
    let denied = gate.admit(&host, &credentials, UnixTime(NOW), &mut NoTrace).unwrap_err();
    let digest = denied.token.unwrap().to_string();
    assert_eq!(digest.len(), 16);
    let shown = format!("{denied:?}");
    for part in forged[0].split('.') {
        assert!(!shown.contains(part), "{shown}");
    }
}

#[test]
fn the_log_names_the_candidate_that_decided() {
    let gate = gate();
    let (alice, bob) = (token_of("alice"), token_of("bob"));
    let forged = mint(OTHER_SECRET, &claims("alice"));
    let mut old = claims("alice");
    old["exp"] = (NOW - 3000).into();
    old["iat"] = (NOW - 3600).into();
    let old = mint(SECRET, &old);
    let mut attacked = request("alice.vdi.example.com");
    attacked.provenance.own_cookie = true;
    attacked.provenance.origin = Presented::Once("https://bob.vdi.example.com");
    let alices = request("alice.vdi.example.com");
    let preflight = Forwarded { preflight: true, ..alices };
    let tokens = [bob.clone(), old.clone(), forged.clone(), alice.clone()];
    let rows = [
        ("own_label", &alices, &tokens[..], Some(&alice)),
        ("rejected", &alices, &tokens[..3], Some(&forged)),
        ("expired", &alices, &tokens[..2], Some(&old)),
        ("refused", &alices, &tokens[..1], Some(&bob)),
        ("cross_site", &attacked, &tokens[..], Some(&alice)),
        ("no_token", &alices, &[], None),
        ("before_any_token", &preflight, &tokens[..], None),
    ];
    for (row, request, tokens, decided) in rows {
        let credentials = cookies(tokens);
        let named = match gate.admit(request, &credentials, UnixTime(NOW), &mut NoTrace) {
            Ok(permit) => Some(permit.token()),
            Err(denied) => denied.token,
        };
        let name = |token: &String| {
            TokenName::of(&Candidate { token, source: Source::Authorization }).to_string()
        };
        assert_eq!(named.map(|named| named.to_string()), decided.map(name), "{row}");
    }
}

/// Keeps the number of each step and whether it passed.
struct Steps(Vec<(u8, bool)>);

impl Tracer for Steps {
    fn record(&mut self, fact: Fact<'_>) {
        self.0.push(match fact {
            Fact::Peer { is_trusted } => (1, is_trusted),
            Fact::Forwarded(read) => (2, read.is_ok()),
            Fact::Host { parsed, .. } => (3, parsed.is_ok()),
            Fact::Route { denial, .. } => (4, denial.is_none()),
            Fact::Candidates(credentials) => (5, !credentials.is_empty()),
            Fact::Token { verdict, .. } => (6, matches!(verdict, Verdict::Session(_))),
            Fact::Revocation { is_revoked, is_fresh } => (7, is_fresh && !is_revoked),
            Fact::Policy { entry, .. } => (8, entry.is_ok()),
            Fact::CrossSite { judged, .. } => (9, judged.is_ok()),
        });
    }
}

#[test]
fn every_step_is_traced_in_order() {
    let gate = gate();
    let (alice, bob) = (token_of("alice"), token_of("bob"));
    let host = request("alice.vdi.example.com");
    let preflight = Forwarded { preflight: true, ..host };
    let passed = |numbers: &[u8]| numbers.iter().map(|number| (*number, true)).collect::<Vec<_>>();
    let rows = [
        ("own", &host, vec![alice.clone()], passed(&[3, 4, 5, 6, 7, 8, 9])),
        ("bobs", &host, vec![bob], [passed(&[3, 4, 5, 6, 7]), vec![(8, false)]].concat()),
        (
            "forged",
            &host,
            vec!["x.y.z".to_owned()],
            [passed(&[3, 4, 5]), vec![(6, false)]].concat(),
        ),
        ("preflight", &preflight, vec![alice], [passed(&[3]), vec![(4, false)]].concat()),
    ];
    for (row, request, tokens, expected) in rows {
        let mut steps = Steps(Vec::new());
        let _decided = gate.admit(request, &cookies(&tokens), UnixTime(NOW), &mut steps);
        assert_eq!(steps.0, expected, "{row}");
    }
}

#[test]
fn every_reason_is_listed_once() {
    let mut reasons = Denial::reasons();
    let count = reasons.len();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), count);
    assert!(reasons.iter().all(|reason| {
        reason.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
    }));
}

proptest! {
    /// A permit implies that the request had a genuine, valid token for `vdi`, signed by the portal,
    /// with the label of the host.
    #[test]
    fn any_permit_implies_signature_time_issuer_audience_and_label(
        users in proptest::collection::vec(0_usize..3, 0..4),
        genuine in proptest::collection::vec(any::<bool>(), 4),
        live in proptest::collection::vec(any::<bool>(), 4),
        audience in proptest::collection::vec(any::<bool>(), 4),
        host_user in 0_usize..3,
    ) {
        const NAMES: [&str; 3] = ["alice", "bob", "carol"];
        let gate = gate();
        let mut tokens = Vec::new();
        let mut deserving = false;
        for (index, user) in users.iter().enumerate() {
            let mut claims = claims(NAMES[*user]);
            if !live[index] { claims["exp"] = (NOW - 100).into(); claims["iat"] = (NOW - 200).into(); }
            if !audience[index] { claims["aud"] = "other".into(); }
            tokens.push(mint(if genuine[index] { SECRET } else { OTHER_SECRET }, &claims));
            deserving |= genuine[index] && live[index] && audience[index] && *user == host_user;
        }
        let host = format!("{}.vdi.example.com", NAMES[host_user]);
        let got = admit(&gate, &request(&host), &cookies(&tokens));
        prop_assert_eq!(got.is_ok(), deserving, "{:?}", got);
    }

    /// One changed byte of a token never permits, and no bytes panic.
    #[test]
    fn one_changed_byte_of_a_token_never_permits(position in any::<prop::sample::Index>(), byte in any::<char>()) {
        let gate = gate();
        let token = token_of("alice");
        let at = position.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &byte.to_string());
        prop_assume!(changed != token);
        let got = admit(&gate, &request("alice.vdi.example.com"), &cookies(&[changed]));
        prop_assert!(got.is_err(), "{:?}", got);
    }

    /// Any text as host, URI, owner and token: an answer, never a permit, never a panic.
    #[test]
    fn noise_is_denied(host in ".*", uri in ".*", owner in proptest::option::of(".*"), token in ".*") {
        let gate = gate();
        let mut noise = request(&host);
        noise.uri = &uri;
        noise.owner = owner.as_deref();
        let tokens = [token];
        prop_assert!(admit(&gate, &noise, &cookies(&tokens)).is_err());
    }
}
