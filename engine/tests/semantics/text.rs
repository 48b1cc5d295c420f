//! Strings.

use trailhook_engine::event::Event;
use trailhook_engine::language::Expression;

use super::assert_all;

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
