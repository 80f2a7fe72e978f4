//! All supported forms of sessions.

use super::command::{documents, render, routes, session};
use serde_json::{Value, json};

fn object(name: &str, username: &str) -> Value {
    json!({
        "apiVersion": "doorward.dev/v1alpha1", "kind": "VDISession",
        "metadata": {
            "name": name, "namespace": "desks", "uid": format!("uid-of-{name}"),
            "resourceVersion": "7", "managedFields": [{ "manager": "operator" }],
        },
        "spec": { "sessionId": name, "user": { "username": username } },
        "status": { "phase": "Ready" },
    })
}

#[test]
fn deleting_a_session_deletes_its_route() {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [object("a", "alice")] });
    let rendered = render(&["-"], &list.to_string());
    let documents = documents(&rendered);
    let metadata = &routes(&documents)[0]["metadata"];
    assert_eq!(metadata["namespace"], "desks");
    let owner = json!([{
        "apiVersion": "doorward.dev/v1alpha1", "kind": "VDISession", "name": "a",
        "uid": "uid-of-a", "controller": true, "blockOwnerDeletion": true,
    }]);
    assert_eq!(metadata["ownerReferences"], owner);
}

#[test]
fn the_same_sessions_in_another_form_or_order_give_the_same_text() {
    let (alice, bob) = (object("a", "alice"), object("b", "bob"));
    let yaml = |value: &Value| serde_saphyr::to_string(value).unwrap();
    let list = |items: &[&Value]| json!({ "apiVersion": "v1", "kind": "List", "items": items });
    let expected = render(&["-"], &json!([alice, bob]).to_string());
    assert_eq!(expected.code, 0, "{}", expected.output());
    for (name, text) in [
        ("other_order", json!([bob, alice]).to_string()),
        ("kubectl_json", list(&[&alice, &bob]).to_string()),
        ("kubectl_yaml", yaml(&list(&[&bob, &alice]))),
        ("stream", format!("{}---\n{}", yaml(&alice), yaml(&bob))),
        ("json_lines", format!("{alice}\n{bob}\n")),
    ] {
        assert_eq!(render(&["-"], &text).stdout, expected.stdout, "{name}");
    }
}

#[test]
fn sessions_of_several_files_are_checked_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, value.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let one = write("one.json", json!([session("a", "alice")]));
    let other = write("other.json", json!([session("b", "alice")]));
    let refused = render(&[&one, &other], "");
    assert_eq!(refused.code, 1, "{}", refused.output());
    for said in ["one.json, document 1", "other.json, document 1", "alice.vdi.example.com"] {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.output());
    }
    let missing = render(&["nowhere.yaml"], "");
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("nowhere.yaml"), "{}", missing.output());
}

#[test]
fn an_object_under_deletion_is_left_out_and_reported() {
    let mut going = object("a", "alice");
    going["metadata"]["deletionTimestamp"] = json!("2026-11-25T00:00:00Z");
    let rendered = render(&["-"], &json!([going, object("b", "bob")]).to_string());
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    assert_eq!(routes(&documents(&rendered)).len(), 1);
    assert!(rendered.stderr.contains("item [0] is being deleted"), "{}", rendered.stderr);
}

#[test]
fn invalid_yaml_is_reported_with_its_document() {
    for (name, text, said) in [
        ("broken", "a: 1\n---\nb: [\n", "document 2"),
        ("doubled_key", "session: {id: a, name: a}\nusername: alice\nusername: bob\n", "username"),
        ("binary", "\u{0}\u{1}", "cannot be read"),
    ] {
        let refused = render(&["-"], text);
        assert_eq!((refused.code, &*refused.stdout), (1, ""), "{name}: {}", refused.output());
        assert!(refused.stderr.contains("standard input, document"), "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
        assert!(!refused.stderr.contains("Policy"), "{name}: {}", refused.stderr);
    }
}
