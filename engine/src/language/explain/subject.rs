//! What a clause is about: a field by its short name, and the value that it has.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::clause::Clause;
use super::glimpse::Glimpse;
use super::reads::{bare, field, keyed, text};
use super::secret::field_glimpse;
use super::visible::{Place, visible, written};
use crate::event::Event;
use crate::language::expr::{Comprehension, Expr, ExprKind, Target};
use crate::language::function::{Builtin, Helper};
use crate::language::method::Method;

/// Characters of a name.
const NAME: usize = 60;

/// A thing that a clause says something about.
pub(super) struct Subject {
    pub(super) name: String,
    /// `None` where it is absent.
    pub(super) value: Option<Glimpse>,
}

/// The names that are used in one line.
#[derive(Clone)]
pub(super) struct Names<'a> {
    event: &'a Event,
    fields: &'a BTreeSet<String>,
    /// How many fields of the rule end in this segment.
    ends: Rc<BTreeMap<&'a str, usize>>,
    /// What the variables of the comprehensions around a clause stand for: places in the frame, and paths.
    variables: Vec<(usize, String)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(event: &'a Event, fields: &'a BTreeSet<String>) -> Self {
        let mut ends = BTreeMap::new();
        for field in fields {
            *ends.entry(last_segment(field)).or_default() += 1;
        }
        Self { event, fields, ends: Rc::new(ends), variables: Vec::new() }
    }

    /// The names inside of an `any` or `all` that was taken apart.
    pub(super) fn inside(&self, clause: &Clause<'a>, comprehension: &'a Comprehension) -> Self {
        let mut names = self.clone();
        for part in &comprehension.clauses {
            match (&part.target, &part.iterable.kind) {
                // `for v in values(event, "a.*.b")`, `for r in items(event, "resources")`
                (Target::Local(slot), ExprKind::Helper { helper: Helper::Values | Helper::Items, arguments }) => {
                    if let [of, path] = arguments.as_slice()
                        && let Some(path) = text(path)
                    {
                        names.variables.push((*slot, names.below(of, path)));
                    }
                }
                // `for key, value in event.items()`
                (Target::Tuple(targets), ExprKind::Call { receiver, method: Method::Items, .. }) => {
                    if let ([Target::Local(key), Target::Local(value)], ExprKind::Event) =
                        (targets.as_slice(), &receiver.kind)
                        && let Some(Glimpse::Text(path, false)) = variable(clause, comprehension, *key)
                    {
                        names.variables.push((*value, path));
                    }
                }
                _ => {}
            }
        }
        names
    }

    fn below(&self, part: &Expr, path: &str) -> String {
        let head = match &part.kind {
            ExprKind::Local(slot) => {
                self.variables.iter().find(|(known, _)| known == slot).map(|(_, path)| path.as_str())
            }
            ExprKind::Helper { helper: Helper::Sub, arguments } => arguments.get(1).and_then(text),
            _ => None,
        };
        head.map_or_else(|| path.to_owned(), |head| format!("{head}.{path}"))
    }

    /// A field by the last part of its path if that tells enough: other fields of the rule end otherwise, and it is neither a
    /// number nor a plain word such as `type`, `arn` or `name`.
    pub(super) fn short(&self, path: &str) -> String {
        let last = last_segment(path);
        let is_vague =
            last.chars().all(|character| character.is_lowercase() || character.is_numeric()) || last.contains('*');
        let known = self.ends.get(last).copied().unwrap_or_default();
        let is_shared = known > usize::from(self.fields.contains(path));
        visible(if is_vague || is_shared { path } else { last }, Place::Bare, NAME)
    }

    /// What an operand of a clause is about; `None` for what stands in the rule itself, and for what could not be worked out.
    pub(super) fn subject(&self, operand: &'a Expr, clause: &Clause<'a>) -> Option<Subject> {
        let expr = bare(operand);
        if let Some(path) = field(expr) {
            return Some(self.field(path));
        }
        if matches!(expr.kind, ExprKind::Constant(_) | ExprKind::Event) {
            return None;
        }
        let source = written(expr.span, clause.source);
        let observed = clause.observed.iter().find(|seen| !seen.is_field() && seen.name == source)?;
        let name = match &expr.kind {
            ExprKind::Local(slot) => {
                self.variables.iter().find(|(known, _)| known == slot).map(|(_, path)| self.short(path))
            }
            ExprKind::Builtin { function: Builtin::Len, arguments } => {
                let path = arguments.positional.first().and_then(|of| field(bare(of)));
                path.map(|path| format!("length of {}", self.short(path)))
            }
            _ => keyed(expr).map(|(part, key)| self.short(&self.below(part, key))),
        };
        let name = name.unwrap_or_else(|| visible(&source, Place::Bare, NAME));
        // What is absent from a part of the event reads as `None`, as what is null there does.
        Some(Subject { name, value: observed.glimpse.clone() })
    }

    /// A field of the event.
    pub(super) fn field(&self, path: &str) -> Subject {
        let leaf = self.event.flat().get(path.as_bytes());
        Subject { name: self.short(path), value: leaf.map(|leaf| field_glimpse(path, leaf)) }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// The observed value of a variable that a comprehension binds.
fn variable(clause: &Clause<'_>, comprehension: &Comprehension, slot: usize) -> Option<Glimpse> {
    let conditions = comprehension.clauses.iter().flat_map(|part| &part.conditions);
    let mut open: Vec<&Expr> = std::iter::once(&comprehension.element).chain(conditions).collect();
    while let Some(expr) = open.pop() {
        if matches!(&expr.kind, ExprKind::Local(found) if *found == slot) {
            let name = expr.span.of(clause.source);
            return clause.observed.iter().find(|seen| !seen.is_field() && seen.name == name)?.glimpse.clone();
        }
        open.extend(expr.children());
    }
    None
}
