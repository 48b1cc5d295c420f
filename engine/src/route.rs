//! One route, compiled: which alerts it takes.

use crate::alert::Alert;
use crate::document::RouteDocument;
use crate::language::{Diagnostic, Expression, Outcome, Pattern, PatternError, RuleError};

/// A route whose conditions can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    document: RouteDocument,
    rules: Vec<Pattern>,
    expression: Option<Expression>,
}

/// A route of which a condition cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRoute {
    /// A pattern of rule names.
    #[error("match.rules: {0}")]
    Pattern(#[from] PatternError),
    /// The expression, with every error.
    #[error("match.expression: {}", .diagnostics.iter().map(|found| found.render(.text)).collect::<Vec<_>>().join("\n\n"))]
    Expression {
        /// Its text.
        text: String,
        /// Why it does not parse; at least one error.
        diagnostics: Vec<Diagnostic>,
    },
}

impl Route {
    /// Compiles the conditions of a document.
    ///
    /// # Errors
    ///
    /// [`BrokenRoute`] with the condition that cannot be asked.
    pub fn compile(document: RouteDocument) -> Result<Self, BrokenRoute> {
        let rules = document.matches.rules.iter().map(|pattern| Pattern::parse(pattern)).collect::<Result<_, _>>()?;
        let expression = match &document.matches.expression {
            None => None,
            Some(source) => match Expression::parse(source) {
                Ok(expression) => Some(expression),
                Err(diagnostics) => return Err(BrokenRoute::Expression { text: source.clone(), diagnostics }),
            },
        };
        Ok(Self { document, rules, expression })
    }

    /// The route as it was published.
    #[must_use]
    pub fn document(&self) -> &RouteDocument {
        &self.document
    }

    /// The route's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.document.name
    }

    /// Whether all conditions of the route hold for an alert. Whether it is a default route is not asked.
    ///
    /// # Errors
    ///
    /// [`RuleError`] if the expression raises, after all other conditions hold.
    pub fn takes(&self, alert: &Alert<'_>) -> Result<bool, RuleError> {
        let matches = &self.document.matches;
        let is_among = |given: &std::collections::BTreeSet<String>, value: Option<&str>| {
            given.is_empty() || value.is_some_and(|value| given.contains(value))
        };
        let labels = alert.labels();
        let holds = is_among(&matches.accounts, alert.account().as_deref())
            && is_among(&matches.regions, alert.region().as_deref())
            && matches.min_severity.is_none_or(|least| alert.severity() >= least)
            && (self.rules.is_empty()
                || alert.rules.iter().any(|rule| self.rules.iter().any(|pattern| pattern.fits(rule.name()))))
            && matches.labels.iter().all(|(key, value)| labels.get(key.as_str()) == Some(&value.as_str()));
        match &self.expression {
            Some(expression) if holds => match expression.evaluate(alert.event) {
                Outcome::Error(error) => Err(error),
                outcome => Ok(outcome.is_match()),
            },
            _ => Ok(holds),
        }
    }

    /// One line about an error of the route's expression, for a log.
    #[must_use]
    pub fn describe(&self, error: &RuleError) -> String {
        error.describe(self.expression.as_ref().map_or("", Expression::source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rule;
    use crate::document::{Destination, RouteMatch, RuleDocument, Severity, SlackWebhook};
    use crate::event::Event;
    use std::collections::{BTreeMap, BTreeSet};

    fn route(matches: RouteMatch) -> Result<Route, BrokenRoute> {
        let webhook = SlackWebhook { url_parameter: "/s".to_owned(), allowed_host: None };
        Route::compile(RouteDocument { matches, ..RouteDocument::new("r", Destination::SlackWebhook(webhook)) })
    }

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// Whether a route takes the alert of two rules about one event.
    fn takes(matches: RouteMatch) -> Result<bool, RuleError> {
        let label = |value: &str| BTreeMap::from([("team".to_owned(), value.to_owned())]);
        let rule = |name: &str, severity, team| {
            Rule::compile(RuleDocument { severity, labels: label(team), ..RuleDocument::new(name, "True") }).unwrap()
        };
        let rules = [rule("baseline/root", Severity::High, "security"), rule("own", Severity::Low, "core")];
        let event = Event::parse(
            br#"{"eventName":"StopLogging","awsRegion":"eu-west-1","recipientAccountId":"111122223333",
                 "userIdentity":{"accountId":"444455556666"}}"#,
        )
        .unwrap();
        route(matches).unwrap().takes(&Alert { event: &event, rules: &rules.iter().collect::<Vec<_>>() })
    }

    #[test]
    fn each_condition_holds_or_not() {
        let base = RouteMatch::default;
        for (matches, expected) in [
            (base(), true),
            (RouteMatch { accounts: set(&["111122223333", "1"]), ..base() }, true),
            (RouteMatch { accounts: set(&["444455556666"]), ..base() }, false),
            (RouteMatch { regions: set(&["eu-west-1"]), ..base() }, true),
            (RouteMatch { regions: set(&["us-east-1"]), ..base() }, false),
            (RouteMatch { min_severity: Some(Severity::High), ..base() }, true),
            (RouteMatch { min_severity: Some(Severity::Critical), ..base() }, false),
            (RouteMatch { rules: set(&["ow?", "x"]), ..base() }, true),
            (RouteMatch { rules: set(&["baseline/*"]), ..base() }, true),
            (RouteMatch { rules: set(&["*/own"]), ..base() }, false),
            (RouteMatch { labels: BTreeMap::from([("team".to_owned(), "security".to_owned())]), ..base() }, true),
            (RouteMatch { labels: BTreeMap::from([("team".to_owned(), "core".to_owned())]), ..base() }, false),
            (RouteMatch { expression: Some("event['eventName'] == 'StopLogging'".to_owned()), ..base() }, true),
            (RouteMatch { expression: Some("event['eventName']".to_owned()), ..base() }, false),
        ] {
            assert_eq!(takes(matches.clone()), Ok(expected), "{matches:?}");
        }
    }

    #[test]
    fn all_conditions_must_hold() {
        let matches = RouteMatch {
            accounts: set(&["111122223333"]),
            min_severity: Some(Severity::Critical),
            expression: Some("event['absent'] == 'x'".to_owned()),
            ..RouteMatch::default()
        };
        assert_eq!(takes(matches.clone()), Ok(false), "the expression is not asked");
        assert!(takes(RouteMatch { min_severity: None, ..matches }).is_err());
    }

    #[test]
    fn a_condition_that_cannot_be_asked_is_named() {
        let pattern = route(RouteMatch { rules: set(&["a[b"]), ..RouteMatch::default() }).unwrap_err();
        assert!(pattern.to_string().starts_with("match.rules: the pattern \"a[b\""), "{pattern}");
        let wrong = RouteMatch { expression: Some("event.x".to_owned()), ..RouteMatch::default() };
        let expression = route(wrong).unwrap_err();
        assert!(expression.to_string().starts_with("match.expression: error[TH0103]"), "{expression}");
    }
}
