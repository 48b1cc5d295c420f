//! What an explanation says, and that it says it of the same outcome as the evaluation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::fmt::Write as _;

use proptest::prelude::{BoxedStrategy, Just, ProptestConfig, Strategy as _, prop, prop_oneof, proptest};
use proptest::sample::select;
use trailhook_engine::event::Event;
use trailhook_engine::language::{Clause, ClauseKind, Expression, Outcome, Role, Truth};

const LOGIN: &str = r#"{
    "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "sourceIPAddress": "10.1.2.3", "readOnly": false,
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "sessionContext": {"type": "none"}},
    "additionalEventData": {"MFAUsed": "No", "attempts": 7}, "responseElements": null,
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
    "resources": [{"ARN": "arn:aws:s3:::a", "type": "AWS::S3::Object"}, {"ARN": "arn:aws:s3:::b", "type": "AWS::S3::Bucket"}],
    "requestParameters": {
        "ipPermissions": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]}, "tags": ["a", "b"],
        "policy": "{\"Statement\": {\"Effect\": \"Allow\"}}", "codeword": "hunter2"
    }
}"#;

fn rule(source: &str) -> Expression {
    Expression::parse(source).unwrap_or_else(|faults| panic!("{}", faults[0].render(source)))
}

fn event(text: &str) -> Event {
    Event::parse(text.as_bytes()).unwrap()
}

fn line(source: &str, text: &str) -> String {
    rule(source).explain(&event(text)).line().to_string()
}

#[test]
fn rules_over_a_sign_in() {
    let event = event(LOGIN);
    let mut shown = String::new();
    for source in [
        // Matches.
        "event['eventName'] == 'ConsoleLogin' and event.get('additionalEventData.MFAUsed', '') != 'Yes' and 'assumed-role/AWSReservedSSO' not in event.get('userIdentity.arn', '')",
        "event.get('userIdentity.type') == 'IAMUser' and not event['eventName'].startswith(('Get', 'List', 'Describe', 'Head'))",
        "event['eventName'] in ('StopLogging', 'ConsoleLogin') and event['eventName'].startswith(('Console', 'Assume'))",
        "'errorCode' not in event and 'eventName' in event and event.get('errorCode') is None and event['responseElements'] is None",
        "in_cidr(event['sourceIPAddress'], '10.0.0.0/8', '192.168.0.0/16') and not is_public_ip(event['sourceIPAddress'])",
        "matches(event['userAgent'], '^Mozilla/') and glob(event['eventName'], 'Console*') and 'Chrome' in event['userAgent']",
        "any(ip == '0.0.0.0/0' for ip in values(event, 'requestParameters.**.cidrIp'))",
        "any(r['type'] == 'AWS::S3::Bucket' and r['ARN'].endswith(':b') for r in items(event, 'resources') if 'type' in r)",
        "any(key.endswith('.cidrIp') and value == '0.0.0.0/0' for key, value in event.items())",
        "all([x != 'c' for x in values(event, 'requestParameters.tags.*')])",
        "any([event['eventName'] == 'StopLogging', event['additionalEventData.attempts'] > 5, True])",
        "'0.0.0.0/0' in values(event, 'requestParameters.**.cidrIp') and len(event['eventName']) >= 12",
        "sub(event, 'requestParameters.policy').get('Statement.Effect') == 'Allow'",
        "event['userIdentity.arn'].split('/')[-1] == 'alice' and 5 < event['additionalEventData.attempts'] <= 10",
        "(event.get('errorCode') or '').lower() == '' and event['eventName'].lower() == 'consolelogin'",
        "event['eventName'] == 'StopLogging' or event['readOnly'] == False or event['absent'] == 1",
        "(event['readOnly'] if event['eventName'] == 'GetObject' else event['additionalEventData.MFAUsed'] == 'No')",
        "not (event['eventName'] == 'GetObject' or event.get('errorCode'))",
        "True",
        // Misses.
        "event['eventName'] == 'GetObject' and event['additionalEventData.MFAUsed'] == 'No'",
        "event['eventName'] in ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors']",
        "event['eventName'] == 'StopLogging' or event['eventName'] == 'DeleteTrail' or event.get('errorCode') == 'AccessDenied'",
        "not event['eventName'].startswith('Console')",
        "event['additionalEventData.attempts'] == '7' and True",
        "event['additionalEventData.attempts'] > 10",
        "any(ip == '::/0' for ip in values(event, 'requestParameters.**.cidrIp'))",
        "all(ip.startswith('10.') for ip in values(event, 'requestParameters.**.cidrIp'))",
        "event['userIdentity.type'] == event['userIdentity.sessionContext.type']",
        "matches(event['userAgent'], 'curl') or is_public_ip(event['sourceIPAddress'])",
        "event['userIdentity.arn'].split('/')[-1] == 'bob' or not 5 < event['additionalEventData.attempts'] <= 10",
        "isinstance(event['additionalEventData.attempts'], str)",
        // No bool.
        "event['eventName'] and event.get('errorCode')",
        "event['readOnly'] or event['eventName']",
        "event.get('additionalEventData.attempts') or False",
        // Errors.
        "event['eventName'] == 'ConsoleLogin' and event['errorCode'] == 'x' and event['readOnly']",
        "event.get('errorCode').startswith('Access')",
        "not (event['additionalEventData.attempts'] < '5')",
        "any(r['name'] == 'x' for r in items(event, 'resources'))",
    ] {
        let rule = rule(source);
        let explanation = rule.explain(&event);
        assert_eq!(*explanation.outcome(), rule.evaluate(&event), "{source}");
        let outcome = match explanation.outcome() {
            Outcome::Match => "match",
            Outcome::NoMatch => "no match",
            Outcome::NonBool => "no bool",
            Outcome::Error(_) => "error",
        };
        writeln!(shown, "{outcome}: {}\n{explanation}", explanation.line()).unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_tree_can_be_walked() {
    let event = event(LOGIN);
    let source =
        "event['eventName'] == 'x' or any(v == 'No' for k, v in event.items() if k.endswith('Used')) or event['x']";
    let rule = rule(source);
    let explanation = rule.explain(&event);
    let root = explanation.root();
    assert_eq!((root.kind(), root.truth(), root.text()), (ClauseKind::Or, &Truth::True, source));
    let [first, second, third] = root.parts() else { panic!("{root:?}") };
    assert_eq!((first.truth(), first.span().of(source)), (&Truth::False, "event['eventName'] == 'x'"));
    let [seen] = first.observed() else { panic!("{first:?}") };
    assert_eq!((seen.name(), seen.is_field(), seen.shown().as_deref()), ("eventName", true, Some("\"ConsoleLogin\"")));
    assert_eq!(seen.leaf(), event.flat().get(&b"eventName"[..]));
    assert_eq!((second.kind(), second.truth()), (ClauseKind::Any, &Truth::True));
    let variables: Vec<_> = second.observed().iter().map(|seen| (seen.name(), seen.is_field())).collect();
    assert_eq!(variables, [("k", false), ("v", false)]);
    let roles: Vec<_> = second.parts().iter().map(Clause::role).collect();
    assert_eq!(roles, [Role::Condition, Role::Element]);
    assert_eq!((third.truth(), third.observed().len()), (&Truth::NotReached, 0));
}

#[test]
fn names_are_as_short_as_they_can_be() {
    let text = r#"{"a":{"userName":"u","type":"t","ids":["i"],"0":"z"},"b":{"userName":"u"},"eventName":"E"}"#;
    for (source, expected) in [
        ("event['a.userName'] == 'u'", "userName is u"),
        ("event['a.userName'] == 'u' and event['b.userName'] == 'u'", "a.userName is u, b.userName is u"),
        ("event['a.userName'] == event['b.userName']", "a.userName and b.userName are both u"),
        ("event['a.type'] == 't' and event['a.ids.0'] == 'i'", "a.type is t, a.ids.0 is i"),
        ("event['eventName'] == 'E' and 'E' == event['eventName']", "eventName is E"),
    ] {
        assert_eq!(line(source, text), expected, "{source}");
    }
}

#[test]
fn long_lists_of_clauses_are_cut() {
    let clauses: Vec<_> = (0..9).map(|number| format!("event['fieldN{number}'] == {number}")).collect();
    let fields: Vec<_> = (0..9).map(|number| format!("\"fieldN{number}\":{number}")).collect();
    assert_eq!(
        line(&clauses.join(" and "), &format!("{{{}}}", fields.join(","))),
        "fieldN0 is 0, fieldN1 is 1, fieldN2 is 2, fieldN3 is 3 and 5 more"
    );
}

#[test]
fn hidden_fields_are_named_and_not_shown() {
    let event = event(LOGIN);
    let hidden = |source: &str| {
        let rule = rule(source);
        let line = rule.explain(&event).line();
        assert!(line.to_string().contains("hunter2"), "{line}");
        line.hide(|field| field.ends_with("codeword")).to_string()
    };
    assert_eq!(
        hidden("event['eventName'] != 'x' and event['requestParameters.codeword'] != 'x'"),
        "eventName is ConsoleLogin, requestParameters.codeword hidden"
    );
    // Where the rule goes through many fields, the value could be any of them.
    for source in [
        "any(value.startswith('hunter') and value != 'x' for key, value in event.items() if key.endswith('word'))",
        "any(v == 'hunter2' for v in event.values())",
        "any(v == 'hunter2' for v in values(event, 'requestParameters.*'))",
        "sub(event, 'requestParameters')['codeword'] != 'x'",
    ] {
        assert_eq!(hidden(source), "requestParameters.codeword hidden", "{source}");
    }
    assert_eq!(
        rule("event['requestParameters.codeword'] == 'x'").explain(&event).line().phrases()[0].fields(),
        ["requestParameters.codeword"]
    );
}

#[test]
fn what_an_event_holds_breaks_no_line() {
    let hostile = "\\u202e\\n\\u0000\\u001b[31m\\\"\\\\\\ud800, eventName is StopLogging".repeat(2_000);
    let text = format!("{{\"a\":{{\"{hostile}\":\"{hostile}\"}},\"b\":\"{hostile}\",\"c\":\"x\\ny\"}}");
    for source in [
        "event['b'] != 'x'",
        "event['b'] == 'x' or event['b'].startswith('y') or matches(event['b'], '^z')",
        "any(k == v for k, v in event.items()) or any(k.endswith('x') for k in event)",
        "any(k != '' and v != '' for k, v in event.items())",
        "values(event, '**') != [] and list(event.keys()) != [] and {event['b'], 'x'} != {1}",
        "event[event['b']] == 1",
        "event['b']",
        "event['b'] == '''a\n\nb''' # why\n or event['c'] == 'x\u{202e}y'",
        "(event['b'] + event['b']).upper().split() == [\n1\n] or event['c']",
    ] {
        let (rule, event) = (rule(source), event(&text));
        let explanation = rule.explain(&event);
        let (line, tree) = (explanation.line().to_string(), explanation.to_string());
        let is_bad = |c: char| {
            c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
        };
        assert!(!line.contains(is_bad) && line.chars().count() < 2_000, "{line}");
        assert!(!tree.replace('\n', "").contains(is_bad), "{tree}");
        assert!(tree.lines().all(|line| line.chars().count() < 800), "{tree}");
        let hidden = explanation.line().hide(|_| true).to_string();
        assert!(!hidden.contains(is_bad) && hidden.chars().count() < 2_000, "{hidden}");
    }
}

#[test]
fn the_budget_is_that_of_an_evaluation() {
    let event = event("{}");
    let outcomes = |source: &str| {
        let rule = rule(source);
        (rule.evaluate(&event), rule.explain(&event).outcome().clone())
    };
    let fits = |source: &str| rule(source).evaluate(&event).is_match();
    // The most that the budget admits, first by many steps and then by single ones.
    let most = |fits: &dyn Fn(usize) -> bool| {
        let (mut least, mut most) = (1, 10_000);
        while most - least > 1 {
            let middle = usize::midpoint(least, most);
            if fits(middle) { least = middle } else { most = middle }
        }
        least
    };
    let walk = |length: usize| format!("all(x == x for y in range(100) for x in range({length}))");
    let length = most(&|length| fits(&walk(length)));
    let wrapped = |steps: usize| {
        let steps = vec!["True"; steps].join(" and ");
        format!("not not ((({steps}) and ({} or False)) if True else False)", walk(length - 1))
    };
    let steps = most(&|steps| steps < 1_500 && fits(&wrapped(steps)));
    assert!((2..1_499).contains(&steps), "{steps}");
    for (steps, fits) in [(steps - 1, true), (steps, true), (steps + 1, false), (steps + 2, false)] {
        let (evaluated, explained) = outcomes(&wrapped(steps));
        assert_eq!((evaluated.is_match(), evaluated), (fits, explained), "{steps}");
    }
}

#[test]
fn costly_rules_are_explained_as_far_as_it_costs_little() {
    let event = event(LOGIN);
    for source in [
        "any(any(x * y > 250000 for x in range(600)) for y in range(600))",
        "any(any(any(z > 98 for z in range(100) if x + y > 197) for x in range(100)) for y in range(100))",
        "len([x for x in range(9000)] + [x for x in range(9000)]) > 1 and sum([x for x in range(9000)]) == 1",
    ] {
        let rule = rule(source);
        let explanation = rule.explain(&event);
        assert_eq!(*explanation.outcome(), rule.evaluate(&event), "{source}");
        assert!(!explanation.line().to_string().is_empty() && explanation.to_string().lines().count() < 9);
    }
}

fn value() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        select(vec![
            "event['eventName']",
            "event.get('n')",
            "event.get('s', '')",
            "event['a.b.0']",
            "event.get('absent')",
            "event['absent']",
            "'x'",
            "''",
            "'é日'",
            "1",
            "0",
            "-2.5",
            "True",
            "False",
            "None",
            "[]",
            "('x', 'StopLogging')",
            "['x', 7]",
            "event",
            "event.keys()",
            "values(event, 'a.**')",
            "items(event, 'a.b')",
            "sub(event, 'a')",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 48, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (list.clone(), select(vec![" and ", " or "])).prop_map(|(parts, mark)| format!("({})", parts.join(mark))),
            inner.clone().prop_map(|of| format!("(not {of})")),
            (pair.clone(), inner.clone()).prop_map(|((a, b), c)| format!("({a} if {b} else {c})")),
            (pair.clone(), select(vec!["==", "!=", "<", ">=", "in", "not in"]))
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (pair.clone(), inner.clone()).prop_map(|((a, b), c)| format!("({a} == {b} != {c})")),
            (pair.clone(), select(vec!["startswith", "endswith", "count", "get"]))
                .prop_map(|((a, b), f)| format!("{a}.{f}({b})")),
            (inner.clone(), select(vec!["lower()", "strip()", "split()"])).prop_map(|(a, f)| format!("{a}.{f}")),
            (inner.clone(), select(vec!["len", "bool", "str", "any", "all", "sorted", "is_ip"]))
                .prop_map(|(a, f)| format!("{f}({a})")),
            (pair.clone(), select(vec!["any", "all"])).prop_map(|((a, b), f)| format!("{f}({a} for x in {b})")),
            (pair.clone(), select(vec!["any", "all"]))
                .prop_map(|((a, b), f)| format!("{f}(x == {a} or k for k, x in event.items() if {b})")),
            (list, select(vec!["any", "all"])).prop_map(|(parts, f)| format!("{f}([{}])", parts.join(", "))),
            pair.prop_map(|(a, b)| format!("any(x in {a} and any(y == x for y in {a}) for x in {b} if x != y0)")
                .replace("y0", "0")),
        ]
    })
    .boxed()
}

fn any_event() -> BoxedStrategy<String> {
    let texts = select(vec!["\"StopLogging\"", "\"x\"", "\"\"", "\"\\ud800é日\"", "null", "7", "0.5", "true", "1e999"]);
    prop_oneof![
        Just("{}".to_owned()),
        prop::collection::vec(texts, 5).prop_map(|t| format!(
            r#"{{"eventName":{},"n":{},"s":{},"a":{{"b":[{},{{"c":{}}}]}}}}"#,
            t[0], t[1], t[2], t[3], t[4]
        )),
    ]
    .boxed()
}

fn assert_consistent(clause: &Clause<'_>) {
    let truths: Vec<_> = clause.parts().iter().map(Clause::truth).collect();
    match (clause.kind(), truths.as_slice()) {
        (_, []) => {}
        (ClauseKind::Not, [part]) => assert_eq!(clause.truth().truthy(), part.truthy().map(|truthy| !truthy)),
        (ClauseKind::And | ClauseKind::Or, parts) => {
            let last = parts.iter().rfind(|truth| ***truth != Truth::NotReached);
            assert_eq!(last, Some(&clause.truth()), "{}", clause.text());
        }
        (ClauseKind::Any, parts) if clause.truth() == &Truth::True => {
            assert!(parts.iter().any(|truth| truth.truthy() == Some(true)), "{}", clause.text());
        }
        (ClauseKind::All, parts) if clause.truth() == &Truth::False => {
            assert!(parts.iter().any(|truth| truth.truthy() == Some(false)), "{}", clause.text());
        }
        _ => {}
    }
    clause.parts().iter().for_each(assert_consistent);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn an_explanation_has_the_outcome_of_the_evaluation(source in value(), text in any_event()) {
        // What the language refuses has nothing to explain.
        if let Ok(rule) = Expression::parse(&source) {
            let event = event(&text);
            let explanation = rule.explain(&event);
            assert_eq!(*explanation.outcome(), rule.evaluate(&event), "{source}");
            assert_consistent(explanation.root());
            let line = explanation.line().to_string();
            assert!(!line.is_empty() && !line.contains('\n') && line.chars().count() < 2_000, "{source}: {line}");
            assert!(!explanation.to_string().is_empty());
        }
    }
}
