//! The text of `/metrics`: every metric's name, help and labels.

use super::{Connections, Counter, Listener, Metrics};
use crate::observe::process;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::fmt::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The whole text.
pub(super) fn text(metrics: &Arc<Metrics>) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Arc::clone(metrics)));
    let mut text = String::with_capacity(8 * 1024);
    // Writing to a string does not fail.
    let _written = text::encode(&mut text, &registry);
    text
}

impl Collector for Metrics {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut page = Page(encoder);
        self.encode_decisions(&mut page)?;
        self.encode_cache(&mut page)?;
        self.encode_revocations(&mut page)?;
        self.encode_connections(&mut page)?;
        self.encode_configuration(&mut page)?;
        self.encode_fetched_keys(&mut page)?;
        self.encode_process(&mut page)
    }
}

impl Metrics {
    fn encode_decisions(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let decisions = self.decisions.iter().map(|((result, reason), count)| {
            ([("result", *result), ("reason", *reason)], read(count))
        });
        page.counters("doorward_decisions", "Decisions by result and reason", decisions)?;

        page.counter(
            "doorward_misaddressed",
            "Requests on `listen` for another path than /verify",
            self.read(Counter::Misaddressed),
        )?;

        let (sum, count, buckets) = self.seconds.read();
        page.metric(
            "doorward_decision_seconds",
            "How long a decision took, from the parsed request to the answer; permits from the cache are not timed",
            MetricType::Histogram,
        )?
        .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn encode_cache(&self, page: &mut Page<'_>) -> Result<(), Error> {
        page.counter(
            "doorward_cache_hits",
            "Tokens that were in the cache",
            self.read(Counter::CacheHits),
        )?;
        page.counter(
            "doorward_cache_misses",
            "Tokens that were not in the cache and had to be verified",
            self.read(Counter::CacheMisses),
        )?;
        if let Some(size) = self.cache.get() {
            let (entries, bytes) = size();
            page.gauge("doorward_cache_entries", "Verified tokens in the cache", entries)?;
            page.gauge("doorward_cache_bytes", "Size of the cache in bytes", bytes)?;
        }
        page.counters(
            "doorward_signature_verifications",
            "Signatures verified, by result",
            [
                ([("result", "valid")], self.read(Counter::SignaturesValid)),
                ([("result", "invalid")], self.read(Counter::SignaturesInvalid)),
            ],
        )
    }

    fn encode_revocations(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let Some(state) = self.revocations.get() else { return Ok(()) };
        let (count, up) = state();
        page.gauge("doorward_revocations", "Revocations in force", count)?;
        let Some(up) = up else { return Ok(()) };
        page.gauge(
            "doorward_revocation_store_up",
            "1 while the revocation store is connected and fully read",
            u64::from(up),
        )
    }

    fn encode_connections(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let listeners = || Listener::ALL.into_iter().zip(&self.connections);
        let open = listeners().map(|(listener, of)| ([("listener", listener.name())], of.open()));
        page.gauges("doorward_connections", "Open connections", open)?;

        let rows: [(&str, &str, Field); 6] = [
            ("doorward_connections_accepted", "Connections accepted", |of| &of.accepted),
            (
                "doorward_connections_deferred",
                "Times that accepting waited because limits.connections was reached",
                |of| &of.deferred,
            ),
            (
                "doorward_connections_renewed",
                "Connections ended because of limits.connection_age",
                |of| &of.renewed,
            ),
            ("doorward_accept_failures", "Failures to accept a connection", |of| &of.accept_failed),
            ("doorward_tls_handshake_failures", "TLS handshakes that failed", |of| {
                &of.handshake_failed
            }),
            ("doorward_panics", "Requests answered with 500 because of a panic", |of| &of.panicked),
        ];
        for (name, help, counter) in rows {
            let counts = listeners()
                .map(|(listener, of)| ([("listener", listener.name())], read(counter(of))));
            page.counters(name, help, counts)?;
        }

        let timed_out = listeners().flat_map(|(listener, of)| {
            [("head", &of.head_timed_out), ("answer", &of.stalled), ("idle", &of.idle_timed_out)]
                .map(|(cause, count)| {
                    ([("listener", listener.name()), ("cause", cause)], read(count))
                })
        });
        page.counters(
            "doorward_connections_timed_out",
            "Connections and answers ended by a time-out: head or handshake, answer, idle",
            timed_out,
        )
    }

    fn encode_configuration(&self, page: &mut Page<'_>) -> Result<(), Error> {
        page.counter(
            "doorward_config_reload",
            "Configurations reloaded",
            self.read(Counter::ConfigReloads),
        )?;
        page.counter(
            "doorward_config_reload_failures",
            "Configurations rejected on reload",
            self.read(Counter::ConfigReloadFailures),
        )?;
        page.gauge(
            "doorward_config_last_reload_timestamp_seconds",
            "When the configuration in force was read, in seconds since 1970",
            read(&self.last_reload),
        )?;
        let mode = self.cross_site.load(Ordering::Relaxed);
        let modes = CROSS_SITE.iter().zip(0_u8..);
        page.gauges(
            "doorward_cross_site_mode",
            "1 for the cross-site rules in force",
            modes.map(|(name, number)| ([("mode", *name)], u64::from(number == mode))),
        )?;
        page.counter(
            "doorward_log_dropped",
            "Log lines dropped because the log was not read fast enough",
            read(&self.log_dropped),
        )
    }

    fn encode_fetched_keys(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let issuers = self.fetched_keys.issuers();
        let fetches = issuers.iter().flat_map(|issuer| {
            let labels = |result| [("issuer", issuer.name()), ("result", result)];
            issuer.results().map(move |(result, count)| (labels(result), count))
        });
        page.counters("doorward_keys_fetches", "Fetches of an issuer's keys, by result", fetches)?;
        let last = issuers
            .iter()
            .map(|issuer| ([("issuer", issuer.name())], issuer.last_success().unwrap_or_default()));
        page.gauges(
            "doorward_keys_last_success_timestamp_seconds",
            "When an issuer's keys were last fetched, in seconds since 1970; 0 for never",
            last,
        )?;
        let keys = issuers.iter().map(|issuer| ([("issuer", issuer.name())], issuer.keys()));
        page.gauges("doorward_keys_count", "Keys in use of an issuer whose keys are fetched", keys)
    }

    fn encode_process(&self, page: &mut Page<'_>) -> Result<(), Error> {
        page.gauges(
            "doorward_build_info",
            "The running version",
            [([("version", env!("CARGO_PKG_VERSION"))], 1)],
        )?;
        page.metric(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970",
            MetricType::Gauge,
        )?
        .encode_gauge(&self.started)?;
        if let Some(bytes) = process::resident_bytes() {
            page.gauge("process_resident_memory_bytes", "Resident memory", bytes)?;
        }
        if let Some(count) = process::open_files() {
            page.gauge("process_open_fds", "Open file descriptors", count)?;
        }
        Ok(())
    }

    fn read(&self, counter: Counter) -> u64 {
        self.counters.get(counter as usize).map_or(0, read)
    }
}

/// The text being written. The library appends `_total` to the name of a counter.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn metric<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        let mut metric = self.metric(name, help, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = ([(&'static str, &'l str); N], u64)>,
    ) -> Result<(), Error> {
        let mut metric = self.metric(name, help, MetricType::Counter)?;
        for (labels, value) in rows {
            let mut row = metric.encode_family(&labels)?;
            row.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        self.metric(name, help, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = ([(&'static str, &'l str); N], u64)>,
    ) -> Result<(), Error> {
        let mut metric = self.metric(name, help, MetricType::Gauge)?;
        for (labels, value) in rows {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// In the order of [`crate::cross_site::Mode`].
const CROSS_SITE: [&str; 3] = ["strict", "report", "off"];
/// One counter of a listener.
type Field = fn(&Connections) -> &AtomicU64;
