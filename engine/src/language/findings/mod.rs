//! What is suspicious about a rule that parses: it would run, and not do what was meant. No finding changes a verdict.
//!
//! | file | finds |
//! |---|---|
//! | `literals` | strings side by side in a list, escapes that are none |
//! | `shape` | conditions whose form does not mean what it seems to |
//! | `values` | comparisons with values that a field never has |
//! | `truth` | conditions that are never or always true |
//! | `always` | conditions that ask for what every event has |
//! | `events` | event names and sources that do not exist, or not together |
//! | `fields` | fields that do not exist, and request parameters |
//! | `presence` | fields that may be missing, and values that may be `None` |
//! | `scope` | what the evaluation by Python's `eval` would refuse |
//!
//! `walk` goes through the rule and knows what holds at each place (`known`).

mod always;
mod events;
mod fields;
mod known;
mod literals;
mod presence;
mod scope;
mod shape;
mod truth;
mod values;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast as python;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::expr::{Comparison, Constant, Expr, ExprKind};
use super::span::Span;
use super::{Expression, MAX_FINDINGS, quotes};

/// The findings about an expression, in the order of the text. Nothing is said of one that is true of every event if it is
/// narrowed by other means.
pub(super) fn find(tree: &python::Expr, expression: &Expression, is_narrowed: bool) -> Vec<Diagnostic> {
    let source = expression.source.as_str();
    let mut findings = Findings {
        source,
        expression,
        elements: BTreeMap::new(),
        scope: super::equalities::necessary(&expression.root, true),
        found: Vec::new(),
        said: BTreeSet::new(),
        steps: TRIAL_STEPS,
    };
    findings.literals(tree);
    findings.walk(&expression.root);
    findings.whole(&expression.root, is_narrowed);
    findings.found.sort_by_key(|finding| (finding.span, finding.code));
    findings.found
}

struct Findings<'e> {
    source: &'e str,
    expression: &'e Expression,
    /// For each list, tuple and set that stands in the text, where its elements are.
    elements: BTreeMap<Span, Vec<Span>>,
    /// The equalities without which the rule cannot match.
    scope: super::equalities::Equalities,
    found: Vec<Diagnostic>,
    /// What was said already: a mistake that is made ten times is told once.
    said: BTreeSet<(Code, String)>,
    /// Steps that may still be taken to try conditions out.
    steps: usize,
}

/// Steps that the conditions of one rule may take together when they are tried out: a few milliseconds.
const TRIAL_STEPS: usize = 200_000;

impl<'e> Findings<'e> {
    fn say(&mut self, finding: Diagnostic) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(finding);
        }
    }

    /// Whether there is room for a finding about a subject of which nothing was said yet: asked before the finding is made
    /// where that costs.
    fn is_new(&mut self, code: Code, subject: &str) -> bool {
        self.found.len() < MAX_FINDINGS && self.said.insert((code, subject.to_owned()))
    }

    /// Says something about a subject once.
    fn say_once(&mut self, subject: &str, finding: impl FnOnce() -> Diagnostic) {
        let finding = finding();
        if self.said.insert((finding.code, subject.to_owned())) {
            self.say(finding);
        }
    }

    /// A part of the rule for a message; of a long one the beginning.
    fn shown(&self, span: Span) -> std::borrow::Cow<'e, str> {
        const MOST: usize = 60;
        let text = span.of(self.source);
        match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
            None => text.into(),
        }
    }

    fn text(&self, expr: &Expr) -> &'e str {
        expr.span.of(self.source)
    }

    /// The literals of one side of a comparison, with their places: a literal itself, or the elements of a display.
    fn literals_of(&self, expr: &'e Expr) -> Vec<Literal<'e>> {
        match &expr.kind {
            ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => {
                let spans = self.elements.get(&expr.span);
                let spans = spans.filter(|spans| spans.len() == items.len());
                let span = |place: usize| spans.and_then(|spans| spans.get(place)).copied().unwrap_or(expr.span);
                items.iter().enumerate().map(|(place, value)| Literal { value, span: span(place) }).collect()
            }
            ExprKind::Constant(value) => vec![Literal { value, span: expr.span }],
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items
                .iter()
                .filter_map(|item| match &item.kind {
                    ExprKind::Constant(value) => Some(Literal { value, span: item.span }),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A part of a literal's text, where the source shows the text as it is; the whole literal otherwise.
    fn inside(&self, literal: &Expr, part: &str) -> Span {
        let shown = self.text(literal);
        match (literal.as_str_constant(), shown.find(part)) {
            (Some(value), Some(offset)) if shown.contains(&*value.to_string_lossy()) => {
                let start = literal.span.start + offset;
                Span::new(start, start + part.len())
            }
            _ => literal.span,
        }
    }

    /// A string in the quotation marks that stand at a place.
    fn quoted_like(&self, span: Span, text: &str) -> String {
        quotes::quoted_like(self.source, span, text)
    }
}

/// A literal and its place.
#[derive(Clone, Copy)]
struct Literal<'e> {
    value: &'e Constant,
    span: Span,
}

impl Literal<'_> {
    fn as_str(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self.value {
            Constant::Str(text) => Some(text.to_string_lossy()),
            _ => None,
        }
    }
}

/// Each operator of a comparison with its two sides.
fn pairs(expr: &Expr) -> Vec<(&Expr, Comparison, &Expr)> {
    let ExprKind::Compare { first, rest } = &expr.kind else { return Vec::new() };
    let lefts = std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right));
    lefts.zip(rest).map(|(left, (operator, right))| (left, *operator, right)).collect()
}
