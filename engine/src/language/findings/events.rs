//! Event names and sources that do not exist, or not together.

use super::{Findings, Literal, pairs};
use crate::catalogue::{Events, Meant, Unfound, bare_source};
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::{Comparison, Expr, ExprKind};
use crate::language::method::Method;
use crate::language::span::Span;

impl<'e> Findings<'e> {
    pub(super) fn events(&mut self, expr: &'e Expr) {
        for (left, operator, right) in pairs(expr) {
            let sides = match operator {
                Comparison::Equal | Comparison::NotEqual => [Some((left, right)), Some((right, left))],
                Comparison::In | Comparison::NotIn if right.as_str_constant().is_none() => [Some((left, right)), None],
                _ => continue,
            };
            for (field, other) in sides.into_iter().flatten() {
                match field.read().as_ref().map(|read| &*read.path) {
                    Some("eventName") => {
                        let is_alone = matches!(operator, Comparison::Equal | Comparison::NotEqual);
                        let not = if operator == Comparison::NotEqual { "not " } else { "" };
                        self.event_names(field, &self.literals_of(other), is_alone.then_some((expr.span, not)));
                    }
                    Some("eventSource") => {
                        self.literals_of(other).into_iter().for_each(|literal| self.event_source(literal));
                    }
                    _ => {}
                }
            }
        }
        if let ExprKind::Call { receiver, method: Method::StartsWith, arguments } = &expr.kind
            && let ([prefix], Some("eventName")) =
                (arguments.positional.as_slice(), receiver.read().as_ref().map(|read| &*read.path))
        {
            for literal in self.literals_of(prefix) {
                self.beginning(literal);
            }
        }
    }

    fn event_source(&mut self, literal: Literal<'_>) {
        let Some(source) = literal.as_str() else { return };
        let events = Events::known();
        let service = bare_source(&source);
        // The sources of China have a suffix of their own.
        if source.is_empty()
            || source.contains('*')
            || events.has_source(&format!("{service}.amazonaws.com")) && service.len() < source.len()
        {
            return;
        }
        if !self.is_new(Code::UnknownEventSource, &source) {
            return;
        }
        let finding = || {
            let message = format!("no known event has the source {}", self.shown(literal.span));
            Diagnostic::warning(Code::UnknownEventSource, literal.span, message)
        };
        let finding = match events.meant_source(&source) {
            Some(meant) => finding().suggest(self.quoted_like(literal.span, meant)),
            None => finding().hint("Sources look like `iam.amazonaws.com`."),
        };
        self.say(finding);
    }

    /// The sources that the rule asks for, as far as they are known.
    fn sources(&self) -> Vec<&str> {
        let sources = self.scope.get("eventSource").into_iter().flatten().map(String::as_str);
        sources.filter(|source| Events::known().has_source(source)).collect()
    }

    /// Service events have names of their own, which no interface lists.
    fn asks_for_service_events(&self) -> bool {
        self.scope.get("eventType").is_some_and(|types| types.contains("AwsServiceEvent"))
    }

    /// Looks the names of a list up. Of very many that are unknown the first are told, and how many more there are.
    fn event_names(&mut self, field: &Expr, literals: &[Literal<'_>], alone: Option<(Span, &str)>) {
        let before = self.found.len();
        let mut literals = literals.iter();
        for literal in literals.by_ref() {
            self.event_name(field, *literal, alone);
            if self.found.len() >= before + MAX_OF_LIST {
                break;
            }
        }
        let sources = self.sources();
        let is_unknown = |literal: &&Literal<'_>| {
            literal
                .as_str()
                .is_some_and(|name| name.len() >= 3 && !name.contains('*') && !Events::known().has(&sources, &name))
        };
        let more: Vec<_> = literals.filter(is_unknown).collect();
        let Some(first) = more.first() else { return };
        let message = match more.len() {
            1 => "1 more name of this list is of no known event".to_owned(),
            more => format!("{more} more names of this list are of no known event"),
        };
        self.say(Diagnostic::warning(Code::UnknownEventName, first.span, message));
    }

    /// Looks an event's name up. A comparison with it alone can be replaced by another one.
    fn event_name(&mut self, field: &Expr, literal: Literal<'_>, alone: Option<(Span, &str)>) {
        let Some(name) = literal.as_str() else { return };
        // Of a pattern that is said elsewhere, and so is it of strings without a comma; a letter or two stand for any name.
        let is_said = name.contains('*') || self.found.iter().any(|finding| finding.span == literal.span);
        if name.len() < 3 || is_said || self.asks_for_service_events() {
            return;
        }
        let events = Events::known();
        let sources = self.sources();
        if events.has(&sources, &name) {
            return;
        }
        drop(sources);
        // Looking for what was meant costs, so that it is done once for a name.
        if !self.is_new(Code::UnknownEventName, &name) {
            return;
        }
        let sources = self.sources();
        let shown = self.shown(literal.span);
        let Some(Unfound { elsewhere, meant }) = events.look_up(&sources, &name) else { return };
        let is_dated_here = !sources.is_empty() && matches!(&meant, Some(Meant::Dated(begin)) if *begin == name);
        let finding = if elsewhere.is_empty() && !is_dated_here {
            Diagnostic::warning(Code::UnknownEventName, literal.span, format!("no known event has the name {shown}"))
        } else {
            let message = format!("`{}` has no known event {shown}", sources.join("`, `"));
            Diagnostic::warning(Code::EventOfOtherSource, literal.span, message)
        };
        let finding = if elsewhere.is_empty() {
            finding
        } else {
            finding.hint(format!("It is an event of {}.", some_sources(elsewhere)))
        };
        let finding = match meant {
            Some(Meant::Dated(begin)) => {
                let not = alone.map_or("", |(_, not)| not);
                let meant = format!("{not}{}.startswith({})", self.text(field), self.quoted_like(literal.span, &begin));
                let finding = finding.hint("Its names carry the date of the interface.");
                finding.suggest_for(alone.map(|(comparison, _)| comparison), meant)
            }
            Some(Meant::Name(meant)) => finding.suggest(self.quoted_like(literal.span, &meant)),
            None => finding,
        };
        self.say(finding);
    }

    /// `startswith("delete")`: no event's name begins so.
    fn beginning(&mut self, literal: Literal<'_>) {
        let Some(prefix) = literal.as_str() else { return };
        let events = Events::known();
        if prefix.is_empty() || self.asks_for_service_events() || events.has_beginning(&prefix) {
            return;
        }
        if !self.is_new(Code::UnknownEventName, &prefix) {
            return;
        }
        let message = format!("no known event has a name that begins with {}", self.shown(literal.span));
        let finding = Diagnostic::warning(Code::UnknownEventName, literal.span, message);
        let mut characters = prefix.chars();
        let capital: String = characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect();
        let capital = capital.trim_end_matches('*');
        let finding = if events.has_beginning(capital) {
            finding.suggest(self.quoted_like(literal.span, capital))
        } else {
            finding
        };
        self.say(finding);
    }
}

/// Names of one list that are told each by itself: behind them it is the list that is wrong.
const MAX_OF_LIST: usize = 10;

/// The sources of an event that rules ask for most, before the others.
const WELL_KNOWN: [&str; 12] = [
    "iam.amazonaws.com",
    "sts.amazonaws.com",
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "kms.amazonaws.com",
    "lambda.amazonaws.com",
    "rds.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "organizations.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "ecr.amazonaws.com",
];

/// A few of the sources that have an event, and the number of the others.
fn some_sources(mut sources: Vec<&str>) -> String {
    sources.sort_by_key(|source| WELL_KNOWN.iter().position(|known| known == source).unwrap_or(WELL_KNOWN.len()));
    let shown: Vec<_> = sources.iter().take(3).map(|source| format!("`{source}`")).collect();
    match sources.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
