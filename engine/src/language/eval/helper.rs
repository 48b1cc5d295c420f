//! The helpers: total functions for what CloudTrail's events need. On a value that makes no sense to them they answer `False`,
//! or nothing, and never raise.

use std::net::IpAddr;
use std::rc::Rc;

use super::glob::{Glob, PathPattern};
use super::network::{Cidr, is_public, parse_address};
use super::{Evaluation, Outcome};
use crate::event::{Flat, Json, Leaf, TextBuf, flatten, to_string_lossy};
use crate::language::error::ErrorKind;
use crate::language::function::Helper;
use crate::language::value::{Sub, Text, Value, owned};

/// Roughly what an entry of a map takes beside the bytes of its key and value.
const ENTRY_BYTES: usize = 100;
/// Roughly what a map takes.
const GROUP_BYTES: usize = 300;

impl<'a> Evaluation<'a> {
    pub(super) fn helper(&mut self, helper: Helper, values: &[Value<'a>]) -> Outcome<'a> {
        let Some((subject, rest)) = values.split_first() else { return Ok(Value::None) };
        match helper {
            Helper::Values | Helper::Items | Helper::Sub => {
                let Value::Event(event) = subject else {
                    return Err(ErrorKind::BadArgument { function: helper.name(), argument: subject.type_name() });
                };
                let Some(Value::Str(path)) = rest.first() else {
                    let argument = rest.first().map_or("NoneType", Value::type_name);
                    return Err(ErrorKind::BadArgument { function: helper.name(), argument });
                };
                match helper {
                    Helper::Values => self.values_at(event, path),
                    Helper::Items => self.items_at(event, path),
                    _ => self.sub_at(event, path).map(|flat| Value::Event(Sub::Shared(flat))),
                }
            }
            Helper::Matches => {
                let (Value::Str(text), Some(Value::Str(pattern))) = (subject, rest.first()) else {
                    return Ok(Value::Bool(false));
                };
                // Linear in the text, with a factor for the size of the automaton.
                self.budget.steps(8 + text.bytes().len() / 8)?;
                let found = match (self.patterns.expression(pattern.bytes()), std::str::from_utf8(text.bytes())) {
                    (Some(regex), Ok(text)) => regex.is_match(text),
                    (Some(regex), Err(_)) => regex.is_match(&to_string_lossy(text.bytes())),
                    (None, _) => {
                        return Err(ErrorKind::Unsupported { what: "regular expression that is not a literal" });
                    }
                };
                Ok(Value::Bool(found))
            }
            Helper::Glob => {
                let Value::Str(text) = subject else { return Ok(Value::Bool(false)) };
                for pattern in rest {
                    if let Value::Str(pattern) = pattern
                        && self.glob(text.bytes(), pattern.bytes())?
                    {
                        return Ok(Value::Bool(true));
                    }
                }
                Ok(Value::Bool(false))
            }
            Helper::InCidr => {
                let Some(address) = address(subject) else { return Ok(Value::Bool(false)) };
                let mut networks = rest.iter().filter_map(|network| match network {
                    Value::Str(text) => self.patterns.network(text.bytes()).or_else(|| Cidr::parse(text.bytes())),
                    _ => None,
                });
                Ok(Value::Bool(networks.any(|network| network.holds(address))))
            }
            Helper::IsIp => Ok(Value::Bool(address(subject).is_some())),
            Helper::IsPublicIp => Ok(Value::Bool(address(subject).is_some_and(is_public))),
        }
    }

    fn glob(&mut self, text: &[u8], pattern: &[u8]) -> Result<bool, ErrorKind> {
        // A pattern that does not stand in the rule is compiled here.
        let compiled;
        let glob = match self.patterns.glob(pattern) {
            Some(glob) => glob,
            None => {
                self.budget.elements(pattern.len())?;
                compiled = Glob::compile(pattern);
                &compiled
            }
        };
        self.budget.steps(1)?;
        self.budget.scan(glob.cost(text.len()))?;
        Ok(glob.fits(text))
    }

    /// The values whose paths fit a pattern, in the order of the event.
    fn values_at(&mut self, event: &Sub<'a>, pattern: &Text<'a>) -> Outcome<'a> {
        self.budget.elements(pattern.bytes().len())?;
        let compiled = PathPattern::compile(pattern.bytes());
        let mut found = Vec::new();
        for index in 0..event.flat().len() {
            let Some((key, value)) = event.at(index) else { break };
            let Value::Str(key) = key else { continue };
            self.budget.steps(1 + key.bytes().len() / 16)?;
            let path: Vec<&[u8]> = key.bytes().split(|byte| *byte == b'.').collect();
            // Each segment of the pattern may be tried on each of the path, each character on each.
            self.budget.steps(path.len().saturating_mul(compiled.len()) / 2)?;
            self.budget.scan(key.bytes().len().saturating_mul(pattern.bytes().len()))?;
            if compiled.fits(&path) {
                self.budget.elements(1)?;
                self.hold(&value)?;
                found.push(value);
            }
        }
        Ok(Value::list(found))
    }

    /// One element for each element of the list at a path; a single object or value counts as one.
    fn items_at(&mut self, event: &Sub<'a>, path: &Text<'a>) -> Outcome<'a> {
        let flat = event.flat();
        match flat.get(path.bytes()) {
            Some(Leaf::Null) => return Ok(Value::list(Vec::new())),
            Some(leaf) => {
                let copy = owned(leaf);
                self.hold(&copy)?;
                return Ok(Value::list(vec![copy]));
            }
            None => {}
        }
        let below = self.below(flat, path)?;
        if below.is_empty() {
            return Ok(Value::list(Vec::new()));
        }
        // The elements of a list are keyed by their index.
        let mut groups: Vec<(TextBuf, Flat)> = Vec::new();
        for (key, leaf) in &below {
            let bytes = key.as_bytes();
            let end = bytes.iter().position(|byte| *byte == b'.').unwrap_or(bytes.len());
            let (index, rest) = bytes.split_at(end);
            if index.is_empty() || !index.iter().all(u8::is_ascii_digit) {
                return Ok(Value::list(vec![Value::Event(Sub::Shared(Rc::new(below)))]));
            }
            let rest = TextBuf::from_generalised(rest.get(1..).unwrap_or_default().to_vec());
            let index = TextBuf::from_generalised(index.to_vec());
            self.hold_entry(&rest, leaf)?;
            if groups.last().is_none_or(|(last, _)| *last != index) {
                self.budget.build(GROUP_BYTES)?;
                groups.push((index, Flat::new()));
            }
            if let Some((_, group)) = groups.last_mut() {
                let key = if end == bytes.len() { TextBuf::default() } else { rest };
                group.insert(key, leaf.clone());
            }
        }
        self.budget.elements(groups.len())?;
        let items = groups.into_iter().map(|(_, group)| match group.get(&b""[..]) {
            // A value stands where an object could: `["a", "b"]`.
            Some(leaf) if group.len() == 1 => owned(leaf),
            _ => Value::Event(Sub::Shared(Rc::new(group))),
        });
        Ok(Value::list(items.collect()))
    }

    /// What stands below a path. A string there is read as JSON.
    fn sub_at(&mut self, event: &Sub<'a>, path: &Text<'a>) -> Result<Rc<Flat>, ErrorKind> {
        if let Some(leaf) = event.flat().get(path.bytes()) {
            let Leaf::Str(text) = leaf else { return Ok(Rc::default()) };
            self.budget.build(text.as_bytes().len().saturating_mul(2))?;
            let parsed = Json::parse(text.as_bytes()).ok();
            let wrapped = match parsed {
                Some(object @ Json::Object(_)) => object,
                Some(Json::Array(items)) => {
                    let keyed = items.into_iter().enumerate();
                    Json::Object(keyed.map(|(index, item)| (TextBuf::from(index.to_string()), item)).collect())
                }
                _ => return Ok(Rc::default()),
            };
            let flat = flatten(&wrapped).ok_or(ErrorKind::Memory)?;
            flat.iter().try_for_each(|(key, leaf)| self.hold_entry(key, leaf))?;
            return Ok(Rc::new(flat));
        }
        self.below(event.flat(), path).map(Rc::new)
    }

    fn below(&mut self, flat: &Flat, path: &Text<'a>) -> Result<Flat, ErrorKind> {
        let mut below = Flat::new();
        for (key, leaf) in flat {
            self.budget.steps(1)?;
            let rest = key.as_bytes().strip_prefix(path.bytes()).and_then(|rest| rest.strip_prefix(b"."));
            if let Some(rest) = rest {
                let rest = TextBuf::from_generalised(rest.to_vec());
                self.hold_entry(&rest, leaf)?;
                below.insert(rest, leaf.clone());
            }
        }
        Ok(below)
    }

    /// What a copy of one entry of an event needs.
    fn hold_entry(&mut self, key: &TextBuf, leaf: &Leaf) -> Result<(), ErrorKind> {
        let size = match leaf {
            Leaf::Str(text) => text.as_bytes().len(),
            Leaf::BigInt(value) => usize::try_from(value.bits() / 8).unwrap_or(usize::MAX),
            _ => 0,
        };
        self.budget.build(size.saturating_add(key.as_bytes().len()).saturating_add(ENTRY_BYTES))
    }
}

fn address(value: &Value<'_>) -> Option<IpAddr> {
    match value {
        Value::Str(text) => parse_address(text.bytes()),
        _ => None,
    }
}
