//! Whatever a rule says, its evaluation ends soon, in little memory, and without a panic.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use proptest::prelude::{ProptestConfig, prop, proptest};
use proptest::sample::select;
use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};

const EVENT: &str = r#"{"eventName":"StopLogging","n":7,"t":true,"nul":null,"f":0.5,"big":123456789012345678901234567890,"a":{"b":["x",{"c":1}]},"s":"\ud800é日"}"#;

fn class(source: &str) -> &'static str {
    let (text, key) = ("x,".repeat(50_000), "k".repeat(20_000));
    let long = format!("{{\"long\":\"{text}\",\"{key}\":1,{}", EVENT.get(1..).unwrap());
    let event = Event::parse(long.as_bytes()).unwrap();
    match Expression::parse(source).unwrap_or_else(|faults| panic!("{}", faults[0].render(source))).evaluate(&event) {
        Outcome::Error(error) => error.kind.class(),
        _ => "",
    }
}

#[test]
fn costly_rules_are_stopped() {
    for source in [
        "any(x == y for x in range(10000) for y in range(10000) if y > 10000)",
        "len([1 for a in range(10000) for b in range(10000)]) > 0",
        "all(event['long'].count('x') > 0 for x in range(10000))",
        "len({(x, y) for x in range(1000) for y in range(1000)}) > 5",
        "sorted([x for x in range(10000)] + [y for y in range(10000)]) == sorted(list(range(10000)) * 100)",
        "len({x for x in range(1000)} | {x for x in range(1000, 2000)}) > 0",
        "len({x: y for x in range(10000) for y in range(10000)}) > 0",
        "glob(event['long'], '*x,x' * 10000)",
        "len(event['long'].strip('x,' * 10000)) == 0",
        "([event['long'] + 'x'] * 10000).count(event['long'] + 'x') == 0",
        "len({event['long'] for x in range(10000)}) == 1",
        "values(event, '*k' * 10000 + 'x') == []",
    ] {
        assert!(matches!(class(source), "BudgetExceeded" | "MemoryExceeded"), "{source}: {}", class(source));
    }
    for source in [
        "len('x' * 1000000000) > 0",
        "len('x' * 9223372036854775807) > 0",
        "len([0] * 10000000) > 0",
        "len(event['long'].replace('x', event['long'])) > 0",
        "len(event['long'].replace('', event['long'])) > 0",
        "'ab'.join(event['long'] for x in range(1000)) == ''",
        "9 * 9 == 81 and ((10 * 999999999999999999999999) * int('9' * 4300) * int('9' * 4300) * int('9' * 4300) * int('9' * 4300) * int('9' * 4300)) > 1",
    ] {
        assert_eq!(class(source), "MemoryExceeded", "{source}");
    }
    assert_eq!(class("len(range(10001)) > 0"), "Unsupported");
}

#[test]
fn ordinary_rules_over_long_texts_are_not() {
    for source in [
        "len(event['long'].split(',')) == 50001",
        "event['long'].startswith('x') and event['long'].endswith(',')",
        "matches(event['long'], 'y$')",
        "glob(event['long'], 'x*,')",
        "event['long'].lower().upper().count('X') == 50000",
    ] {
        assert_eq!(class(source), "", "{source}");
    }
}

const TOKENS: &[&str] = &[
    "event",
    "['eventName']",
    ".get('n')",
    ".get('s', '')",
    "['a.b.0']",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "'x'",
    "''",
    "'é日'",
    "1",
    "0",
    "-",
    "+",
    "*",
    "/",
    "//",
    "%",
    "1.5",
    "True",
    "False",
    "None",
    " and ",
    " or ",
    " not ",
    " in ",
    " is ",
    " if ",
    " else ",
    " for ",
    "x",
    "y",
    "==",
    "<",
    ">=",
    "!=",
    ".lower()",
    ".split()",
    ".join(",
    ".replace(",
    ".find(",
    "[0]",
    "[1:]",
    "[::-1]",
    "len(",
    "str(",
    "int(",
    "float(",
    "any(",
    "all(",
    "min(",
    "max(",
    "sum(",
    "sorted(",
    "abs(",
    "round(",
    "range(",
    "list(",
    "set(",
    "tuple(",
    "isinstance(",
    "str",
    "event.items()",
    "event.values()",
    " & ",
    " | ",
    " ^ ",
    ".keys()",
    ".partition(",
    ".swapcase()",
    ".capitalize()",
    "{x: y for x, y in ",
    "f'{",
    "}'",
    "values(event, ",
    "items(event, ",
    "sub(event, ",
    "matches(",
    "glob(",
    "in_cidr(",
    "is_ip(",
    "10**",
    "\\",
    "\n",
    "#",
    ";",
    "=",
    "lambda",
    "9223372036854775807",
    "1e308",
    "**",
    "~",
    "@",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn no_soup_of_tokens_panics(tokens in prop::collection::vec(select(TOKENS), 1..24)) {
        let source = tokens.concat();
        let event = Event::parse(EVENT.as_bytes()).unwrap();
        match Expression::parse(&source) {
            Ok(expression) => {
                let explanation = expression.explain(&event);
                assert_eq!(*explanation.outcome(), expression.evaluate(&event), "{source}");
                assert!(!explanation.line().to_string().is_empty() && !explanation.to_string().is_empty());
                let _fields = expression.fields().len();
            }
            Err(faults) => {
                assert!(!faults.is_empty());
                for fault in faults {
                    assert!(!fault.span.of(&source).is_empty() || fault.span.start <= source.len());
                    let _shown = fault.render(&source);
                }
            }
        }
    }

    #[test]
    fn no_text_panics(source in "\\PC{0,60}") {
        if let Err(faults) = Expression::parse(&source) {
            faults.iter().for_each(|fault| assert!(!fault.render(&source).is_empty()));
        }
    }
}
