//! File, environment, flags: which wins, and what each may be named.

use super::*;

#[test]
fn a_flag_overrides_a_variable_which_overrides_the_file() {
    let folder = Folder::new();
    folder.write(
        "config.yaml",
        format!("{MINIMAL}tokens: {{leeway: 1s, max_bytes: 1KiB}}\n").as_bytes(),
        0o644,
    );
    let load = |environment: &[(&str, &str)], flags: &[(&str, &str)]| {
        let flags: Vec<_> =
            flags.iter().map(|(path, yaml)| ((*path).to_owned(), (*yaml).to_owned())).collect();
        let config = Config::load(&folder.path("config.yaml"), environment, &flags);
        config.unwrap_or_else(|wrong| panic!("{}", told(&wrong.list))).tokens.leeway
    };
    let variable = ("DOORWARD__TOKENS__LEEWAY", "2s");
    assert_eq!(load(&[], &[]), 1);
    assert_eq!(load(&[variable], &[]), 2);
    assert_eq!(load(&[variable], &[("tokens.leeway", "3s")]), 3);
    assert_eq!(load(&[("DOORWARD__TOKENS", "{leeway: 4s}"), variable], &[]), 2, "the longer path");
    assert_eq!(load(&[variable, ("DOORWARD__TOKENS", "{leeway: 4s}")], &[]), 2, "in either order");
    assert_eq!(load(&[("DOORWARD__TOKENS", "{}")], &[]), 30, "a whole section is replaced");
}

#[test]
fn names_of_variables() {
    let folder = Folder::new();
    let rows: [(&str, &[(&str, &str)]); 9] = [
        ("list", &[("DOORWARD__LISTEN", "[127.0.0.1:1, 127.0.0.1:2]")]),
        ("lower_case", &[("DOORWARD__listen", "127.0.0.1:1")]),
        ("new_section", &[("DOORWARD__LOG__LEVEL", "debug")]),
        ("place_in_a_list", &[("DOORWARD__ISSUERS__0__KEYS__JWKS_FILE", "more.json")]),
        ("header_in_another_case", &[("DOORWARD__IDENTITY_HEADERS__X-DOORWARD-USER", "email")]),
        ("null", &[("DOORWARD__STATE_DIR", "")]),
        ("kubernetes", &[("DOORWARD_PORT", "tcp://10.0.0.1:4181"), ("DOORWARD_SERVICE_HOST", "x")]),
        ("read_elsewhere", &[("DOORWARD_CONFIG", "/x"), ("DOORWARD_TRAEFIK", "/y")]),
        ("others", &[("PATH", "/bin"), ("XDOORWARD__LISTEN", "x"), ("doorward__listen", "x")]),
    ];
    for (name, variables) in rows {
        let loaded = folder.load(MINIMAL, variables);
        assert!(loaded.is_ok(), "{name}: {}", told(&loaded.err().unwrap_or_default()));
    }
}

/// Name, variables, path of the problem, part of its message.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

#[test]
fn mistakes_in_variables_name_the_variable() {
    let folder = Folder::new();
    let rows: [Row; 8] = [
        ("unknown", &[("DOORWARD__LISTN", "x")], "listn", "did you mean `listen`"),
        ("unknown_in_section", &[("DOORWARD__TOKENS__LEWAY", "1s")], "tokens.leway", "`leeway`"),
        (
            "bad_value",
            &[("DOORWARD__TOKENS__LEEWAY", "1h")],
            "tokens.leeway",
            "from DOORWARD__TOKENS__LEEWAY",
        ),
        ("wrong_kind", &[("DOORWARD__LISTEN", "{a: b}")], "listen", "is a section"),
        ("not_yaml", &[("DOORWARD__LISTEN", "[unclosed")], "listen", "not a YAML value"),
        (
            "empty_key",
            &[("DOORWARD__TOKENS____LEEWAY", "1s")],
            "DOORWARD__TOKENS____LEEWAY",
            "empty key",
        ),
        (
            "two_cases",
            &[("DOORWARD__LISTEN", "127.0.0.1:1"), ("DOORWARD__Listen", "127.0.0.1:2")],
            "listen",
            "only in case",
        ),
        (
            "past_the_list",
            &[("DOORWARD__ISSUERS__1__CASE", "fold")],
            "issuers[1].case",
            "`issuers` is neither a section",
        ),
    ];
    for (name, variables, path, part) in rows {
        let mistakes = folder.load(MINIMAL, variables).err().unwrap_or_default();
        assert_eq!(mistakes.len(), 1, "{name}: {}", told(&mistakes));
        assert_eq!(mistakes[0].path, path, "{name}");
        assert!(mistakes[0].to_string().contains(part), "{name}: {}", mistakes[0]);
    }
    folder.write("config.yaml", MINIMAL.as_bytes(), 0o644);
    let flag = [("tokens.leeway".to_owned(), "1h".to_owned())];
    let mistakes = Config::load(&folder.path("config.yaml"), &[][..], &flag).err().unwrap().list;
    assert_eq!(mistakes[0].place, Some(Place::Flag));
}

#[test]
fn every_mistake_at_once_in_the_order_of_the_file() {
    let yaml = "\
lissen: 127.0.0.1:1
listen: nowhere
domains:
  - vdi.example.com
  - a.vdi.example.com
cross_site: lax
issuers:
  - issuer: https://portal.example.com
    audiences: [vdi]
    audience: vdi
    algorithms: [ES256, HS256]
    keys:
      jwks_file: none.json
    max_lifetime: 24
tokens:
  cookies: [session]
  leeway: 10m
tokens: {}
";
    let variables = [("DOORWARD__LOG__LEVEL", "loud")];
    let mistakes = Folder::new().load(yaml, &variables).err().unwrap();
    let found: Vec<(&str, String)> = mistakes
        .iter()
        .map(|mistake| {
            let place = mistake.place.as_ref().map(ToString::to_string).unwrap_or_default();
            (&*mistake.path, place)
        })
        .collect();
    let line = |line: u8| format!("line {line}");
    assert_eq!(
        found,
        [
            ("lissen", line(1)),
            ("listen", line(2)),
            ("domains[1]", line(5)),
            ("cross_site", line(6)),
            ("issuers[0].user_claim", line(8)),
            ("issuers[0].audience", line(10)),
            ("issuers[0].algorithms", line(11)),
            ("issuers[0].keys.jwks_file", line(13)),
            ("issuers[0].max_lifetime", line(14)),
            ("tokens.cookies[0]", line(16)),
            ("tokens.leeway", line(17)),
            ("tokens", line(18)),
            ("log.level", "from DOORWARD__LOG__LEVEL".to_owned()),
        ],
        "{}",
        told(&mistakes)
    );
}
