//! The names of the demo: its domain, the two people in it, and the addresses they answer at.
//!
//! Everything lies below `localhost`, which browsers resolve to this machine by themselves
//! (RFC 6761 §6.3), so `/etc/hosts` needs no line. The domain is one level deeper than
//! `localhost` because browsers refuse cookies for a whole top-level name. Knows no socket.

/// The hosts of the demo, on the port that the user chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    port: u16,
}

impl Hosts {
    pub(super) fn new(port: u16) -> Self {
        Self { port }
    }

    pub(super) fn port(self) -> u16 {
        self.port
    }

    /// Host and port as a browser writes them into `Host`: the default port of https is left out.
    pub(super) fn authority(self, label: &str) -> String {
        match self.port {
            443 => host(label),
            port => format!("{label}.{DOMAIN}:{port}"),
        }
    }

    /// `https://alice.vdi.localhost:8443`, without a slash at the end: what `Origin` carries.
    pub(super) fn origin(self, label: &str) -> String {
        format!("https://{}", self.authority(label))
    }
}

/// The two people who have a desktop here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Alice,
    Bob,
}

impl Account {
    pub(super) const ALL: [Self; 2] = [Self::Alice, Self::Bob];

    /// Username and label alike: both names are of the bare form of `doorward-label/v1`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.name() == name)
    }
}

/// `alice.vdi.localhost`.
pub(super) fn host(label: &str) -> String {
    format!("{label}.{DOMAIN}")
}

/// Workspaces live one label below this name.
pub(super) const DOMAIN: &str = "vdi.localhost";

/// The label of the sign-in page. It is one of the reserved labels of `doorward-label/v1`: no
/// user can have it, which is why the gate lets `login.url` lie inside the domain.
pub(super) const SIGN_IN_LABEL: &str = "login";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_leaves_out_the_default_port_only() {
        assert_eq!(Hosts::new(443).origin("alice"), "https://alice.vdi.localhost");
        assert_eq!(Hosts::new(8443).origin("alice"), "https://alice.vdi.localhost:8443");
        assert_eq!(Hosts::new(80).authority("bob"), "bob.vdi.localhost:80");
    }

    #[test]
    fn accounts_are_found_by_their_exact_name() {
        assert_eq!(Account::named("alice"), Some(Account::Alice));
        assert_eq!(Account::named("Alice"), None);
        assert_eq!(Account::named(""), None);
    }
}
