//! Every mistake by itself: the key it is at and what is said about it. (Issuers have a table of
//! their own beside this one, trusted proxies another.)

use super::*;

#[test]
fn shape() {
    each_is_refused(
        MINIMAL,
        r#"
unknown_key | doman: [x] | doman | did you mean `domains`
unknown_key_in_section | tokens: {leway: 30s} | tokens.leway | `leeway`
hyphen_for_underscore | cross-site: strict | cross-site | `cross_site`
unknown_far_off | zzz: 1 | zzz | known here: listen
doubled_key | cross_site: strict\ncross_site: off | cross_site | repeated
doubled_in_section | log: {level: info, level: warn} | log.level | repeated
number_for_text | tokens: {leeway: 30} | tokens.leeway | `30` is a number
text_for_truth | tokens: {authorization: "true"} | tokens.authorization | true or false
yaml_1_1_yes | tokens: {authorization: yes} | tokens.authorization | true or false
list_for_section | limits: [headers] | limits | must be a section
text_for_list | reserved_labels: www | reserved_labels | write a list
empty_text | listen: | listen | is empty
unknown_word | cross_site: strikt | cross_site | did you mean `strict`
word_in_upper_case | cross_site: Strict | cross_site | `Strict`
bad_element | tokens: {cookies: [__Host-a, 7]} | tokens.cookies[1] | is a number
negative_count | limits: {headers: -1} | limits.headers | `-1` is a number
"#,
    );
}

#[test]
fn addresses_and_files() {
    each_is_refused(
        MINIMAL,
        r#"
host_name | listen: localhost:4181 | listen | 127.0.0.1:4181
port_only | listen: ":4181" | listen | 0.0.0.0:4181
no_port | admin_listen: 127.0.0.1 | admin_listen | IP address and a port
no_listener | listen: [] | listen | empty list
one_address_twice | listen: [127.0.0.1:1, 127.0.0.1:1] | listen[1] | `listen[0]`
admin_on_listen | admin_listen: 127.0.0.1:4181 | admin_listen | also the address of `listen`
pages_on_admin | pages_listen: 127.0.0.1:4182 | pages_listen | `admin_listen`
no_such_folder | state_dir: nowhere | state_dir | not a folder
file_for_folder | state_dir: jwks.json | state_dir | not a folder
cert_without_key | tls: {cert_file: tls.crt} | tls.key_file | missing
key_without_cert | admin_tls: {key_file: tls.key} | admin_tls.cert_file | missing
cert_is_missing | tls: {cert_file: no.crt, key_file: tls.key} | tls.cert_file | no such file
cert_is_a_key | tls: {cert_file: tls.key, key_file: tls.key} | tls.cert_file | no certificate
cert_is_a_folder | tls: {cert_file: state, key_file: tls.key} | tls.cert_file | not a regular file
key_is_a_cert | tls: {cert_file: tls.crt, key_file: state/../tls.crt} | tls.key_file | other users can access
key_is_open | tls: {cert_file: tls.crt, key_file: tls-open.key} | tls.key_file | defaultMode: 0440
key_has_pass_phrase | tls: {cert_file: tls.crt, key_file: tls-locked.key} | tls.key_file | is encrypted
cert_is_broken | tls: {cert_file: tls-broken.crt, key_file: tls.key} | tls | cert
key_is_anothers | tls: {cert_file: tls.crt, key_file: tls-other.key} | tls | does not match the certificate
admin_key_is_anothers | admin_tls: {cert_file: tls.crt, key_file: tls-other.key} | admin_tls | does not match the certificate
ca_is_broken | state_dir: state\ntls: {self_signed: true, client_ca_file: tls-broken.crt} | tls.client_ca_file | cert
self_signed_nowhere | tls: {self_signed: true} | tls.self_signed | state_dir
self_signed_and_files | state_dir: state\ntls: {self_signed: true, key_file: tls.key} | tls.key_file | contradicts
ca_on_open_listener_is_missing | listen: 0.0.0.0:1\nstate_dir: state\ntls: {self_signed: true, client_ca_file: no.crt} | tls.client_ca_file | no such file
ca_is_missing | state_dir: state\ntls: {self_signed: true, client_ca_file: no.crt} | tls.client_ca_file | no such file
"#,
    );
}

#[test]
fn tokens_and_headers() {
    each_is_refused(
        MINIMAL,
        r#"
cookie_without_prefix | tokens: {cookies: [session]} | tokens.cookies[0] | parent_domain: true
secure_prefix_is_not_enough | tokens: {cookies: [__Secure-s]} | tokens.cookies[0] | parent_domain: true
prefix_in_lower_case | tokens: {cookies: [__host-s], parent_domain: true} | tokens.cookies[0] | exactly
own_state_cookie | tokens: {cookies: [__Host-doorward-st-x]} | tokens.cookies[0] | own purposes
own_state_cookie_any_case | tokens: {cookies: [__Host-DOORWARD-st-x]} | tokens.cookies[0] | own purposes
own_loop_cookie | tokens: {cookies: [__Host-doorward-loop]} | tokens.cookies[0] | own purposes
cookie_name_with_space | tokens: {cookies: ["__Host-a b"]} | tokens.cookies[0] | not a cookie name
cookie_name_with_separator | tokens: {cookies: ["__Host-a;b"]} | tokens.cookies[0] | not a cookie name
cookie_twice | tokens: {cookies: [__Host-a, __Host-a]} | tokens.cookies[1] | repeated
no_token_source | tokens: {cookies: [], authorization: false} | tokens | no way
header_is_cookie | tokens: {headers: [Cookie]} | tokens.headers[0] | tokens.cookies
header_is_authorization | tokens: {headers: [authorization]} | tokens.headers[0] | tokens.authorization
header_is_host | tokens: {headers: [Host]} | tokens.headers[0] | cannot carry
header_is_forwarded | tokens: {headers: [X-Forwarded-Token]} | tokens.headers[0] | cannot carry
header_is_fetch_metadata | tokens: {headers: [Sec-Token]} | tokens.headers[0] | cannot carry
header_with_underscore | tokens: {headers: [X_Token]} | tokens.headers[0] | write X-Token
header_with_space | tokens: {headers: ["X Token"]} | tokens.headers[0] | not a header name
header_twice | tokens: {headers: [X-T, x-t]} | tokens.headers[1] | repeated
leeway_too_long | tokens: {leeway: 301s} | tokens.leeway | 0s to 5m
leeway_in_parts | tokens: {leeway: 1500ms} | tokens.leeway | whole seconds
leeway_unknown_unit | tokens: {leeway: 30sec} | tokens.leeway | unit is unknown
token_bytes_too_few | tokens: {max_bytes: 255} | tokens.max_bytes | 256 to 64KiB
token_bytes_too_many | tokens: {max_bytes: 65537} | tokens.max_bytes | 256 to 64KiB
token_bytes_in_kb | tokens: {max_bytes: 8kb} | tokens.max_bytes | KiB
no_room_for_token | tokens: {max_bytes: 64KiB}\nlimits: {header_bytes: 64KiB} | limits.header_bytes | too small
no_header_timeout | limits: {header_timeout: 0s} | limits.header_timeout | 100ms to 5m
no_connections | limits: {connections: 0} | limits.connections | 1 to 1000000
cache_too_small | cache: {max_bytes: 1} | cache.max_bytes | 64KiB to 64GiB
identity_cookie | identity_headers: {Cookie: username} | identity_headers.Cookie | cookies
identity_set_cookie | identity_headers: {set-cookie: username} | identity_headers.set-cookie | cookies
identity_authorization | identity_headers: {Authorization: username} | identity_headers.Authorization | decides
identity_location | identity_headers: {Location: label} | identity_headers.Location | goes
identity_origin | identity_headers: {Origin: label} | identity_headers.Origin | security decisions
identity_referer | identity_headers: {Referer: label} | identity_headers.Referer | security decisions
identity_fetch_metadata | identity_headers: {Sec-Fetch-Site: label} | identity_headers.Sec-Fetch-Site | security decisions
identity_content | identity_headers: {Content-Length: label} | identity_headers.Content-Length | body
identity_forwarded | identity_headers: {X-Forwarded-User: username} | identity_headers.X-Forwarded-User | Traefik
identity_shard | identity_headers: {X-Doorward-Shard: label} | identity_headers.X-Doorward-Shard | doorward sets it
identity_hop_by_hop | identity_headers: {Connection: label} | identity_headers.Connection | connection
identity_te | identity_headers: {te: label} | identity_headers.te | connection
identity_underscore | identity_headers: {X_User: label} | identity_headers.X_User | write X-User
identity_dot | identity_headers: {"X.User": label} | identity_headers.X.User | write X-User
identity_is_token_header | tokens: {headers: [X-T]}\nidentity_headers: {x-t: label} | identity_headers.x-t | tokens.headers
identity_twice_but_case | identity_headers: {X-User: label, x-user: label} | identity_headers.x-user | another case
identity_of_nothing | identity_headers: {X-User: ""} | identity_headers.X-User | not a claim
identity_bad_pointer | identity_headers: {X-User: /a~2} | identity_headers.X-User | not a claim
"#,
    );
}

#[test]
fn web_addresses() {
    each_is_refused(
        MINIMAL,
        r#"
login_plain_http | login: {url: "http://p.example.com", sets_cookie: true} | login.url | not https
login_relative | login: {url: /login, sets_cookie: true} | login.url | absolute
login_fragment | login: {url: "https://p.example.com/#/in", sets_cookie: true} | login.url | fragment
login_on_workspace | login: {url: "https://alice.vdi.example.com/", sets_cookie: true} | login.url | which a user controls
login_on_workspace_upper_case | login: {url: "https://ALICE.vdi.Example.com/", sets_cookie: true} | login.url | which a user controls
login_in_circles | login: {url: "https://p.example.com"} | login.url | in a loop
login_parameter_taken | login: {url: "https://p.example.com/?rd=1", sets_cookie: true} | login.url | parameter `rd`
login_parameter_bad | login: {return_parameter: "a=b"} | login.return_parameter | plain
logout_without_handoff | login: {url: "https://p.example.net", sets_cookie: true, logout_url: "https://p.example.net/bye"} | login.logout_url | without `handoff`
login_cookie_for_nothing | login: {sets_cookie: true} | login.sets_cookie | without `url`
origin_null | trusted_origins: [{origin: "null"}] | trusted_origins[0].origin | sandboxed
origin_wildcard | trusted_origins: [{origin: "https://*.example.com"}] | trusted_origins[0].origin | pattern
origin_star | trusted_origins: [{origin: "*"}] | trusted_origins[0].origin | pattern
origin_plain_http | trusted_origins: [{origin: "http://p.example.com"}] | trusted_origins[0].origin | not https
origin_plain_http_in_development | public_scheme: http\ntrusted_origins: [{origin: "HTTP://p.example.com"}] | trusted_origins[0].origin | not https
origin_workspace | trusted_origins: [{origin: "https://alice.vdi.example.com"}] | trusted_origins[0].origin | workspace
origin_workspace_session | trusted_origins: [{origin: "https://dev--alice.vdi.example.com"}] | trusted_origins[0].origin | workspace
origin_with_path | trusted_origins: [{origin: "https://p.example.com/"}] | trusted_origins[0].origin | write https://p.example.com
origin_missing | trusted_origins: [{frame: true}] | trusted_origins[0].origin | missing
origin_twice | trusted_origins: [{origin: "https://p.example.com"}, {origin: "https://P.example.com:443"}] | trusted_origins[1].origin | twice
"#,
    );
}

#[test]
fn grants_and_labels() {
    each_is_refused(
        MINIMAL,
        r#"
reserved_upper_case | reserved_labels: [Portal] | reserved_labels[0] | not a label
grant_unknown_issuer | grants: [{issuer: https://portal.example.org, claim: g, contains: a, labels: "*"}] | grants[0].issuer | did you mean `https://portal.example.com`
grant_without_claim | grants: [{contains: a, labels: "*"}] | grants[0].claim | missing
grant_of_nothing | grants: [{claim: g, contains: "", labels: "*"}] | grants[0].contains | empty
grant_without_labels | grants: [{claim: g, contains: a}] | grants[0].labels | missing
grant_no_labels | grants: [{claim: g, contains: a, labels: []}] | grants[0].labels | no effect
grant_star_among_labels | grants: [{claim: g, contains: a, labels: [alice, "*"]}] | grants[0].labels[1] | not a label
grant_without_strict | cross_site: report\ngrants: [{claim: g, contains: a, labels: "*"}] | grants | cross_site: strict
"#,
    );
}

#[test]
fn what_is_rendered() {
    each_is_refused(
        MINIMAL,
        r#"
namespace_in_upper_case | render: {namespace: VDI} | render.namespace | lower-case letters
namespace_with_dots | render: {namespace: a.b} | render.namespace | '.' at byte 1
no_entry_point | render: {entry_points: []} | render.entry_points | every entry point
entry_point_twice | render: {entry_points: [web, web]} | render.entry_points[1] | repeated
entry_point_of_a_provider | render: {entry_points: ["web@file"]} | render.entry_points[0] | '@'
middleware_of_a_provider | render: {middleware: gate@file} | render.middleware | '@'
port_zero | render: {service_port: 0} | render.service_port | between 1 and 65535
port_too_large | render: {service_port: 65536} | render.service_port | between 1 and 65535
priority_of_the_catch_all | render: {priority: 1} | render.priority | 1 is the priority of the route
priority_the_server_refuses | render: {priority: 9223372036854775000} | render.priority | 9223372036854774784
resolver_with_a_space | render: {tls: {resolver: "a b"}} | render.tls.resolver | ' '
unknown_mode | render: {tls: {mode: acme}} | render.tls.mode | one of store, resolver
unknown_place | render: {gate: middleware} | render.gate | one of route, entrypoint
version_as_a_number | render: {traefik_version: 3.7} | render.traefik_version | is a number
old_version | render: {traefik_version: "2.11"} | render.traefik_version | older than 3.0
no_version | render: {traefik_version: latest} | render.traefik_version | not a version
address_without_scheme | render: {gate_address: doorward:4181/verify} | render.gate_address | https://
address_of_another_path | render: {gate_address: "https://gate/"} | render.gate_address | /verify
address_with_an_owner | render: {gate_address: "https://gate/verify?owner=bob"} | render.gate_address | /verify
"#,
    );
}

#[test]
fn handoff() {
    each_is_refused_in(
        |yaml| {
            let (login, rest) = yaml.split_once(" + ").unwrap_or((yaml, ""));
            let url =
                if login.starts_with("url:") { "" } else { "url: \"https://p.example.net\", " };
            let store = if rest.contains("store:") { "" } else { "revocation: {store: memory}\n" };
            format!("{MINIMAL}login: {{{url}{login}}}\n{store}{rest}\n")
        },
        r#"
no_key | handoff: {} | login.handoff.session_key_file | missing
no_keys | handoff: {session_key_file: []} | login.handoff.session_key_file | empty list
absent_key | handoff: {session_key_file: nowhere} | login.handoff.session_key_file | no such file
open_key | handoff: {session_key_file: hmac-open} | login.handoff.session_key_file | other users
short_key | handoff: {session_key_file: hmac-short} | login.handoff.session_key_file | not a session key
second_key_short | handoff: {session_key_file: [hmac, hmac-short]} | login.handoff.session_key_file[1] | not a session key
one_key_twice | handoff: {session_key_file: [hmac, hmac]} | login.handoff.session_key_file[1] | same content as file number 1
short_life | handoff: {session_key_file: hmac, session_lifetime: 59s} | login.handoff.session_lifetime | out of bounds
long_life | handoff: {session_key_file: hmac, session_lifetime: 31d} | login.handoff.session_lifetime | out of bounds
no_store | handoff: {session_key_file: hmac} + revocation: {store: none} | login.handoff | requires a store
no_safe_cookie | handoff: {session_key_file: hmac} + tokens: {cookies: [plain, __Host-x], parent_domain: true} | login.handoff | only the workspace host
no_cookie | handoff: {session_key_file: hmac} + tokens: {cookies: []} | login.handoff | only the workspace host
sets_cookie_too | handoff: {session_key_file: hmac}, sets_cookie: true | login.sets_cookie | contradicts `handoff`
no_page | url: null, handoff: {session_key_file: hmac} | login.handoff | without `url`
state_as_return | handoff: {session_key_file: hmac}, return_parameter: st | login.return_parameter | `st`
state_taken | url: "https://p.example.net/?st=1", handoff: {session_key_file: hmac} | login.url | `st`
logout_plain_http | handoff: {session_key_file: hmac}, logout_url: "http://p.example.net" | login.logout_url | not https
logout_on_workspace | handoff: {session_key_file: hmac}, logout_url: "https://bob.vdi.example.com/" | login.logout_url | which a user controls
grant_by_the_gates_claim | handoff: {session_key_file: hmac} + grants: [{claim: aud, contains: admins, labels: "*"}] | grants[0].claim | another meaning
grant_below_one | handoff: {session_key_file: hmac} + grants: [{claim: /session_exp/0, contains: admins, labels: "*"}] | grants[0].claim | another meaning
unknown_key | handoff: {session_key_file: hmac, session_lifetimes: 1h} | login.handoff.session_lifetimes | did you mean
own_name_as_cookie | handoff: {session_key_file: hmac} + tokens: {cookies: [__Host-doorward, __Host-doorward-p]} | tokens.cookies[1] | its own purposes
"#,
    );
}

#[test]
fn the_sign_in_page_decides_who_the_user_is() {
    each_is_refused_in(
        |yaml| {
            let minimal = MINIMAL.replace("user_claim: sub", &format!("user_claim: {yaml}"));
            assert_ne!(minimal, MINIMAL);
            format!(
                "{minimal}login: {{url: \"https://p.example.net\", handoff: {{session_key_file: \
                 hmac}}}}\nrevocation: {{store: memory}}\n"
            )
        },
        r"
identifier | jti | issuers[0].user_claim | another meaning
pointer | /nonce | issuers[0].user_claim | another meaning
",
    );
}

#[test]
fn revocation() {
    each_is_refused(
        MINIMAL,
        r"
file_without_a_folder | revocation: {store: file} | revocation.store | requires `state_dir`
secret_without_a_store | revocation: {secret_file: hmac} | revocation.secret_file | no effect
secret_missing | revocation: {store: memory, secret_file: nowhere} | revocation.secret_file | no such file
secret_open | revocation: {store: memory, secret_file: hmac-open} | revocation.secret_file | other users
secret_short | revocation: {store: memory, secret_file: hmac-short} | revocation.secret_file | has only
secret_in_the_clear | revocation: {store: memory, secret_file: hmac}\nadmin_listen: 0.0.0.0:4182 | revocation.secret_file | in clear text
backchannel_without_a_store | backchannel_listen: 127.0.0.1:4184 | backchannel_listen | requires a store
backchannel_on_a_taken_address | backchannel_listen: 127.0.0.1:4181\nrevocation: {store: memory} | backchannel_listen | also the address
backchannel_no_address | backchannel_listen: 4184\nrevocation: {store: memory} | backchannel_listen | is a number
unknown_store | revocation: {store: disk} | revocation.store | none
redis_without_a_url | revocation: {store: redis} | revocation.url_file | missing
redis_url_missing | revocation: {store: redis, url_file: nowhere} | revocation.url_file | no such file
redis_url_open | revocation: {store: redis, url_file: hmac-open} | revocation.url_file | other users
redis_url_is_none | revocation: {store: redis, url_file: hmac} | revocation.url_file | neither redis
redis_url_here | revocation: {store: redis, url_file: 'redis://localhost'} | revocation.url_file | no such file
url_without_redis | revocation: {store: memory, url_file: hmac} | revocation.url_file | no effect
url_without_a_store | revocation: {url_file: hmac} | revocation.url_file | no effect
outage_without_redis | revocation: {store: file, on_outage: serve}\nstate_dir: state | revocation.on_outage | no effect
unknown_outage | revocation: {store: redis, url_file: redis.url, on_outage: ignore} | revocation.on_outage | serve
",
    );
}

#[test]
fn of_a_later_version() {
    each_is_refused(
        MINIMAL,
        r"
layout | render: {layout: gathered} | render.layout | later version
",
    );
}

#[test]
fn domains() {
    let rest = MINIMAL.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n";
    each_is_refused(
        &rest,
        r#"
none |  | domains | missing
empty | domains: [] | domains | empty list
one_label | domains: [localhost] | domains[0] | not a valid domain
ip_address | domains: [10.0.0.1] | domains[0] | not a valid domain
not_ascii | domains: [vdi.exämple.com] | domains[0] | not a valid domain
twice | domains: [vdi.example.com, VDI.example.com.] | domains[1] | twice
below | domains: [vdi.example.com, a.vdi.example.com] | domains[1] | is below
above | domains: [{name: a.vdi.example.com}, vdi.example.com] | domains[1] | is below
section_without_name | domains: [{issuers: [https://portal.example.com]}] | domains[0].name | missing
unknown_issuer | domains: [{name: vdi.example.com, issuers: [portal]}] | domains[0].issuers[0] | not one of the issuers
no_issuers | domains: [{name: vdi.example.com, issuers: []}] | domains[0].issuers | no user could enter
own_login_in_circles | domains: [{name: vdi.example.com, login: {url: "https://p.example.com"}}] | domains[0].login.url | in a loop
own_handoff_without_a_key | domains: [{name: vdi.example.com, login: {url: "https://p.example.net", handoff: {}}}]\nrevocation: {store: memory} | domains[0].login.handoff.session_key_file | missing
number | domains: [5] | domains[0] | write text or a section
"#,
    );
}

#[test]
fn whole_files() {
    let folder = Folder::new();
    let rows: [(&str, &[u8], &str); 6] = [
        ("empty", b"", "is empty"),
        ("comments_only", b"# nothing\n\n", "is empty"),
        ("null", b"null", "is empty"),
        ("not_yaml", b"domains: [a\nb: {", "not a YAML document"),
        ("not_utf_8", b"domains: [\xff]", "not UTF-8"),
        ("two_documents", b"domains: [a.b]\n---\ndomains: [c.d]\n", "not a YAML document"),
    ];
    for (name, content, part) in rows {
        folder.write("config.yaml", content, 0o644);
        let mistakes = Config::load(&folder.path("config.yaml"), &[][..], &[]).err().unwrap().list;
        assert_eq!(mistakes.len(), 1, "{name}: {}", told(&mistakes));
        assert!(mistakes[0].to_string().contains(part), "{name}: {}", mistakes[0]);
        assert!(mistakes[0].path.ends_with("config.yaml"), "{name}");
    }
    let missing = Config::load(&folder.path("none.yaml"), &[][..], &[]).err().unwrap().list;
    assert!(told(&missing).contains("no such file") && told(&missing).contains("--config"));
    let folder_for_file = Config::load(&folder.path("state"), &[][..], &[]).err().unwrap().list;
    assert!(told(&folder_for_file).contains("not a regular file"));
    assert!(told(&folder.bad("just text")).contains("must be a section"));
}

/// One bad domain does not hide that an origin, or the sign-in page, is a workspace of another.
#[test]
fn good_domains_judge_beside_a_bad_one() {
    let folder = Folder::new();
    let yaml = MINIMAL.replace("[vdi.example.com]", "[vdi.example.com, nonsense]");
    let origin = "trusted_origins: [{origin: https://alice.vdi.example.com}]\n";
    let mistakes = folder.bad(&format!("{yaml}{origin}"));
    let paths: Vec<&str> = mistakes.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["domains[1]", "trusted_origins[0].origin"], "{}", told(&mistakes));
}

/// A reload watches what a refused configuration names: the repair may be one of those files.
#[test]
fn a_refused_configuration_reports_its_files() {
    let folder = Folder::new();
    let yaml = MINIMAL.replace("jwks.json", "not-yet.json") + "lissen: 1\n";
    folder.write("config.yaml", yaml.as_bytes(), 0o644);
    let refused = Config::load(&folder.path("config.yaml"), &[][..], &[]).err().unwrap();
    assert_eq!(refused.watched, [folder.path("config.yaml"), folder.path("not-yet.json")]);
    let missing = Config::load(&folder.path("none.yaml"), &[][..], &[]).err().unwrap();
    assert_eq!(missing.watched, [folder.path("none.yaml")]);
}

#[test]
fn an_alias_bomb_is_refused() {
    use std::fmt::Write as _;
    let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        writeln!(yaml, "a{level}: &a{level} [{}]", [below.as_str(); 9].join(", ")).unwrap();
    }
    assert!(told(&Folder::new().bad(&yaml)).contains("not a YAML document"));
}
