//! What of a configuration is read once, at the start, so that only a restart can change it.

use super::{Config, Redis};

impl Config {
    /// The keys in which `next` differs and that are read once, at the start.
    #[must_use]
    pub fn changes_that_need_a_restart(&self, next: &Self) -> Vec<&'static str> {
        let (own, other) = (&self.limits, &next.limits);
        let is_same = |same: fn(&Redis, &Redis) -> bool| match (&self.redis, &next.redis) {
            (Some(one), Some(other)) => same(one, other),
            // Then the store is another, which says enough.
            _ => true,
        };
        let keys = [
            ("listen", self.listen == next.listen),
            ("admin_listen", self.admin_listen == next.admin_listen),
            ("pages_listen", self.pages_listen == next.pages_listen),
            ("backchannel_listen", self.backchannel_listen == next.backchannel_listen),
            ("tls", self.tls == next.tls),
            ("admin_tls", self.admin_tls == next.admin_tls),
            ("state_dir", self.state_dir == next.state_dir),
            ("revocation.store", self.revocation == next.revocation),
            ("revocation.url_file", is_same(Redis::has_the_url_of)),
            ("revocation.on_outage", is_same(|one, other| one.refuses == other.refuses)),
            ("cache.max_bytes", self.cache_bytes == next.cache_bytes),
            ("limits.header_bytes", own.header_bytes == other.header_bytes),
            ("limits.headers", own.headers == other.headers),
            ("limits.connections", own.connections == other.connections),
            ("limits.header_timeout", own.header_timeout == other.header_timeout),
            ("limits.idle_timeout", own.idle_timeout == other.idle_timeout),
            ("limits.connection_age", own.connection_age == other.connection_age),
            ("log.format", self.log.format == next.log.format),
            ("log.level", self.log.level == next.log.level),
        ];
        keys.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
    }
}
