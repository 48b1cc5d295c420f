//! Every diagnostic, as people read it. `INSTA_UPDATE=always` rewrites the golden file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use trailhook_engine::language::{Code, Expression, Severity, check};

/// A text for each thing that can be wrong.
const MISTAKES: &[&str] = &[
    "",
    "   # nothing but a comment",
    "event['eventName'].startwith('Get')",
    "event['eventName'] = 'StopLogging'",
    "event['eventName'] === 'StopLogging'",
    "event['eventName'] !== 'StopLogging'",
    "event['eventName'] == 'A' && event['awsRegion'] == 'eu-west-1' || !event['x']",
    "event['eventName'] == “StopLogging”",
    "event['eventName'] == 'ConsoleLogin",
    "event.get('errorCode' == 'AccessDenied'",
    " '') == 'terraform'",
    "event['eventName'] == ",
    "if event['eventName'] == 'A': True",
    "event['eventName'] is 'A' or not in ['B']",
    "evnt['eventName'] == 'A'",
    "eventName == 'StopLogging'",
    "event.get('readOnly') == true",
    "event.get('errorCode') == null",
    "something == 'x'",
    "event.eventName == 'A'",
    "event.userIdentity.arn == 'A'",
    "event['userIdentity']['sessionContext']['sessionIssuer'] == 'x'",
    "event['resources'][0]['ARN'] == 'x'",
    "event['eventName'].contains('Login')",
    "event['eventName'].format()",
    "event['eventName'].startswith",
    "event.setdefault('errorCode', '') == ''",
    "event.getx('errorCode')",
    "event.get('errorCode', default='') == 'AccessDenied'",
    "event.get()",
    "event['eventName'].endswith(['Trail', 'Bucket'])",
    "len(event['eventName'], 3) > 3",
    "lenght(event['eventName']) > 3",
    "eval('True')",
    "min(1, 2, default=3) == 1",
    "any == 1",
    "isinstance(event['a'], string)",
    "event['a'].split(',', sep=',') == []",
    "event['a'].replace('x') == ''",
    "matches(event['userAgent'], 'role/[a-z')",
    "matches(event['userAgent'], event['b'])",
    "glob(event['userAgent'], 'a[b')",
    "in_cidr(event['sourceIPAddress'], '10.0.0/8')",
    "(x for x in event) == 1",
    "event['eventName'] == 'StopLogging' or 'DeleteTrail'",
    "event['awsRegion'] or 'eu-west-1'",
    "event['eventName'] in ('ConsoleLogin')",
    "'StopLogging'",
    "event['eventName'].lower() + 'x'",
    "__import__('re').match('^Get', event['eventName']) is not None",
    "(lambda e: e['eventName'] == 'A')(event)",
    "{k: v for k, v in event.items()}",
    "event['a'] ** 2 == 4",
    "'%s' % event['a'] == 'x'",
    "f\"{event['a']!r}\" == 'x'",
    "'\\ud83d' in event.get('userAgent', '')",
    "\u{feff}True",
    "event['a'] is event['b'] or 'x' is not 'y'",
    "event.get('a') == 'b' or\n\tevent.get('ü') == 'c' and\n  event.Get('d') == 'e'",
];

#[test]
fn each_mistake_is_shown_where_it_is() {
    let mut shown = String::new();
    for source in MISTAKES {
        let faults = check(source).diagnostics;
        assert!(!faults.is_empty(), "nothing is said of {source}");
        for fault in faults {
            writeln!(shown, "{}\n{}", fault.render(source), "-".repeat(60)).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_code_is_shown_and_has_a_number_of_its_own() {
    let many_bytes = "x".repeat(70_000);
    let many_brackets = "(".repeat(200);
    let sources = MISTAKES.iter().copied().chain([many_bytes.as_str(), many_brackets.as_str()]);
    let shown: BTreeSet<_> = sources.flat_map(|source| check(source).diagnostics).map(|fault| fault.code).collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
    assert_eq!(Code::ALL.iter().map(|code| code.as_str()).collect::<BTreeSet<_>>().len(), Code::ALL.len());
}

#[test]
fn warnings_are_for_what_runs_and_was_not_meant() {
    for source in [
        "event['eventName'] == 'StopLogging' or 'DeleteTrail'",
        "event['eventName'] in ('ConsoleLogin')",
        "'StopLogging'",
        "event['a'] and len(event['b'])",
    ] {
        let checked = check(source);
        assert!(checked.expression.is_some());
        assert!(
            checked.diagnostics.iter().all(|found| found.severity == Severity::Warning)
                && !checked.diagnostics.is_empty(),
            "{source}"
        );
    }
    for source in [
        "event['eventName'] == 'A' or event.get('readOnly')",
        "'root' in (event['userIdentity.arn'])",
        "event['a'] in ('A',) and ('A' in event['b'])",
        "True if event.get('a') else False",
        "any(v for v in event.values()) or not event",
        "max(event['a'], event['b'])",
    ] {
        assert_eq!(check(source).diagnostics, [], "{source}");
    }
}

#[test]
fn a_text_full_of_mistakes_is_told_in_bounds() {
    let source = vec!["x"; 1_500].join(" or ");
    let faults = Expression::parse(&source).unwrap_err();
    let shown: usize = faults.iter().map(|fault| fault.render(&source).len()).sum();
    assert!(faults.len() == 20 && shown < 20_000, "{} findings, {shown} bytes", faults.len());
    for source in [vec!["x"; 1_500].join(" is "), "!x,".repeat(900), format!("event.get({})", "a=1,".repeat(900))] {
        assert_eq!(check(&source).diagnostics.len(), 20, "{}…", source.get(..40).unwrap());
    }
    let warnings = check(&format!("[{}] == []", "event['a'] in ('b'), ".repeat(300)));
    assert!(warnings.expression.is_some() && warnings.diagnostics.len() == 20);
    let last = faults[19].render(&source);
    let lines: Vec<_> = last.lines().skip_while(|line| !line.contains('|')).collect();
    let mark = lines[1].chars().position(|c| c == '^').unwrap();
    assert_eq!(lines[0].chars().nth(mark), Some('x'), "{last}");
}

#[test]
fn several_mistakes_are_told_in_one_run() {
    let faults = Expression::parse(
        "event.userIdentity.type == 'Root' and\n  event['eventName'].startwith('Get') and\n  readonly == true",
    )
    .unwrap_err();
    let codes: Vec<_> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["TH0103", "TH0107", "TH0101", "TH0101"]);
    assert_eq!(
        faults[1].span.line_and_column(
            "event.userIdentity.type == 'Root' and\n  event['eventName'].startwith('Get') and\n  readonly == true"
        ),
        (2, 22)
    );
}
