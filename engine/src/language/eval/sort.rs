//! `sorted`: a stable sort by `<` alone, which may fail and need not be an order.
//!
//! NaN and sets are in no order to one another. Where they are sorted, what comes out depends on which elements are compared,
//! so lists that CPython sorts in one piece are sorted by the comparisons that CPython makes from 3.13 on.

use super::Evaluation;
use crate::language::error::ErrorKind;
use crate::language::expr::Comparison;
use crate::language::number::Number;
use crate::language::relation::is_set_like;
use crate::language::value::Value;

/// CPython sorts fewer elements than this in one piece, and merges pieces of more.
const PIECE: usize = 64;

impl<'a> Evaluation<'a> {
    pub(super) fn sorted(&mut self, mut values: Vec<Value<'a>>, reverse: bool) -> Result<Vec<Value<'a>>, ErrorKind> {
        // Stable, also when reversed: equal elements keep their order.
        if reverse {
            values.reverse();
        }
        let mut sorted = if values.len() < PIECE {
            self.sort_piece(&mut values)?;
            values
        } else {
            for value in &values {
                self.weigh(value, true)?;
                if has_no_order(value) {
                    return Err(ErrorKind::Unsupported {
                        what: "order for 64 or more values with NaN or sets among them",
                    });
                }
            }
            self.merge_sorted(values)?
        };
        if reverse {
            sorted.reverse();
        }
        Ok(sorted)
    }

    /// Whether the value at one place is less than the one at another.
    fn is_less(&mut self, values: &[Value<'a>], left: usize, right: usize) -> Result<bool, ErrorKind> {
        match (values.get(left), values.get(right)) {
            (Some(left), Some(right)) => self.less(left, right),
            _ => Ok(false),
        }
    }

    fn less(&mut self, left: &Value<'a>, right: &Value<'a>) -> Result<bool, ErrorKind> {
        self.budget.steps(1)?;
        self.compare(Comparison::Less, left, right)
    }

    /// Inserts each value behind the run at the beginning into what stands before it, by bisection.
    fn sort_piece(&mut self, values: &mut [Value<'a>]) -> Result<(), ErrorKind> {
        for next in self.run(values)?..values.len() {
            let (mut low, mut high) = (0, next);
            while low < high {
                let middle = low.midpoint(high);
                if self.is_less(values, next, middle)? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            if let Some(moved) = values.get_mut(low..=next) {
                moved.rotate_right(1);
            }
        }
        Ok(())
    }

    /// The length of the run at the beginning, which is ascending once this returns. It is the one that CPython finds: a
    /// descending one is turned round, without a change to the order of equal values, and goes on where it then ascends.
    fn run(&mut self, values: &mut [Value<'a>]) -> Result<usize, ErrorKind> {
        let count = values.len();
        let mut end = self.ascent(values, 1)?;
        if end == count {
            return Ok(end);
        }
        if end > 1 {
            if self.is_less(values, 0, end - 1)? {
                return Ok(end);
            }
            // All equal up to here, so that they begin a descending run.
            turn(values, 0, end);
        }
        end += 1;
        // Equal values at the end of the run, beside the first of them.
        let mut equal = 0;
        while end < count {
            if self.is_less(values, end, end - 1)? {
                turn(values, end - equal - 1, end);
                equal = 0;
            } else if self.is_less(values, end - 1, end)? {
                break;
            } else {
                equal += 1;
            }
            end += 1;
        }
        turn(values, end - equal - 1, end);
        turn(values, 0, end);
        self.ascent(values, end)
    }

    /// The first place from here on whose value is less than the one before.
    fn ascent(&mut self, values: &[Value<'a>], from: usize) -> Result<usize, ErrorKind> {
        for place in from..values.len() {
            if self.is_less(values, place, place - 1)? {
                return Ok(place);
            }
        }
        Ok(values.len())
    }

    /// Any stable sort gives the same where `<` is an order.
    fn merge_sorted(&mut self, mut values: Vec<Value<'a>>) -> Result<Vec<Value<'a>>, ErrorKind> {
        let mut pieces = Vec::new();
        // What is in order already is one piece.
        let run = self.run(&mut values)?;
        let mut rest = values.split_off(run).into_iter();
        values.shrink_to_fit();
        pieces.push(values);
        loop {
            let mut piece: Vec<_> = rest.by_ref().take(PIECE / 2).collect();
            if piece.is_empty() {
                break;
            }
            self.sort_piece(&mut piece)?;
            pieces.push(piece);
        }
        while pieces.len() > 1 {
            let mut merged = Vec::with_capacity(pieces.len().div_ceil(2));
            let mut unmerged = pieces.into_iter();
            while let Some(left) = unmerged.next() {
                merged.push(match unmerged.next() {
                    Some(right) => self.merge(left, right)?,
                    None => left,
                });
            }
            pieces = merged;
        }
        Ok(pieces.pop().unwrap_or_default())
    }

    fn merge(&mut self, left: Vec<Value<'a>>, right: Vec<Value<'a>>) -> Result<Vec<Value<'a>>, ErrorKind> {
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
            let next = if self.less(second, first)? { right.next() } else { left.next() };
            merged.extend(next);
        }
        merged.extend(left.chain(right));
        Ok(merged)
    }
}

fn turn(values: &mut [Value<'_>], start: usize, end: usize) {
    if let Some(part) = values.get_mut(start..end) {
        part.reverse();
    }
}

/// Whether a value holds what is neither less than, nor equal to, nor greater than another of its type.
fn has_no_order(value: &Value<'_>) -> bool {
    match value {
        Value::Number(Number::Float(value)) => value.is_nan(),
        Value::List(items) | Value::Tuple(items) => items.iter().any(|item| has_no_order(&item)),
        other => is_set_like(other),
    }
}
