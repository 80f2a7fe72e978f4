//! The domains of a configuration, each with the rules that hold for its hosts.

use crate::handoff::SignIn;
use crate::name::{Domain, DomainId, Domains, Host};
use crate::token::{GateSessions, IssuerId};

/// What holds for the hosts of one domain. The default admits no user.
#[derive(Clone, Default)]
pub struct DomainRules {
    /// The issuers whose users have workspaces here.
    pub issuers: Vec<IssuerId>,
    /// Where users sign in; `None`: nowhere that doorward knows.
    pub sign_in: Option<SignIn>,
}

impl DomainRules {
    /// The sessions that doorward makes from hand-off tokens; `None`: it makes none here.
    #[must_use]
    pub fn gate_sessions(&self) -> Option<&GateSessions> {
        Some(&self.sign_in.as_ref()?.handoff.as_ref()?.sessions)
    }
}

/// The domains below which workspaces live, each with its rules.
pub struct DomainTable {
    names: Domains,
    /// In the order of `names`; [`DomainTable::new`] is the only place that fills it.
    rules: Vec<DomainRules>,
}

impl DomainTable {
    /// Asks `rules` for the rules of each domain.
    #[must_use]
    pub fn new(names: Domains, mut rules: impl FnMut(DomainId) -> DomainRules) -> Self {
        let rules = names.ids().map(&mut rules).collect();
        Self { names, rules }
    }

    /// The names.
    #[must_use]
    pub fn names(&self) -> &Domains {
        &self.names
    }

    /// The rules of the domain that `host` is below.
    #[must_use]
    pub fn of(&self, host: &Host<'_>) -> Option<&DomainRules> {
        self.rules.get(host.domain().position())
    }

    /// The issuers whose users have workspaces in the domain that `host` is below.
    #[must_use]
    pub fn issuers_of(&self, host: &Host<'_>) -> &[IssuerId] {
        self.of(host).map_or(&[], |rules| &rules.issuers)
    }

    /// A domain in which users of `issuer` have workspaces: that of `host` if it is one, else the
    /// first.
    #[must_use]
    pub fn home_of(&self, issuer: IssuerId, host: &Host<'_>) -> Option<&Domain> {
        if self.issuers_of(host).contains(&issuer) {
            return self.names.at(host.domain());
        }
        let mut domains = self.names.iter().zip(&self.rules);
        domains.find(|(_, rules)| rules.issuers.contains(&issuer)).map(|(domain, _)| domain)
    }
}
