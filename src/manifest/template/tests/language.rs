//! The supported constructs of templates, which have the same meaning as in Go.

use super::*;

/// Fills each template for a session with an owner and without a slug, and compares the tree with
/// that of plain YAML.
fn each_becomes(rows: &[(&str, &str, &str)]) {
    let owner = owner();
    let values = Values { owner: Some(&owner), ..ALICE };
    for (name, template, expected) in rows {
        assert_eq!(filled(template, &values), yaml::read(expected).unwrap(), "{name}");
    }
}

#[test]
fn every_field_is_there() {
    each_becomes(&[
        ("username_is_the_label", "a: {{ .username }}", "a: alice"),
        ("label", "a: {{ .label }}", "a: alice"),
        ("host", "a: {{ .host }}", "a: alice.vdi.example.com"),
        ("domain", "a: {{ .domain }}", "a: vdi.example.com"),
        ("namespace", "a: {{ .namespace }}", "a: vdi-sessions"),
        ("issuer", "a: {{ .issuer }}", "a: https://id.example.com/Realm"),
        ("session_name", "a: {{ .session.name }}", "a: kasm-alice-1"),
        ("session_id", "a: {{ .session.id }}", "a: 66fe8fe4"),
        ("service_name", "a: {{ .service.name }}", "a: kasm-alice-1"),
        ("service_port", "a: {{ .service.port }}", "a: 8080"),
        ("owner_api_version", "a: {{ .owner.apiVersion }}", "a: doorward.dev/v1alpha1"),
        ("owner_kind", "a: {{ .owner.kind }}", "a: VDISession"),
        ("owner_name", "a: {{ .owner.name }}", "a: alice-1"),
        ("owner_uid", "a: {{ .owner.uid }}", "a: 0b8e"),
        ("no_space", "a: {{.host}}", "a: alice.vdi.example.com"),
        ("lines_inside", "a: {{\n\t.host\r\n}}", "a: alice.vdi.example.com"),
    ]);
    let values = Values { session_slug: Some("dev"), ..ALICE };
    assert_eq!(filled("a: {{ .session.slug }}", &values), yaml::read("a: dev").unwrap());
}

#[test]
fn numbers_are_numbers_where_yaml_has_one() {
    each_becomes(&[
        ("plain", "a: {{ .service.port }}", "a: 8080"),
        ("in_a_list", "[{{ .service.port }}, {{ .service.port }}]", "[8080, 8080]"),
        ("json", "{\"a\": {{ .service.port }}}", "{\"a\": 8080}"),
        ("quote", "a: {{ .service.port | quote }}", "a: \"8080\""),
        ("double_quotes", "a: \"{{ .service.port }}\"", "a: \"8080\""),
        ("single_quotes", "a: '{{ .service.port }}'", "a: '8080'"),
        ("tagged_as_text", "a: !!str {{ .service.port }}", "a: \"8080\""),
        ("block", "a: |-\n  {{ .service.port }}", "a: \"8080\""),
        ("part_of_text", "a: {{ .host }}:{{ .service.port }}", "a: alice.vdi.example.com:8080"),
        ("default_number", "a: {{ .session.slug | default 80 }}", "a: 80"),
        ("default_text", "a: {{ .session.slug | default \"80\" }}", "a: \"80\""),
        (
            "largest",
            "a: {{ .session.slug | default 18446744073709551615 }}",
            "a: 18446744073709551615",
        ),
        ("zero", "a: {{ .session.slug | default 0 }}", "a: 0"),
        ("lower_of_a_number", "a: {{ .service.port | lower }}", "a: 8080"),
    ]);
    let values = Values { session_id: "007", session_name: "1e3", label: "true", ..ALICE };
    assert_eq!(
        filled("[{{ .session.id }}, {{ .session.name }}, {{ .label }}]", &values),
        [Node::from(["007", "1e3", "true"])],
    );
}

#[test]
fn functions_work_behind_pipes_and_in_front() {
    each_becomes(&[
        ("quote", "a: {{ .host | quote }}", "a: \"alice.vdi.example.com\""),
        ("quote_inside_text", "a: Host({{ .host | quote }})", "a: Host(\"alice.vdi.example.com\")"),
        ("quote_in_front", "a: {{ quote .host }}", "a: alice.vdi.example.com"),
        ("lower", "a: {{ .issuer | lower }}", "a: https://id.example.com/realm"),
        ("lower_in_front", "a: {{ lower .issuer }}", "a: https://id.example.com/realm"),
        ("default_of_absent", "a: {{ .session.slug | default \"x\" }}", "a: x"),
        ("default_of_present", "a: {{ .host | default \"x\" }}", "a: alice.vdi.example.com"),
        ("default_in_front", "a: {{ default \"x\" .session.slug }}", "a: x"),
        ("default_field", "a: {{ .session.slug | default .label }}", "a: alice"),
        (
            "default_absent_field",
            "a: {{ .session.slug | default .session.slug | default `y` }}",
            "a: y",
        ),
        ("lower_of_default", "a: {{ .session.slug | default \"X\" | lower }}", "a: x"),
        ("default_of_lower", "a: {{ .session.slug | lower | default \"X\" }}", "a: X"),
        (
            "all",
            "a: {{ default .issuer .session.slug | lower | quote }}",
            "a: https://id.example.com/realm",
        ),
        ("no_space", "a: {{.session.slug|default \"x\"|quote}}", "a: x"),
        (
            "structure_in_default",
            "a: {{ .session.slug | default \"x\\n- b: [\" }}",
            "a: \"x\\n- b: [\"",
        ),
    ]);
    let empty = Values { issuer: "", ..ALICE };
    assert_eq!(filled("a: {{ .issuer | default \"x\" }}", &empty), yaml::read("a: x").unwrap());
    assert_eq!(filled("a: {{ .issuer }}", &empty), yaml::read("a: \"\"").unwrap());
}

#[test]
fn literals_are_those_of_go() {
    for (name, literal, expected) in [
        ("plain", r#""a b""#, "a b"),
        ("raw", "`a\\n\")`", "a\\n\")"),
        ("raw_line_end", "`a\r\nb`", "a\nb"),
        ("simple_escapes", r#""\a\b\t\n\v\f\r\\\"""#, "\u{7}\u{8}\t\n\u{b}\u{c}\r\\\""),
        ("hexadecimal", r#""\x41\xc3\xa4""#, "Aä"),
        ("octal", r#""\101\303\244""#, "Aä"),
        ("code_points", r#""\u00e4\U0001F600""#, "ä😀"),
        ("escaped_backslash_at_the_end", r#""a\\""#, "a\\"),
        ("braces", r#""}}""#, "}}"),
        ("opening_braces", r#""{{ .host }}""#, "{{ .host }}"),
        ("comment", r#""/* a */""#, "/* a */"),
        ("empty", r#""""#, ""),
    ] {
        let template = format!("a: {{{{ .session.slug | default {literal} }}}}");
        let nodes = filled(&template, &ALICE);
        assert_eq!(nodes[0].below(&["a"]).and_then(Node::text), Some(expected), "{name}");
    }
}

#[test]
fn conditions_choose_text() {
    each_becomes(&[
        ("present", "a: {{ if .owner.uid }}1{{ end }}", "a: 1"),
        ("absent", "a: {{ if .session.slug }}1{{ end }}", "a:"),
        ("section", "a: {{ if .owner }}1{{ else }}2{{ end }}", "a: 1"),
        ("section_that_is_always_there", "a: {{ if .session }}1{{ else }}2{{ end }}", "a: 1"),
        ("else", "a: {{ if .session.slug }}1{{ else }}2{{ end }}", "a: 2"),
        ("nothing_taken", "{{ if .session.slug }}a: 1{{ end }}", ""),
        ("number", "a: {{ if .service.port }}1{{ end }}", "a: 1"),
        (
            "nested",
            "a: {{ if .host }}{{ if .session.slug }}1{{ else }}2{{ end }}{{ else }}3{{ end }}",
            "a: 2",
        ),
        (
            "nested_in_else",
            "a: {{ if .session.slug }}1{{ else }}{{ if .host }}2{{ else }}3{{ end }}{{ end }}4",
            "a: 24",
        ),
        ("twice", "a: {{ if .host }}1{{ end }}{{ if .host }}2{{ end }}", "a: 12"),
        ("value_inside", "a: {{ if .owner }}{{ .owner.uid }}{{ end }}", "a: 0b8e"),
        ("no_values", "a: 1", "a: 1"),
        ("empty_template", "", ""),
    ]);
    for (template, values) in [
        ("{{ if .owner }}a: 1{{ end }}", ALICE),
        ("{{ if .issuer }}a: 1{{ end }}", Values { issuer: "", ..ALICE }),
        ("{{ if .service.port }}a: 1{{ end }}", Values { service_port: 0, ..ALICE }),
    ] {
        assert_eq!(filled(template, &values), [], "{template}");
    }
    let deep = format!("{}a: 1{}", "{{ if .host }}".repeat(20_000), "{{ end }}".repeat(20_000));
    assert_eq!(filled(&deep, &ALICE), yaml::read("a: 1").unwrap());
}

#[test]
fn space_is_trimmed_as_go_trims_it() {
    each_becomes(&[
        ("left", "a: \"x \n {{- .label }}\"", "a: xalice"),
        ("right", "a: \"{{ .label -}} \r\n\t x\"", "a: alicex"),
        ("both", "a: \"x {{- .label -}} x\"", "a: xalicex"),
        ("neither", "a: \"x {{ .label }} x\"", "a: x alice x"),
        ("line_end_behind_the_marker", "a: \"x {{-\n.label\n-}} x\"", "a: xalicex"),
        ("two_actions", "a: \"{{ .label -}} {{- .label }}\"", "a: alicealice"),
        ("text_gone", "a: {{ if .host -}} {{- end }}1", "a: 1"),
        ("no_break_space_stays", "a: \"x\u{a0}{{- .label }}\"", "a: \"x\u{a0}alice\""),
        ("not_up_to_another_action", "a: \"{{ .label -}}{{ .label }} x\"", "a: alicealice x"),
    ]);
}

#[test]
fn comments_are_removed() {
    each_becomes(&[
        ("comment", "a: 1{{/* .nothing }} */}}", "a: 1"),
        ("trimming_comment", "a: \"x {{- /* c */ -}} y\"", "a: xy"),
        ("left_trimming_comment", "a: \"x {{- /* c */}} y\"", "a: x y"),
        ("lines", "a: {{/* x\n\ny */}}1", "a: 1"),
        ("value_in_a_yaml_comment", "# {{ .host }}\na: 1 # &{{ .issuer | quote }}", "a: 1"),
        ("absent_value_in_a_yaml_comment", "a: 1 # {{ .session.slug }}", "a: 1"),
        ("commented_out_line", "a: 1\n#  b: {{ .host }}\n", "a: 1"),
    ]);
}

#[test]
fn files_of_other_systems_are_read() {
    let text = FIRST.replace('\n', "\r\n");
    let bom = "\u{feff}";
    for text in
        [&text, &format!("{bom}{FIRST}"), &format!("{FIRST}{bom}"), &format!("{bom}{text}{bom}")]
    {
        assert_eq!(filled(text, &ALICE), filled(FIRST, &ALICE));
    }
    let block = "a: |\r\n  {{ .host }}\r\n  b\r\n";
    assert_eq!(filled(block, &ALICE), yaml::read("a: |\n  alice.vdi.example.com\n  b\n").unwrap());
}

#[test]
fn json_is_a_template_as_well() {
    let text = "{{ if .host -}}\n{\"a\": \"x{{ .host }}\", \"b\": {{ .label | quote }}}{{ end }}";
    each_becomes(&[("json", text, "{a: xalice.vdi.example.com, b: alice}")]);
}
