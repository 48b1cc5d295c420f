//! Logs go into the bucket, and alerts come out in Slack.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use trailhook_runtime::message::terminal;
use trailhook_tests::{SampleLogs, SampleObject, wait_until};

use crate::screen::Screen;
use crate::stage::{BUCKET, FUNCTION, Stage};

/// How long the function may take for one log; a cold start on a busy machine takes seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// How often Lambda tries an asynchronous invocation.
const ATTEMPTS: usize = 3;

/// What the function answered, as far as it is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Summary {
    logs: u64,
    skipped: u64,
    events: u64,
    matches: u64,
    sent: Sent,
}

/// What it answered of its messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
struct Sent {
    messages: u64,
}

impl Summary {
    fn add(&mut self, other: Self) {
        self.logs += other.logs;
        self.skipped += other.skipped;
        self.events += other.events;
        self.matches += other.matches;
        self.sent.messages += other.sent.messages;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { logs, events, matches, sent: Sent { messages }, .. } = self;
        write!(f, "{logs} logs, {events} events, {matches} matches, {messages} messages")
    }
}

/// One line of the function's log.
#[derive(Deserialize)]
struct Line {
    message: String,
    /// JSON in a string.
    #[serde(default)]
    summary: String,
    #[serde(default)]
    error: String,
}

/// Puts the sample logs into the bucket in the order of their time, each one when the function is done with the one before,
/// and shows the alerts as they come. Gives the sum of what the function answered.
pub(crate) async fn deliver(stage: &Stage, screen: &mut Screen) -> anyhow::Result<Summary> {
    let mut objects = SampleLogs::checked_in().objects()?;
    objects.sort_by(|one, other| time_of(one).cmp(time_of(other)));
    let mut total = Summary::default();
    let mut shown = 0;
    for (done, object) in objects.iter().enumerate() {
        let name = object.key.rsplit('/').next().unwrap_or_default();
        screen.gap()?;
        screen.small(name)?;
        stage.aws.put_object(BUCKET, &object.key, object.body.clone()).await?;
        let summary = wait_until(&format!("the function's answer to {name}"), LIMIT, async || {
            let answered = answers(stage).await?.get(done).copied();
            shown = show(stage, screen, shown)?;
            Ok(answered)
        })
        .await?;
        match summary {
            Summary { skipped: 1.., .. } => screen.small("holds no events: passed over")?,
            Summary { matches: 0, .. } => screen.small("nothing to tell")?,
            _ => {}
        }
        total.add(summary);
    }
    let received = u64::try_from(shown)?;
    let sent = total.sent.messages;
    ensure!(received == sent, "the function sent {sent} messages, and {received} came");
    Ok(total)
}

/// When CloudTrail wrote the object, by its name: `..._20260203T1010Z_...`.
fn time_of(object: &SampleObject) -> &str {
    let mut parts = object.key.split(['_', '.']);
    let is_time = |part: &&str| part.len() > 8 && part.ends_with('Z') && part.starts_with(|c: char| c.is_ascii_digit());
    parts.rfind(is_time).unwrap_or_default()
}

/// What the function answered so far, in order.
async fn answers(stage: &Stage) -> anyhow::Result<Vec<Summary>> {
    let mut summaries = Vec::new();
    let mut invocations = 0_usize;
    let mut reason = "without a word".to_owned();
    for event in stage.aws.function_log(FUNCTION).await? {
        // The last line of each invocation, by Lambda itself.
        if event.message.starts_with("REPORT RequestId:") {
            invocations += 1;
        }
        let Ok(line) = serde_json::from_str::<Line>(&event.message) else { continue };
        if line.message == "invocation done" {
            summaries.push(serde_json::from_str(&line.summary).context("reading what the function answered")?);
        } else if !line.error.is_empty() {
            reason = format!("last with: {}", line.error);
        }
    }
    let failures = invocations.saturating_sub(summaries.len());
    ensure!(failures < ATTEMPTS, "the function failed {failures} times, {reason}");
    Ok(summaries)
}

/// Shows what came to Slack behind the first `shown` requests; gives how many have come.
fn show(stage: &Stage, screen: &mut Screen, shown: usize) -> anyhow::Result<usize> {
    let requests = stage.slack.requests();
    for request in requests.iter().skip(shown) {
        if let Some(refusal) = &request.refusal {
            bail!("Slack refused a message: {refusal}");
        }
        screen.gap()?;
        screen.lines(&terminal::draw(&request.body))?;
    }
    Ok(requests.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_put_in_the_order_of_their_time() {
        let mut objects = SampleLogs::checked_in().objects().unwrap();
        objects.sort_by(|one, other| time_of(one).cmp(time_of(other)));
        let times: Vec<&str> = objects.iter().map(time_of).collect();
        assert_eq!(times.first(), Some(&"20260203T0910Z"));
        assert_eq!(times.last(), Some(&"20260203T1115Z"));
        assert!(times.contains(&"20260203T111500Z"), "the digest's is more exact: {times:?}");
    }
}
