//! Written YAML is read back unchanged, and has the expected format.

use super::*;
use proptest::prelude::*;

fn written(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text).unwrap();
    text
}

#[test]
fn comments_stand_above_what_they_explain() {
    let node: Node = Section::new()
        .put("kind", "Middleware")
        .why("Everything that follows.\n\nIn two paragraphs.")
        .put(
            "spec",
            Section::new()
                .why("Who is asked.")
                .put("address", "https://gate:4181")
                .put("plain", Section::new().put("a", ["no", "1e3"]))
                .put(
                    "routes",
                    [
                        Section::new()
                            .why("The rule.")
                            .put("match", "Host(`a`)")
                            .put("port", 1_u16),
                        Section::new().put("match", "b").why("Why.").put("empty", Section::new()),
                    ],
                )
                .why("Last.")
                .put("list", ["x", "z"]),
        )
        .into();
    let expected = "\
kind: Middleware
# Everything that follows.
#
# In two paragraphs.
spec:
  # Who is asked.
  address: https://gate:4181
  plain:
    a:
    - \"no\"
    - \"1e3\"
  routes:
  # The rule.
  - match: Host(`a`)
    port: 1
  - match: b
    # Why.
    empty: {}
  # Last.
  list:
  - x
  - z
";
    assert_eq!(written(&node), expected);
    assert_eq!(read(expected).unwrap(), [node.without_comments()]);
}

#[test]
fn a_long_comment_is_broken_between_words() {
    let comment = "word ".repeat(60);
    let text = written(&Section::new().why(comment.trim().to_owned()).put("a", true).into());
    assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    assert_eq!(text.matches("word").count(), 60);
}

#[test]
fn documents_of_every_kind_are_read() {
    for (name, text, documents) in [
        ("nothing", "", 0),
        ("comments_only", "# a\n---\n# b\n", 0),
        ("one", "a: 1\n", 1),
        ("stream", "a: 1\n---\nb: 2\n---\n---\nc: 3\n", 3),
        ("json", "{\"a\": 1}", 1),
        ("json_after_json", "{\"a\": 1}\n{\"b\": 2}", 2),
        ("json_list", "[{\"a\": 1}]", 1),
        ("flow_style", "{a: 1, b: [c]}", 1),
        ("flow_style_stream", "{a: 1}\n---\n{b: 2}\n", 2),
    ] {
        assert_eq!(read(text).map(|nodes| nodes.len()), Ok(documents), "{name}");
    }
}

#[test]
fn ambiguous_yaml_is_refused() {
    for (name, text, document) in [
        ("doubled_key", "a: 1\na: 2\n", 1),
        ("doubled_key_in_json", "{\"a\": 1, \"a\": 2}", 1),
        ("doubled_key_inside", "a: 1\n---\nb: {c: 1, c: 2}\n", 2),
        ("merge_key", "x: &x {a: 1}\ny: {<<: *x}\n", 1),
        ("foreign_tag", "a: !Secret b\n", 1),
        ("broken", "a: [1\n", 1),
        ("cut_off_json", "{\"a\": 1", 1),
        ("too_deep", &"[".repeat(200), 1),
    ] {
        assert_eq!(read(text).unwrap_err().document, document, "{name}");
    }
    let bomb = (1..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("{text}a{level}: &a{level} [{items}]\n")
    });
    assert!(read(&bomb).is_err(), "an alias bomb went off");
}

#[test]
fn words_of_yaml_1_1_stay_text() {
    let text = "[no, on, y, yes, off, 0x1f, 012, 1_000, 2026-11-23, .inf, =, 1:30]";
    let Node::List(items) = &read(text).unwrap()[0] else { panic!("no list") };
    let not_text: Vec<_> = items.iter().filter(|item| item.text().is_none()).collect();
    // A hexadecimal number is one in 1.2 as well.
    assert_eq!(not_text, [&Node::Unsigned(31)]);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        any::<String>(),
        "[-0-9a-fx_:.eE+]{1,8}",
        "(no|on|y|null|~|true|---|\\.\\.\\.|#|&a|\\*a|!t|%|@|`|\\||>|\\?|-|:|,)[ a]{0,2}",
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        text().prop_map(Node::from),
        any::<bool>().prop_map(Node::from),
        any::<u64>().prop_map(Node::from),
        Just(Node::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let entry = ("[a-z# ]{0,12}", text(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Node::List),
            prop::collection::vec(entry, 0..5).prop_map(|entries| {
                let put = |section: Section, (comment, key, node): (String, String, Node)| {
                    section.why(comment).put(key, node)
                };
                entries.into_iter().fold(Section::new(), put).into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_tree_is_read_back_the_same(node in tree()) {
        let text = written(&node);
        let read = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let expected = node.without_comments();
        // A document that is empty is left out.
        let expected = if expected == Node::Null { vec![] } else { vec![expected] };
        prop_assert_eq!(read, expected, "{}", text);
    }
}
