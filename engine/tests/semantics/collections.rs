//! Lists, tuples, sets, dictionaries, and what goes through them.

use trailhook_engine::language::{Code, Expression};

use super::{assert_all, verdict};

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
