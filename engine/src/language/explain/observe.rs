//! From an expression and an event to the tree of its clauses.
//!
//! The operators are walked here, in the evaluator's order and with its laziness; each clause below them is evaluated
//! once, by the evaluator, under the one budget that an evaluation has. What is only looked at more closely (the element
//! that decided an `any`, the value of an operand) is worked out beside that, under a budget of its own: when that is
//! used up, the explanation says less and is still right.

use super::clause::{Clause, ClauseKind, Explanation, Observed, Role, Truth};
use super::reads::{Read, operands, reads, slots};
use super::secret::Secrets;
use super::visible::written;
use crate::event::Event;
use crate::language::eval::Evaluation;
use crate::language::expr::{Collection, Comprehension, Expr, ExprKind};
use crate::language::function::Builtin;
use crate::language::{Expression, Outcome};

/// Values that are kept of one clause.
const OBSERVED: usize = 24;

pub(super) fn explain<'a>(expression: &'a Expression, event: &'a Event) -> Explanation<'a> {
    let evaluation = || Evaluation::new(event.flat(), &expression.patterns, expression.locals);
    let mut observer = Observer {
        source: &expression.source,
        event,
        secrets: Secrets::of(event),
        evaluation: evaluation(),
        beside: evaluation(),
        is_beside: false,
    };
    let root = observer.clause(&expression.root, Role::Operand);
    let outcome = match &root.truth {
        Truth::True => Outcome::Match,
        Truth::False => Outcome::NoMatch,
        Truth::Error(error) => Outcome::Error(error.clone()),
        // The whole rule is always reached.
        Truth::Value { .. } | Truth::NotReached => Outcome::NonBool,
    };
    Explanation { expression, event, outcome, root }
}

struct Observer<'a> {
    source: &'a str,
    event: &'a Event,
    secrets: Secrets,
    evaluation: Evaluation<'a>,
    /// For a closer look at what was evaluated already.
    beside: Evaluation<'a>,
    is_beside: bool,
}

impl<'a> Observer<'a> {
    // Recursion is bounded by the depth that the parser admits.
    fn clause(&mut self, expr: &'a Expr, role: Role) -> Clause<'a> {
        match &expr.kind {
            ExprKind::And(operands) => self.operator(expr, role, operands, false),
            ExprKind::Or(operands) => self.operator(expr, role, operands, true),
            ExprKind::Not(operand) => self.not(expr, role, operand),
            ExprKind::If { condition, then, otherwise } => self.choice(expr, role, [condition, then, otherwise]),
            _ => self.single(expr, role),
        }
    }

    fn current(&mut self) -> &mut Evaluation<'a> {
        if self.is_beside { &mut self.beside } else { &mut self.evaluation }
    }

    fn bare_clause(&self, expr: &'a Expr, role: Role, truth: Truth) -> Clause<'a> {
        Clause { source: self.source, expr, kind: kind(expr), role, truth, observed: Vec::new(), parts: Vec::new() }
    }

    /// `and` ends at its first false operand, `or` at its first true one.
    fn operator(&mut self, expr: &'a Expr, role: Role, operands: &'a [Expr], ends_at: bool) -> Clause<'a> {
        let mut truth = self.entered(expr);
        let mut parts = Vec::new();
        let mut ended = truth.is_some();
        for operand in operands {
            if ended {
                parts.push(self.bare_clause(operand, Role::Operand, Truth::NotReached));
                continue;
            }
            let part = self.clause(operand, Role::Operand);
            ended = part.truth.truthy().is_none_or(|truthy| truthy == ends_at);
            truth = Some(part.truth.clone());
            parts.push(part);
        }
        Clause { parts, ..self.bare_clause(expr, role, truth.unwrap_or(Truth::NotReached)) }
    }

    fn not(&mut self, expr: &'a Expr, role: Role, operand: &'a Expr) -> Clause<'a> {
        if let Some(error) = self.entered(expr) {
            let part = self.bare_clause(operand, Role::Operand, Truth::NotReached);
            return Clause { parts: vec![part], ..self.bare_clause(expr, role, error) };
        }
        let part = self.clause(operand, Role::Operand);
        let truth = match part.truth.truthy() {
            Some(true) => Truth::False,
            Some(false) => Truth::True,
            None => part.truth.clone(),
        };
        Clause { parts: vec![part], ..self.bare_clause(expr, role, truth) }
    }

    fn choice(&mut self, expr: &'a Expr, role: Role, [condition, then, otherwise]: [&'a Expr; 3]) -> Clause<'a> {
        let entered = self.entered(expr);
        let condition = match entered {
            None => self.clause(condition, Role::Condition),
            Some(_) => self.bare_clause(condition, Role::Condition, Truth::NotReached),
        };
        let mut branch = |expr: &'a Expr, role: Role, taken: bool| {
            if condition.truth.truthy() == Some(taken) {
                self.clause(expr, role)
            } else {
                self.bare_clause(expr, role, Truth::NotReached)
            }
        };
        let branches = [branch(then, Role::Then, true), branch(otherwise, Role::Else, false)];
        let taken = branches.iter().find(|branch| branch.is_reached());
        let truth = entered.unwrap_or_else(|| taken.map_or(&condition, |taken| taken).truth.clone());
        let parts = std::iter::once(condition).chain(branches).collect();
        Clause { parts, ..self.bare_clause(expr, role, truth) }
    }

    /// Pays for a node that is walked here. The error, if there is nothing left to pay with.
    fn entered(&mut self, expr: &Expr) -> Option<Truth> {
        self.current().enter(expr.span).err().map(Truth::Error)
    }

    /// A clause that the evaluator evaluates as a whole.
    fn single(&mut self, expr: &'a Expr, role: Role) -> Clause<'a> {
        let value = self.current().value(expr);
        let truth = match &value {
            Ok(value) => Truth::of(value, || self.secrets.glimpse(expr, value)),
            Err(error) => Truth::Error(error.clone()),
        };
        let mut clause = self.bare_clause(expr, role, truth);
        let was_beside = std::mem::replace(&mut self.is_beside, true);
        if !self.look_into(&mut clause) {
            self.note_reads(expr, &mut clause.observed);
            self.note_operands(expr, &mut clause.observed);
        }
        self.is_beside = was_beside;
        clause
    }

    /// Takes an `any` or `all` apart, if there is something that decided it.
    fn look_into(&mut self, clause: &mut Clause<'a>) -> bool {
        let ExprKind::Builtin { function: function @ (Builtin::Any | Builtin::All), arguments } = &clause.expr.kind
        else {
            return false;
        };
        let (Some(argument), Some(truthy)) = (arguments.positional.first(), clause.truth.truthy()) else {
            return false;
        };
        let ends_at = *function == Builtin::Any;
        let parts = match &argument.kind {
            ExprKind::Comprehension(comprehension) if truthy == ends_at && asks_elements(comprehension) => {
                if !self.beside.find_element(comprehension, ends_at) {
                    return false;
                }
                self.note_variables(comprehension, &mut clause.observed);
                self.element(comprehension)
            }
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().map(|item| self.clause(item, Role::Operand)).collect()
            }
            _ => return false,
        };
        // The value is known, so what errs has used up its budget.
        if parts.iter().any(|part| part.truth.truthy().is_none()) {
            clause.observed.clear();
            return false;
        }
        if let ExprKind::Comprehension(comprehension) = &argument.kind {
            for iterable in comprehension.clauses.iter().map(|clause| &clause.iterable) {
                self.note_reads(iterable, &mut clause.observed);
            }
        }
        clause.parts = parts;
        true
    }

    /// What a comprehension asks of the element that its variables are bound to.
    fn element(&mut self, comprehension: &'a Comprehension) -> Vec<Clause<'a>> {
        let conditions = comprehension.clauses.iter().flat_map(|clause| &clause.conditions);
        let mut parts: Vec<_> = conditions.map(|condition| self.clause(condition, Role::Condition)).collect();
        parts.push(self.clause(&comprehension.element, Role::Element));
        parts
    }

    fn note_variables(&self, comprehension: &'a Comprehension, observed: &mut Vec<Observed<'a>>) {
        let slots = slots(comprehension);
        let conditions = comprehension.clauses.iter().flat_map(|clause| &clause.conditions);
        // A variable has no text of its own but where it is used.
        let mut open: Vec<&Expr> = std::iter::once(&comprehension.element).chain(conditions).collect();
        while let Some(expr) = open.pop() {
            if let ExprKind::Local(slot) = &expr.kind
                && slots.contains(slot)
                && let Some(value) = self.beside.variable(*slot)
            {
                note(observed, Observed::computed(expr.span.of(self.source), self.secrets.glimpse(expr, &value)));
            }
            open.extend(expr.children().into_iter().rev());
        }
        observed.sort_by(|left, right| left.name.cmp(&right.name));
    }

    fn note_reads(&mut self, expr: &'a Expr, observed: &mut Vec<Observed<'a>>) {
        for read in reads(expr) {
            match read {
                Read::Field(path) => note(observed, Observed::field(path, self.event.flat().get(path.as_bytes()))),
                Read::Variable(expr) => self.note_value(expr, observed),
            }
        }
    }

    fn note_operands(&mut self, expr: &'a Expr, observed: &mut Vec<Observed<'a>>) {
        for operand in operands(expr) {
            self.note_value(operand, observed);
        }
    }

    fn note_value(&mut self, expr: &'a Expr, observed: &mut Vec<Observed<'a>>) {
        if observed.len() < OBSERVED
            && let Ok(value) = self.beside.value(expr)
        {
            let glimpse = self.secrets.glimpse(expr, &value);
            note(observed, Observed::computed(written(expr.span, self.source), glimpse));
        }
    }
}

fn note<'a>(observed: &mut Vec<Observed<'a>>, seen: Observed<'a>) {
    if observed.len() < OBSERVED
        && !observed.iter().any(|known| known.name == seen.name && known.is_field() == seen.is_field())
    {
        observed.push(seen);
    }
}

/// Whether `any` and `all` over a comprehension ask for what stands in front of its `for`.
fn asks_elements(comprehension: &Comprehension) -> bool {
    matches!(comprehension.collection, Collection::Generator | Collection::List | Collection::Set)
}

fn kind(expr: &Expr) -> ClauseKind {
    match &expr.kind {
        ExprKind::And(_) => ClauseKind::And,
        ExprKind::Or(_) => ClauseKind::Or,
        ExprKind::Not(_) => ClauseKind::Not,
        ExprKind::If { .. } => ClauseKind::If,
        ExprKind::Builtin { function: Builtin::Any, .. } => ClauseKind::Any,
        ExprKind::Builtin { function: Builtin::All, .. } => ClauseKind::All,
        ExprKind::Compare { .. } => ClauseKind::Comparison,
        ExprKind::Call { .. } | ExprKind::Builtin { .. } | ExprKind::Helper { .. } | ExprKind::IsInstance { .. } => {
            ClauseKind::Call
        }
        _ => ClauseKind::Value,
    }
}
