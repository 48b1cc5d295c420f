//! Bad and hostile texts: each gets a diagnostic, none takes the process down.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

use trailhook_engine::event::Event;
use trailhook_engine::language::{Code, Expression, MAX_SOURCE_BYTES, Outcome};

fn code(source: &str) -> Option<Code> {
    Expression::parse(source).err().map(|faults| faults[0].code)
}

#[test]
fn nesting_is_refused_before_it_can_overflow_the_stack() {
    let deep = [
        format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{}1{}", "[".repeat(101), "]".repeat(101)),
        format!("{}True", "not ".repeat(3_000)),
        format!("{}1", "-".repeat(3_900)),
        format!("1{}", "+1".repeat(1_900)),
        format!("1{}", "**1".repeat(1_900)),
        format!("event{}", ".a".repeat(1_900)),
        format!("event{}", "[0]".repeat(1_000)),
        format!("event{}", "()".repeat(1_900)),
        format!("{}1", "lambda:".repeat(1_900)),
        format!("{}1", "1 if 1 else ".repeat(900)),
        format!("{}1", "await ".repeat(3_900)),
        format!("{}1{}", "f\"{".repeat(90), "}\"".repeat(90)),
        "(".repeat(60_000),
        "{".repeat(60_000),
        "f'{".repeat(20_000),
    ];
    for source in &deep {
        let found = code(source);
        assert!(found.is_some(), "accepted: {}…", source.get(..40).unwrap_or(source));
    }
    assert_eq!(code(&deep[0]), Some(Code::TooComplex));
    assert_eq!(code(&deep[2]), Some(Code::TooComplex));
}

#[test]
fn what_is_just_within_the_limits_is_evaluated() {
    let event = Event::parse(br#"{"a": "b", "x": "z"}"#).unwrap();
    let texts = vec!["'y'"; 1_899].join(", ");
    let padded = |bytes: usize| format!("event['a'] == 'b' #{}", "x".repeat(bytes - 19));
    for (source, expected) in [
        (format!("{}True{}", "(".repeat(100), ")".repeat(100)), Outcome::Match),
        (format!("{}True", "not ".repeat(98)), Outcome::Match),
        (format!("{}True", "not ".repeat(97)), Outcome::NoMatch),
        (format!("{}event['a']{} == 'b'", "[".repeat(48), "][0]".repeat(48)), Outcome::Match),
        (format!("{}event.get('a') == 'b'", "event.get('a') == 'c' or ".repeat(299)), Outcome::Match),
        (format!("event.get('x') in [{texts}, 'z']"), Outcome::Match),
        (format!("event.get('x') in [{texts}, 'y']"), Outcome::NoMatch),
        (padded(MAX_SOURCE_BYTES), Outcome::Match),
    ] {
        let shown = source.get(..40).unwrap_or(&source);
        let rule = Expression::parse(&source).unwrap_or_else(|faults| panic!("{shown}…: {}", faults[0].message));
        assert_eq!(rule.evaluate(&event), expected, "{shown}…");
        assert_eq!(*rule.explain(&event).outcome(), expected, "{shown}…");
    }
}

#[test]
fn a_pattern_of_open_brackets_is_read_in_one_pass() {
    assert_eq!(code(&format!("glob(event['a'], '{}')", "[".repeat(60_000))), Some(Code::Pattern));
}

#[test]
fn size_is_bounded() {
    assert_eq!(code(&format!("'{}'", "x".repeat(MAX_SOURCE_BYTES))), Some(Code::TooLong));
    assert_eq!(code(&"1,".repeat(2_001)), Some(Code::TooComplex));
}

#[test]
fn a_rule_has_so_many_regular_expressions() {
    let rule = |count: usize| {
        let parts: Vec<_> = (0..count).map(|n| format!("matches(event['a'], '^{n}')")).collect();
        format!("{} or matches(event['a'], '^0')", parts.join(" or "))
    };
    assert_eq!(code(&rule(32)), None);
    assert_eq!(code(&rule(33)), Some(Code::Pattern));

    // They would take seconds, and hundreds of megabytes, to be read.
    let accounts: Vec<_> = (0..300).map(|n| format!("{n:012}")).collect();
    assert_eq!(code(&format!("matches(event['a'], '^({})$')", accounts.join("|"))), None);
    for part in [r"\pL", r"\w", "[a-z]", "é-日"] {
        let parts = if part == "é-日" { format!("[{}]", part.repeat(10_000)) } else { part.repeat(10_000) };
        assert_eq!(code(&format!("matches(event['a'], r'(?i){parts}')")), Some(Code::Pattern), "{part}");
    }
}

#[test]
fn integers_have_so_many_digits() {
    for (accepted, refused) in [("9".repeat(4_300), "9".repeat(4_301)), (hex(16_384), hex(16_385))] {
        assert_eq!(code(&format!("{accepted} > 1")), None);
        assert_eq!(code(&format!("{refused} > 1")), Some(Code::Syntax));
    }
}

fn hex(digits: usize) -> String {
    format!("0x{}", "f".repeat(digits))
}

#[test]
fn what_pythons_eval_refuses_is_refused() {
    for source in [
        "\u{feff}True",
        "Tr\0ue",
        "t'x'",
        "(yield)",
        "yield 1",
        "await event",
        "x := 1",
        "(x := 1)",
        "a) or (b",
        "True\n;True",
        "*event",
        "'\\ud800'",
        "\"\\U0000dfff\"",
        "event.get(key='a', key='a')",
        "print(1)",
        "b'x' == 1",
        "1j",
        "...",
    ] {
        assert!(code(source).is_some(), "{source:?}");
    }
    // A raw string has no escapes.
    assert_eq!(code(r"r'\ud800' == event.get('x')"), None);
}

#[test]
fn newlines_and_comments_may_stand_anywhere() {
    for source in
        [" True", "\tTrue", "\n\n  True\n", "True # yes", "# first\nTrue\n  and True", "event.get('a')\r\n is None"]
    {
        assert_eq!(code(source), None, "{source:?}");
    }
}
