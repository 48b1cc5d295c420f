//! From one alert to a message that fits Slack's limits by construction.

use trailhook_engine::document::Severity;

use super::block::{Block, Button, Message, Text};
use super::console::event_link;
use super::text::{code, code_lines, escape, word};
use super::view::View;
use crate::alert::{Actor, AlertSample, Facts, Parameters, Time, truncate};
use crate::clock::Moment;

/// Characters of one value, of the 2,000 that a field has.
pub(super) const VALUE: usize = 300;
/// Characters of a rule's description, of the 3,000 that a section has.
const DESCRIPTION: usize = 1_500;
/// Characters of one clause that made the rule match, of which an explanation has at most four in a section of 3,000.
const CLAUSE: usize = 240;
/// Characters of the line that notifications show.
const NOTIFICATION: usize = 600;
/// Characters of all request parameters, of the 3,000 that a section has.
const PARAMETERS: usize = 2_900;
/// Characters of an address of a runbook. A button takes 3,000, and the whole message has 12,000.
const URL: usize = 1_500;
/// Characters of a message, with room for how many more there are like it and where else they come from.
const LONGEST: usize = 9_500;
/// Labels that are shown.
const LABELS: usize = 5;
/// Characters of a header (150) less the mark and the word for the severity, and a number.
const TITLE: usize = 120;

/// The message of one alert.
///
/// The sum of all its texts stays below 12,000 characters, above which Slack refuses a message although each part keeps
/// its own limit.
pub(super) fn render(sample: &AlertSample, view: &View<'_>) -> Message {
    let facts = &sample.facts;
    let title = header(sample.severity, sample.rules.first().map_or("alert", |rule| &rule.name), "");

    let mut blocks = vec![Block::Header { text: Text::plain(title.clone()) }];
    let description = sample.rules.first().map(|rule| rule.description.as_str()).filter(|text| !text.is_empty());
    blocks.extend(description.map(|description| Block::paragraph(escape(description, DESCRIPTION))));
    blocks.push(Block::Section { text: Some(Text::markup(sentence(facts, view))), fields: fact_fields(facts) });
    if let Some((error, message)) = &facts.error {
        let message = message.as_deref().map(|message| format!("\n{}", code(message, VALUE))).unwrap_or_default();
        blocks.push(Block::paragraph(format!("*Failed with* {}{message}", code(error, VALUE))));
    }
    if !sample.why.is_empty() {
        let clauses: Vec<_> = sample.why.iter().map(|clause| code(clause, CLAUSE)).collect();
        let more = if sample.more_clauses == 0 { String::new() } else { format!(" and {} more", sample.more_clauses) };
        blocks.push(Block::paragraph(format!("*Why:* {}{more}", clauses.join(", "))));
    }
    if let Some(threshold) = &sample.threshold {
        blocks.push(Block::paragraph(format!("*Threshold reached:* {}", code(threshold, VALUE))));
    }
    let is_shown_below = |field: &str| sample.parameters.is_some() && field.starts_with("requestParameters.");
    let line = |(field, value): &(String, String)| format!("• {}: {}", code(field, VALUE / 2), code(value, VALUE));
    let lines: Vec<_> = sample.read.iter().filter(|(field, _)| !is_shown_below(field)).map(line).collect();
    if !lines.is_empty() {
        blocks.push(Block::paragraph(format!("*What the rule looked at*\n{}", lines.join("\n"))));
    }
    let buttons = buttons(sample, view);
    if !buttons.is_empty() {
        blocks.push(Block::Actions { elements: buttons });
    }
    let end = blocks.len();
    let small_print = small_print(sample, facts);
    if !small_print.is_empty() {
        blocks.push(Block::Context { elements: vec![Text::markup(small_print)] });
    }
    if let Some(parameters) = &sample.parameters {
        // What the others leave.
        let room = LONGEST.saturating_sub(blocks.iter().map(Block::length).sum());
        let place = end - usize::from(matches!(blocks.get(end - 1), Some(Block::Actions { .. })));
        let block = all_parameters(parameters, room.min(PARAMETERS));
        blocks.splice(place..place, block);
    }
    Message { text: notification(&title, facts, view), blocks }
}

/// Request parameters, as many as there is room for.
fn all_parameters(parameters: &Parameters, room: usize) -> Option<Block> {
    const TITLE: &str = "*Request parameters*\n";
    // `and 123456 more`
    let room = room.checked_sub(TITLE.len() + 24).filter(|room| *room >= 100 && !parameters.shown.is_empty())?;
    let lines = parameters.shown.iter().map(|(name, value)| format!("{name}: {value}"));
    let (block, count) = code_lines(lines, room);
    let more = match parameters.more + parameters.shown.len() - count {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    Some(Block::paragraph(format!("{TITLE}{block}{more}")))
}

/// To the runbook, and to the event in the console of its account.
fn buttons(sample: &AlertSample, view: &View<'_>) -> Vec<Button> {
    let is_address = |url: &&String| url.starts_with("https://") && url.chars().count() <= URL;
    let runbook = sample.rules.first().and_then(|rule| rule.runbook_url.as_ref()).filter(is_address);
    let runbook = runbook.map(|url| Button::new("Runbook", "runbook", url.clone()));
    let link = sample.facts.event_id.as_deref().filter(|_| view.console_link);
    let link = link.and_then(|id| event_link(&sample.facts.region, id));
    let console = link.map(|url| Button::new("Open in CloudTrail", "console", url));
    runbook.into_iter().chain(console).collect()
}

/// The first line of a message.
pub(super) fn header(severity: Severity, title: &str, behind: &str) -> String {
    format!("{} {}: {}{behind}", mark(severity), severity_word(severity), truncate(title, TITLE))
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "⚪",
        Severity::Low => "🔵",
        Severity::Medium => "🟡",
        Severity::High => "🟠",
        Severity::Critical => "🔴",
    }
}

/// The word for a severity that people read.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Info",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// Who did what where.
fn sentence(facts: &Facts, view: &View<'_>) -> String {
    format!(
        "{} called {} {} in {}, {}",
        who(&facts.actor, view),
        word(&facts.service, 60),
        code(&facts.event_name, VALUE),
        view.account(&facts.account),
        word(&facts.region, 60),
    )
}

fn fact_fields(facts: &Facts) -> Vec<Text> {
    let field = |label: &str, value: String| Text::markup(format!("*{label}*\n{value}"));
    let mut fields = vec![field("When", time(&facts.time))];
    fields.extend(facts.source_address.as_deref().map(|from| field("From", code(from, VALUE))));
    fields.extend(facts.more.iter().map(|(name, value)| field(&escape(name, 40), code(value, VALUE))));
    fields
}

fn who(actor: &Actor, view: &View<'_>) -> String {
    let detail = actor.detail.as_deref().map(|detail| format!(" {}", word(detail, 80))).unwrap_or_default();
    let account = actor.account.as_deref().map(|account| format!(" of account {}", view.account(account)));
    format!("{} ({}{detail}){}", code(&actor.name, VALUE), escape(&actor.kind, 60), account.unwrap_or_default())
}

/// When an event happened.
pub(super) fn time(time: &Time) -> String {
    match time {
        Time::At(at) => moment(*at),
        Time::Unreadable(text) => code(text, 60),
        Time::Absent => "not recorded".to_owned(),
    }
}

/// Each reader sees the time of their own place; the text behind it is for programs that do not know the mark-up.
pub(super) fn moment(at: Moment) -> String {
    format!("<!date^{}^{{date_short_pretty}} {{time_secs}}|{}>", at.as_seconds(), plain_time(at))
}

/// From when to when something happened.
pub(super) fn moments(first: Moment, last: Moment) -> String {
    let day = |at: Moment| jiff::Timestamp::from(at).strftime("%Y-%m-%d").to_string();
    match first.as_seconds() == last.as_seconds() {
        true => moment(first),
        false if day(first) == day(last) => {
            let plain = jiff::Timestamp::from(last).strftime("%H:%M:%S UTC");
            format!("{} to <!date^{}^{{time_secs}}|{plain}>", moment(first), last.as_seconds())
        }
        false => format!("{} to {}", moment(first), moment(last)),
    }
}

pub(super) fn plain_time(at: Moment) -> String {
    jiff::Timestamp::from(at).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn small_print(sample: &AlertSample, facts: &Facts) -> String {
    // The primary rule's name is the title.
    let others: Vec<_> = sample.rules.iter().skip(1).map(|rule| word(&rule.name, 130)).collect();
    let more = match sample.more_rules {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut parts = Vec::new();
    parts.extend((!others.is_empty()).then(|| format!("Also matched {}{more}", others.join(", "))));
    let labels = sample.labels.iter().take(LABELS).map(|(key, value)| code(&format!("{key}: {value}"), 60));
    parts.extend((!sample.labels.is_empty()).then(|| labels.collect::<Vec<_>>().join(" ")));
    parts.extend(facts.event_id.as_deref().map(|id| format!("Event {}", word(id, 60))));
    let agent = facts.user_agent.as_deref().filter(|agent| facts.source_address.as_deref() != Some(agent));
    parts.extend(agent.map(|agent| format!("User agent {}", code(agent, VALUE / 2))));
    parts.join("  ·  ")
}

/// What notifications and screen readers use: title and facts on one line.
pub(super) fn notification(title: &str, facts: &Facts, view: &View<'_>) -> String {
    let outcome =
        facts.error.as_ref().map(|(code, _)| format!(" (failed: {})", truncate(code, 60))).unwrap_or_default();
    let line = format!(
        "{title}: {} called {} {} in {}, {}{outcome}",
        truncate(&facts.actor.name, 100),
        truncate(&facts.service, 60),
        truncate(&facts.event_name, 100),
        truncate(view.plain_account(&facts.account), 60),
        truncate(&facts.region, 60),
    );
    plain_line(&line)
}

/// A line without mark-up.
pub(super) fn plain_line(line: &str) -> String {
    escape(&line.replace('`', "'"), NOTIFICATION)
}

#[cfg(test)]
mod tests {
    use super::super::limits::PLAIN;
    use super::super::limits::assert_harmless;
    use super::*;
    use crate::alert::{Display, Keep, Sample};
    use proptest::prelude::{ProptestConfig, any, prop, prop_oneof, proptest};
    use serde_json::{Value, json};
    use trailhook_engine::document::RuleDocument;
    use trailhook_engine::event::Event;
    use trailhook_engine::{Alert, Rule};

    fn rule(name: &str, description: &str, severity: Severity, expression: &str) -> Rule {
        let description = description.to_owned();
        Rule::compile(RuleDocument { description, severity, ..RuleDocument::new(name, expression) }).unwrap()
    }

    fn event(record: &Value) -> Event {
        Event::parse(record.to_string().as_bytes()).unwrap()
    }

    fn sample(event: &Event, rules: &[Rule]) -> AlertSample {
        let alert = Alert { event, rules: &rules.iter().collect::<Vec<_>>() };
        match Sample::of(&alert, Keep::Shown, &Display::default()) {
            Sample::Alert(sample) => *sample,
            other => panic!("{other:?}"),
        }
    }

    fn failed_login() -> Value {
        json!({
            "eventTime": "2026-02-03T04:05:06Z", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
            "awsRegion": "eu-central-1", "sourceIPAddress": "203.0.113.20", "recipientAccountId": "111122223333",
            "userAgent": "Mozilla/5.0 <b>`x`</b>", "errorCode": "Failed", "errorMessage": "No <!channel> & co",
            "userIdentity": {"type": "IAMUser", "userName": "alice"}, "eventID": "00000000-0000-4000-8000-000000000002",
            "additionalEventData": {"MFAUsed": "No"}
        })
    }

    #[test]
    fn no_message_holds_a_secret() {
        let mut record = failed_login();
        record["requestParameters"] = json!({"masterUserPassword": "HunterSECRET2", "secretId": "prod/db"});
        let expression =
            "event['requestParameters.masterUserPassword'] != '' and event['requestParameters.secretId'] != ''";
        let rule = rule("a", "", Severity::Low, expression);
        let message = serde_json::to_string(&render(&sample(&event(&record), &[rule]), &PLAIN)).unwrap();
        assert!(!message.contains("HunterSECRET2"), "{message}");
        assert!(message.contains("masterUserPassword is hidden"), "{message}");
        assert!(message.contains("prod/db"), "{message}");
    }

    #[test]
    fn a_message_tells_who_did_what() {
        let rules = [
            rule(
                "login-without-mfa",
                "A sign-in without a second factor & more",
                Severity::High,
                "event['eventName'] == 'ConsoleLogin' and event.get('additionalEventData.MFAUsed') != 'Yes'",
            ),
            rule("any-login", "", Severity::Low, "event['eventName'] == 'ConsoleLogin'"),
        ];
        let event = event(&failed_login());
        let message = render(&sample(&event, &rules), &PLAIN);
        insta::assert_snapshot!(serde_json::to_string_pretty(&message).unwrap());
    }

    #[test]
    fn the_clauses_that_made_the_rule_match_are_told() {
        let told = |expression: &str| {
            let rule = rule("a", "", Severity::Low, expression);
            let message = render(&sample(&event(&failed_login()), &[rule]), &PLAIN);
            message.blocks.into_iter().find_map(|block| match block {
                Block::Section { text: Some(Text::Mrkdwn { text, .. }), .. } if text.starts_with("*Why:*") => {
                    Some(text)
                }
                _ => None,
            })
        };
        assert_eq!(
            told("matches(event['userAgent'], '`x`') and event['userIdentity.userName'] not in ('bob', 'eve') and event['userAgent'] != ''").unwrap(),
            "*Why:* `userAgent matches \"'x'\"`, `userName is alice`, `userAgent is \"Mozilla/5.0 &lt;b&gt;'x'&lt;/b&gt;\"`"
        );
        let clauses = ["eventName", "awsRegion", "eventID", "errorCode", "eventTime", "userAgent"];
        let clauses: Vec<_> = clauses.iter().map(|field| format!("event['{field}'] != ''")).collect();
        let line = told(&clauses.join(" and ")).unwrap();
        assert!(line.starts_with("*Why:* `eventName is ConsoleLogin`, `awsRegion is eu-central-1`, "), "{line}");
        assert!(line.ends_with(" and 2 more"), "{line}");
        assert_eq!(told("event['eventName'] == 'Other'"), None);
    }

    proptest! {
        // Each case is large; a few of them touch every limit.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn hostile_events_fit_and_mention_nobody(
            texts in prop::collection::vec(
                prop_oneof!["[<>&`!@*_~|\\n\u{202e}a]{0,80}", any::<String>(), "[<&>]{5000}", "(<!channel>){1,400}"], 12),
        ) {
            let record = json!({
                "eventTime": texts[0], "eventSource": texts[1], "eventName": texts[2], "awsRegion": texts[3],
                "sourceIPAddress": texts[4], "recipientAccountId": texts[5], "userAgent": texts[6], "errorCode": texts[7],
                "errorMessage": texts[8], "eventID": texts[10], "a": {"b": texts[11], "c": texts[0], "d": texts[1]},
                "userIdentity": {"type": texts[10], "arn": texts[9]},
            });
            let reads = "event.get('a.b') == event.get('a.c') or event.get('a.d') == event.get('userIdentity.arn') or True";
            let rules: Vec<_> = (0..9).map(|number| rule(&format!("{}{number}", "r".repeat(63)), &texts[11].replace('`', "'"), Severity::High, reads)).collect();
            let event = event(&record);
            let message = render(&sample(&event, &rules), &PLAIN);
            assert_harmless(&message);
        }
    }
}
