//! The text of `/metrics`.

use super::*;

fn metrics() -> Arc<Metrics> {
    Arc::new(Metrics::new(&[
        ("allow", "permit"),
        ("allow", "permit-grant"),
        ("deny", "no-token"),
        ("answer", "signed-in"),
    ]))
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|candidate| candidate == line)
}

#[test]
fn counts_appear_under_their_names() {
    let metrics = metrics();
    metrics.count(0);
    metrics.count(0);
    metrics.count(1);
    metrics.count(2);
    metrics.took(Duration::from_micros(3));
    metrics.add(Counter::CacheMisses, 1);
    metrics.add(Counter::SignaturesInvalid, 1);
    metrics.add(Counter::ConfigReloadFailures, 1);
    metrics.add(Counter::Misaddressed, 1);
    metrics.cache_size(|| (7, 4096));
    metrics.reloaded(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    metrics.cross_site(Mode::Report);
    metrics.log_dropped().fetch_add(3, Ordering::Relaxed);
    let verify = metrics.connections(Listener::Verify);
    verify.opened();
    verify.opened();
    verify.closed();
    verify.idle_timed_out();
    verify.handshake_failed();
    metrics.connections(Listener::Admin).panicked();
    let issuers = metrics.fetched_keys().name(&["https://a.example", "b\"\\"]);
    issuers[0].succeeded(true);
    issuers[0].in_use(2, 1_800_000_000);
    issuers[1].failed("no".to_owned(), 1);

    let text = metrics.text();
    for line in [
        r#"doorward_decisions_total{result="allow",reason="permit"} 2"#,
        r#"doorward_decisions_total{result="allow",reason="permit-grant"} 1"#,
        r#"doorward_decisions_total{result="deny",reason="no-token"} 1"#,
        r#"doorward_decisions_total{result="answer",reason="signed-in"} 0"#,
        r#"doorward_decision_seconds_bucket{le="0.0000025"} 0"#,
        r#"doorward_decision_seconds_bucket{le="0.000005"} 1"#,
        r#"doorward_decision_seconds_bucket{le="+Inf"} 1"#,
        "doorward_decision_seconds_count 1",
        "doorward_cache_hits_total 0",
        "doorward_cache_misses_total 1",
        "doorward_cache_entries 7",
        "doorward_cache_bytes 4096",
        r#"doorward_signature_verifications_total{result="valid"} 0"#,
        r#"doorward_signature_verifications_total{result="invalid"} 1"#,
        r#"doorward_connections{listener="verify"} 1"#,
        r#"doorward_connections_accepted_total{listener="verify"} 2"#,
        r#"doorward_connections_deferred_total{listener="pages"} 0"#,
        r#"doorward_connections_timed_out_total{listener="verify",cause="idle"} 1"#,
        r#"doorward_connections_timed_out_total{listener="verify",cause="head"} 0"#,
        r#"doorward_tls_handshake_failures_total{listener="verify"} 1"#,
        r#"doorward_panics_total{listener="admin"} 1"#,
        "doorward_misaddressed_total 1",
        "doorward_config_reload_total 1",
        "doorward_config_reload_failures_total 1",
        "doorward_config_last_reload_timestamp_seconds 1800000000",
        r#"doorward_cross_site_mode{mode="strict"} 0"#,
        r#"doorward_cross_site_mode{mode="report"} 1"#,
        r#"doorward_cross_site_mode{mode="off"} 0"#,
        r#"doorward_keys_fetches_total{issuer="https://a.example",result="changed"} 1"#,
        r#"doorward_keys_fetches_total{issuer="https://a.example",result="failed"} 0"#,
        r#"doorward_keys_fetches_total{issuer="b\"\\",result="failed"} 1"#,
        r#"doorward_keys_last_success_timestamp_seconds{issuer="https://a.example"} 1800000000"#,
        r#"doorward_keys_count{issuer="https://a.example"} 2"#,
        "doorward_log_dropped_total 3",
        concat!("doorward_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        "# EOF",
    ] {
        assert!(has(&text, line), "{line} is missing in\n{text}");
    }
}

/// Every family has a help text and a type, and no sample stands outside a family.
#[test]
fn text_is_well_formed() {
    let text = metrics().text();
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().unwrap();
            assert!(rest.len() > family.len() + 3, "{line}");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(family) && !family.is_empty(), "{line} in {family}");
        }
    }
    for process in ["process_start_time_seconds ", "process_resident_memory_bytes "] {
        let present = text.lines().any(|line| line.starts_with(process));
        assert_eq!(present, cfg!(target_os = "linux") || process.contains("start"), "{process}");
    }
}

#[test]
fn the_start_is_no_reload() {
    let metrics = metrics();
    metrics.configured(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let text = metrics.text();
    assert!(has(&text, "doorward_config_last_reload_timestamp_seconds 1800000000"), "{text}");
    assert!(has(&text, "doorward_config_reload_total 0"), "{text}");
}

#[test]
fn counters_have_their_own_places() {
    for (index, counter) in Counter::ALL.into_iter().enumerate() {
        assert_eq!(counter as usize, index);
    }
}
