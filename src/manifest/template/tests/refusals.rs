//! The constructs that templates do not support, and their messages.

use super::*;

/// What is said of a template: by its parser, or when a session fills it.
fn said(template: &str) -> String {
    let template = Template::parse(template);
    let filled = template.and_then(|template| template.fill(&ALICE));
    filled.err().map_or_else(|| "nothing".to_owned(), |error| error.to_string())
}

/// Row: name, template, position, and two parts of the message: the construct and the remedy.
fn each_is_refused(rows: &[(&str, &str, (usize, usize), &str, &str)]) {
    for (name, template, (line, column), thing, remedy) in rows {
        let said = said(template);
        let place = format!("line {line}, column {column}: ");
        assert!(said.starts_with(&place), "{name}: {said}");
        assert!(said.contains(thing) && said.contains(remedy), "{name}: {said}");
        let (_, rest) =
            said.split_once("; ").unwrap_or_else(|| panic!("{name}: no remedy: {said}"));
        assert!(!rest.is_empty(), "{name}: {said}");
    }
}

#[test]
fn constructs_outside_the_subset() {
    each_is_refused(&[
        ("range", "{{ range .x }}{{ end }}", (1, 4), "`range`", "without a loop"),
        ("range_with_variables", "{{ range $i, $x := .x }}", (1, 4), "`range`", "without a loop"),
        ("with", "a\n  {{ with .owner }}{{ .uid }}{{ end }}", (2, 6), "`with`", "write `if`"),
        ("define", "{{ define \"x\" }}{{ end }}", (1, 4), "`define`", "where it is used"),
        ("template", "{{ template \"x\" . }}", (1, 4), "`template`", "where it is used"),
        ("block", "{{- block \"x\" . }}", (1, 5), "`block`", "where it is used"),
        ("break", "{{ break }}", (1, 4), "`break`", "without a loop"),
        ("continue", "{{ continue }}", (1, 4), "`continue`", "without a loop"),
        ("include", "{{ include \"x\" . }}", (1, 4), "`include`", "quote, default, lower"),
        (
            "else_if",
            "{{ if .host }}{{ else if .label }}{{ end }}",
            (1, 15),
            "`else if`",
            "{{ end }}{{ end }}",
        ),
        (
            "else_with",
            "{{ if .host }}{{ else with .label }}{{ end }}",
            (1, 15),
            "`else with`",
            "{{ else }}{{ if",
        ),
        ("variable", "{{ $x }}", (1, 4), "`$x`", "field path"),
        ("root_variable", "{{ $.host }}", (1, 4), "`$`", "field path"),
        ("declaration", "{{ $x := .host }}", (1, 4), "`$x`", "field path"),
        ("equals_sign", "{{ .host = .label }}", (1, 10), "variables", "field path"),
        ("parentheses", "{{ (.host) }}", (1, 4), "parentheses", "pipe"),
        ("comma", "{{ .host, .label }}", (1, 9), "`,`", "space"),
        ("character", "{{ .host | default 'a' }}", (1, 20), "`'`", "double quotes"),
        ("dot", "{{ . }}", (1, 4), "`.`", "field path"),
        ("true", "{{ if true }}{{ end }}", (1, 7), "`true`", "field path"),
        ("nil", "{{ nil }}", (1, 4), "`nil`", "field path"),
        ("text_alone", "{{ \"x\" }}", (1, 4), "alone", "without braces"),
        ("text_into_pipe", "{{ \"x\" | quote }}", (1, 4), "alone", "without braces"),
        ("number_alone", "{{ 8080 }}", (1, 4), "alone", "without braces"),
        ("printf", "{{ printf \"%s\" .host }}", (1, 4), "`printf`", "quote, default, lower"),
        ("index", "{{ index .session \"name\" }}", (1, 4), "`index`", "quote, default, lower"),
        (
            "to_yaml",
            "{{ .session | toYaml | indent 2 }}",
            (1, 15),
            "`toYaml`",
            "quote, default, lower",
        ),
        ("comparison", "{{ if eq .host \"x\" }}{{ end }}", (1, 7), "`eq`", "quote, default, lower"),
        ("negation", "{{ if not .host }}{{ end }}", (1, 7), "`not`", "quote, default, lower"),
        ("misspelt_function", "{{ .host | lowr }}", (1, 12), "`lowr`", "did you mean `lower`?"),
        ("capital_function", "{{ .host | Quote }}", (1, 12), "`Quote`", "did you mean `quote`?"),
    ]);
}

#[test]
fn fields_that_no_session_has() {
    each_is_refused(&[
        (
            "misspelt",
            "a: {{ .sesion.name }}",
            (1, 7),
            "`.sesion.name`",
            "did you mean `.session.name`?",
        ),
        (
            "go_case",
            "a: {{ .Session.Name }}",
            (1, 7),
            "`.Session.Name`",
            "did you mean `.session.name`?",
        ),
        ("raw_name", "{{ .user }}", (1, 4), "`.user`", "did you mean `.username`?"),
        ("far_off", "{{ .x }}", (1, 4), "`.x`", "known here: .username, .label"),
        (
            "section",
            "{{ .session }}",
            (1, 4),
            ".session is not a value",
            ".session.name, .session.id, .session.slug",
        ),
        ("section_of_owner", "{{ quote .owner }}", (1, 10), ".owner is not a value", ".owner.kind"),
        ("too_deep", "{{ .host.name }}", (1, 4), "`.host.name`", "did you mean"),
        ("trailing_dot", "{{ .host. }}", (1, 4), "`.host.`", "did you mean `.host`?"),
        ("in_default", "{{ .host | default .hots }}", (1, 20), "`.hots`", "did you mean `.host`?"),
        ("in_if", "{{ if .hots }}{{ end }}", (1, 7), "`.hots`", "did you mean `.host`?"),
        ("behind_wide_characters", "äö {{ .hots }}", (1, 7), "`.hots`", "did you mean"),
        ("control_character", "{{ .h\u{301}ost }}", (1, 6), "'\\u{301}'", "space"),
    ]);
    // A terminal gets one line, also of a template with line breaks.
    let long = format!("{{{{ .{} }}}}", "ä".repeat(10_000));
    assert!(said(&long).len() < 600, "{}", said(&long));
}

#[test]
fn functions_used_in_another_way() {
    each_is_refused(&[
        ("default_alone", "{{ .host | default }}", (1, 12), "`default`", "| default \"…\""),
        (
            "default_with_two",
            "{{ .host | default \"a\" \"b\" }}",
            (1, 12),
            "`default`",
            "| default \"…\"",
        ),
        ("default_of_a_text", "{{ default \"a\" \"b\" }}", (1, 4), "`default`", "| default \"…\""),
        ("default_without_value", "{{ default .host }}", (1, 4), "`default`", "| default \"…\""),
        (
            "default_function",
            "{{ .host | default lower }}",
            (1, 12),
            "`default`",
            "| default \"…\"",
        ),
        ("quote_with_argument", "{{ .host | quote .label }}", (1, 12), "`quote`", "| quote"),
        ("quote_of_two", "{{ quote .host .label }}", (1, 4), "`quote`", "| quote"),
        ("quote_of_a_text", "{{ quote \"a\" }}", (1, 4), "`quote`", "| quote"),
        ("lower_alone", "{{ lower }}", (1, 4), "`lower`", "| lower"),
        ("function_of_function", "{{ quote lower .host }}", (1, 4), "`quote`", "| quote"),
        ("quote_then_lower", "{{ .host | quote | lower }}", (1, 20), "`quote`", "last"),
        ("quote_twice", "{{ quote .host | quote }}", (1, 18), "`quote`", "last"),
        ("field_with_argument", "{{ .host .label }}", (1, 4), ".host", "write `|`"),
        ("field_behind_pipe", "{{ .host | .label }}", (1, 12), ".label", "write `|`"),
        ("text_behind_pipe", "{{ .host | \"x\" }}", (1, 12), "alone", "without braces"),
        ("pipe_to_nothing", "{{ .host | }}", (1, 1), "missing", "write a field"),
        ("pipe_from_nothing", "{{ | quote }}", (1, 1), "missing", "write a field"),
        ("empty_braces", "a {{ }}", (1, 3), "missing", "write a field"),
        ("if_inside", "{{ .host if }}", (1, 10), "`if`", "its own braces"),
        ("if_with_pipe", "{{ if .host | lower }}{{ end }}", (1, 7), "`if`", "one field path"),
        ("if_with_text", "{{ if \"x\" }}{{ end }}", (1, 7), "`if`", "one field path"),
        ("if_alone", "{{ if }}{{ end }}", (1, 1), "`if`", "one field path"),
        (
            "else_with_more",
            "{{ if .host }}{{ else .host }}{{ end }}",
            (1, 15),
            "`else`",
            "{{ else }}",
        ),
        ("end_with_more", "{{ if .host }}{{ end if }}", (1, 15), "`end`", "{{ end }}"),
        ("stray_else", "a\n{{ else }}", (2, 1), "`else`", "add the `if`"),
        ("stray_end", "{{ if .host }}{{ end }}{{ end }}", (1, 24), "`end`", "add the `if`"),
        (
            "two_elses",
            "{{ if .host }}{{ else }}{{ else }}{{ end }}",
            (1, 25),
            "`else`",
            "remove one",
        ),
        ("no_end", "{{ if .host }}\n{{ if .label }}{{ end }}", (1, 1), "`if`", "{{ end }}"),
        ("else_is_no_end", "{{ if .host }}{{ else }}", (1, 1), "`if`", "{{ end }}"),
    ]);
}

#[test]
fn braces_and_literals_that_do_not_close() {
    each_is_refused(&[
        ("open_braces", "a\r\n {{ .host", (2, 2), "`{{`", "`}}`"),
        ("one_brace", "{{ .host }", (1, 10), "'}'", "field paths"),
        ("open_comment", "{{/* x }}", (1, 1), "comment", "`*/}}`"),
        ("space_before_a_comment", "{{ /* x */}}", (1, 4), "'/'", "field paths"),
        ("two_spaces_before_a_comment", "{{-  /* x */}}", (1, 6), "'/'", "field paths"),
        ("space_behind_a_comment", "{{/* x */ }}", (1, 1), "comment", "`*/}}`"),
        ("more_behind_a_comment", "{{/* x */ .host }}", (1, 1), "comment", "`*/}}`"),
        ("trim_without_space", "{{-.host}}", (1, 3), "`-.host`", "digits"),
        ("trim_without_space_behind", "{{ .host-}}", (1, 9), "'-'", "space"),
        ("open_text", "{{ .host | default \"x }}", (1, 20), "not closed", "quote"),
        ("text_over_lines", "{{ .host | default \"x\n\" }}", (1, 20), "not closed", "quote"),
        ("escaped_end", "{{ .host | default \"x\\\" }}", (1, 20), "not closed", "quote"),
        ("open_raw_text", "{{ .host | default `x }}", (1, 20), "not closed", "quote"),
        ("unknown_escape", "{{ .host | default \"\\q\" }}", (1, 20), "escape", "backslash"),
        ("single_quote_escape", "{{ .host | default \"\\'\" }}", (1, 20), "escape", "backslash"),
        ("short_escape", "{{ .host | default \"\\x4\" }}", (1, 20), "escape", "backslash"),
        ("signed_escape", "{{ .host | default \"\\x+4\" }}", (1, 20), "escape", "backslash"),
        ("large_octal", "{{ .host | default \"\\777\" }}", (1, 20), "escape", "backslash"),
        ("surrogate", "{{ .host | default \"\\ud800\" }}", (1, 20), "escape", "backslash"),
        ("no_text", "{{ .host | default \"\\xff\" }}", (1, 20), "escape", "backslash"),
        ("negative", "{{ .host | default -1 }}", (1, 20), "`-1`", "digits"),
        ("octal", "{{ .host | default 010 }}", (1, 20), "`010`", "digits"),
        ("hexadecimal", "{{ .host | default 0x1F }}", (1, 20), "`0x1F`", "digits"),
        ("underscore", "{{ .host | default 1_000 }}", (1, 20), "`1_000`", "digits"),
        ("fraction", "{{ .host | default 1.5 }}", (1, 20), "`1.5`", "digits"),
        (
            "too_large",
            "{{ .host | default 18446744073709551616 }}",
            (1, 20),
            "18446744073709551616",
            "digits",
        ),
        ("operands_without_space", "{{ .host\"x\" }}", (1, 9), "'\"'", "space"),
        ("other_character", "{{ .host & .label }}", (1, 10), "'&'", "field paths"),
        ("three_braces", "{{{ .host }}}", (1, 3), "'{'", "field paths"),
        ("escape_sequence", "{{ \u{1b}[2J }}", (1, 4), "'\\u{1b}'", "field paths"),
    ]);
    let large = |bytes: usize| Template::parse(&"#".repeat(bytes)).map(|_| ());
    assert_eq!(large(MAX_BYTES), Ok(()));
    let kind = large(MAX_BYTES + 1).unwrap_err().kind;
    assert_eq!(kind, TemplateErrorKind::TooLarge { bytes: MAX_BYTES + 1 });
}

#[test]
fn values_where_yaml_has_none() {
    each_is_refused(&[
        (
            "key",
            "a: 1\n{{ .label }}: 2",
            (2, 1),
            ".label is part of a key",
            "write the key literally",
        ),
        ("part_of_a_key", "a:\n  x-{{ .label }}: 2", (2, 5), ".label is part of a key", "write"),
        ("quoted_key", "{{ .label | quote }}: 2", (1, 1), ".label is part of a key", "write"),
        (
            "number_as_key",
            "{{ .service.port }}: 2",
            (1, 1),
            ".service.port is part of a key",
            "write",
        ),
        ("key_of_json", "{\"{{ .label }}\": 2}", (1, 3), ".label is part of a key", "write"),
        ("explicit_key", "? {{ .label }}\n: 2", (1, 3), ".label is part of a key", "write"),
        ("key_in_a_list", "- a: [{x{{ .label }}: 1}]", (1, 9), ".label is part of a key", "write"),
        (
            "key_in_a_second_document",
            "a: 1\n---\n{{ .label }}: 1",
            (3, 1),
            "part of a key",
            "write",
        ),
        (
            "anchor",
            "a: &{{ .label }} b",
            (1, 5),
            ".label is in a place where YAML has no text",
            "quotes",
        ),
        ("anchor_before_a_comment", "a: &{{ .label }} b # c", (1, 5), "no text", "quotes"),
        ("directive", "%FOO {{ .label }}\n---\na: 1", (1, 6), "no text", "quotes"),
        ("alias", "a: *{{ .label }}", (1, 1), "not valid YAML", "plain words"),
        (
            "tag",
            "a: !{{ .label }} b",
            (1, 1),
            "not valid YAML: unsupported tag `!{{ .label }}`;",
            "plain",
        ),
        ("part_of_a_number", "a: 1{{ .service.port }}", (1, 5), "no text", "quotes"),
        ("negated_number", "a: -{{ .service.port }}", (1, 5), "no text", "quotes"),
        ("fraction", "a: {{ .service.port }}.5", (1, 4), "no text", "quotes"),
        ("two_numbers", "a: {{ .service.port }}{{ .service.port }}", (1, 4), "no text", "quotes"),
        ("behind_a_backslash", "a: \"\\{{ .label }}\"", (1, 1), "not valid YAML", "plain words"),
        ("hexadecimal_escape", "a: \"\\x{{ .label }}\"", (1, 1), "not valid YAML", "plain words"),
        ("block_header", "a: |{{ .label }}\n  b", (1, 1), "not valid YAML", "plain words"),
        ("merge_key", "<<: {{ .label }}", (1, 1), "not valid YAML", "plain words"),
        (
            "quotes_in_quotes",
            "a: \"{{ .label | quote }}\"",
            (1, 1),
            "not valid YAML",
            "plain words",
        ),
    ]);
}

#[test]
fn values_that_a_session_does_not_have() {
    each_is_refused(&[
        (
            "slug",
            "a: {{ .session.slug }}",
            (1, 4),
            ".session.slug",
            "{{ if .session.slug }}…{{ end }}",
        ),
        ("owner", "a:\n  b: x{{ .owner.uid | quote }}", (2, 7), ".owner.uid", "| default"),
        ("lower_of_absent", "a: {{ .owner.uid | lower }}", (1, 4), ".owner.uid", "| default"),
        (
            "absent_default",
            "a: {{ .session.slug | default .owner.uid }}",
            (1, 4),
            ".session.slug",
            "| default",
        ),
    ]);
}

#[test]
fn a_mistake_of_yaml_is_shown_where_the_template_has_it() {
    for (name, template, place) in [
        ("first_line", "a: [\n", "line 1, column 1: "),
        ("plain", "a: 1\nb: 2\n c: 3\n", "line 3, column 1: "),
        (
            "behind_a_branch",
            "{{ if .owner }}\na: 1\n{{ end }}\nb: 2\n c: 3\n",
            "line 5, column 1: ",
        ),
        ("behind_trimming", "a: 1\n\n\n{{- /* x */}}\n c: {{ .host }}\n", "line 5, column 1: "),
        ("doubled_key", "a: 1\n\na: {{ .host }}\n", "line 3, column 1: "),
    ] {
        let said = said(template);
        assert!(said.starts_with(place) && said.contains("not valid YAML"), "{name}: {said}");
        assert!(!said.contains("at line"), "{name}: {said}");
    }
}
