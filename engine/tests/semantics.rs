//! Python's meaning of the operators, where a plausible implementation would differ. Verdicts are CPython 3.14's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

use trailhook_engine::event::Event;
use trailhook_engine::language::{Code, Expression, Outcome};

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
fn membership_depends_on_the_container() {
    assert_all(
        "true",
        &[
            "'' in event['s']",
            "'top' in event['s']",
            "'s' in event",
            "'a.b.0' in event",
            "'a' not in event",
            "'a.empty' not in event",
            "1 in [True]",
            "None in [event['n']]",
            "1 in (2, 1.0)",
            "'é日' in event['u']",
        ],
    );
    assert_all(
        "TypeError",
        &["1 in event['s']", "None in 'x'", "'x' in event['n']", "'x' in 1", "[] in event", "([],) in event"],
    );
    assert_all("false", &["1 in event", "None in event", "'x' in []", "(1,) in event"]);
}

#[test]
fn a_set_is_looked_for_in_a_set_alone() {
    assert_all("false", &["{1} in {1, 2}", "{1} in set()", "{1} in {x for x in [1]}", "{1} in {1: 2}.items()"]);
    assert_all(
        "TypeError",
        &["{1} in {1: 2}", "{1} in {1: 2}.keys()", "({1},) in {1}", "[1] in {1}", "{1: 2} in {1}", "event in {1, 2}"],
    );
}

#[test]
fn sequences_are_searched_with_as_many_arguments_as_python_takes() {
    assert_all(
        "true",
        &["[1, 1].count(1) == 2", "(1, 2, 1).index(1, 1) == 2", "[1].index(1, 0, 1) == 0", "range(5).index(2.0) == 2"],
    );
    assert_all(
        "TypeError",
        &[
            "[1].count(1, 2) == 0",
            "event['a.b.0'].split().count('x', 0, 1) == 0",
            "(1,).count(1, 0) == 1",
            "range(3).count(1, 0) == 1",
            "range(3).index(1, 0) == 1",
            "[1].index(1, None) == 0",
        ],
    );
}

/// 21 to 63 values that are in no order are enough for a library's sort to give up; CPython's goes on.
#[test]
fn whatever_is_sorted_comes_out_as_from_pythons_sort() {
    let nan = "event['nan']";
    let mixed: Vec<_> = (0..40).map(|n| if n % 3 == 1 { nan.to_owned() } else { (n * 17 % 23).to_string() }).collect();
    let many = mixed.join(", ");
    let texts = "0,nan,0,2,4,5,5,7,9,10,10,11,nan,16,nan,3,12,14,15,15,21,nan,20,nan,2,8,nan,13,\
                 nan,18,nan,17,nan,19,20,22,nan,nan,nan,nan";
    let sets: Vec<_> = (0..50).map(|n| format!("{{{}, {}}}", n % 3, n % 5)).collect();
    let sets = sets.join(", ");
    for (source, expected) in [
        (format!("','.join(str(x) for x in sorted([{many}])) == '{texts}'"), "true"),
        (format!("len(sorted([{sets}], reverse=True)) == 50"), "true"),
        (format!("sorted([{many}, None]) == []"), "TypeError"),
        (format!("sorted([{many}] * 2) == []"), "Unsupported"),
        (format!("sorted([{sets}] * 2) == []"), "Unsupported"),
        ("sorted([(x, event['nan']) for x in range(64)]) == []".to_owned(), "Unsupported"),
        ("sorted(['a'] * 40 + [1] + ['b'] * 40) == []".to_owned(), "TypeError"),
        (
            "[str(x) for x in sorted([1, True, 0, 1.0] * 25)][24:29] == ['0', '1', 'True', '1.0', '1']".to_owned(),
            "true",
        ),
        (
            "[str(x) for x in sorted([1, True, 0, 1.0] * 25, reverse=True)][73:] == ['True', '1.0'] + ['0'] * 25"
                .to_owned(),
            "true",
        ),
        ("sorted(range(9999, -1, -1)) == list(range(10000))".to_owned(), "true"),
        ("sorted([x * 7919 % 1000 for x in range(1000)]) == list(range(1000))".to_owned(), "true"),
    ] {
        assert_eq!(verdict(&source), expected, "{source}");
    }
    assert_all(
        "true",
        &["str(max([event['nan'], 1])) == 'nan'", "max([1, event['nan']]) == 1", "min([{1}, {2}]) == {1}"],
    );
}

#[test]
fn ranges_reach_as_far_as_integers_of_64_bits() {
    assert_all(
        "true",
        &[
            "len(range(-1180591620717411303424)) == 0",
            "range(18446744073709551616, 0) == range(0)",
            "list(range(0, 10, 18446744073709551616)) == [0]",
            "list(range(9223372036854775806, 9223372036854775808)) == [9223372036854775806, 9223372036854775807]",
            "range(3, -9, -18446744073709551616) == range(3, 4)",
        ],
    );
    assert_all(
        "Unsupported",
        &[
            "9223372036854775807 in range(18446744073709551616)",
            "range(18446744073709551616) == range(36893488147419103232)",
            "list(range(18446744073709551616, 18446744073709551618)) == []",
            "9223372036854775808 in range(9223372036854775807, 9223372036854775809)",
            "range(-9223372036854775808, 9223372036854775808, 18446744073709551615)[1] == 0",
        ],
    );
    assert_all("OverflowError", &["event['e'] * 18446744073709551616 == ''", "[1] * -18446744073709551616 == []"]);
}

#[test]
fn sums_keep_what_rounding_takes_from_them() {
    assert_all(
        "true",
        &[
            "sum([1.0, 10000000000000000, 1, -10000000000000000]) == 2.0",
            "sum([0.1] * 10 + [1180591620717411303424, -1180591620717411303424]) == 1.0",
            // A sum of integers beyond 64 bits ends it.
            "sum([1180591620717411303424, 0.1, -1180591620717411303424]) == 0.0",
            "sum([9223372036854775807, 1, -9223372036854775808, 1.0, 1e16, -1e16]) == 0.0",
            "sum([0.1] * 10, True) != 2.0",
            "sum([9007199254740993, -1, 0.5]) == 9007199254740992.0",
        ],
    );
    assert_all("OverflowError", &["sum([0.5, int('9' * 400)]) == 1"]);
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
fn strings_are_code_points() {
    assert_all(
        "true",
        &[
            "event['u'][1] == 'é'",
            "event['u'][-2] == '🔥'",
            "event['u'][1:3] == 'é日'",
            "event['u'][::-1] == 'z🔥日éa'",
            "event['u'][10:] == ''",
            "event['u'][-2:] == '🔥z'",
            "event['u'][:6:2] == 'a日z'",
            "event['s'][True] == 't'",
            "event['surrogate'][0] == event['surrogate']",
            "'ab' 'c' == 'abc'",
            "event['s'][4:] == 'Logging'",
            "'abc'[None:2] == 'ab'",
            "(1, 2, 3)[::2] == (1, 3)",
            "[1, 2][-1] == 2",
            "'abc'[5:2:-1] == ''",
            "'abc'[9:0:-1] == 'cb'",
        ],
    );
    assert_all(
        "IndexError",
        &["event['e'][0]", "event['u'][5]", "event['u'][-6]", "[][0]", "'a'[99999999999999999999]"],
    );
    assert_all("TypeError", &["'abc'[1.0]", "'abc'['a':]", "None[1:]"]);
    assert_all("ValueError", &["'abc'[::0]", "'abc'['x'::0]"]);
    assert_all("TypeError", &["event[[1]:2]"]);
    assert_all("KeyError", &["event[1:2]"]);
}

#[test]
fn affixes_take_strings_tuples_and_bounds() {
    assert_all(
        "true",
        &[
            "event['s'].startswith('')",
            "event['s'].startswith(('Get', 'Stop'))",
            "event['s'].startswith(('Stop'))",
            "event['s'].endswith('ing')",
            "event['s'].startswith('Log', 4)",
            "event['s'].startswith('Log', -7)",
            "event['s'].endswith('Stop', 0, 4)",
            "'abc'.startswith('', 3)",
            "'abc'.startswith('a', None, None)",
            "event['u'].startswith('日', 2)",
        ],
    );
    assert_all(
        "false",
        &[
            "event['s'].startswith(())",
            "'abc'.startswith('', 4)",
            "'abc'.startswith('', 2, 1)",
            "event['s'].startswith('stop')",
        ],
    );
    assert_all(
        "TypeError",
        &["event['s'].startswith(1)", "event['s'].startswith(None)", "event['s'].startswith('a', event['s'])"],
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
fn lines_may_end_as_they_do_elsewhere() {
    let event = Event::parse(br#"{"x":"a\nb","y":"a\r\nb"}"#).unwrap();
    let matches = |source: &str| Expression::parse(source).unwrap().evaluate(&event).is_match();
    assert!(matches("event['x'] == \"\"\"a\r\nb\"\"\"\r\n and event['x'] == '''a\rb'''"));
    assert!(matches("event['y'] == 'a\\r\\nb'"));
    let source = "True and\r\n  event['x'].startwith('a')";
    let faults = Expression::parse(source).unwrap_err();
    assert_eq!((faults[0].span.of(source), faults[0].span.line_and_column(source)), ("startwith", (2, 14)));
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
fn comprehensions_have_scopes_of_their_own() {
    assert_all(
        "true",
        &[
            "any(event == 'StopLogging' for event in [event['s']])",
            "[x for x in [1, 2] if x > 1] == [2]",
            "[(x, y) for x in range(2) for y in range(x)] == [(1, 0)]",
            "[[y for y in range(x)] for x in range(3)] == [[], [0], [0, 1]]",
            "any(x == 1 for x in (y for y in [0, 1, 2]))",
            "[k for k, v in event.items() if v is None] == ['n']",
            "{x for x in 'aab'} == {'a', 'b'}",
            "2 in (x for x in [1, 2])",
            "any(x > 1 for x in [2, event.get('absent')])",
            "[x for (x, [y, z]) in [(1, [2, 3])]] == [1]",
            "','.join(k for k in event if k.startswith('a')) == 'a.b.0,a.b.1.c'",
        ],
    );
    assert_all("ValueError", &["[x for x, y in [(1, 2, 3)]] == []", "min(x for x in [])  == 1"]);
    assert_all("TypeError", &["[x for x, y in [1]] == []", "any(x > 1 for x in [event.get('absent'), 2])"]);
    assert_all("UnboundLocalError", &["[x for y in [1] for z in [x] for x in [2]] == []"]);
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

#[test]
fn texts_are_parted_and_recased_as_python_does() {
    assert_all(
        "true",
        &[
            "'a,b,c'.partition(',') == ('a', ',', 'b,c') and 'a,b,c'.rpartition(',') == ('a,b', ',', 'c')",
            "'abc'.partition('::') == ('abc', '', '') and 'abc'.rpartition('::') == ('', '', 'abc')",
            "event['u'].partition('日')[2] == '🔥z'",
            "event['s'].capitalize() == 'Stoplogging' and 'ǆAB'.capitalize() == 'ǅab' and 'ΑΣ Σ'.capitalize() == 'Ας σ'",
            "'ßS'.capitalize() == 'Sss' and ''.capitalize() == '' == ''.swapcase()",
            "'aBß'.swapcase() == 'AbSS' and 'ΑΣ'.swapcase() == 'ας' and 'ǅ'.swapcase() == 'ǅ'",
            "(event['surrogate'] + 'Ab').capitalize() == event['surrogate'] + 'ab'",
            "('aB' + event['surrogate'] + 'C').capitalize() == 'Ab' + event['surrogate'] + 'c'",
        ],
    );
    assert_all("ValueError", &["'a'.partition('') == ()", "'a'.rpartition('') == ()"]);
    assert_all("TypeError", &["'a'.partition(None) == ()"]);
    assert_all("AttributeError", &["event['n'].capitalize() == ''", "event['one'].partition('x') == ()"]);
}

#[test]
fn sets_are_combined() {
    assert_all(
        "true",
        &[
            "{1, 2} & {2, 3} == {2}",
            "{1, 2} | {2, 3} == {1, 2, 3}",
            "{1, 2} - {2, 3} == {1}",
            "{1, 2} ^ {2, 3} == {1, 3}",
            "set('abc') & set('bcd') & {'b'} == {'b'}",
            "{x for x in 'ab'} | {'c'} - {'a'} == {'a', 'b', 'c'}",
            "event.keys() & {'s', 'absent'} == {'s'}",
            "('s', 1) not in event.items() & {('s', 'StopLogging'), ('s', 1)}",
            "not event.keys() & ['absent', 'neither'] and ['absent'] - event.keys() == {'absent'}",
            "len(event.keys() ^ event.keys()) == 0 == len(event.items() - event.items())",
            // Of equal elements CPython keeps those of the smaller side, or of the right one.
            "[str(x) for x in {1} & {True}] == ['True'] and [str(x) for x in {1} & {True, 2}] == ['1']",
            "[str(x) for x in {1} | {True}] == ['1']",
            "{1: [2]}.items() ^ {1: [2]}.items() == set()",
        ],
    );
    assert_all(
        "TypeError",
        &[
            "{1} - [1] == set()",
            "event.keys() - 1 == set()",
            "event.keys() & [[1]] == set()",
            "[x & y for x, y in [({1}, [1])]] == []",
            "[x | y for x, y in [(1.0, 1)]] == []",
            "[x ^ y for x, y in [(event.values(), {1})]] == []",
            "{1: [2]}.items() | {3} == set()",
            "{1: [2]}.items() == {3}",
        ],
    );
    // CPython has these operators for integers and dicts, too.
    assert_all("Unsupported", &["[x & y for x, y in [(1, True)]] == []", "[x | y for x, y in [(event, event)]] == []"]);
}

#[test]
fn an_operator_of_sets_between_conditions_is_a_mistake() {
    for source in [
        "event['s'] == 'a' & event['e'] == 'b'",
        "event.get('t') & (event['s'] == 'x')",
        "event['one'] | 2 == 3",
        "event['s'] in {'a', 'b'} & event['e'] == 'c'",
        "event['s'] in {'a'} | ['b']",
        "[1] & [2] == []",
        "{1: 2} | {3: 4} == {}",
    ] {
        let faults = Expression::parse(source).unwrap_err();
        assert_eq!((faults.len(), faults[0].code), (1, Code::Unsupported), "{source}");
        assert!(faults[0].hint.is_some(), "{source}");
    }
}

#[test]
fn dictionaries_are_built_from_loops() {
    assert_all(
        "true",
        &[
            "{k: v for k, v in event.items()} == event",
            "{x: y for x in 'ab' for y in [1, 2] if y} == {'a': 2, 'b': 2}",
            "list({x: 0 for x in 'bab'}) == ['b', 'a']",
            "{x: x for x in (1, True)}[1] is True and str(list({x: x for x in (1, True)})[0]) == '1'",
            "{k: {v: k for v in [1]} for k in 'a'}['a'][1] == 'a'",
            "any(v == 'x' for v in {k: v for k, v in event.items() if k.startswith('a.')}.values())",
        ],
    );
    assert_all("TypeError", &["{[]: x for x in [1]} == {}"]);
    assert_all("KeyError", &["{[], event['absent']} == {}", "{[]: 1, 2: event['absent']} == {}"]);
    assert_all(
        "KeyError",
        &["{event['absent']: [][0] for x in [1]} == {}", "{[]: event['absent'] for x in [1]} == {}"],
    );
}

#[test]
fn patterns_fit_whole_texts() {
    assert_all(
        "true",
        &[
            "glob('[x', '[[]x') and glob('a]', 'a[]]') and glob('é日', '?[!a-z]')",
            "glob(event['s'], 'a', event['s']) and not glob(event['s'], 'Log*')",
            "glob('ab[', f\"{'a*['}\")",
            "in_cidr('10.1.2.3', f\"{'10.0.0.0/8'}\") and not in_cidr('10.1.2.3', 'fd00::/8')",
        ],
    );
}
