//! The clauses that decided, as one line.

use std::collections::BTreeSet;
use std::fmt;

use super::clause::{Clause, ClauseKind, Explanation, Role, Truth};
use super::subject::Names;
use super::visible::{Place, visible, written};
use super::words::{Tone, Wording, error_words, words};
use crate::event::Event;
use crate::language::expr::{Expr, ExprKind};
use crate::language::{Outcome, collect_fields};

/// Phrases of a line; more are counted.
const PHRASES: usize = 4;
/// Characters of a rule that has no clause to tell.
const RULE: usize = 100;
/// Names of hidden fields.
const HIDDEN: usize = 3;

/// The clauses that decided, in words: `eventName is ConsoleLogin, MFAUsed is No`.
///
/// It has no line breaks and no control characters, and its length is bounded, whatever the event holds. It is plain text:
/// who puts it into markup escapes it.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    phrases: Vec<Phrase<'a>>,
    more: usize,
}

/// One clause in words.
#[derive(Debug, Clone)]
pub struct Phrase<'a> {
    text: String,
    /// Flat keys, and patterns of them, as the rule has them.
    sources: BTreeSet<String>,
    event: &'a Event,
}

impl<'a> Explanation<'a> {
    /// What decided, in one line: of a match the clauses that are true, otherwise the first that is false, or the error.
    #[must_use]
    pub fn line(&self) -> Line<'a> {
        let tone = if self.outcome.is_match() { Tone::Match } else { Tone::Miss };
        let mut teller = Teller { event: self.event, tone, told: Vec::new() };
        let names = Names::new(self.event, &self.expression.fields);
        teller.tell(&self.root, &Around { names, exprs: Vec::new() }, self.outcome == Outcome::NonBool);
        if teller.told.is_empty() {
            let rule = written(self.root.expr.span, self.root.source);
            teller.told.push(Told { wording: Wording::fact(visible(&rule, Place::Bare, RULE)), exprs: Vec::new() });
        }
        teller.line()
    }
}

impl<'a> Line<'a> {
    /// The phrases that are shown, at most four.
    #[must_use]
    pub fn phrases(&self) -> &[Phrase<'a>] {
        &self.phrases
    }

    /// The number of further clauses that decided.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// The line without what comes from the fields that a test names, e.g. because they may hold secrets. The test is
    /// asked about flat keys.
    #[must_use]
    pub fn hide(mut self, is_hidden: impl Fn(&str) -> bool) -> Self {
        for phrase in &mut self.phrases {
            let fields = phrase.fields();
            let hidden: Vec<_> = fields.into_iter().filter(|field| is_hidden(field)).collect();
            if !hidden.is_empty() {
                let shown = hidden.get(..HIDDEN).unwrap_or(&hidden);
                let names: Vec<_> = shown.iter().map(|field| visible(field, Place::Bare, RULE)).collect();
                let more = if hidden.len() > shown.len() { " and others" } else { "" };
                phrase.text = format!("{}{more} hidden", names.join(" and "));
            }
        }
        let mut seen = BTreeSet::new();
        self.phrases.retain(|phrase| seen.insert(phrase.text.clone()));
        self
    }
}

/// The phrases, joined; `and 3 more` behind them if there are more.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where a phrase has a comma of its own, another mark parts them.
        let mark = if self.phrases.iter().any(|phrase| phrase.text.contains(", ")) { "; " } else { ", " };
        for (position, phrase) in self.phrases.iter().enumerate() {
            write!(f, "{}{}", if position > 0 { mark } else { "" }, phrase.text)?;
        }
        if self.more > 0 {
            write!(f, " and {} more", self.more)?;
        }
        Ok(())
    }
}

impl Phrase<'_> {
    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The flat keys of the fields whose values the words may show: those that the clause names, and all below the fixed
    /// beginning of a pattern of paths.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let mut fields = BTreeSet::new();
        for source in &self.sources {
            let Some(star) = source.find('*') else {
                fields.insert(source.clone());
                continue;
            };
            let head = source.get(..star).and_then(|head| head.rfind('.').and_then(|end| head.get(..=end)));
            let head = head.unwrap_or_default();
            let keys = self.event.flat().keys().filter(|key| key.as_bytes().starts_with(head.as_bytes()));
            fields.extend(keys.map(|key| key.to_string_lossy().into_owned()));
        }
        fields.into_iter().collect()
    }
}

/// What is known where a clause stands.
struct Around<'a> {
    names: Names<'a>,
    /// The comprehensions around it, whose variables it reads.
    exprs: Vec<&'a Expr>,
}

struct Told<'a> {
    wording: Wording,
    exprs: Vec<&'a Expr>,
}

struct Teller<'a> {
    event: &'a Event,
    tone: Tone,
    told: Vec<Told<'a>>,
}

impl<'a> Teller<'a> {
    /// Tells the clauses below this one that decided it. With `asks_value`, its value is the rule's and is no bool, which is
    /// what is to be told of it.
    // Recursion is bounded by the depth that the parser admits.
    fn tell(&mut self, clause: &Clause<'a>, around: &Around<'a>, asks_value: bool) {
        let truthy = match &clause.truth {
            Truth::NotReached => return,
            Truth::Error(error) => {
                match clause.parts.iter().rfind(|part| part.is_reached()) {
                    Some(part) => self.tell(part, around, false),
                    None => {
                        let part = written(error.span, clause.source);
                        self.push(error_words(&around.names, clause, error.kind, &part), clause, around);
                    }
                }
                return;
            }
            truth => truth.truthy().unwrap_or_default(),
        };
        let mut reached = clause.parts.iter().filter(|part| part.is_reached());
        match clause.kind {
            _ if clause.parts.is_empty() => self.single(clause, around, truthy, asks_value),
            ClauseKind::And | ClauseKind::Or if asks_value || truthy == (clause.kind == ClauseKind::Or) => {
                // The last one that was looked at ended it.
                if let Some(last) = reached.next_back() {
                    self.tell(last, around, asks_value);
                }
            }
            ClauseKind::If if asks_value => {
                if let Some(branch) = reached.next_back() {
                    self.tell(branch, around, true);
                }
            }
            ClauseKind::Any | ClauseKind::All => self.elements(clause, around, truthy),
            _ => reached.for_each(|part| self.tell(part, around, false)),
        }
    }

    fn elements(&mut self, clause: &Clause<'a>, around: &Around<'a>, truthy: bool) {
        let ExprKind::Builtin { arguments, .. } = &clause.expr.kind else { return };
        let argument = arguments.positional.first();
        if let Some(Expr { kind: ExprKind::Comprehension(comprehension), .. }) = argument {
            let exprs = around.exprs.iter().copied().chain(comprehension.clauses.iter().map(|part| &part.iterable));
            let inside = Around { names: around.names.inside(clause, comprehension), exprs: exprs.collect() };
            clause.parts.iter().for_each(|part| self.tell(part, &inside, false));
            return;
        }
        let ends_at = clause.kind == ClauseKind::Any;
        if truthy == ends_at {
            let deciding = clause.parts.iter().find(|part| part.truth.truthy() == Some(ends_at));
            deciding.into_iter().for_each(|part| self.tell(part, around, false));
        } else {
            clause.parts.iter().for_each(|part| self.tell(part, around, false));
        }
    }

    fn single(&mut self, clause: &Clause<'a>, around: &Around<'a>, truthy: bool, asks_value: bool) {
        // A constant among other clauses says nothing of the event.
        if matches!(clause.expr.kind, ExprKind::Constant(_)) && clause.role == Role::Operand && !asks_value {
            return;
        }
        let mut wording = words(&around.names, clause, truthy, self.tone);
        if asks_value && truthy {
            wording.not = vec!["True".to_owned()];
        }
        self.push(wording, clause, around);
    }

    fn push(&mut self, wording: Wording, clause: &Clause<'a>, around: &Around<'a>) {
        let exprs = around.exprs.iter().copied().chain([clause.expr]);
        match self.told.iter_mut().find(|told| told.wording.fact == wording.fact) {
            // `eventName is A, not B` and `eventName is A, not C` are one phrase.
            Some(told) => {
                let new: Vec<_> = wording.not.into_iter().filter(|word| !told.wording.not.contains(word)).collect();
                told.wording.not.extend(new);
                told.exprs.extend(exprs);
            }
            None => self.told.push(Told { wording, exprs: exprs.collect() }),
        }
    }

    fn line(self) -> Line<'a> {
        let more = self.told.len().saturating_sub(PHRASES);
        let phrases = self.told.into_iter().take(PHRASES).map(|told| {
            let mut sources = BTreeSet::new();
            told.exprs.into_iter().for_each(|expr| collect_fields(expr, &mut sources));
            Phrase { text: told.wording.text(), sources, event: self.event }
        });
        Line { phrases: phrases.collect(), more }
    }
}
