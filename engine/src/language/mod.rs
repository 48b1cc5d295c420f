//! The rule language: a Python expression over one flat event.
//!
//! [`check`] is what a plan runs: it gives the expression, unless the text has an error, and everything that was found.
//!
//! ```
//! use trailhook_engine::language::{Severity, check};
//!
//! let source = r#"event["errorCode"] == "AccessDenied""#;
//! let checked = check(source);
//! let found = &checked.diagnostics[0];
//! assert_eq!((found.code.as_str(), found.severity), ("TH0214", Severity::Warning));
//! assert_eq!(found.suggestion.as_deref(), Some(r#"event.get("errorCode")"#));
//! assert!(found.render(source).starts_with("warning[TH0214]: not every event has `errorCode`"));
//!
//! // A warning does not keep the rule from running. An error does.
//! assert!(checked.expression.is_some());
//! assert!(check("event.eventName == 'StopLogging'").expression.is_none());
//! ```
//!
//! [`Expression`] is what the run time uses. Its evaluation never panics and always ends. [`Expression::explain`] tells which
//! clauses decided.
//!
//! ```
//! use trailhook_engine::event::Event;
//! use trailhook_engine::language::{Expression, Outcome};
//!
//! let source = r#"event["eventName"] == "StopLogging" and event["errorCode"]"#;
//! let expression = Expression::parse(source).unwrap();
//! assert_eq!(expression.fields().collect::<Vec<_>>(), ["errorCode", "eventName"]);
//!
//! let outcome = |record: &str| expression.evaluate(&Event::parse(record.as_bytes()).unwrap());
//! assert_eq!(outcome(r#"{"eventName": "StartLogging"}"#), Outcome::NoMatch);
//! // Only `True` itself matches; a string does not.
//! assert_eq!(outcome(r#"{"eventName": "StopLogging", "errorCode": "AccessDenied"}"#), Outcome::NonBool);
//! // Where Python would raise, the rule errs, and says where.
//! let Outcome::Error(error) = outcome(r#"{"eventName": "StopLogging"}"#) else { panic!("no such field") };
//! assert_eq!(error.kind.class(), "KeyError");
//! assert_eq!(
//!     error.describe(source),
//!     r#"KeyError: the event has no such field in `event["errorCode"]` (line 1, column 41)"#
//! );
//! ```

mod code;
mod diagnostic;
mod equalities;
mod error;
mod eval;
mod explain;
mod expr;
mod findings;
mod function;
#[cfg(test)]
mod guide;
mod limits;
mod literal;
mod lower;
mod method;
mod metric_filter;
mod names;
mod newlines;
mod number;
mod parse;
mod pattern;
mod quotes;
mod read;
mod relation;
mod slips;
mod span;
mod types;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use code::{Code, Documentation};
pub use diagnostic::{Diagnostic, Severity};
pub use error::{ErrorKind, RuleError};
pub use explain::{Clause, ClauseKind, Explanation, Line, Observed, Phrase, Role, Truth};
pub use limits::{MAX_BRACKETS, MAX_DEPTH, MAX_SOURCE_BYTES, MAX_TOKENS};
pub use pattern::{Pattern, PatternError};
pub use span::Span;

use crate::event::Event;
use expr::{Comparison, Expr, ExprKind};
use function::Helper;
use method::Method;
#[cfg(test)]
pub(crate) use parse::names;
use value::Value;

/// Findings that are told of one text: nobody reads more.
const MAX_FINDINGS: usize = 20;

/// A rule's expression, parsed and ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    source: String,
    root: Expr,
    patterns: eval::Patterns,
    locals: usize,
    fields: BTreeSet<String>,
}

/// What a rule says of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The value is `True`.
    Match,
    /// The value is `False`.
    NoMatch,
    /// The value is no bool, which does not match either: `1`, `"x"` and `None` are not `True`.
    NonBool,
    /// Python would have raised.
    Error(RuleError),
}

impl Outcome {
    /// Whether the rule matches.
    #[must_use]
    pub fn is_match(&self) -> bool {
        matches!(self, Self::Match)
    }
}

/// What was found out about the text of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The expression, if no finding is an error.
    pub expression: Option<Expression>,
    /// The findings, in the order of the text; of very many the first.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and checks the text of a rule.
#[must_use]
pub fn check(source: &str) -> Checked {
    check_text(source, false)
}

/// Parses and checks the text of a condition beside others that narrow what it stands for: a rule's exceptions or threshold,
/// or the other parts of a route. As [`check`], but nothing is said of one that is true of every event.
///
/// ```
/// use trailhook_engine::language::{check, check_narrowed};
///
/// assert_eq!(check("True").diagnostics[0].code.as_str(), "TH0205");
/// assert_eq!(check_narrowed("True").diagnostics, []);
/// ```
#[must_use]
pub fn check_narrowed(source: &str) -> Checked {
    check_text(source, true)
}

fn check_text(source: &str, is_narrowed: bool) -> Checked {
    let text = newlines::Text::new(source);
    let mut checked = match compile(text.as_str()) {
        Ok((tree, expression)) => {
            let diagnostics = findings::find(&tree, &expression, is_narrowed);
            Checked { expression: Some(expression), diagnostics }
        }
        Err(diagnostics) => Checked { expression: None, diagnostics },
    };
    for diagnostic in &mut checked.diagnostics {
        diagnostic.span = text.original(diagnostic.span);
    }
    checked
}

/// Python's tree of a text whose lines end in `\n`, and what it is in the closed language.
fn compile(text: &str) -> Result<(Box<ruff_python_ast::Expr>, Expression), Vec<Diagnostic>> {
    let compiled = parse::parse(text).and_then(|tree| lower::lower(text, &tree).map(|lowered| (tree, lowered)));
    let (tree, lower::Lowered { root, patterns, locals }) = compiled.map_err(|mut faults| {
        faults.sort_by_key(|fault| fault.span);
        faults.truncate(MAX_FINDINGS);
        faults
    })?;
    let mut fields = BTreeSet::new();
    collect_fields(&root, &mut fields);
    Ok((tree, Expression { source: text.to_owned(), root, patterns, locals, fields }))
}

impl Expression {
    /// Parses the text of a rule.
    ///
    /// # Errors
    ///
    /// The errors that were found, in the order of the text; at least one, and of very many the first.
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        let text = newlines::Text::new(source);
        compile(text.as_str()).map(|(_, expression)| expression).map_err(|mut faults| {
            for fault in &mut faults {
                fault.span = text.original(fault.span);
            }
            faults
        })
    }

    /// The text, its lines ended by `\n`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The flat keys that the expression reads, sorted; `*` where it reads a key that only the evaluation knows.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// The equalities without which no event matches: for each field, in the order of their names, the texts of which it
    /// must have one. They find the rules that an event can match; a field without an entry may hold anything.
    #[must_use]
    pub fn necessary_equalities(&self) -> BTreeMap<String, BTreeSet<String>> {
        equalities::necessary(&self.root, true)
    }

    /// Python's names of the types that the value can have: `bool`, `str`, `NoneType`, …
    pub fn result_types(&self) -> impl Iterator<Item = &'static str> {
        types::Types::of(&self.root).names()
    }

    /// Evaluates the expression over an event.
    #[must_use]
    pub fn evaluate(&self, event: &Event) -> Outcome {
        match eval::Evaluation::new(event.flat(), &self.patterns, self.locals).value(&self.root) {
            Ok(Value::Bool(true)) => Outcome::Match,
            Ok(Value::Bool(false)) => Outcome::NoMatch,
            Ok(_) => Outcome::NonBool,
            Err(error) => Outcome::Error(error),
        }
    }
}

/// Where the event stands by itself, as in `event == other`, any of its fields may decide.
fn collect_fields(expr: &Expr, fields: &mut BTreeSet<String>) {
    let is_event = |expr: &Expr| matches!(expr.kind, ExprKind::Event);
    let mut read = |key: Option<&Expr>| {
        fields.insert(key.and_then(Expr::as_str_constant).map_or_else(|| "*".to_owned(), ToString::to_string));
    };
    // The events that were accounted for: the children that are not looked at again.
    let mut read_from: Vec<&Expr> = Vec::new();
    match &expr.kind {
        ExprKind::Event => read(None),
        ExprKind::Subscript { value, index } if is_event(value) => {
            read(Some(index));
            read_from.push(value);
        }
        ExprKind::Call { receiver, method: Method::Get, arguments } if is_event(receiver) => {
            read(arguments.positional.first());
            read_from.push(receiver);
        }
        ExprKind::Helper { helper, arguments } => {
            if let [event, path] = arguments.as_slice()
                && is_event(event)
                && matches!(helper, Helper::Values | Helper::Items | Helper::Sub)
                && let Some(path) = path.as_str_constant()
            {
                read_from.push(event);
                fields.insert(path.to_string());
                if *helper != Helper::Values {
                    fields.insert(format!("{path}.**"));
                }
            }
        }
        ExprKind::Compare { first, rest } => {
            let mut left: &Expr = first;
            for (operator, right) in rest {
                if is_event(right) && matches!(operator, Comparison::In | Comparison::NotIn) {
                    read(Some(left));
                    read_from.push(right);
                }
                left = right;
            }
        }
        _ => {}
    }
    for child in expr.children() {
        if !read_from.iter().any(|event| std::ptr::eq(*event, child)) {
            collect_fields(child, fields);
        }
    }
}
