//! Python's meaning of the operators, where a plausible implementation would differ. Verdicts are CPython 3.14's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

mod collections;
mod text;

use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};

const EVENT: &str = r#"{
    "s": "StopLogging", "e": "", "u": "aé日🔥z", "n": null, "t": true, "f": false, "zero": 0, "one": 1, "half": 0.5,
    "big": 9007199254740993, "huge": 123456789012345678901234567890, "float": 9007199254740992.0, "nan": NaN, "inf": Infinity,
    "a": {"b": ["x", {"c": 1}], "empty": {}}, "surrogate": "\ud800"
}"#;

fn verdict(source: &str) -> String {
    let event = Event::parse(EVENT.as_bytes()).unwrap();
    let expression =
        Expression::parse(source).unwrap_or_else(|faults| panic!("{source}: {}", faults[0].render(source)));
    match expression.evaluate(&event) {
        Outcome::Match => "true".to_owned(),
        Outcome::NoMatch => "false".to_owned(),
        Outcome::NonBool => "nonbool".to_owned(),
        Outcome::Error(error) => error.kind.class().to_owned(),
    }
}

fn assert_all(expected: &str, sources: &[&str]) {
    for source in sources {
        assert_eq!(verdict(source), expected, "{source}");
    }
}

#[test]
fn only_true_itself_matches() {
    assert_all(
        "true",
        &["True", "event['t']", "not event['e']", "event['s'] and event['t']", "event['e'] or event['t']"],
    );
    assert_all(
        "nonbool",
        &[
            "1",
            "'x'",
            "event['s']",
            "event['one']",
            "None",
            "event['t'] and event['s']",
            "event['f'] or event['n']",
            "event",
            "[True]",
            "1, 2",
        ],
    );
    assert_all("false", &["event['f']", "not 'x'", "event['f'] and event['absent']"]);
}

#[test]
fn operands_are_evaluated_only_as_far_as_needed() {
    assert_all(
        "true",
        &["True or event['absent']", "1 > 2 > event['absent'] or True", "event['s'].startswith(('Stop', 1))"],
    );
    assert_all("KeyError", &["event['absent'] or True", "1 < 2 < event['absent']"]);
    assert_all("TypeError", &["event['s'].startswith(('x', 1))"]);
}

#[test]
fn comparisons_chain() {
    assert_all("true", &["1 < 2 < 3", "'x' in event['a.b.0'] == 'x'", "1 < 3 > 2"]);
    assert_all("false", &["'x' in event['a.b.0'] == True", "3 > 2 == True", "1 == 1 != 1"]);
}

#[test]
fn numbers_compare_exactly() {
    assert_all(
        "true",
        &[
            "1 == True == 1.0",
            "event['big'] != event['float']",
            "event['big'] > event['float']",
            "event['huge'] == 123456789012345678901234567890",
            "event['huge'] > 1e29",
            "event['huge'] < 1e30",
            "event['inf'] > event['huge']",
            "-0.0 == 0",
            "event['half'] > event['zero']",
            "event['half'] < True",
            "-1 < -0.5",
            "-0.5 > -1",
            "0xFF == 255",
            "1_000 == 1000",
            "-9223372036854775808 < -9223372036854775807",
            "18446744073709551616 > 9223372036854775807",
        ],
    );
    assert_all(
        "false",
        &["event['nan'] == event['nan']", "event['nan'] < 1", "event['one'] == '1'", "event['big'] == event['float']"],
    );
    assert_all("true", &["event['nan'] in [event['nan']]", "event['nan'] != event['nan']"]);
    // Each other NaN is an object of its own.
    assert_all(
        "true",
        &[
            "float('nan') not in [float('nan')]",
            "[float('nan')] != [float('nan')]",
            "event['nan'] not in [-event['nan'], event['nan'] + 1, abs(event['nan']), sum([event['nan']])]",
            "len({float('nan') for x in range(3)}) == 3",
            "[x in [x] and x in [float(x), +x] for x in [float('nan')]] == [True]",
        ],
    );
}

#[test]
fn order_needs_like_types() {
    assert_all(
        "true",
        &[
            "'a' < 'b'",
            "'Z' < 'a'",
            "[1, 2] < [1, 3]",
            "[1] < [1, 0]",
            "(1, 'a') <= (1, 'a')",
            "'\u{ffff}' < '\u{10000}'",
        ],
    );
    assert_all(
        "TypeError",
        &["'a' < 1", "event['n'] < 1", "[1] < (1,)", "[1, 'a'] < [1, 2]", "None < None", "event < event"],
    );
    assert_all("false", &["['a', 1] < ['A', 'x']"]);
}

#[test]
fn fields_are_absent_null_or_there() {
    assert_all(
        "true",
        &[
            "event.get('absent') is None",
            "event.get('n', 'd') is None",
            "event.get('absent', 'd') == 'd'",
            "event.get('n') == None",
            "event.get(1) is None",
        ],
    );
    assert_all("KeyError", &["event['absent']", "event['a']", "event[1]", "event[None]"]);
    assert_all("TypeError", &["event[[1]]", "event.get([1])", "event['n'][0]"]);
    assert_all(
        "AttributeError",
        &["event['n'].startswith('x')", "event['t'].endswith('x')", "event.get('absent').startswith(event['absent2'])"],
    );
}

#[test]
fn identity_is_that_of_singletons() {
    assert_all(
        "true",
        &[
            "event['n'] is None",
            "event['t'] is True",
            "event['one'] is not True",
            "event['s'] is not None",
            "event['one'] is 1",
            "event['e'] is ''",
        ],
    );
    assert_all("true", &["event['s'] is not 'StopLogging'", "event.get('inf') is not None"]);
    assert_all("false", &["event['s'] is 'StopLogging'", "event['one'] is True", "event['zero'] is False"]);
}

#[test]
fn a_costly_rule_is_stopped() {
    let event = format!(r#"{{"s":"{}"}}"#, "x".repeat(200_000));
    let event = Event::parse(event.as_bytes()).unwrap();
    let source = vec!["'y' in event['s']"; 400].join(" or ");
    let Outcome::Error(error) = Expression::parse(&source).unwrap().evaluate(&event) else {
        panic!("should be stopped")
    };
    assert_eq!(error.kind.class(), "BudgetExceeded");
}

#[test]
fn the_fields_that_are_read_are_known() {
    let fields = |source: &str| Expression::parse(source).unwrap().fields().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        fields("event['b'] == event.get('a', event['c']) and 'd' in event and 'e' in event['f']"),
        ["a", "b", "c", "d", "f"]
    );
    assert_eq!(fields("event[event['a']] == 1"), ["*", "a"]);
    assert_eq!(fields("True"), Vec::<String>::new());
    assert_eq!(fields("event == event.get('a')"), ["*", "a"]);
    assert_eq!(fields("(event or 1)['a'] == 1"), ["*"]);
}

#[test]
fn conversions_are_pythons() {
    assert_all(
        "true",
        &[
            "int('1_000') == 1000",
            "int(' 42\\n') == 42",
            "int('٣') == 3",
            "int('0x1f', 16) == 31 == int('0x_1f', 0)",
            "int(-3.9) == -3",
            "float('1e3') == 1000",
            "float('nan') != float('nan')",
            "str(2000000000000004.25) == '2000000000000004.2' and str(2000000000000004.75) == '2000000000000004.8'",
            "str(-562949953421313.125) == '-562949953421313.1' and str(5e-324) == '5e-324'",
            "str(0 / -5) == '-0.0' and str(0 / -18446744073709551616) == '-0.0' and str(0 / 5) == '0.0'",
            "str(1.0) == '1.0' and str(1e16) == '1e+16' and str(1e-7) == '1e-07'",
            "f'{event[\"one\"]}{event[\"n\"]}' == '1None'",
            "round(2.5) == 2 and round(3.5) == 4 and round(2.675, 2) == 2.67 and round(15, -1) == 20",
            "sum([0.1] * 10) == 1.0",
            "7 // -2 == -4 and 7 % -2 == -1 and -7.5 // 2 == -4.0",
            "True + True == 2",
            "'ß'.upper() == 'SS' and 'ΑΣ'.lower() == 'ας'",
            "'\\x1f a \\x85'.strip() == 'a'",
            "'²'.isdigit() and not '²'.isdecimal() and '一'.isnumeric()",
            "'a b  '.split(maxsplit=1) == ['a', 'b  ']",
            "'ab'.replace('', '-') == '-a-b-'",
            "max('b', 'a', 'c') == 'c' and min([], default=1) == 1",
            "sorted([3, 1, 2], reverse=True) == [3, 2, 1]",
        ],
    );
    assert_all(
        "ValueError",
        &["int('1.0') == 1", "int('') == 0", "'a'.split('') == []", "'a'.index('b') == 0", "float('x') == 1"],
    );
    // The base is looked at before what it is the base of.
    assert_all(
        "ValueError",
        &["int([1], 1) == 1", "int(1, 37) == 1", "int(None, 18446744073709551616) == 1", "int('1', -1) == 1"],
    );
    assert_all("TypeError", &["int([1], 10) == 1", "int(1, 0) == 1", "int('1', 2.0) == 1", "int('1', None) == 1"]);
    assert_all(
        "TypeError",
        &["int(None) == 1", "len(1) == 1", "1 + 'a' == 1", "sum(['a']) == 1", "','.join([1]) == ''"],
    );
    assert_all("ZeroDivisionError", &["1 / 0 == 1", "1.0 % 0 == 1", "1 // False == 1"]);
    assert_all("OverflowError", &["int(event['inf']) == 1", "int('9' * 400) % 0.0 == 1"]);
}
