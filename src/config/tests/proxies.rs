//! `trusted_proxies`: a mistake in this setting would trust every client.

use super::*;

fn proxies(folder: &Folder, yaml: &str) -> Result<Vec<String>, String> {
    let config = folder.load(&format!("{MINIMAL}{yaml}\n"), &[]);
    config
        .map(|config| config.trusted_proxies.iter().map(ToString::to_string).collect())
        .map_err(|mistakes| told(&mistakes))
}

#[test]
fn trusting_every_address_is_refused_in_every_spelling() {
    let folder = Folder::new();
    let rows = [
        ("plain", "[0.0.0.0/0]"),
        ("with_host_bits", "[10.2.0.0/0]"),
        ("loopback_address", "[127.0.0.1/0]"),
        ("version_6", "[\"::/0\"]"),
        ("version_6_with_host_bits", "[\"2001:db8::1/0\"]"),
        ("mapped", "[\"::ffff:0:0/96\"]"),
        ("mapped_dotted", "[\"::ffff:0.0.0.0/96\"]"),
        ("mapped_with_host_bits", "[\"::ffff:10.2.0.0/96\"]"),
        ("among_others", "[10.0.0.0/8, 0.0.0.0/0]"),
        ("two_halves", "[0.0.0.0/1, 128.0.0.0/1]"),
        ("four_quarters", "[0.0.0.0/2, 64.0.0.0/2, 128.0.0.0/2, 192.0.0.0/2]"),
        ("version_6_halves", "[\"::/1\", \"8000::/1\"]"),
        ("mapped_halves", "[\"::ffff:0.0.0.0/97\", \"::ffff:128.0.0.0/97\"]"),
    ];
    for (name, list) in rows {
        let refused = proxies(&folder, &format!("trusted_proxies: {list}")).unwrap_err();
        assert!(refused.contains("all addresses"), "{name}: {refused}");
    }
}

#[test]
fn the_default_is_for_one_machine() {
    let folder = Folder::new();
    let local: Vec<String> = vec!["127.0.0.0/8".into(), "::1/128".into()];
    let tls = "tls: {cert_file: tls.crt, key_file: tls.key, client_ca_file: tls.crt}";
    let rows = [
        ("nothing_said", String::new(), Ok(local.clone())),
        ("all_loopback", "listen: [127.0.0.9:1, \"[::1]:1\"]".into(), Ok(local)),
        ("one_open", "listen: [127.0.0.1:1, 0.0.0.0:1]".into(), Err("is missing")),
        ("open_version_6", "listen: \"[::]:1\"".into(), Err("is missing")),
        (
            "open_with_list",
            "listen: 0.0.0.0:1\ntrusted_proxies: [10.0.0.0/8]".into(),
            Ok(vec!["10.0.0.0/8".into()]),
        ),
        ("empty_list", "trusted_proxies: []".into(), Err("no client could send")),
        ("certificates", format!("listen: 0.0.0.0:1\n{tls}"), Ok(vec![])),
        ("certificates_empty_list", format!("trusted_proxies: []\n{tls}"), Ok(vec![])),
        ("certificates_on_loopback", tls.into(), Ok(vec![])),
        (
            "certificates_and_list",
            format!("trusted_proxies: [10.0.0.0/8]\n{tls}"),
            Ok(vec!["10.0.0.0/8".into()]),
        ),
    ];
    for (name, yaml, expected) in rows {
        match (proxies(&folder, &yaml), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{name}"),
            (Err(told), Err(part)) => assert!(told.contains(part), "{name}: {told}"),
            (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
        }
    }
}

#[test]
fn networks_are_canonical_and_clear() {
    let folder = Folder::new();
    let rows = [
        ("address", "[10.1.2.3]", Ok("10.1.2.3/32")),
        ("address_6", "[\"fd00::1\"]", Ok("fd00::1/128")),
        ("mapped_address", "[\"::ffff:10.1.2.3\"]", Ok("10.1.2.3/32")),
        ("mapped_network", "[\"::ffff:10.0.0.0/104\"]", Ok("10.0.0.0/8")),
        ("host_bits", "[10.1.2.3/8]", Err("write 10.0.0.0/8 or 10.1.2.3/32")),
        ("name", "[traefik]", Err("not a network")),
        ("prefix_too_long", "[10.0.0.0/33]", Err("not a network")),
        ("empty", "[\"\"]", Err("not a network")),
    ];
    for (name, list, expected) in rows {
        match (proxies(&folder, &format!("trusted_proxies: {list}")), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, [expected], "{name}"),
            (Err(told), Err(part)) => assert!(told.contains(part), "{name}: {told}"),
            (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
        }
    }
}

#[test]
fn trusting_a_large_network_gives_a_warning() {
    let folder = Folder::new();
    for (list, warns) in
        [("[64.0.0.0/7]", false), ("[64.0.0.0/8]", false), ("[\"2000::/15\"]", true)]
    {
        let network = format!("{MINIMAL}trusted_proxies: {list}\n");
        let config = folder.good(&network);
        let expected = warns || list.contains("/7");
        assert_eq!(warned(&config, "trusted_proxies[0]"), expected, "{list}");
    }
}
