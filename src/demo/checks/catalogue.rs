//! The requests of the self-test.

use super::{Check, Expected, SelfTest, way_in::Sessions};
use crate::demo::{
    DemoError,
    gate::SESSION_COOKIE,
    hosts::{Account, host},
    issuer::{Issuer, LIFETIME},
};

impl SelfTest<'_> {
    /// Every check in the order of the table. Where a browser asks, it has the session that the gate
    /// gave it; tokens of the issuer are what scripts bring, and forgers make.
    pub(super) fn catalogue(&self, sessions: &Sessions) -> Result<Vec<Check>, DemoError> {
        let mut checks = self.welcome(sessions)?;
        checks.extend(self.strangers(sessions)?);
        checks.extend(self.pages_of_bob(&sessions.alice));
        checks.extend(self.false_names(sessions));
        Ok(checks)
    }

    /// A permitted user reaches the desktop, which receives the username but no token.
    fn welcome(&self, sessions: &Sessions) -> Result<Vec<Check>, DemoError> {
        let script = self.issuer.mint(Account::Alice, self.now, LIFETIME)?;
        let user = |name: &str| ("x-doorward-user", name.to_owned());
        let inside = |owner, shown, hidden: &str| {
            let hidden = vec!["eyJ".to_owned(), hidden.to_owned()];
            Expected::Inside { owner, shown, hidden }
        };
        let Sessions { alice: own, bob } = sessions;
        let several = format!("theme=dark; {own}; language=en");
        let tossed = format!("{SESSION_COOKIE}=planted; {own}");
        Ok(vec![
            self.alice(
                "alice's desktop, with her session",
                inside(Account::Alice, vec![user("alice")], SESSION_COOKIE),
            )
            .with("Cookie", own.clone()),
            self.check("bob's, with his", "bob", inside(Account::Bob, vec![user("bob")], "eyJ"))
                .with("Cookie", bob.clone()),
            self.alice(
                "alice's script with a bearer token",
                inside(Account::Alice, vec![user("alice")], &script),
            )
            .with("Authorization", format!("Bearer {script}")),
            self.alice(
                "other cookies reach the desktop untouched",
                inside(Account::Alice, vec![("cookie", "theme=dark; language=en".into())], "eyJ"),
            )
            .with("Cookie", several),
            self.alice(
                "alice with a cookie that bob planted",
                inside(Account::Alice, vec![user("alice")], "planted"),
            )
            .with("Cookie", tossed),
            self.socket("alice's WebSocket from her own page", Account::Alice, Expected::Socket)
                .with("Cookie", own.clone()),
        ])
    }

    /// No token, another user's token, an invalid token.
    fn strangers(&self, sessions: &Sessions) -> Result<Vec<Check>, DemoError> {
        let Sessions { alice, bob } = sessions;
        let stranger = Issuer::new(self.issuer.name().to_owned())?;
        let forged = stranger.mint(Account::Alice, self.now, LIFETIME)?;
        let long_ago = self.now.saturating_sub(LIFETIME.as_secs() * 2);
        let expired = self.issuer.mint(Account::Alice, long_ago, LIFETIME)?;
        let unsigned = self.issuer.unsigned(Account::Alice, self.now)?;
        let bobs_token = self.issuer.mint(Account::Bob, self.now, LIFETIME)?;
        let carried = |token: &str| format!("{SESSION_COOKIE}={token}");
        let no_session = "a browser without a session at alice's desktop";
        Ok(vec![
            self.alice(no_session, Expected::SignIn).navigating("none"),
            self.alice("curl without a token", Expected::Refused(401)),
            self.socket("a WebSocket without a session", Account::Alice, Expected::Refused(401)),
            self.alice("bob's session, carried to alice's desktop", Expected::Refused(401))
                .with("Cookie", bob.clone()),
            self.alice("bob's token at alice's desktop", Expected::Refused(403))
                .with("Authorization", format!("Bearer {bobs_token}")),
            self.alice("bob in a browser: a page, no redirect", Expected::Refused(403))
                .navigating("none")
                .with("Cookie", carried(&bobs_token)),
            self.socket(
                "bob's WebSocket to alice's desktop",
                Account::Alice,
                Expected::Refused(403),
            )
            .with("Cookie", carried(&bobs_token)),
            self.alice("a token signed with another key", Expected::Refused(401))
                .with("Cookie", carried(&forged)),
            self.alice("a token with alg none", Expected::Refused(401))
                .with("Cookie", carried(&unsigned)),
            self.alice("an expired token", Expected::Refused(401))
                .with("Cookie", carried(&expired)),
            self.check("alice at a host without a desktop", "carol", Expected::Refused(401))
                .with("Cookie", alice.clone()),
        ])
    }

    /// Alice's browser, with her session, on bob's page: what real browsers send.
    fn pages_of_bob(&self, alice: &str) -> Vec<Check> {
        let session = || alice.to_owned();
        let bob = || self.hosts.origin(Account::Bob.name());
        let refused = || Expected::Refused(403);
        let from = |name, method, mode: &str, dest: &str| {
            let mut check = self.alice(name, refused());
            check.method = method;
            check
                .with("Sec-Fetch-Site", "same-site".into())
                .with("Sec-Fetch-Mode", mode.into())
                .with("Sec-Fetch-Dest", dest.into())
                .with("Cookie", session())
        };
        // Alice's desktop has a service worker, and bob's form passes through it.
        let through_worker = |name, referer: String| {
            self.alice(name, refused())
                .asking("POST")
                .with("Origin", self.hosts.origin(Account::Alice.name()))
                .with("Referer", referer)
                .with("Sec-Fetch-Site", "same-origin".into())
                .with("Sec-Fetch-Mode", "same-origin".into())
                .with("Sec-Fetch-Dest", "empty".into())
                .with("Upgrade-Insecure-Requests", "1".into())
                .with("Cookie", session())
        };
        let script = format!("{}/sw.js", self.hosts.origin(Account::Alice.name()));
        let link = Expected::Inside { owner: Account::Alice, shown: vec![], hidden: vec![] };
        vec![
            self.socket("bob's page: WebSocket with alice's session", Account::Bob, refused())
                .with("Cookie", session()),
            from("bob's page: fetch", "GET", "no-cors", "empty"),
            from("bob's page: fetch with CORS", "GET", "cors", "empty").with("Origin", bob()),
            from("bob's page: POST", "POST", "no-cors", "empty").with("Origin", bob()),
            from("bob's page: form POST", "POST", "navigate", "document").with("Origin", bob()),
            self.alice("bob's page: preflight", refused())
                .asking("OPTIONS")
                .with("Origin", bob())
                .with("Access-Control-Request-Method", "PUT".into()),
            through_worker("bob's page: form POST, passed on by a service worker", bob() + "/"),
            through_worker("bob's page: form POST, copied by a service worker", script),
            from("bob's page: frame", "GET", "navigate", "iframe"),
            from("bob's page: image", "GET", "no-cors", "image"),
            from("bob's page: script", "GET", "no-cors", "script"),
            self.alice("bob's page: a plain link still works", link)
                .navigating("same-site")
                .with("Cookie", session()),
        ]
    }

    /// Headers and spellings by which a request claims to be another one.
    fn false_names(&self, sessions: &Sessions) -> Vec<Check> {
        let own = || sessions.alice.clone();
        let others = || sessions.bob.clone();
        let refused = || Expected::Refused(401);
        let user = Expected::Inside {
            owner: Account::Alice,
            shown: vec![("x-doorward-user", "alice".into())],
            hidden: vec!["administrator".into()],
        };
        let mut checks = vec![
            self.alice("bob with a forged X-Forwarded-Host", refused())
                .with("X-Forwarded-Host", self.hosts.authority("bob"))
                .with("Cookie", others()),
            self.alice("bob with alice's host in capitals", refused())
                .at(self.hosts.authority("alice").to_uppercase())
                .with("Cookie", others()),
            self.alice("bob with a dot after alice's host", refused())
                .at(format!("{}.", host("alice")))
                .with("Cookie", others()),
            self.alice("alice with a forged X-Doorward-User", user)
                .with("X-Doorward-User", "administrator".into())
                .with("Cookie", own()),
        ];
        if self.drops_aliases {
            let hidden = vec!["administrator".into()];
            let user = Expected::Inside { owner: Account::Alice, shown: vec![], hidden };
            checks.push(
                self.alice("alice with a forged X_Doorward_User", user)
                    .with("X_Doorward_User", "administrator".into())
                    .with("Cookie", own()),
            );
        }
        checks
    }

    fn alice(&self, name: &'static str, expected: Expected) -> Check {
        self.check(name, Account::Alice.name(), expected)
    }

    fn check(&self, name: &'static str, label: &'static str, expected: Expected) -> Check {
        let host = self.hosts.authority(label);
        Check { name, method: "GET", label, host, path: "/echo", headers: Vec::new(), expected }
    }

    /// A handshake to alice's desktop from a page of `page`'s. Chromium sends no `Sec-Fetch-*`
    /// with it, so only `Origin` tells the pages apart.
    fn socket(&self, name: &'static str, page: Account, expected: Expected) -> Check {
        let mut check = self.alice(name, expected);
        check.path = "/ws";
        check
            .with("Connection", "Upgrade".into())
            .with("Upgrade", "websocket".into())
            .with("Sec-WebSocket-Version", "13".into())
            .with("Sec-WebSocket-Key", "ZG9vcndhcmQgZGVtbyEhIQ==".into())
            .with("Origin", self.hosts.origin(page.name()))
    }
}

impl Check {
    fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn at(mut self, host: String) -> Self {
        self.host = host;
        self
    }

    fn asking(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// As a browser opens a page: typed (`none`) or by a link from a sibling (`same-site`).
    fn navigating(self, site: &str) -> Self {
        self.with("Sec-Fetch-Site", site.into())
            .with("Sec-Fetch-Mode", "navigate".into())
            .with("Sec-Fetch-Dest", "document".into())
            .with("Accept", "text/html,application/xhtml+xml,*/*;q=0.8".into())
    }
}
