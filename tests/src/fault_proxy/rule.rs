//! Which calls a fault hits.

use std::time::Duration;

use super::{Call, Canned};

/// What happens to a call.
#[derive(Debug, Clone)]
pub enum Action {
    /// It is forwarded.
    Pass,
    /// It is forwarded after a pause.
    Delay(Duration),
    /// It gets this answer and is not forwarded.
    Answer(Canned),
    /// Its connection ends without an answer, and it is not forwarded.
    Cut,
    /// It is forwarded, and the connection ends without an answer: the client cannot know what happened.
    LoseAnswer,
    /// It is forwarded, and then nothing comes until the client gives up: for who is to die with the deed done.
    HangBehind,
    /// It is forwarded; the connection ends after this many bytes of the answer's body.
    CutBody {
        /// How many bytes of the body come through.
        after: usize,
    },
    /// Nothing, until the client gives up.
    Hang,
}

/// A fault for some of the calls of some operations.
#[derive(Debug, Clone)]
pub struct Rule {
    operation: String,
    mention: Option<String>,
    after: usize,
    every: usize,
    times: usize,
    action: Action,
    seen: usize,
    applied: usize,
}

impl Rule {
    /// A rule for an operation such as `S3.GetObject`; `SSM.*` means all of a service, `*` every call.
    ///
    /// Without more, it applies to every such call and lets it pass: see [`Rule::then`].
    #[must_use]
    pub fn on(operation: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            mention: None,
            after: 0,
            every: 1,
            times: usize::MAX,
            action: Action::Pass,
            seen: 0,
            applied: 0,
        }
    }

    /// Only calls whose path or body holds this text, such as an object's key or a parameter's name.
    #[must_use]
    pub fn mentioning(mut self, text: impl Into<String>) -> Self {
        self.mention = Some(text.into());
        self
    }

    /// Leaves the first `count` matching calls alone.
    #[must_use]
    pub fn after(mut self, count: usize) -> Self {
        self.after = count;
        self
    }

    /// Then applies to each `step`-th call only, the first of them included. 0 counts as 1.
    #[must_use]
    pub fn every(mut self, step: usize) -> Self {
        self.every = step.max(1);
        self
    }

    /// Applies to at most `count` calls.
    #[must_use]
    pub fn times(mut self, count: usize) -> Self {
        self.times = count;
        self
    }

    /// What happens to the calls that it applies to.
    #[must_use]
    pub fn then(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    /// Counts the call if it matches, and says what happens to it if the rule applies.
    pub(super) fn decide(&mut self, call: &Call) -> Option<Action> {
        let mentioned = |text: &String| {
            call.path.contains(text.as_str()) || String::from_utf8_lossy(&call.body).contains(text.as_str())
        };
        if !matches(&self.operation, &call.operation) || !self.mention.as_ref().is_none_or(mentioned) {
            return None;
        }
        let number = self.seen;
        self.seen += 1;
        let applies =
            number >= self.after && (number - self.after).is_multiple_of(self.every) && self.applied < self.times;
        applies.then(|| {
            self.applied += 1;
            self.action.clone()
        })
    }
}

/// Whether a pattern (`SSM.PutParameter`, `SSM.*`, `*`) covers an operation.
pub(super) fn matches(pattern: &str, operation: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => operation.starts_with(start),
        None => operation == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault_proxy::Outcome;

    fn call(operation: &str, path: &str, body: &'static str) -> Call {
        Call {
            operation: operation.to_owned(),
            method: http::Method::POST,
            path: path.to_owned(),
            body: body.into(),
            at: std::time::Instant::now(),
            outcome: Outcome::Pending,
            status: None,
            hangs: false,
        }
    }

    fn hits(mut rule: Rule, calls: usize) -> Vec<usize> {
        (1..=calls).filter(|_| rule.decide(&call("S3.GetObject", "/b/k", "")).is_some()).collect()
    }

    #[test]
    fn counts_choose_the_calls() {
        let rule = || Rule::on("S3.GetObject");
        assert_eq!(hits(rule(), 3), [1, 2, 3]);
        assert_eq!(hits(rule().times(2), 4), [1, 2]);
        assert_eq!(hits(rule().after(2), 4), [3, 4]);
        assert_eq!(hits(rule().every(3), 7), [1, 4, 7]);
        assert_eq!(hits(rule().after(1).every(2).times(2), 9), [2, 4]);
        assert_eq!(hits(rule().every(0), 2), [1, 2]);
    }

    #[test]
    fn patterns_and_mentions_choose_the_calls() {
        let put = call("SSM.PutParameter", "/", r#"{"Name":"/t/prod/rules/a"}"#);
        for (pattern, covered) in
            [("SSM.PutParameter", true), ("SSM.*", true), ("*", true), ("SSM.Put", false), ("S3.*", false)]
        {
            assert_eq!(Rule::on(pattern).decide(&put).is_some(), covered, "{pattern}");
        }
        assert!(Rule::on("*").mentioning("/rules/a").decide(&put).is_some());
        assert!(Rule::on("*").mentioning("/rules/b").decide(&put).is_none());
    }

    #[test]
    fn calls_that_do_not_match_are_not_counted() {
        let mut rule = Rule::on("SSM.*").after(1);
        assert!(rule.decide(&call("S3.GetObject", "/", "")).is_none());
        assert!(rule.decide(&call("SSM.GetParameter", "/", "")).is_none());
        assert!(rule.decide(&call("SSM.GetParameter", "/", "")).is_some());
    }
}
