//! One clause in words, as a fact about the event.

use super::clause::Clause;
use super::glimpse::Glimpse;
use super::reads::{bare, is_constant, presence};
use super::subject::{Names, Subject};
use super::visible::{Place, visible, written};
use crate::language::ErrorKind;
use crate::language::expr::{Arguments, Comparison, Constant, Expr, ExprKind};
use crate::language::function::{Builtin, Helper};
use crate::language::method::Method;
use crate::language::value::Value;

/// Characters of a clause that has no words and is shown as it stands in the rule.
const CLAUSE: usize = 100;
/// Alternatives that are named.
const ALTERNATIVES: usize = 3;

/// What the reader knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The rule matches: what is there is told.
    Match,
    /// It does not: what would have been needed is told too.
    Miss,
}

/// A fact, and what it is not though the rule asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    pub(super) fact: String,
    pub(super) not: Vec<String>,
}

impl Wording {
    pub(super) fn fact(fact: impl Into<String>) -> Self {
        Self { fact: fact.into(), not: Vec::new() }
    }

    pub(super) fn text(&self) -> String {
        if self.not.is_empty() { self.fact.clone() } else { format!("{}, not {}", self.fact, listed(&self.not)) }
    }
}

/// Alternatives: `a`, `a or b`, `a or b or c or 4 more`.
fn listed(words: &[String]) -> String {
    // One that is named takes no more room than one that is counted.
    let shown = words.get(..ALTERNATIVES).filter(|shown| shown.len() + 1 < words.len()).unwrap_or(words);
    let more = words.len() - shown.len();
    let more = (more > 0).then(|| format!("{more} more"));
    shown.iter().cloned().chain(more).collect::<Vec<_>>().join(" or ")
}

/// The words for a clause without parts that counts as true or false.
pub(super) fn words<'a>(names: &Names<'a>, clause: &Clause<'a>, held: bool, tone: Tone) -> Wording {
    let speaker = Speaker { names, clause, held, tone };
    speaker.words().unwrap_or_else(|| speaker.as_written())
}

/// An error in words.
pub(super) fn error_words<'a>(names: &Names<'a>, clause: &Clause<'a>, kind: ErrorKind, part: &str) -> Wording {
    let absent: Vec<_> =
        clause.observed.iter().filter(|seen| seen.glimpse.is_none()).map(|seen| names.short(seen.name())).collect();
    if let (ErrorKind::MissingKey, [field]) = (kind, absent.as_slice()) {
        return Wording::fact(format!("{field} is absent ({})", kind.class()));
    }
    let absent = absent.get(..ALTERNATIVES).unwrap_or(&absent).iter().map(|field| format!(" ({field} is absent)"));
    Wording::fact(format!(
        "{}: {kind} in {}{}",
        kind.class(),
        visible(part, Place::Bare, CLAUSE),
        absent.collect::<String>()
    ))
}

struct Speaker<'s, 'a> {
    names: &'s Names<'a>,
    clause: &'s Clause<'a>,
    held: bool,
    tone: Tone,
}

impl<'a> Speaker<'_, 'a> {
    fn words(&self) -> Option<Wording> {
        let expr = self.clause.expr;
        match &expr.kind {
            ExprKind::Compare { first, rest } => match rest.as_slice() {
                [(operator, right)] => self.comparison(first, *operator, right),
                _ => None,
            },
            ExprKind::Call { receiver, method: method @ (Method::StartsWith | Method::EndsWith), arguments } => {
                self.affix(receiver, *method, arguments)
            }
            ExprKind::Helper { helper, arguments } => self.helper(*helper, arguments),
            ExprKind::Builtin { function: Builtin::Bool, arguments } => self.truth_of(arguments.positional.first()?),
            ExprKind::Constant(constant) => {
                Some(Wording::fact(format!("the rule says {}", Glimpse::of(&Value::from(constant)).literal())))
            }
            ExprKind::Call { method: Method::Get, .. } | ExprKind::Subscript { .. } | ExprKind::Local(_) => {
                self.truth_of(expr)
            }
            _ => None,
        }
    }

    /// The text of the rule; after a miss with the values that it read.
    fn as_written(&self) -> Wording {
        let expr = self.clause.expr;
        let text = visible(&written(expr.span, self.clause.source), Place::Bare, CLAUSE);
        let is_one_word = matches!(
            expr.kind,
            ExprKind::Call { .. } | ExprKind::Builtin { .. } | ExprKind::Helper { .. } | ExprKind::IsInstance { .. }
        );
        let mut fact = match (self.held, is_one_word) {
            (true, _) => text,
            (false, true) => format!("not {text}"),
            (false, false) => format!("not ({text})"),
        };
        if self.tone == Tone::Miss {
            let observed = self.clause.observed.iter().take(ALTERNATIVES);
            let values: Vec<_> = observed
                .map(|seen| {
                    let name = if seen.is_field() {
                        self.names.short(seen.name())
                    } else {
                        visible(seen.name(), Place::Bare, CLAUSE)
                    };
                    is(&Subject { name, value: seen.glimpse.clone() })
                })
                .collect();
            if !values.is_empty() {
                fact = format!("{fact} ({})", values.join(", "));
            }
        }
        Wording::fact(fact)
    }

    fn comparison(&self, left: &'a Expr, operator: Comparison, right: &'a Expr) -> Option<Wording> {
        match operator {
            Comparison::Equal | Comparison::Is => self.equality(left, right, self.held),
            Comparison::NotEqual | Comparison::IsNot => self.equality(left, right, !self.held),
            Comparison::In => self.membership(left, right, self.held),
            Comparison::NotIn => self.membership(left, right, !self.held),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                self.order(left, operator, right)
            }
        }
    }

    fn equality(&self, left: &'a Expr, right: &'a Expr, equal: bool) -> Option<Wording> {
        let subject = |expr| self.names.subject(expr, self.clause);
        let (subject, literal) = match (constant(left), constant(right)) {
            (None, Some(literal)) => (subject(left)?, literal),
            (Some(literal), None) => (subject(right)?, literal),
            _ => {
                let (left, right) = (subject(left)?, subject(right)?);
                let fact = if equal && left.value == right.value {
                    format!("{} and {}", left.name, is(&right).replacen(" is ", " are both ", 1))
                } else {
                    format!("{} and {}", is(&left), is(&right))
                };
                return Some(Wording::fact(fact));
            }
        };
        if equal {
            return Some(Wording::fact(is(&subject)));
        }
        Some(self.is_not(&subject, &[literal]))
    }

    fn membership(&self, left: &'a Expr, right: &'a Expr, found: bool) -> Option<Wording> {
        if let Some(path) = presence(left, Comparison::In, right) {
            return Some(Wording::fact(is(&self.names.field(path))));
        }
        if let Some(literal) = constant(left) {
            let subject = self.names.subject(right, self.clause)?;
            return Some(self.predicate(&subject, found, ["contains", "does not contain"], &[literal]));
        }
        let alternatives = alternatives(right)?;
        let subject = self.names.subject(left, self.clause)?;
        Some(if found { Wording::fact(is(&subject)) } else { self.is_not(&subject, &alternatives) })
    }

    fn order(&self, left: &'a Expr, operator: Comparison, right: &'a Expr) -> Option<Wording> {
        let subject = |expr| self.names.subject(expr, self.clause);
        let (subject, operator, literal) = match (constant(left), constant(right)) {
            (None, Some(literal)) => (subject(left)?, operator, literal),
            (Some(literal), None) => (subject(right)?, turned(operator), literal),
            _ => return None,
        };
        let relation = match operator {
            Comparison::Less => "less than",
            Comparison::LessOrEqual => "at most",
            Comparison::Greater => "more than",
            _ => "at least",
        };
        let relation = format!("{relation} {}", literal.word());
        Some(match (self.held, self.tone) {
            (false, Tone::Miss) => Wording { fact: is(&subject), not: vec![relation] },
            (held, _) => Wording::fact(format!("{} ({}{relation})", is(&subject), if held { "" } else { "not " })),
        })
    }

    fn affix(&self, receiver: &'a Expr, method: Method, arguments: &'a Arguments) -> Option<Wording> {
        let ([affix], true) = (arguments.positional.as_slice(), arguments.named.is_empty()) else { return None };
        let subject = self.names.subject(receiver, self.clause)?;
        let affixes = constant(affix).map_or_else(|| alternatives(affix), |affix| Some(vec![affix]))?;
        let (forms, fits): (_, fn(&str, &str) -> bool) = if method == Method::StartsWith {
            (["starts with", "does not start with"], |text, affix| text.starts_with(affix))
        } else {
            (["ends with", "does not end with"], |text, affix| text.ends_with(affix))
        };
        // Of several the one that fits, if it can be seen.
        let fitting = affixes.iter().find(|affix| match (&subject.value, affix) {
            (Some(Glimpse::Text(text, false)), Glimpse::Text(affix, false)) => fits(text, affix),
            _ => false,
        });
        let affixes = fitting.filter(|_| self.held).map_or(affixes.as_slice(), std::slice::from_ref);
        if let ([affix], Some(value), true) = (affixes, &subject.value, self.held)
            && affix == value
        {
            return Some(Wording::fact(is(&subject)));
        }
        Some(self.predicate(&subject, self.held, forms, affixes))
    }

    fn helper(&self, helper: Helper, arguments: &'a [Expr]) -> Option<Wording> {
        let (subject, patterns) = arguments.split_first()?;
        let subject = self.names.subject(subject, self.clause)?;
        let forms = match helper {
            Helper::Matches | Helper::Glob => ["matches", "does not match"],
            Helper::InCidr => ["is in", "is not in"],
            Helper::IsIp => ["is an address", "is no address"],
            Helper::IsPublicIp => ["is a public address", "is no public address"],
            Helper::Values | Helper::Items | Helper::Sub => return None,
        };
        let patterns = patterns.iter().map(constant).collect::<Option<Vec<_>>>()?;
        Some(self.predicate(&subject, self.held, forms, &patterns))
    }

    fn truth_of(&self, expr: &'a Expr) -> Option<Wording> {
        self.names.subject(expr, self.clause).map(|subject| Wording::fact(is(&subject)))
    }

    fn is_not(&self, subject: &Subject, wanted: &[Glimpse]) -> Wording {
        let not = match self.tone {
            Tone::Match => Vec::new(),
            Tone::Miss => wanted.iter().map(|literal| distinct(literal, subject.value.as_ref())).collect(),
        };
        let fact = match &subject.value {
            // The number 1 is not the text "1".
            Some(value) if wanted.iter().any(|literal| literal.word() == value.word()) => {
                format!("{} is {}", subject.name, value.literal())
            }
            _ => is(subject),
        };
        Wording { fact, not }
    }

    /// `x starts with a or b`; after a miss with the value in front.
    fn predicate(&self, subject: &Subject, holds: bool, forms: [&str; 2], literals: &[Glimpse]) -> Wording {
        let Some(value) = &subject.value else { return Wording::fact(is(subject)) };
        let form = if holds { forms[0] } else { forms[1] };
        let literals: Vec<_> = literals.iter().map(Glimpse::word).collect();
        let predicate = format!("{form} {}", listed(&literals));
        let predicate = predicate.trim_end();
        Wording::fact(match (self.tone, value) {
            (Tone::Match, _) | (_, Glimpse::Collection(_)) => format!("{} {predicate}", subject.name),
            (Tone::Miss, _) => format!("{}, which {predicate}", is(subject)),
        })
    }
}

fn is(subject: &Subject) -> String {
    let value = subject.value.as_ref().map_or_else(|| "absent".to_owned(), Glimpse::word);
    format!("{} is {value}", subject.name)
}

/// A literal so that it cannot be taken for a value of another type that reads the same.
fn distinct(literal: &Glimpse, value: Option<&Glimpse>) -> String {
    let word = literal.word();
    if value.is_some_and(|value| value.word() == word) { literal.literal() } else { word }
}

/// `5 < x` is `x > 5`.
fn turned(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        other => other,
    }
}

/// A single value that stands in the rule.
fn constant(expr: &Expr) -> Option<Glimpse> {
    match &expr.kind {
        ExprKind::Constant(Constant::List(_) | Constant::Tuple(_)) => None,
        ExprKind::Constant(constant) => Some(Glimpse::of(&Value::from(constant))),
        _ => None,
    }
}

/// The values of a collection that stands in the rule.
fn alternatives(expr: &Expr) -> Option<Vec<Glimpse>> {
    match &bare(expr).kind {
        ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => {
            Some(items.iter().map(|item| Glimpse::of(&Value::from(item))).collect())
        }
        ExprKind::Set(items) if items.iter().all(is_constant) => items.iter().map(constant).collect(),
        _ => None,
    }
}
