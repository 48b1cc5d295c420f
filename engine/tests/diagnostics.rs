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

use trailhook_engine::language::{Code, Diagnostic, Expression, Severity, check, check_narrowed};

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
    "event[\"userIdentity\"][\"type\"] == 'Root' or event['userIdentity'].get('x', \"it's\") == \"it's\"",
    "event.eventName == \"StopLogging\" or sourceIPAddress == \"x\" or event[\"x\"].contains()",
    "event.readOnly",
    "in_cidr(event['sourceIPAddress'], \"10.0.0/8\")",
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
    "return True",
    "event['eventName'].includes(event['a'])",
    "lower(event['eventName']) == 'x'",
    "regex_match(event['eventName'], 'x')",
    "event.pop('errorCode') == 'x'",
    "in_cidr(event['sourceIPAddress'], '10.1/16', '300.1.2.3')",
    "event['eventName'].startswith('Get', 'List')",
    "event['eventName'] LIKE 'Delete%' AND event['userAgent'] contains 'x'",
    "event['eventName'] <> 'x' OR event['eventName'] =~ '^Get'",
    "event['eventName'] 'x'",
    "matches('^Get', event['eventName'])",
    "matches(event['eventName'], '^(?!Get)')",
    "re.match('^Get', event['eventName'])",
    "event['errorCode'].exists()",
    "event['detail']['eventName'] == 'x'",
    "event['requestParameters'].get('bucketName', '') == 'x'",
    "event.detail.userIdentity.type == 'Root' or event['detail'].get('errorCode', '') == 'x'",
    "{ ($.eventName = ConsoleLogin) && ($.errorMessage = \"Failed authentication\") }",
    "{ $.resources[*].ARN = x }",
];

/// A text for each thing that runs and may not have been meant.
const SUSPICIONS: &[&str] = &[
    "event.get('userIdentity', {}).get('sessionContext', {}).get('mfa', 'x') == 'Root'",
    "event.get('detail', {}).get('eventName') == 'StopLogging' or event['detail.userIdentity.type'] == 'Root'",
    "event['eventName'] in ('StopLogging' 'DeleteTrail')",
    "event.get('userIdentity.arn') == 'arn:*' or event['eventName'] == 'Create.*'",
    "event['eventName'] != 'StopLogging' and 'DeleteTrail'",
    "(event['eventSource'] == 'iam.amazonaws.com' and event['eventName'] == 'AssumeRole') or event['readOnly'] == False",
    "event['userIdentity.sessionContext.attributes.mfaAuthenticated'] is False",
    "event['eventName'].strip().casefold() == 'StopLogging' or event['eventName'] == 'Stop\u{202e}gniggoL'",
    "event['sourceIPAddress'] not in ('10.0.0.0/8', '192.168.0.1') or event['sourceIPAddress'].startswith('10.0.0.0/8')",
    "event['awsRegion'] not in ['eu-*', 'us-east-1'] or event['awsRegion'] != 'ap*'",
    "event['awsRegion'] == 'Frankfurt' or event['awsRegion'] == 'us-east1' or event['recipientAccountId'] == '11112222333'",
    "event['eventName'] == ('StopLogging', 'DeleteTrail') or event.get('additionalEventData.MFAUsed') == False",
    "in_cidr(event['sourceIPAddress'], ['10.0.0.0/8', '192.168.0.0/16']) or glob('Delete*', event['eventName'])",
    "event.get('requestParameters.items.*.cidrIp') == 'x' or event.get('requestParameters.items[0].cidrIp') == 'y'",
    "event.get('errorCode') in 'AccessDenied'",
    "event['eventName'] == 'StopLogging' and 'x'",
    "event['eventName'] == 'CreateBucket' and event['responseElements.location'] == 'x'",
    "'arn:x' in event['resources'] or event.get('detail.eventName') == 'x'",
    "event['eventSource'] == 'ec2.amazonaws.com' and event['eventName'] == 'CreateUser'",
    "event['eventName'] != 'UpdateFunctionCode'",
    "event['eventName'] in ['StopLogging' 'DeleteTrail', 'Update'\n  'Trail']",
    "event['eventName'].startswith(('Get')) or event['eventName'].endswith( ( 'Trail' ) , 1)",
    "event.get('sourceIPAddress', '') in ['10.0.0.0/8', '10.0.0.1']",
    "event['awsRegion'] or 'eu-west-1'",
    "event['eventName'] == 'CreateUser' and event.get('errorCode')",
    "event.get('errorCode') or event.get('errorMessage')",
    "event['eventSource'] == 'a' and\n  event['awsRegion'] == 'eu-west-1' and # here\n  event['eventSource'] == 'b'",
    "event['eventName'] == 'StopLogging' and event['eventName'].startswith('Delete')",
    "event['eventName'] in [] or event['eventName'] not in ()",
    "1 == 1",
    "bool(1) and (1 or True)",
    "True",
    "event.get('errorCode') is None or True",
    "'eventName' in event",
    "event['readOnly'] == False or (event['eventSource'] == 's3.amazonaws.com' or event['eventName'] != '')",
    "event['eventName']",
    "'a' == 'b'",
    "event.get('userIdentity.accountId') in ['111111111111', 222222222222]",
    "event['eventVersion'] >= 1.08",
    "event.get('sessionCredentialFromConsole') == True",
    "event['eventName'].upper() in ('DeleteTrail', 'STOPLOGGING')",
    "'Admin' in event.get('userIdentity.arn', '').lower()",
    "event.get('errorCode') == 'Success' or event.get('errorCode') != 'None'",
    "event.get('eventCategory') == 'Managment'",
    "event.get('eventType') == 'Something'",
    "event['awsRegion'] in ['eu-*', '*-west-1', '*west*', 'eu-*-1']",
    "event['eventName'] in event['eventSource'] in event['userAgent']",
    "'AWS' in event['userAgent'] is False",
    "event['eventName'] is not 'A' and event['a.b'] is 1",
    "'\\d \\w \\d' in event['userAgent']",
    "event['errorCode'].startswith('A') and event['errorCode'] and event['errorMessage'] == ''",
    "event['requestParameters.bucketName'] == 'a'",
    "event['requestParameters.bucketName'] == 'a' and event['eventName'] == 'PutBucketPolicy'",
    "len(event.get('errorCode')) > 3 or 'x' in event.get('errorMessage') or event.get('vpcEndpointId')[0] == 'v'",
    "event.get('requestParameters.maxResults') > 100 or event.get('apiVersion', None) < '2'",
    "'x' in [part for key in event for part in event.get('errorCode').split()]",
    "event['resources.0.ARN'] == 'x' or event.get('requestParameters.keys.12') == 'y'",
    "all(event.get('eventName') != name for name in ['Aaa', 'Bbb'])",
    "event['eventName'] == 'kms:Decript' or event['eventName'] == 'Decript'",
    "event['eventName'].startswith(('delete', 'Xyz'))",
    "event['eventSource'] == 'lambda.amazonaws.com' and event['eventName'] in ['UpdateFunctionCode']",
    "event['eventName'] == 'UpdateFunctionConfiguration'",
    "event['eventSource'] == 'iam.amazonaws.com' and event['eventName'] == 'StopLogging'",
    "event['eventSource'] in ('iam', 'cloudtrial.amazonaws.com', 'nothing.like.it')",
    "event.get('user') == 'x' or 'useridentity.ARN' in event or event.get('nothing.like.it') == 'y'",
    "event.get('requestParameters') is not None or items(event, 'resource') == []",
    "event['eventSource'] == 'kms.amazonaws.com' and event['eventName'] == 'Decrypt' and event.get('requestParameters.keyArn') == 'x'",
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
fn each_suspicion_is_shown_where_it_is() {
    let mut shown = String::new();
    for source in SUSPICIONS {
        let checked = check(source);
        assert!(checked.expression.is_some() && !checked.diagnostics.is_empty(), "nothing is said of {source}");
        for found in checked.diagnostics {
            assert!(found.severity > Severity::Error, "{source}");
            writeln!(shown, "{}\n{}", found.render(source), "-".repeat(60)).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

/// What a suggestion replaces is a part of the rule, and what comes of it can be read.
#[test]
fn a_suggestion_can_be_followed_to_the_letter() {
    let documented = Code::ALL.iter().map(|code| code.documentation().bad).filter(|bad| !bad.is_empty());
    let mut followed = 0;
    for source in MISTAKES.iter().chain(SUSPICIONS).copied().chain(documented) {
        let found = check(source).diagnostics;
        let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
        for finding in &found {
            let (Some(suggestion), Some(place)) = (&finding.suggestion, finding.replaces) else { continue };
            let mut mended = source.to_owned();
            mended.replace_range(place.start..place.end, suggestion);
            let left = check(&mended).diagnostics;
            // A mistake that is made twice is told once: then the other one is told.
            let is_here = |other: &Diagnostic| other.code == finding.code && other.span.start == finding.span.start;
            assert!(!left.iter().any(is_here), "{source}\n-> {mended}\n{left:#?}");
            let left = left.iter().filter(|finding| finding.severity == Severity::Error).count();
            let mends_error = finding.severity == Severity::Error;
            // Behind an error of the syntax others may have waited.
            assert!(left <= errors - usize::from(mends_error) || errors > 1, "{source}\n-> {mended}");
            followed += 1;
        }
    }
    assert!(followed > 80, "{followed}");
}

#[test]
fn every_code_is_documented_by_a_rule_that_has_it_and_one_that_has_not() {
    for code in Code::ALL {
        let documentation = code.documentation();
        let good = check(documentation.good).diagnostics;
        assert_eq!(good, [], "the good rule of {code}");
        // The two that need a text of many lines are in the tests of the limits.
        if !documentation.bad.is_empty() {
            let bad = check(documentation.bad).diagnostics;
            assert!(bad.iter().any(|found| found.code == *code), "the bad rule of {code}: {bad:?}");
        }
        assert!(documentation.why.ends_with('.') && !code.title().ends_with('.'), "{code}");
    }
}

#[test]
fn every_code_is_shown_and_has_a_number_of_its_own() {
    let many_bytes = "x".repeat(70_000);
    let many_brackets = "(".repeat(200);
    let sources = MISTAKES.iter().chain(SUSPICIONS).copied().chain([many_bytes.as_str(), many_brackets.as_str()]);
    let shown: BTreeSet<_> = sources.flat_map(|source| check(source).diagnostics).map(|fault| fault.code).collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
    assert_eq!(Code::ALL.iter().map(|code| code.as_str()).collect::<BTreeSet<_>>().len(), Code::ALL.len());
}

#[test]
fn nothing_is_said_of_what_was_meant() {
    for source in [
        "event['eventName'] == 'StopLogging' or event.get('readOnly')",
        "'root' in (event['eventName'])",
        "event['eventName'] in ('StopLogging',) and ('A' in event['userAgent'])",
        "True if event.get('errorCode') else False",
        "any(v for v in event.values()) or not event",
        "max(event['eventName'], event['awsRegion']) == 'x'",
        "'eventName' in event and event['eventName'] == 'StopLogging'",
        "'errorCode' in event or event.get('sourceIPAddress') != ''",
        "event.get('eventName', '').startswith('') and event['readOnly'] == False",
        "'eventName' in event if event['readOnly'] else event['readOnly'] == False",
        // A guard in front, in any form.
        "'errorCode' in event and event['errorCode'] == 'A'",
        "not 'errorCode' in event or event['errorCode'] == 'A'",
        "'errorCode' not in event or event['errorCode'] == 'A'",
        "event['errorCode'] == 'A' if 'errorCode' in event else False",
        "event.get('errorCode') and event['errorCode'].startswith('A')",
        "event.get('errorCode') is not None and event.get('errorCode').startswith('A')",
        "event.get('errorCode') is None or 'x' in event.get('errorCode')",
        "event.get('errorCode', '') != '' and event['errorCode'] == 'A'",
        "event.get('errorCode') in ('AccessDenied', 'B') and len(event.get('errorCode')) > 3",
        "isinstance(event.get('requestParameters.n'), int) and event.get('requestParameters.n') > 3",
        "(event.get('errorCode') == 'A' or event.get('errorCode') == 'B') and event['errorCode'][0] == 'A'",
        "[key for key in event.keys() if 'errorCode' in event and event['errorCode'] == key] == ['x']",
        // What the event's name or the identity's type carries.
        "event['eventName'] == 'ConsoleLogin' and event['responseElements.ConsoleLogin'] == 'Failure'",
        "event['eventName'] in ('CreateUser', 'DeleteUser') and event['requestParameters.userName'].startswith('x')",
        "event['userIdentity.type'] == 'AssumedRole' and event['userIdentity.sessionContext.sessionIssuer.arn'] == 'x'",
        // `get` gives the literal itself.
        "event.get('readOnly', '') == '' or event.get('userIdentity.accountId', 0) == 0",
        // A pattern and a network are what these fields hold.
        "event.get('requestParameters.cidrIp') == '0.0.0.0/0' or event.get('requestParameters.principal') == '*'",
        "event['sourceIPAddress'] == '10.0.0.1' or event['sourceIPAddress'] == 'AWS Internal'",
        "event['eventName'] == 'x' \n 'y' if False else event['eventName'].startswith('Get' 'Object')",
        "event['eventType'] == 'AwsServiceEvent' and event['eventName'] == 'NobodyKnowsThisOne'",
        "event['eventSource'] == 's3.amazonaws.com.cn' and event['eventName'] == 'PutObject' and event['requestParameters.x'] == 'y'",
        "event['eventName'] == 'StopLogging' and not event['eventName'].startswith('Delete')",
        "any(event_name == 'A' for event_name in ['A'] if event_name != 'A') or not event",
    ] {
        assert_eq!(check(source).diagnostics, [], "{source}");
    }
}

#[test]
fn a_rule_for_every_event_is_told_unless_something_else_narrows_it() {
    for source in [
        "True",
        "not False",
        "'x' == 'x' and 1 < 2",
        "event.get('errorCode') is None or True",
        "'eventName' in event",
        "not ('eventName' not in event)",
        "event['eventName'] != ''",
        "'' != event.get('eventSource', '') and event.get('eventName') is not None",
        "event.get('eventName') not in ('', None)",
        "bool(event.get('eventTime'))",
        "event['eventName'] and 'awsRegion' in event",
        "event['eventName'].startswith('') or event['eventName'] == 'StopLogging'",
        "glob(event['eventName'], '*') and matches(event['eventSource'], '.*')",
        "True if event.get('readOnly') else 'eventName' in event",
    ] {
        let codes: Vec<_> = check(source).diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::AlwaysTrue], "{source}");
        assert_eq!(check_narrowed(source).diagnostics, [], "{source}");
    }
    // Such a value is never `True` itself.
    for source in ["event['eventName']", "event.get('eventName') and 1", "1", "event['eventName'] or True"] {
        let codes: Vec<_> = check(source).diagnostics.iter().map(|found| found.code).collect();
        assert!(codes.is_empty() || codes == [Code::NeverTrue], "{source}: {codes:?}");
    }
    // No value makes both of them false, whatever stands beside the expression.
    let mistake = "event['eventName'] != 'A' or event['eventName'] != 'B'";
    assert!(check_narrowed(mistake).diagnostics.iter().any(|found| found.code == Code::AlwaysTrue));
}

#[test]
fn of_a_long_list_of_unknown_names_the_first_are_told_and_how_many_more_there_are() {
    let list = |count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("'NobodyKnows{number}'")).collect();
        check(&format!("event['eventName'] in [{}, 'StopLogging']", names.join(", "))).diagnostics
    };
    assert_eq!(list(10).len(), 10);
    for (count, told) in [
        (11, "1 more name of this list is of no known event"),
        (25, "15 more names of this list are of no known event"),
    ] {
        let found = list(count);
        assert_eq!(found.len(), 11);
        assert!(found.iter().all(|finding| finding.code == Code::UnknownEventName));
        assert_eq!(found[10].message, told);
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

/// Each of these takes seconds if every name is looked up, or every condition tried for every name.
#[test]
fn long_rules_are_checked_in_bounds() {
    let names: Vec<_> = (0..1_500).map(|number| format!("'Unknown{number}'")).collect();
    let prefixes: Vec<_> = (0..300).map(|n| format!("not event['eventName'].startswith('Unk{n}')")).collect();
    let costly = ["(list(range(10000)) * 10).count(event['eventName']) == 0"; 8].join(" and ");
    for source in [
        format!("event['eventName'] in ({})", names.join(", ")),
        format!("event['eventName'] in ({}) and {}", names[..300].join(", "), prefixes.join(" and ")),
        format!("event['eventName'] in ({}) and {costly}", names[..20].join(", ")),
    ] {
        let checked = check(&source);
        assert!(checked.expression.is_some() && !checked.diagnostics.is_empty() && checked.diagnostics.len() <= 20);
    }
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
