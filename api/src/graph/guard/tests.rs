//! Hostile documents are refused by counting nodes and bytes, never by waiting.

use std::fmt::Write;

use async_graphql::{Request, Variables, value};

use super::{Limits, Measure, Refusal, admit};

fn measured(query: &str) -> Result<Measure, Refusal> {
    admit(&mut Request::new(query), &Limits::default())
}

#[track_caller]
fn refused(query: &str) -> Refusal {
    let refusal = measured(query).expect_err("this query must be refused");
    assert!(refusal.message.len() < 300, "{}", refusal.message);
    refusal
}

#[track_caller]
fn too_complex(query: &str, words: &str) {
    let refusal = refused(query);
    assert_eq!(refusal.code, Refusal::TOO_COMPLEX, "{}", refusal.message);
    assert!(refusal.message.contains(words), "{}", refusal.message);
}

/// `levels` fragments, each of which spreads the next twice: 2^levels fields.
fn bomb(levels: usize) -> String {
    let mut query = String::from("{ me { ...f0 } }");
    for level in 0..levels {
        let next = level + 1;
        let _ = write!(query, " fragment f{level} on M {{ ...f{next} ...f{next} }}");
    }
    query + &format!(" fragment f{levels} on M {{ id }}")
}

#[test]
fn an_ordinary_query_is_counted() {
    let query = "query Q($n: Int = 10) { me { id } accounts(first: $n) { edges { node { ...a } } } }
        fragment a on Account { id title: name contacts @include(if: true) { edges { node { id } } } }";
    let measure = measured(query).unwrap();
    // 10 rows × (edges, node, id, title, contacts, 25 rows × (edges, node, id)).
    assert_eq!(measure.cost, 2 + 1 + 10 * (5 + 25 * 3));
    assert_eq!((measure.fields, measure.depth), (12, 7));
    assert_eq!((measure.aliases, measure.directives, measure.root_fields), (1, 1, 2));
}

#[test]
fn nested_fragments_are_summed_up_without_expanding_them() {
    for levels in 11..=29 {
        too_complex(&bomb(levels), "2000 fields");
    }
    let measure = measured(&bomb(8)).unwrap();
    assert!(measure.fields > 700 && measure.visited < 40, "{measure:?}");
}

#[test]
fn a_fragment_that_no_operation_uses_is_held_to_the_same_limits() {
    let unused = bomb(29).replacen("...f0", "id", 1);
    too_complex(&unused, "2000 fields");
}

#[test]
fn fragments_in_a_circle_are_refused() {
    for query in [
        "{ me { ...a } } fragment a on M { id ...a }",
        "{ me { ...a } } fragment a on M { boss { ...b } } fragment b on M { boss { ...a } }",
        "{ me { id } } fragment a on M { ...b } fragment b on M { ...a }",
    ] {
        assert_eq!(refused(query).code, Refusal::INVALID, "{query}");
    }
}

#[test]
fn a_long_chain_of_fragments_does_not_reach_the_stack() {
    for used in ["...f0", "id"] {
        let mut query = format!("{{ me {{ {used} }} }}");
        for level in 0..900 {
            let next = level + 1;
            let _ = write!(query, " fragment f{level} on M {{ ...f{next} }}");
        }
        too_complex(&(query + " fragment f900 on M { id }"), "inside one another");
    }
}

#[test]
fn deep_brackets_never_reach_the_parser() {
    for open in ["{", "{a", "{a(b:[", "[", "(", "{a(b:{c:", "{...on A"] {
        too_complex(&open.repeat(20_000), "brackets");
        too_complex(&format!("{{ a(x: {} }}", open.repeat(20_000)), "brackets");
    }
    let lists = format!("{{ a(x: {}{}) }}", "[".repeat(50_000), "]".repeat(50_000));
    too_complex(&lists, "brackets");
    too_complex(&format!("query($a: {}) {{ a }}", "[".repeat(50_000)), "brackets");
}

#[test]
fn the_deepest_text_let_through_fits_the_stack() {
    let limits = Limits::default();
    let list = limits.nesting - 2;
    let lists = format!("{{ a(x: {}{}) }}", "[".repeat(list), "]".repeat(list));
    assert!(measured(&lists).is_ok());
    let open = limits.nesting;
    too_complex(&format!("{}a{}", "{a".repeat(open), "}".repeat(open)), "inside one another");
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let many = "{".repeat(100);
    let query = format!("# {many}\n{{ a(x: \"{many} \\\" \", y: \"\"\"{many} \\\"\"\" \" \"\"\") }}");
    assert_eq!(measured(&query).unwrap().fields, 1);
}

#[test]
fn a_string_without_an_end_hides_nothing() {
    let deep = "{a:".repeat(20_000);
    for start in ["\"\"\" \" ", "\"", "\"\\", "\"\"\"\n"] {
        let refusal = refused(&format!("{{ a(x: [{start}{deep}"));
        assert!([Refusal::INVALID, Refusal::TOO_COMPLEX].contains(&refusal.code));
    }
}

#[test]
fn depth_is_limited_through_fragments_too() {
    let limit = usize::try_from(Limits::default().depth).unwrap();
    let nested = |depth: usize| format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
    assert!(measured(&nested(limit)).is_ok());
    too_complex(&nested(limit + 1), "inside one another");
    let spread = format!("{{ a {{ ...f }} }} fragment f on A {}", nested(limit));
    too_complex(&spread, "inside one another");
}

#[test]
fn aliases_are_counted_expanded() {
    let aliases = |count: usize| (0..count).fold(String::new(), |text, at| text + &format!("a{at}: __typename "));
    too_complex(&format!("{{ {} }}", aliases(10_000)), "words and signs");
    too_complex(&format!("{{ {} }}", aliases(1_000)), "50 aliases");
    too_complex(&format!("{{ me {{ {} }} }}", aliases(51)), "50 aliases");
    assert!(measured(&format!("{{ me {{ {} }} }}", aliases(50))).is_ok());
    let twice = format!("{{ a {{ ...f }} b {{ ...f }} }} fragment f on A {{ {} }}", aliases(26));
    too_complex(&twice, "50 aliases");
}

#[test]
fn directives_are_counted_in_the_text_and_expanded() {
    too_complex(&format!("{{ a {} }}", "@skip(if: false) ".repeat(5_000)), "50 directives");
    too_complex(&format!("{{ a {} }}", "@a".repeat(51)), "50 directives");
    let twice = format!("{{ a {{ ...f }} b {{ ...f }} }} fragment f on A {{ a {} }}", "@a ".repeat(26));
    too_complex(&twice, "50 directives");
}

#[test]
fn root_fields_are_limited() {
    too_complex(&format!("{{ {} }}", "me ".repeat(21)), "20 root fields");
    too_complex(&format!("{{ ...f }} fragment f on Query {{ {} }}", "me ".repeat(21)), "20 root fields");
    assert!(measured(&format!("{{ {} }}", "me ".repeat(20))).is_ok());
}

#[test]
fn pages_multiply_what_is_below_them() {
    let page = "{ a(first: 2147483647) { edges { node { id } } } }";
    too_complex(page, "20000 fields over all rows");
    too_complex("{ a(last: 99999999999999999999) { edges { node { id } } } }", "20000");
    too_complex("{ a(first: 100) { edges { node { b(first: 100) { nodes { id } } } } } }", "20000");
    too_complex("{ a { edges { node { b { edges { node { c { nodes { id } } } } } } } } }", "20000");
    assert!(measured("{ a(first: 100) { edges { node { id b { nodes { id name } } } } } }").is_ok());
    assert!(measured("{ a(first: -1) { edges { node { id } } } }").is_ok());
}

#[test]
fn dry_runs_are_few() {
    let dry = |count: usize| {
        let mut query = String::from("{ ");
        for at in 0..count {
            let _ = write!(query, "a{at}: dryRunProgram(id: 1) {{ queued }} ");
        }
        query + "}"
    };
    assert!(measured(&dry(3)).is_ok());
    too_complex(&dry(4), "20000");
}

#[test]
fn pages_read_their_length_from_variables() {
    let query = "query Q($n: Int = 20000) { a(first: $n) { nodes { id } } }";
    let with = |variables| {
        let mut request = Request::new(query).variables(Variables::from_value(variables));
        admit(&mut request, &Limits::default())
    };
    assert_eq!(with(value!({"n": 10})).unwrap().cost, 21);
    assert_eq!(with(value!({"n": null})).unwrap().cost, 51);
    for variables in [value!({}), value!({"n": 2_147_483_647})] {
        assert_eq!(with(variables).unwrap_err().code, Refusal::TOO_COMPLEX);
    }
}

#[test]
fn several_operations_are_measured_together() {
    let operation = |at: usize| format!("query Q{at} {{ a {{ {} }} }} ", "id ".repeat(900));
    assert!(measured(&(operation(1) + &operation(2))).is_ok());
    too_complex(&(operation(1) + &operation(2) + &operation(3)), "2000 fields");
}

#[test]
fn types_that_lead_to_types_are_cut_short() {
    let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    too_complex(circle, "lists of types");
    let spread = "{ __type(name: \"A\") { ...t } } fragment t on __Type { fields { type { possibleTypes { inputFields { name } } } } }";
    too_complex(spread, "lists of types");
}

#[test]
fn explorers_may_read_the_whole_schema() {
    let query = include_str!("introspection.graphql");
    let measure = measured(query).unwrap();
    assert!(measure.depth <= Limits::default().depth && measure.cost < 500, "{measure:?}");
    let mut request = Request::new(query).disable_introspection();
    let refusal = admit(&mut request, &Limits::default()).unwrap_err();
    assert_eq!(refusal.code, Refusal::FORBIDDEN);
}

#[test]
fn nul_is_refused_wherever_it_stands() {
    for query in ["{ a(x: \"\\u0000\") }", "{ a\0 }", "{ a(x: \"b\0\") }", "# \0\n{ a }", "{ a(x: \"\"\"\0\"\"\") }"] {
        let refusal = refused(query);
        assert_eq!((refusal.code, refusal.pointer.as_deref()), (Refusal::UNREADABLE, Some("/query")));
    }
    assert!(measured("{ a(x: \"\\\\u0000\") }").is_ok(), "an escaped backslash before u0000");
    let variables = value!({"input": {"names": ["fine", "b\u{0}"]}});
    let mut request = Request::new("{ a }").variables(Variables::from_value(variables));
    let refusal = admit(&mut request, &Limits::default()).unwrap_err();
    assert_eq!(refusal.pointer.as_deref(), Some("/variables/input/names/1"));
}

#[test]
fn unreadable_text_is_answered_in_one_line() {
    for query in ["", "{", "{ a(x: 1e400) }", "}{", "query", "\u{feff}", "{ a } { b }", "{ a(x: 01) }"] {
        let refusal = refused(query);
        assert_eq!(refusal.code, Refusal::INVALID, "{query}");
        assert!(!refusal.message.contains('\n'), "{}", refusal.message);
    }
    let long = format!("{{ {} ! }}", "word ".repeat(9_000));
    assert!(refused(&long).message.len() < 300);
}
