//! The forms of sessions, and their errors.

use super::*;
use crate::manifest::yaml;

fn read(text: &str) -> Sessions {
    Sessions::of(&yaml::read(text).unwrap(), &Arc::from("sessions.yaml"))
}

fn only(text: &str) -> VdiSession {
    let mut found = read(text);
    assert_eq!(found.errors, [], "{text}");
    assert_eq!(found.sessions.len(), 1, "{text}");
    found.sessions.remove(0)
}

const SHORT: &str = "session: { id: 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05, name: kasm-alice-1 }\n\
                     username: alice\n";
const OBJECT: &str = "\
apiVersion: doorward.dev/v1alpha1
kind: VDISession
metadata: { name: kasm-alice-1, namespace: desks, uid: 0c5e, labels: { a: b } }
spec:
  sessionId: s-1
  sessionSlug: dev
  user: { username: alice, issuer: https://portal.example.com }
  service: { name: kasm-alice-1, port: 6901 }
  domain: VDI.example.com
status: { phase: Ready }
";

#[test]
fn the_short_form_is_read() {
    let session = only(SHORT);
    assert_eq!(session.name.as_str(), "kasm-alice-1");
    assert_eq!(session.id.as_str(), "66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05");
    assert_eq!(&*session.username, "alice");
    assert_eq!((session.namespace, session.owner, session.port), (None, None, None));

    let all = "issuer: https://a.example\nslug: dev\ndomain: lab.example.org\nnamespace: desks\n\
               service: { name: 10.0.0.7, port: 6901 }\n\
               owner: { apiVersion: v1, kind: Pod, name: p, uid: u, namespace: desks }\n";
    let session = only(&format!("{SHORT}{all}"));
    assert_eq!(session.issuer.as_deref(), Some("https://a.example"));
    assert_eq!(session.slug.as_ref().map(SessionSlug::as_str), Some("dev"));
    assert_eq!(session.domain.as_ref().map(Domain::as_str), Some("lab.example.org"));
    assert_eq!((session.service.as_deref(), session.port), (Some("10.0.0.7"), Some(6901)));
    let owner = session.owner.unwrap();
    let reference = owner.reference();
    for (key, value) in [("apiVersion", "v1"), ("kind", "Pod"), ("name", "p"), ("uid", "u")] {
        assert_eq!(reference.below(&[key]).and_then(Node::text), Some(value), "{key}");
    }
    assert_eq!(reference.below(&["controller"]), Some(&Node::Bool(true)));
}

#[test]
fn an_object_is_read_and_is_the_owner_of_its_route() {
    let session = only(OBJECT);
    assert_eq!(session.namespace.as_ref().map(ObjectName::as_str), Some("desks"));
    assert_eq!(session.id.as_str(), "s-1");
    assert_eq!(session.domain.as_ref().map(Domain::as_str), Some("vdi.example.com"));
    let owner = session.owner.unwrap();
    assert_eq!((&*owner.kind, &*owner.name, &*owner.uid), (KIND, "kasm-alice-1", "0c5e"));

    let without = OBJECT.replace(", uid: 0c5e", "");
    assert_eq!(only(&without).owner, None);
    let by_uid = OBJECT.replace("  sessionId: s-1\n", "");
    assert_eq!(only(&by_uid).id.as_str(), "0c5e");
}

#[test]
fn lists_and_streams_of_every_kind_are_read() {
    let indented = |text: &str| text.replace('\n', "\n  ").trim_end().to_owned();
    let json = serde_json::to_string(&yaml::read(OBJECT).unwrap()[0]).unwrap();
    let kubectl = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{json},{json}]}}");
    let typed = json.replacen("\"kind\":\"VDISession\",", "", 1);
    let typed = format!("{{\"kind\":\"VDISessionList\",\"items\":[{typed}]}}");
    for (name, text, sessions) in [
        ("stream", format!("{SHORT}---\n{OBJECT}---\n{SHORT}"), 3),
        ("list", format!("- {}\n- {}\n", indented(SHORT), indented(OBJECT)), 2),
        ("json", json.clone(), 1),
        ("json_lines", format!("{json}\n{json}\n"), 2),
        ("kubectl", kubectl, 2),
        ("typed_list", typed, 1),
        ("no_items", "{\"kind\":\"List\",\"items\":[]}".to_owned(), 0),
        ("nothing", String::new(), 0),
    ] {
        let found = read(&text);
        assert_eq!((found.sessions.len(), &*found.errors), (sessions, &[][..]), "{name}");
    }
}

#[test]
fn an_object_that_is_being_deleted_gets_no_route() {
    let deleted = OBJECT.replace("labels:", "deletionTimestamp: 2026-11-25T00:00:00Z, labels:");
    let found = read(&format!("{deleted}---\n{SHORT}"));
    assert_eq!((found.sessions.len(), found.deleted.len()), (1, 1));
    assert_eq!(found.errors, []);
}

/// Row: name, a line of `base`, its replacement (or `+` and a new line), the field, part of the
/// message.
fn each_is_refused(base: &str, rows: &str) {
    for row in rows.lines().filter(|line| !line.is_empty()) {
        let [name, from, to, field, said] = *row.split(" | ").collect::<Vec<_>>() else {
            panic!("{row}")
        };
        let text = if from == "+" {
            format!("{base}{to}\n")
        } else {
            assert!(base.contains(from), "{name}: {from}");
            base.replace(from, to)
        };
        let found = read(&text);
        assert_eq!(found.sessions, [], "{name}");
        let [error] = &*found.errors else { panic!("{name}: {:?}", found.errors) };
        assert_eq!(&*error.field, field, "{name}");
        let text = error.to_string();
        assert!(text.contains(said), "{name}: {text}");
        assert!(text.starts_with("sessions.yaml, document 1, "), "{name}: {text}");
        assert!(text.contains("\n    "), "{name} has no remedy: {text}");
    }
}

#[test]
fn a_mistake_in_the_short_form_is_named() {
    each_is_refused(
        SHORT,
        "\
no_username | username: alice | # | username | is missing
null_username | username: alice | username: ~ | username | is missing
number_for_username | username: alice | username: 42 | username | put it in quotes
truth_for_username | username: alice | username: true | username | put it in quotes
list_for_username | username: alice | username: [alice, bob] | username | is a list
no_name | , name: kasm-alice-1 | , name: ~ | session.name | is missing
name_in_upper_case | kasm-alice-1 | Kasm | session.name | 'K' at byte 0
name_with_a_path | kasm-alice-1 | ../etc | session.name | '.' at byte 0
name_with_a_backtick | kasm-alice-1 | 'a`b' | session.name | '`' at byte 1
name_of_64_bytes | kasm-alice-1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | session.name | 64 bytes
id_with_a_space | 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05 | a b | session.id | ' ' at byte 1
id_that_is_a_number | 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05 | 17 | session.id | put it in quotes
session_is_text | session: { id: 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05, name: kasm-alice-1 } | session: kasm-alice-1 | session | is text, not a section
misspelt | + | isuer: x | isuer | did you mean `issuer`
far_off | + | zzz: x | zzz | known here: session, username
misspelt_inside | name: kasm | nam: x, name: kasm | session.nam | did you mean `name`
slug_of_two | + | slug: ab | slug | 2 bytes
slug_in_upper_case | + | slug: Dev | slug | is not a session slug
slug_with_two_hyphens | + | slug: a--b | slug | is not a session slug
domain_that_is_none | + | domain: vdi | domain | is not a domain
port_zero | + | service: {port: 0} | service.port | 0 is not a port
port_too_large | + | service: {port: 65536} | service.port | 65536 is not a port
port_by_name | + | service: {port: http} | service.port | is text
service_elsewhere | + | service: {namespace: other} | service.namespace | is not a known field
namespace_with_dots | + | namespace: a.b | namespace | '.' at byte 1
owner_without_uid | + | owner: {apiVersion: v1, kind: Pod, name: p} | owner.uid | is missing
owner_with_empty_kind | + | owner: {apiVersion: v1, kind: '', name: p, uid: u} | owner.kind | is missing
owner_elsewhere | + | owner: {apiVersion: v1, kind: Pod, name: p, uid: u, namespace: other} | owner.namespace | garbage collector
",
    );
}

#[test]
fn a_mistake_in_an_object_is_named() {
    each_is_refused(
        OBJECT,
        "\
another_kind | kind: VDISession | kind: Secret | kind | is a Secret, not a VDISession
another_group | doorward.dev/v1alpha1 | vdi.example.com/v1 | apiVersion | doorward.dev/v1alpha1
no_user | user: { username: alice, issuer: https://portal.example.com } | # | spec.user | is missing
misspelt | sessionSlug | sesionSlug | spec.sesionSlug | did you mean `sessionSlug`
user_by_name | issuer: | email: | spec.user.email | known here
bad_slug | sessionSlug: dev | sessionSlug: xn | spec.sessionSlug | 2 bytes
bad_id | sessionId: s-1 | sessionId: -s | spec.sessionId | '-'
",
    );
    let bad_uid = OBJECT.replace("  sessionId: s-1\n", "").replace("0c5e", "'!'");
    let found = read(&bad_uid);
    assert_eq!((found.sessions.len(), &*found.errors[0].field), (0, "metadata.uid"));
}

#[test]
fn every_mistake_of_a_text_is_reported_at_once() {
    let text = "- session: {}\n  usename: a\n- 7\n- kind: Pod\n- session: { id: a, name: b }\n  username: c\n";
    let found = read(text);
    assert_eq!(found.sessions.len(), 1);
    let said: Vec<_> =
        found.errors.iter().map(|error| (error.position.item.unwrap(), &*error.field)).collect();
    let expected = [
        (0, "username"),
        (0, "usename"),
        (0, "session.id"),
        (0, "session.name"),
        (1, ""),
        (2, "kind"),
    ];
    assert_eq!(said, expected);
    let text = found.errors[4].to_string();
    assert!(text.starts_with("sessions.yaml, document 1, item [1]: is a number"), "{text}");
}
