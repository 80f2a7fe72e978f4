//! Reserved labels, which no user gets unchanged.
//!
//! A user named `login` or `wpad` must not own the host of that name, because browsers, mail
//! clients and users give such hosts a special meaning. A reserved username is no error; it gets a
//! hashed label.

use super::Label;

/// The list of `doorward-label/v1`, plus the configured labels (`reserved_labels`). The default
/// adds none.
#[derive(Clone, Debug, Default)]
pub struct ReservedLabels {
    /// Ascending, for binary search.
    extra: Box<[Label]>,
}

impl ReservedLabels {
    /// The list of the algorithm plus `extra`, in any order and with duplicates.
    #[must_use]
    pub fn new(mut extra: Vec<Label>) -> Self {
        extra.sort_unstable();
        extra.dedup();
        Self { extra: extra.into() }
    }

    /// Whether `label`, in its canonical form, is reserved.
    #[must_use]
    pub fn contains(&self, label: &str) -> bool {
        ALWAYS.binary_search(&label).is_ok()
            || self.extra.binary_search_by(|extra| extra.as_str().cmp(label)).is_ok()
    }
}

/// Part of v1: an additional name would take the host of the user who has it today, so it requires
/// a v2. Sorted.
#[rustfmt::skip]
const ALWAYS: [&str; 62] = [
    "account", "admin", "api", "app", "apps", "assets", "auth", "autoconfig", "autodiscover",
    "billing", "blog", "cdn", "dashboard", "default", "dev", "dns", "docs", "doorward", "ftp",
    "gate", "git", "grafana", "health", "help", "imap", "img", "internal", "isatap", "kube-system",
    "kubernetes", "local", "localhost", "login", "logout", "mail", "metrics", "mta-sts", "mx", "ns",
    "ns1", "ns2", "oauth", "oidc", "openpgpkey", "pop", "portal", "prod", "registry", "root",
    "smtp", "ssh", "sso", "staging", "static", "status", "support", "test", "traefik", "vdi", "vpn",
    "wpad", "www",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_that_of_the_algorithm() {
        // In the order of the specification, which groups by meaning.
        let specified = "www api auth login logout sso oauth oidc account portal admin root vdi \
            gate doorward static assets cdn img docs status health metrics traefik dashboard \
            grafana mail smtp imap pop mx ns ns1 ns2 dns ftp ssh vpn git registry wpad isatap \
            autodiscover autoconfig mta-sts openpgpkey localhost local internal kubernetes \
            default kube-system support billing help blog app apps test dev staging prod";
        let mut specified: Vec<_> = specified.split_whitespace().collect();
        specified.sort_unstable();
        assert_eq!(ALWAYS.as_slice(), specified);

        let reserved = ReservedLabels::default();
        for label in specified {
            assert!(reserved.contains(label), "{label}");
            assert!(Label::new(label).is_ok(), "{label}");
        }
        for label in ["", "ww", "wwww", "WWW", "alice", "ns3", "zzz", "a"] {
            assert!(!reserved.contains(label), "{label}");
        }
    }

    #[test]
    fn configured_labels_are_added() {
        let extra = ["staff", "lab", "billing", "faculty", "alumni", "staff"];
        let labels = extra.map(|label| Label::new(label).unwrap());
        let reserved = ReservedLabels::new(labels.to_vec());
        for label in extra.into_iter().chain(["www", "prod"]) {
            assert!(reserved.contains(label), "{label}");
        }
        assert!(!reserved.contains("staf"));
        assert!(!reserved.contains("staffs"));
    }
}
