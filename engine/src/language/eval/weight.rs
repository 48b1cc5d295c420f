//! What values cost: to be looked at, and to be held.

use super::{Evaluation, WORDS_PER_STEP};
use crate::event::Leaf;
use crate::language::error::ErrorKind;
use crate::language::number::Number;
use crate::language::value::{Items, Text, Value};

impl<'a> Evaluation<'a> {
    /// Takes what looking at the whole of a value costs, while it looks: tuples of tuples of the same tuple can be larger
    /// than any number holds. Sets and dicts that are compared with others cost each element for each.
    pub(super) fn weigh(&mut self, value: &Value<'a>, compared: bool) -> Result<(), ErrorKind> {
        match value {
            Value::None | Value::Bool(_) => Ok(()),
            Value::Number(number) => self.budget.steps(number.words().saturating_sub(1) / WORDS_PER_STEP),
            Value::Str(text) => self.budget.scan(text.bytes().len()),
            Value::List(items) | Value::Tuple(items) => {
                self.budget.steps(items.len())?;
                items.iter().try_for_each(|item| self.weigh(&item, true))
            }
            Value::Set(items) => self.weigh_keys(items.iter(), compared),
            Value::Dict(pairs) | Value::DictView(_, pairs) => {
                self.weigh_keys(pairs.iter().map(|(key, _)| key), compared)?;
                pairs.iter().try_for_each(|(_, value)| self.weigh(value, true))
            }
            // Membership in an event is asked of a map, and so is each key when two are compared.
            Value::Event(_) if !compared => self.budget.steps(1),
            Value::Event(sub) | Value::View(_, sub) if compared => sub.flat().iter().try_for_each(|(key, leaf)| {
                let bytes = match leaf {
                    Leaf::Str(text) => text.as_bytes().len(),
                    Leaf::BigInt(number) => usize::try_from(number.bits() / 8).unwrap_or(usize::MAX),
                    _ => 0,
                };
                self.budget.steps(1)?;
                self.budget.scan(key.as_bytes().len().saturating_add(bytes))
            }),
            _ => self.budget.steps(value.elements().unwrap_or_default()),
        }
    }

    /// The elements of a set or the keys of a dict. Half of each for each, as the other side takes the other half.
    fn weigh_keys<'v>(
        &mut self,
        mut keys: impl ExactSizeIterator<Item = &'v Value<'a>>,
        compared: bool,
    ) -> Result<(), ErrorKind>
    where
        'a: 'v,
    {
        let (count, before) = (keys.len(), self.budget.left());
        self.budget.steps(count)?;
        keys.try_for_each(|key| self.weigh(key, true))?;
        let once = before - self.budget.left();
        self.budget.steps(if compared { once.saturating_mul(count) / 4 } else { 0 })
    }

    /// Takes what a copy of a value needs that nothing else shares.
    pub(super) fn hold(&mut self, value: &Value<'a>) -> Result<(), ErrorKind> {
        match value {
            Value::Number(number @ Number::Big(_)) => self.budget.build(number.words().saturating_mul(8)),
            Value::Str(Text::Shared(bytes)) => self.budget.build(bytes.len()),
            Value::Tuple(Items::Shared(items)) => items.iter().try_for_each(|item| self.hold(item)),
            _ => Ok(()),
        }
    }

    /// What it costs to look a key up.
    pub(super) fn weigh_key(&mut self, dict: &Value<'a>, key: &Value<'a>) -> Result<(), ErrorKind> {
        self.weigh(key, true)?;
        match dict {
            Value::Dict(pairs) => self.budget.steps(pairs.len()),
            _ => Ok(()),
        }
    }
}
