//! `trailhook explain`: which clauses of a rule were true or false for an event.

use std::path::Path;

use anyhow::bail;
use serde_json::{Map, Value, json};
use trailhook_engine::event::{Event, Leaf};
use trailhook_engine::language::{Clause, ClauseKind, Explanation, Observed, Outcome, Role, Truth, check};

use super::check::findings;
use super::output::{self, Output};
use super::rules::{self, Rules, Sources};
use super::{End, input};

/// What is explained.
pub(super) enum Which {
    Expression(String),
    /// Rules; with a name, the one that is called so.
    Rules {
        sources: Sources,
        name: Option<String>,
    },
}

/// An expression, and what it is called.
struct Subject {
    /// Name and origin of a rule.
    rule: Option<(String, String)>,
    expression: String,
}

pub(super) fn run(which: &Which, event: &Path, event_id: Option<&str>, as_json: bool) -> anyhow::Result<End> {
    let (subjects, mut faults) = subjects(which)?;
    let event = input::event(event, event_id)?;
    let mut output = Output::new();
    let mut matches = false;
    for subject in &subjects {
        let checked = check(&subject.expression);
        let Some(expression) = &checked.expression else {
            faults += 1;
            if as_json {
                output.line(&Value::from(subject.members(findings(&subject.expression, &checked))).to_string())?;
            }
            for diagnostic in checked.diagnostics.iter().filter(|_| !as_json) {
                output.line(&format!("{}\n\n{}\n", subject.origin(), diagnostic.render(&subject.expression)))?;
            }
            continue;
        };
        let explanation = expression.explain(&event);
        matches |= explanation.outcome().is_match();
        output.line(&if as_json {
            Value::from(subject.members(members(&explanation, expression.source(), &event))).to_string()
        } else {
            format!("{} {}: {}\n\n{explanation}", subject.called(), verdict(explanation.outcome()), explanation.line())
        })?;
    }
    output.flush()?;
    Ok(if matches && faults == 0 { End::Well } else { End::Findings })
}

/// What is to be explained, and the number of rules that only Terraform can work out.
fn subjects(which: &Which) -> anyhow::Result<(Vec<Subject>, usize)> {
    let (sources, name) = match which {
        Which::Expression(expression) => {
            return Ok((vec![Subject { rule: None, expression: expression.clone() }], 0));
        }
        Which::Rules { sources, name } => (sources, name),
    };
    let Rules { rules, unreadable } = rules::read(sources)?;
    let names: Vec<_> = rules.iter().map(|rule| rule.document.name.clone()).collect();
    let is_wanted = |found: &str| name.as_deref().is_none_or(|name| name == found);
    let subjects: Vec<_> = rules
        .into_iter()
        .filter(|rule| is_wanted(&rule.document.name))
        .map(|rule| Subject {
            expression: rule.document.condition.expression().into_owned(),
            rule: Some((rule.document.name, rule.origin)),
        })
        .collect();
    // One that is there needs nothing of the others.
    if name.is_some() && !subjects.is_empty() {
        return Ok((subjects, 0));
    }
    for reason in &unreadable {
        output::error(&format!("error: {reason}\n"));
    }
    match name {
        Some(name) => bail!("no rule that can be read is called \"{name}\"; these are there: {}", names.join(", ")),
        None => Ok((subjects, unreadable.len())),
    }
}

impl Subject {
    fn origin(&self) -> &str {
        self.rule.as_ref().map_or("--expression", |(_, origin)| origin)
    }

    fn called(&self) -> String {
        self.rule.as_ref().map_or_else(|| "The expression".to_owned(), |(name, _)| format!("Rule {name}"))
    }

    /// The members of an answer, with those that say what was asked for.
    fn members(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        if let Some((name, origin)) = &self.rule {
            members.insert("rule".to_owned(), name.clone().into());
            members.insert("origin".to_owned(), origin.clone().into());
        }
        members
    }
}

fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "matches",
        Outcome::NoMatch => "does not match",
        Outcome::NonBool => "is neither True nor False, which does not match",
        Outcome::Error(_) => "errs, which does not match",
    }
}

/// The outcome in the words of `trailhook eval`, the line, and the tree.
fn members(explanation: &Explanation<'_>, source: &str, event: &Event) -> Map<String, Value> {
    let (outcome, error) = match explanation.outcome() {
        Outcome::Match => ("match", None),
        Outcome::NoMatch => ("no_match", None),
        Outcome::NonBool => ("non_bool", None),
        Outcome::Error(error) => ("error", Some(error.kind.class())),
    };
    let mut members = Map::from_iter([
        ("event_id".to_owned(), json!(event.id())),
        ("outcome".to_owned(), outcome.into()),
        ("line".to_owned(), explanation.line().to_string().into()),
        ("tree".to_owned(), clause(explanation.root(), source)),
    ]);
    members.extend(error.map(|class| ("error".to_owned(), class.into())));
    members
}

/// Offsets count characters of the expression, from 0.
// Recursion is bounded by the depth that the parser admits.
fn clause(clause_of: &Clause<'_>, source: &str) -> Value {
    let kind = match clause_of.kind() {
        ClauseKind::And => "and",
        ClauseKind::Or => "or",
        ClauseKind::Not => "not",
        ClauseKind::If => "if",
        ClauseKind::Any => "any",
        ClauseKind::All => "all",
        ClauseKind::Comparison => "comparison",
        ClauseKind::Call => "call",
        _ => "value",
    };
    let role = match clause_of.role() {
        Role::Condition => "condition",
        Role::Then => "then",
        Role::Else => "else",
        Role::Element => "element",
        _ => "operand",
    };
    let (start, end) = clause_of.span().in_characters(source);
    let mut members = Map::from_iter([
        ("kind".to_owned(), kind.into()),
        ("role".to_owned(), role.into()),
        ("text".to_owned(), clause_of.text().into()),
        ("start".to_owned(), start.into()),
        ("end".to_owned(), end.into()),
    ]);
    match clause_of.truth() {
        Truth::True => members.extend([("truth".to_owned(), json!("true"))]),
        Truth::False => members.extend([("truth".to_owned(), json!("false"))]),
        Truth::NotReached => members.extend([("truth".to_owned(), json!("not_reached"))]),
        Truth::Value { truthy, shown } => {
            let truth = if *truthy { "truthy" } else { "falsy" };
            members.extend([("truth".to_owned(), json!(truth)), ("shown".to_owned(), json!(shown))]);
        }
        Truth::Error(error) => members.extend([
            ("truth".to_owned(), json!("error")),
            ("error".to_owned(), json!(error.kind.class())),
            ("message".to_owned(), json!(error.kind.to_string())),
        ]),
    }
    let observed: Vec<_> = clause_of.observed().iter().map(seen).collect();
    let parts: Vec<_> = clause_of.parts().iter().map(|part| clause(part, source)).collect();
    members.extend([("observed".to_owned(), observed.into()), ("parts".to_owned(), parts.into())]);
    members.into()
}

/// A field with its whole value, unless that is a secret; what was worked out in short form.
fn seen(observed: &Observed<'_>) -> Value {
    match (observed.is_field(), observed.leaf()) {
        (true, _) if observed.is_hidden() => json!({"field": observed.name(), "hidden": true}),
        (true, Some(leaf)) => json!({"field": observed.name(), "value": value(leaf)}),
        (true, None) => json!({"field": observed.name(), "absent": true}),
        (false, _) => json!({"operand": observed.name(), "shown": observed.shown()}),
    }
}

/// What JSON has no form for, NaN, infinities and integers beyond its numbers, is given as text.
fn value(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Null => Value::Null,
        Leaf::Bool(value) => json!(value),
        Leaf::Int(value) => json!(value),
        Leaf::BigInt(value) => json!(value.to_string()),
        Leaf::Float(value) if value.is_finite() => json!(value),
        Leaf::Float(value) => json!(value.to_string()),
        Leaf::Str(text) => json!(text.to_string_lossy()),
    }
}
