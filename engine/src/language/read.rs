//! Reads of the event's fields by a key that stands in the rule.

use std::borrow::Cow;

use super::expr::{Comparison, Expr, ExprKind};
use super::function::Helper;
use super::method::Method;

/// `event["path"]`, `event.get("path")` or `event.get("path", default)`.
#[derive(Debug, Clone)]
pub(crate) struct Read<'e> {
    pub(crate) path: Cow<'e, str>,
    /// The literal that names the path.
    pub(crate) key: &'e Expr,
    pub(crate) access: Access<'e>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Access<'e> {
    /// Raises where the field is missing.
    Subscript,
    /// Gives the default, or `None`.
    Get(Option<&'e Expr>),
}

impl Expr {
    pub(crate) fn is_event(&self) -> bool {
        matches!(self.kind, ExprKind::Event)
    }

    /// The field that this expression is.
    pub(crate) fn read(&self) -> Option<Read<'_>> {
        let (key, access) = match &self.kind {
            ExprKind::Subscript { value, index } if value.is_event() => (&**index, Access::Subscript),
            ExprKind::Call { receiver, method: Method::Get, arguments } if receiver.is_event() => {
                (arguments.positional.first()?, Access::Get(arguments.positional.get(1)))
            }
            _ => return None,
        };
        Some(Read { path: key.as_str_constant()?.to_string_lossy(), key, access })
    }

    /// The literals by which this expression alone, without its parts, names paths of the event: fields, and what the
    /// helpers and `in` look for.
    pub(crate) fn path_literals(&self) -> Vec<&Self> {
        let keys: Vec<&Self> = match &self.kind {
            ExprKind::Compare { first, rest } => {
                let lefts = std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right));
                lefts
                    .zip(rest)
                    .filter(|(_, (operator, right))| {
                        matches!(operator, Comparison::In | Comparison::NotIn) && right.is_event()
                    })
                    .map(|(left, _)| left)
                    .collect()
            }
            ExprKind::Helper { helper: Helper::Values | Helper::Items | Helper::Sub, arguments } => {
                match arguments.as_slice() {
                    [event, path] if event.is_event() => vec![path],
                    _ => Vec::new(),
                }
            }
            _ => self.read().map(|read| read.key).into_iter().collect(),
        };
        keys.into_iter().filter(|key| key.as_str_constant().is_some()).collect()
    }
}
