//! The tree as lines for people: a mark, the clause, and beside it what it read.

use std::fmt;

use super::clause::{Clause, ClauseKind, Explanation, Observed, Role, Truth};
use super::visible::{Place, visible, written};

/// Characters of a line up to the values.
const LEFT: usize = 72;
/// Characters of a line that has none.
const WHOLE: usize = 110;
/// Characters that a clause has at least, however deeply it stands.
const CLAUSE: usize = 30;
/// Values of one clause.
const VALUES: usize = 4;

/// One clause a line, each line ended: `✓` true, `✗` false, `·` not reached, `!` an error. Lines are at most a few hundred
/// characters long, and hold no control characters, whatever the event holds.
impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        draw(&self.root, "", "", &mut lines);
        let width = lines.iter().map(|line| line.left.chars().count()).filter(|width| *width <= LEFT).max();
        let width = width.unwrap_or_default();
        for line in lines {
            if line.right.is_empty() {
                writeln!(f, "{}", line.left)?;
            } else {
                writeln!(f, "{:width$}  {}", line.left, line.right)?;
            }
        }
        Ok(())
    }
}

struct Line {
    left: String,
    right: String,
}

/// `branch` stands before the clause, `below` before what it is made of.
fn draw(clause: &Clause<'_>, branch: &str, below: &str, lines: &mut Vec<Line>) {
    // `not` before a single clause is one line.
    let inner = match (clause.kind, clause.parts.as_slice()) {
        (ClauseKind::Not, [inner]) if inner.parts.is_empty() => inner,
        _ => clause,
    };
    let mark = match &clause.truth {
        Truth::NotReached => '·',
        Truth::Error(_) => '!',
        truth if truth.truthy() == Some(true) => '✓',
        _ => '✗',
    };
    let role = match clause.role {
        Role::Operand | Role::Element => "",
        Role::Condition => "if ",
        Role::Then => "then ",
        Role::Else => "else ",
    };
    let before = format!("{branch}{mark} {role}");
    let right = beside(clause, inner);
    let label = match clause.kind {
        ClauseKind::And if clause.is_reached() => "and".to_owned(),
        ClauseKind::Or if clause.is_reached() => "or".to_owned(),
        ClauseKind::If if clause.is_reached() => "… if … else …".to_owned(),
        ClauseKind::Not if clause.is_reached() && std::ptr::eq(inner, clause) => "not".to_owned(),
        _ => {
            let room = if right.is_empty() { WHOLE } else { LEFT };
            let room = room.saturating_sub(before.chars().count()).max(CLAUSE);
            visible(&written(clause.expr.span, clause.source), Place::Bare, room)
        }
    };
    lines.push(Line { left: format!("{before}{label}"), right });
    if !std::ptr::eq(inner, clause) {
        return;
    }
    let last = clause.parts.len().saturating_sub(1);
    for (position, part) in clause.parts.iter().enumerate() {
        let (branch, line) = if position == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        draw(part, &format!("{below}{branch}"), &format!("{below}{line}"), lines);
    }
}

/// What stands beside a clause; `inner` is the clause that read it.
fn beside(clause: &Clause<'_>, inner: &Clause<'_>) -> String {
    let mut notes = Vec::new();
    match &inner.truth {
        Truth::NotReached => return "not reached".to_owned(),
        Truth::Error(error) if clause.parts.iter().all(|part| !part.is_reached()) || !std::ptr::eq(clause, inner) => {
            notes.push(format!("{}: {}", error.kind.class(), error.kind));
        }
        Truth::Value { shown, .. } if inner.parts.is_empty() => {
            // A field that stands alone is told below.
            let is_told = inner.observed.iter().any(|seen| seen.shown().map_or(shown == "None", |told| told == *shown));
            if !is_told {
                notes.push(format!("= {shown}"));
            }
        }
        _ => {}
    }
    // The variables of an element stand beside the clauses that read them.
    let observed: Vec<_> = inner.observed.iter().filter(|seen| inner.parts.is_empty() || seen.is_field()).collect();
    notes.extend(observed.iter().take(VALUES).map(|seen| note(seen)));
    if observed.len() > VALUES {
        notes.push(format!("and {} more", observed.len() - VALUES));
    }
    notes.join(", ")
}

fn note(seen: &Observed<'_>) -> String {
    let name = visible(seen.name(), Place::Bare, LEFT);
    match seen.shown() {
        Some(value) => format!("{name} = {value}"),
        None => format!("{name} is absent"),
    }
}
