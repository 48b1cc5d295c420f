//! Comprehensions and generators, evaluated one element at a time.

use std::ops::ControlFlow;

use super::{Evaluation, at};
use crate::language::error::{ErrorKind, RuleError};
use crate::language::expr::{Clause, Collection, Comprehension, Expr, ExprKind, Target};
use crate::language::relation::same_or_equal;
use crate::language::span::Span;
use crate::language::value::Value;

/// What is done with an element; a break ends the walk.
type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Evaluation<'a>, Value<'a>) -> Result<ControlFlow<()>, RuleError>;

impl Expr {
    /// The generator, if this is one: it is consumed where it stands.
    pub(super) fn generator(&self) -> Option<&Comprehension> {
        match &self.kind {
            ExprKind::Comprehension(comprehension) if comprehension.collection == Collection::Generator => {
                Some(comprehension)
            }
            _ => None,
        }
    }
}

impl<'a> Evaluation<'a> {
    pub(super) fn comprehension(
        &mut self,
        comprehension: &'a Comprehension,
        span: Span,
    ) -> Result<Value<'a>, RuleError> {
        match comprehension.collection {
            Collection::List | Collection::Generator => {
                let mut built = Vec::new();
                self.walk(comprehension, &mut |evaluation, value| {
                    at(evaluation.budget.elements(1), span)?;
                    built.push(value);
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(Value::list(built))
            }
            Collection::Set => {
                let mut built = Vec::new();
                self.walk(comprehension, &mut |evaluation, value| {
                    at(evaluation.add_to_set(&mut built, value), span)?;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(Value::Set(built.into()))
            }
            Collection::Dict => {
                let mut built = Vec::new();
                self.walk(comprehension, &mut |evaluation, key| {
                    // Python takes the key first.
                    let value = evaluation.value(&comprehension.element)?;
                    at(evaluation.add_to_dict(&mut built, key, value), span)?;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(Value::Dict(built.into()))
            }
        }
    }

    /// Goes through the elements of an expression: of a generator lazily, of anything else after it was evaluated.
    pub(super) fn each(&mut self, expr: &'a Expr, visit: Visit<'_, 'a>) -> Result<(), RuleError> {
        if let Some(generator) = expr.generator() {
            return self.walk(generator, visit);
        }
        let value = self.value(expr)?;
        self.each_of(&value, expr.span, visit)
    }

    pub(super) fn each_of(&mut self, value: &Value<'a>, span: Span, visit: Visit<'_, 'a>) -> Result<(), RuleError> {
        if let Value::Str(text) = value {
            at(self.budget.steps(text.bytes().len() / 8), span)?;
            for character in text.characters() {
                at(self.budget.steps(1), span)?;
                if visit(self, Value::Str(character))?.is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let count = value.elements().ok_or(ErrorKind::NotIterable { value: value.type_name() });
        for index in 0..at(count, span)? {
            at(self.budget.steps(1), span)?;
            let Some(element) = value.element(index) else { break };
            if let Value::Event(_) | Value::View(..) = value {
                at(self.hold(&element), span)?;
            }
            if visit(self, element)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// All elements of an expression.
    pub(super) fn gather(&mut self, expr: &'a Expr) -> Result<Vec<Value<'a>>, RuleError> {
        let mut gathered = Vec::new();
        let span = expr.span;
        self.each(expr, &mut |evaluation, value| {
            at(evaluation.budget.elements(1), span)?;
            gathered.push(value);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(gathered)
    }

    /// Goes to the first element that counts as `wanted`, and leaves the variables bound to it. Whether there is one; an
    /// evaluation that errs finds none.
    pub(crate) fn find_element(&mut self, comprehension: &'a Comprehension, wanted: bool) -> bool {
        let mut found = false;
        let walked = self.walk(comprehension, &mut |_, value| {
            found = value.is_true() == wanted;
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        walked.is_ok() && found
    }

    /// All elements of a value.
    pub(super) fn gather_of(&mut self, value: &Value<'a>, span: Span) -> Result<Vec<Value<'a>>, RuleError> {
        let mut gathered = Vec::new();
        self.each_of(value, span, &mut |evaluation, value| {
            at(evaluation.budget.elements(1), span)?;
            gathered.push(value);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(gathered)
    }

    /// `item in (… for …)`.
    pub(super) fn in_generator(&mut self, item: &Value<'a>, generator: &'a Comprehension) -> Result<bool, RuleError> {
        let mut found = false;
        let span = generator.element.span;
        self.walk(generator, &mut |evaluation, value| {
            at(evaluation.weigh(item, true), span)?;
            at(evaluation.weigh(&value, true), span)?;
            found = same_or_equal(&value, item);
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    /// Visits each element; of a dict each key.
    fn walk(&mut self, comprehension: &'a Comprehension, visit: Visit<'_, 'a>) -> Result<(), RuleError> {
        let Some((first, rest)) = comprehension.clauses.split_first() else { return Ok(()) };
        // A comprehension inside a loop begins without values each time.
        for slot in comprehension.first_local..comprehension.first_local + comprehension.locals {
            if let Some(place) = self.frame.get_mut(slot) {
                *place = None;
            }
        }
        let element = comprehension.key.as_ref().unwrap_or(&comprehension.element);
        self.each(&first.iterable, &mut |evaluation, value| evaluation.clause(first, rest, value, element, visit))
    }

    /// Binds one element of a clause, and goes on with the next clause or the element of the comprehension.
    fn clause(
        &mut self,
        clause: &'a Clause,
        rest: &'a [Clause],
        value: Value<'a>,
        element: &'a Expr,
        visit: Visit<'_, 'a>,
    ) -> Result<ControlFlow<()>, RuleError> {
        at(self.bind(&clause.target, value), clause.iterable.span)?;
        for condition in &clause.conditions {
            if !self.value(condition)?.is_true() {
                return Ok(ControlFlow::Continue(()));
            }
        }
        let Some((next, rest)) = rest.split_first() else {
            let value = self.value(element)?;
            return visit(self, value);
        };
        let mut flow = ControlFlow::Continue(());
        self.each(&next.iterable, &mut |evaluation, value| {
            flow = evaluation.clause(next, rest, value, element, visit)?;
            Ok(flow)
        })?;
        Ok(flow)
    }

    fn bind(&mut self, target: &Target, value: Value<'a>) -> Result<(), ErrorKind> {
        match target {
            Target::Local(slot) => {
                if let Some(place) = self.frame.get_mut(*slot) {
                    *place = Some(value);
                }
                Ok(())
            }
            Target::Tuple(targets) => {
                if let Value::Str(text) = &value {
                    self.budget.scan(text.bytes().len())?;
                }
                let count = value.len().ok_or(ErrorKind::CannotUnpack { value: value.type_name() })?;
                if count != targets.len() {
                    return Err(ErrorKind::UnpackMismatch);
                }
                if let Value::Str(text) = &value {
                    let mut parts = targets.iter().zip(text.characters());
                    return parts.try_for_each(|(target, part)| self.bind(target, Value::Str(part)));
                }
                let parts = (0..count).filter_map(|index| value.element(index));
                targets.iter().zip(parts).try_for_each(|(target, part)| self.bind(target, part))
            }
        }
    }
}
