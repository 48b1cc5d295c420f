//! The self-test: whether everything that an alert needs on its way is there.

use trailhook_engine::document::Severity;

use super::Pipeline;
use crate::alert::Notice;
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::Kept;
use crate::delivery::Sent;
use crate::outbox::Table as _;

/// What a self-test found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelfTest {
    /// What was looked at.
    pub checks: Vec<Check>,
    /// What was sent.
    pub sent: Sent,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is, such as `route security`.
    pub what: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl SelfTest {
    /// The checks that found something.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.checks.iter().filter_map(|check| Some((check.what.as_str(), check.problem.as_deref()?)))
    }
}

impl Pipeline {
    /// Checks the documents and the table, and sends one message on each route, the way of an alert: with its secret, through the
    /// outbox, at its channel's pace. A route is well if its message is there.
    pub async fn self_test(&self, kept: &Kept, deadline: Moment) -> SelfTest {
        // A retry of Lambda has the name of the first try, whose messages are not those of this one.
        let identity = format!("{:016x}", SystemClock.random());
        let configuration = &kept.configuration;
        let mut checks: Vec<_> = configuration
            .broken
            .iter()
            .map(|broken| Check { what: broken.parameter.clone(), problem: Some(broken.to_string()) })
            .collect();
        let mut intake = self.deliverer.intake(&configuration.routes, deadline);
        for route in &configuration.routes.live {
            let text = format!(
                "This tests the route \"{}\" of the namespace {}, as somebody asked for. Rules at work there: {}.",
                route.name(),
                self.config.namespace(),
                configuration.rules.len(),
            );
            let notice = Notice { title: "self-test".to_owned(), text, detail: String::new() };
            intake.notice_on(route, &["self-test", &identity], Severity::Info, &notice);
        }
        let claimed = Box::pin(intake.finish()).await;
        let problem = match (&claimed, intake.take_failures().first()) {
            (Err(error), _) | (Ok(()), Some(error)) => Some(error.to_string()),
            (Ok(()), None) => None,
        };
        let is_alone = self.deliverer.outbox().table().own_memory().is_some();
        let what = if is_alone { "state in memory" } else { "state table" };
        checks.push(Check { what: what.to_owned(), problem });
        let taken = intake.into_taken();
        let groups = taken.groups.keys().cloned().collect::<Vec<_>>();
        let sent = Box::pin(self.deliverer.send(&configuration.routes, groups, deadline)).await;
        // Nobody waits for a test that could not be told.
        self.deliverer.give_up(&configuration.routes, &taken);
        for route in &configuration.routes.live {
            let left = sent.failures.get(route.name()).map(|failure| failure.reason.clone());
            let is_there = sent.delivered.contains(route.name());
            let problem = sent.refused.get(route.name()).cloned().or(left);
            let problem = problem.or_else(|| {
                let why = if claimed.is_err() {
                    "the state table failed"
                } else {
                    "somebody else sends it; look whether it came"
                };
                (!is_there).then(|| why.to_owned())
            });
            checks.push(Check { what: format!("route {}", route.name()), problem });
        }
        SelfTest { checks, sent }
    }
}
