//! The rule language: a Python expression over one flat event.

mod code;
mod diagnostic;
mod equalities;
mod error;
mod eval;
mod explain;
mod expr;
mod findings;
mod function;
mod limits;
mod literal;
mod lower;
mod method;
mod names;
mod newlines;
mod number;
mod parse;
mod pattern;
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

use crate::event::{Event, Flat};
use expr::{Comparison, Expr, ExprKind};
use function::Helper;
use method::Method;
#[cfg(test)]
pub(crate) use parse::names;
use value::Value;

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
    /// All findings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and checks the text of a rule.
#[must_use]
pub fn check(source: &str) -> Checked {
    let text = newlines::Text::new(source);
    let mut checked = match compile(text.as_str()) {
        Ok((tree, expression)) => {
            let diagnostics = findings::find(&tree, &expression);
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
    let tree = parse::parse(text)?;
    let lowered = lower::lower(text, &tree).map_err(|mut faults| {
        faults.sort_by_key(|fault| fault.span);
        faults
    })?;
    let lower::Lowered { root, patterns, locals } = lowered;
    let mut fields = BTreeSet::new();
    collect_fields(&root, &mut fields);
    Ok((tree, Expression { source: text.to_owned(), root, patterns, locals, fields }))
}

impl Expression {
    /// Parses the text of a rule.
    ///
    /// # Errors
    ///
    /// Every error that was found, in the order of the text; at least one.
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
        self.value_of(&self.root, event.flat(), |value| match value {
            Ok(Value::Bool(true)) => Outcome::Match,
            Ok(Value::Bool(false)) => Outcome::NoMatch,
            Ok(_) => Outcome::NonBool,
            Err(error) => Outcome::Error(error),
        })
    }

    /// Evaluates a part of the expression by itself.
    fn value_of<'a, T>(
        &'a self,
        part: &'a Expr,
        event: &'a Flat,
        result: impl FnOnce(Result<Value<'_>, RuleError>) -> T,
    ) -> T {
        result(eval::Evaluation::new(event, &self.patterns, self.locals).value(part))
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
