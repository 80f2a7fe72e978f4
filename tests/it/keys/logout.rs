//! Back-channel logout by a real OpenID provider: after a user signs out there, the session is
//! rejected at Traefik.

use super::provider::Provider;
use super::setup::PATIENCE;
use crate::support::answer::Answer;
use crate::support::desktop::Desktop;
use crate::support::gate::{self, Gate};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::{eventually, free_address};
use crate::support::request::Request;
use crate::support::token::remember;
use crate::support::traefik::{self, Traefik, Version};
use crate::support::wire::Wire;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Alice's desktop behind Traefik, and a gate that receives the provider's logout tokens.
struct GatedDesktops {
    provider: Provider,
    back_channel: SocketAddr,
    gate: Gate,
    desktop: Desktop,
    traefik: Traefik,
}

impl GatedDesktops {
    async fn open() -> Self {
        let (plan, back_channel) = (gate::Plan::of(&Portal::new()), free_address());
        let logout = format!("http://{back_channel}/backchannel-logout");
        let provider = Provider::telling(plan.folder.path(), &logout).await;
        let plan = provider
            .is_issuer_of(plan, CLIENT)
            .with("revocation", json!({ "store": "memory" }))
            .with("backchannel_listen", json!(back_channel));
        let (gate, desktop) = (plan.open().await, Desktop::open("alice").await);
        let mut plan = traefik::Plan::new(Version::NEWEST, &gate.address());
        plan.route("alice", &format!("Host(`{ALICE}`)"), desktop.address);
        let traefik = plan.open().await;
        Self { provider, back_channel, gate, desktop, traefik }
    }

    /// Traefik's status for this token on alice's host; also checks that no denied request reached
    /// her desktop.
    async fn status(&self, token: &str) -> u16 {
        self.desktop.forget();
        let mut wire = Wire::tls(self.traefik.address, self.traefik.tls(ALICE)).await.unwrap();
        let visit = Request::visit(ALICE).session(token).fetch();
        let answer = wire.exchange(&visit).await.unwrap();
        assert_eq!(self.desktop.seen().len(), usize::from(answer.status == 200), "{answer}");
        answer.status
    }

    /// Waits until Traefik rejects this token.
    async fn refuses(&self, token: &str) {
        let refused = || async { self.status(token).await == 401 };
        eventually("401 for alice", PATIENCE, refused).await;
    }

    /// Every logout token that the provider has sent, and the gate's status for it.
    async fn sent(&self) -> Vec<(String, u64)> {
        let answer = self.provider.ask(Request::get("/_sent"), "").await.json();
        let rows = answer.as_array().unwrap().iter();
        rows.map(|row| {
            let token = remember(row["token"].as_str().unwrap().to_owned());
            (token, row["status"].as_u64().unwrap())
        })
        .collect()
    }

    /// Posts a logout token, as an attacker on the network could.
    async fn tell(&self, token: &str) -> Answer {
        let body = format!("logout_token={token}");
        let request = Request::get("/backchannel-logout")
            .method("POST")
            .add("Host", "gate.internal")
            .add("Content-Type", "application/x-www-form-urlencoded")
            .add("Content-Length", body.len().to_string());
        let mut wire = Wire::plain(self.back_channel).await.unwrap();
        wire.send(&[request.bytes(), body.into_bytes()].concat()).await.unwrap();
        wire.answer(false).await.unwrap()
    }
}

/// A browser that is signed in at the provider.
struct Browser<'s> {
    provider: &'s Provider,
    cookies: BTreeMap<String, String>,
    /// The ID token of its sign-in.
    token: String,
}

impl<'s> Browser<'s> {
    /// Signs `user` in through the provider's own pages and exchanges the code for the ID token.
    async fn sign_in(provider: &'s Provider, user: &str) -> Self {
        let mut browser = Self { provider, cookies: BTreeMap::new(), token: String::new() };
        let start = format!(
            "/auth?response_type=code&client_id={CLIENT}&scope=openid&redirect_uri={CALLBACK}&\
             code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let login = browser.follow(&start).await;
        let form = format!("prompt=login&login={user}&password=x");
        let resumed = browser.post(&login, &form).await;
        let consent = browser.follow(&resumed).await;
        let resumed = browser.post(&consent, "prompt=consent").await;
        let callback = browser.follow(&resumed).await;
        let query = callback.strip_prefix(CALLBACK).unwrap_or_else(|| panic!("{callback}"));
        let code = query[1..].split('&').find(|pair| pair.starts_with("code=")).unwrap();
        let form = format!(
            "grant_type=authorization_code&client_id={CLIENT}&client_secret=secret&{code}&\
             redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
        );
        let answer: Value = serde_json::from_str(&provider.post("/token", &form).await).unwrap();
        browser.token = remember(answer["id_token"].as_str().unwrap().to_owned());
        browser
    }

    /// Signs out at the provider and confirms the sign-out.
    async fn sign_out(&mut self) {
        let start = format!("/session/end?id_token_hint={}", self.token);
        let page = self.ask(Request::get(&start), "").await;
        assert_eq!(page.status, 200, "{page}");
        let text = page.text();
        let (_, secret) = text.split_once("name=\"xsrf\" value=\"").unwrap();
        let (secret, _) = secret.split_once('"').unwrap();
        let left = self.post("/session/end/confirm", &format!("xsrf={secret}&logout=yes")).await;
        assert!(left.ends_with("/session/end/success"), "{left}");
    }

    /// Follows redirects until a response is none or leads away from the provider.
    async fn follow(&mut self, start: &str) -> String {
        let mut place = start.to_owned();
        for _ in 0..10 {
            let path = place.strip_prefix(&self.provider.issuer()).unwrap_or(&place).to_owned();
            if !path.starts_with('/') {
                return place;
            }
            let answer = self.ask(Request::get(&path), "").await;
            if answer.status == 200 {
                return path;
            }
            place = redirect(self.provider, &answer);
        }
        panic!("redirects without an end, at last to {place}");
    }

    /// Posts a form and returns the address of the redirect.
    async fn post(&mut self, path: &str, form: &str) -> String {
        let answer = self.ask(Request::get(path).method("POST"), form).await;
        redirect(self.provider, &answer)
    }

    async fn ask(&mut self, request: Request, form: &str) -> Answer {
        let jar: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = self.provider.ask(request.add("Cookie", jar.join("; ")), form).await;
        for cookie in answer.cookies() {
            let (name, value) = cookie.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
        answer
    }
}

fn redirect(provider: &Provider, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer}\n{}", provider.output());
    answer.header("Location").unwrap()
}

/// Header or claims of a token.
fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_at_a_real_provider_ends_the_session() {
    let setup = GatedDesktops::open().await;
    let mut slowest = Duration::ZERO;
    let mut other = Browser::sign_in(&setup.provider, "alice").await;
    for round in 0..5 {
        let mut browser = Browser::sign_in(&setup.provider, "alice").await;
        assert_ne!(part(&browser.token, 1)["sid"], part(&other.token, 1)["sid"]);
        assert_eq!(setup.status(&browser.token).await, 200, "{}", setup.gate.process.output());
        assert_eq!(setup.status(&other.token).await, 200);
        browser.sign_out().await;
        let answered = Instant::now();
        setup.refuses(&browser.token).await;
        slowest = slowest.max(answered.elapsed());
        assert_eq!(setup.status(&other.token).await, 200, "another sign-in of the same user");
        let statuses: Vec<_> = setup.sent().await.into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses, vec![200; round + 1], "{}", setup.provider.output());
    }
    eprintln!("rejected at Traefik within {slowest:?} of the provider's answer, of 5");
    other.sign_out().await;
    setup.refuses(&other.token).await;
    let again = Browser::sign_in(&setup.provider, "alice").await;
    assert_eq!(setup.status(&again.token).await, 200, "signed in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_of_a_real_provider_is_accepted_once() {
    let setup = GatedDesktops::open().await;
    let (mut browser, other) = tokio::join!(
        Browser::sign_in(&setup.provider, "alice"),
        Browser::sign_in(&setup.provider, "alice"),
    );
    assert_eq!(setup.status(&browser.token).await, 200, "{}", setup.gate.process.output());
    browser.sign_out().await;
    setup.refuses(&browser.token).await;
    let sent = setup.sent().await;
    let [(token, 200)] = sent.as_slice() else { panic!("{sent:?}") };

    let (header, claims) = (part(token, 0), part(token, 1));
    let published = setup.provider.ask(Request::get("/jwks"), "").await.json();
    assert_eq!(header["typ"], "logout+jwt", "{header}");
    assert_eq!(header["kid"], published["keys"][0]["kid"], "{header}");
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(setup.provider.issuer()), &json!(CLIENT)));
    assert_eq!(claims["sid"], part(&browser.token, 1)["sid"], "{claims}");

    let mut changed = claims.clone();
    changed["sid"] = part(&other.token, 1)["sid"].clone();
    changed["jti"] = json!("another");
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts[1] = URL_SAFE_NO_PAD.encode(changed.to_string());
    for (row, token, expected) in [
        ("replayed", token.clone(), "replayed"),
        ("other_sign_in", parts.join("."), "signature-wrong"),
        ("id_token", other.token.clone(), "no-logout"),
    ] {
        let answer = setup.tell(&token).await;
        assert_eq!(answer.status, 400, "{row}: {answer}");
        assert_eq!(answer.json()["error_description"], expected, "{row}");
        assert_eq!(setup.status(&other.token).await, 200, "{row}");
    }
    assert_eq!(setup.status(token).await, 401, "it permits nothing");
}

/// The provider signs with a key that is new to the gate, and sends the logout token only once.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_with_an_unknown_key_id_causes_a_fetch() {
    let setup = GatedDesktops::open().await;
    let mut browser = Browser::sign_in(&setup.provider, "alice").await;
    assert_eq!(setup.status(&browser.token).await, 200, "{}", setup.gate.process.output());
    let id = setup.provider.post("/_rotate", "").await;
    browser.sign_out().await;
    let sent = setup.sent().await;
    let [(token, 200)] = sent.as_slice() else { panic!("{sent:?}\n{}", setup.provider.output()) };
    assert_eq!(part(token, 0)["kid"], json!(id));
    setup.refuses(&browser.token).await;
}

const CLIENT: &str = "workspaces";
const CALLBACK: &str = "https://portal.example.com/callback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
