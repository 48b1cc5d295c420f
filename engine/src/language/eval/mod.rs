//! Evaluation of a rule over one event.

mod budget;
mod builtin;
mod case;
mod characters;
mod comprehension;
mod convert;
mod glob;
mod helper;
mod network;
mod observe;
mod patterns;
mod sequence;
mod set;
mod sort;
mod string;
mod unicode_tables;
mod weight;

use std::rc::Rc;

use budget::Budget;
pub(crate) use glob::Glob;
pub(crate) use network::is_network;
pub(crate) use patterns::Patterns;
use smallvec::{SmallVec, smallvec};

use super::error::{ErrorKind, RuleError};
use super::expr::{Comparison, Expr, ExprKind, Operator, TypeName};
use super::method::Method;
use super::number::Number;
use super::relation::{check_hashable, compared_equal, contains, lookup, ordered, same, same_or_equal};
use super::span::Span;
use super::value::{Items, Sub, Text, Value, View};
use crate::event::Flat;

/// Words of integers that are multiplied or divided, each with each, for one step.
const WORDS_PER_STEP: usize = 64;
/// The same for their way to decimal digits and back, which is longer.
const WORDS_PER_STEP_TO_TEXT: usize = 16;

/// What the parts of an evaluation give: the error does not know its place yet.
type Outcome<'a> = Result<Value<'a>, ErrorKind>;

/// The values of arguments. Hardly any call has more than this, so that a call costs no memory.
type Values<'a> = SmallVec<[Value<'a>; 4]>;
type NamedValues<'a> = SmallVec<[(&'static str, Value<'a>); 2]>;

pub(crate) struct Evaluation<'a> {
    event: &'a Flat,
    patterns: &'a Patterns,
    budget: Budget,
    /// The variables of all comprehensions of the rule. Each has a place of its own, because lazy ones run interleaved.
    frame: SmallVec<[Option<Value<'a>>; 4]>,
    /// How many NaN the rule made.
    nans: u64,
}

/// Puts an error at its place.
fn at<T>(result: Result<T, ErrorKind>, span: Span) -> Result<T, RuleError> {
    result.map_err(|kind| RuleError::new(kind, span))
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(event: &'a Flat, patterns: &'a Patterns, locals: usize) -> Self {
        Self { event, patterns, budget: Budget::new(), frame: smallvec![None; locals], nans: 0 }
    }

    // Recursion is bounded by the depth that the parser admits.
    pub(crate) fn value(&mut self, expr: &'a Expr) -> Result<Value<'a>, RuleError> {
        let value = self.kind(expr)?;
        // Only variables share an integer of many words; everything else gives a copy.
        if let (Value::Number(Number::Big(_)), false) = (&value, matches!(expr.kind, ExprKind::Local(_))) {
            at(self.hold(&value), expr.span)?;
        }
        Ok(value)
    }

    fn kind(&mut self, expr: &'a Expr) -> Result<Value<'a>, RuleError> {
        let span = expr.span;
        at(self.budget.steps(1), span)?;
        match &expr.kind {
            ExprKind::Constant(constant) => Ok(Value::from(constant)),
            ExprKind::Event => Ok(Value::Event(Sub::Borrowed(self.event))),
            ExprKind::Local(slot) => {
                let value = self.frame.get(*slot).cloned().flatten();
                at(value.ok_or(ErrorKind::Unbound), span)
            }
            ExprKind::Subscript { value, index } => {
                let value = self.value(value)?;
                let index = self.value(index)?;
                at(self.subscript(&value, &index), span)
            }
            ExprKind::Slice { value, bounds } => {
                let value = self.value(value)?;
                let [start, stop, step] = &**bounds;
                let bounds =
                    [self.optional(start.as_ref())?, self.optional(stop.as_ref())?, self.optional(step.as_ref())?];
                at(self.slice(&value, &bounds), span)
            }
            ExprKind::Call { receiver, method, arguments } => {
                let receiver = self.value(receiver)?;
                // Python looks the method up before it evaluates the arguments.
                at(check_method(&receiver, *method), span)?;
                if let (Method::Join, [argument]) = (method, arguments.positional.as_slice()) {
                    return self.join(&receiver, argument, span);
                }
                let positional = self.values(&arguments.positional)?;
                let named = self.named(&arguments.named)?;
                at(self.method(&receiver, *method, &positional, &named), span)
            }
            ExprKind::Builtin { function, arguments } => self.builtin(*function, arguments, span),
            ExprKind::IsInstance { value, types } => {
                let value = self.value(value)?;
                Ok(Value::Bool(types.iter().any(|name| is_instance(&value, *name))))
            }
            ExprKind::Helper { helper, arguments } => {
                let values = self.values(arguments)?;
                at(self.helper(*helper, &values), span)
            }
            ExprKind::And(operands) => self.first_operand(operands, false),
            ExprKind::Or(operands) => self.first_operand(operands, true),
            ExprKind::Not(operand) => Ok(Value::Bool(!self.value(operand)?.is_true())),
            ExprKind::Sign { operand, negative } => {
                let operand = self.value(operand)?;
                let number = operand.as_number().ok_or(ErrorKind::NotSigned { operand: operand.type_name() });
                let number = at(number, span)?;
                Ok(if *negative { self.made(Value::Number(number.negate())) } else { Value::Number(number) })
            }
            ExprKind::Arithmetic { operator, left, right } => {
                let left = self.value(left)?;
                let right = self.value(right)?;
                if set::are_combined(*operator, &left, &right) {
                    return self.combined(*operator, &left, &right, span);
                }
                at(self.arithmetic(*operator, &left, &right), span)
            }
            ExprKind::Compare { first, rest } => {
                let mut left = self.value(first)?;
                if let [(operator @ (Comparison::In | Comparison::NotIn), right)] = rest.as_slice()
                    && let Some(found) = self.in_unbuilt(&left, right, span)?
                {
                    return Ok(Value::Bool(found == (*operator == Comparison::In)));
                }
                for (operator, right) in rest {
                    let right = self.value(right)?;
                    if !at(self.compare(*operator, &left, &right), span)? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            ExprKind::If { condition, then, otherwise } => {
                if self.value(condition)?.is_true() {
                    self.value(then)
                } else {
                    self.value(otherwise)
                }
            }
            ExprKind::List(items) => Ok(Value::list(self.collected(items, span)?)),
            ExprKind::Tuple(items) => Ok(Value::tuple(self.collected(items, span)?)),
            ExprKind::Set(items) => {
                // Python evaluates all elements before it looks at the first one.
                let values = self.collected(items, span)?;
                self.set_of(values, span).map(|set| Value::Set(set.into()))
            }
            ExprKind::Dict(pairs) => self.dict(pairs, span),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, span),
            ExprKind::Join(parts) => {
                let mut out = Vec::new();
                for part in parts {
                    let value = self.value(part)?;
                    let text = at(self.text_of(&value), part.span)?;
                    at(self.budget.build(text.bytes().len()), span)?;
                    out.extend_from_slice(text.bytes());
                }
                Ok(Value::text(out))
            }
        }
    }

    /// A result, of which a NaN is told from any other by its payload: it is an object of its own. That of JSON has none.
    fn made(&mut self, result: Value<'a>) -> Value<'a> {
        match result {
            Value::Number(Number::Float(value)) if value.is_nan() => {
                self.nans += 1;
                Value::float(f64::from_bits(f64::NAN.to_bits() | self.nans))
            }
            other => other,
        }
    }

    fn optional(&mut self, expr: Option<&'a Expr>) -> Result<Option<Value<'a>>, RuleError> {
        expr.map(|expr| self.value(expr)).transpose()
    }

    fn values(&mut self, exprs: &'a [Expr]) -> Result<Values<'a>, RuleError> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn named(&mut self, named: &'a [(&'static str, Expr)]) -> Result<NamedValues<'a>, RuleError> {
        named.iter().map(|(name, expr)| Ok((*name, self.value(expr)?))).collect()
    }

    fn collected(&mut self, items: &'a [Expr], span: Span) -> Result<Vec<Value<'a>>, RuleError> {
        at(self.budget.elements(items.len()), span)?;
        items.iter().map(|item| self.value(item)).collect()
    }

    fn dict(&mut self, pairs: &'a [(Expr, Expr)], span: Span) -> Result<Value<'a>, RuleError> {
        let mut evaluated = Vec::new();
        for (key, value) in pairs {
            evaluated.push((self.value(key)?, self.value(value)?));
        }
        let mut built = Vec::new();
        for (key, value) in evaluated {
            at(self.add_to_dict(&mut built, key, value), span)?;
        }
        Ok(Value::Dict(built.into()))
    }

    fn add_to_dict(
        &mut self,
        dict: &mut Vec<(Value<'a>, Value<'a>)>,
        key: Value<'a>,
        value: Value<'a>,
    ) -> Result<(), ErrorKind> {
        self.hashable(&key)?;
        self.search(dict.len(), &key)?;
        self.budget.elements(2)?;
        match dict.iter_mut().find(|(known, _)| same_or_equal(known, &key)) {
            Some((_, known)) => *known = value,
            None => dict.push((key, value)),
        }
        Ok(())
    }

    /// `and` gives its first false operand, `or` its first true one; either gives its last operand if there is none.
    fn first_operand(&mut self, operands: &'a [Expr], wanted: bool) -> Result<Value<'a>, RuleError> {
        let mut last = Value::None;
        for operand in operands {
            last = self.value(operand)?;
            if last.is_true() == wanted {
                break;
            }
        }
        Ok(last)
    }

    /// `str(value)`. The way from bits to decimal digits takes each word for each.
    fn text_of(&mut self, value: &Value<'a>) -> Result<Text<'a>, ErrorKind> {
        if let Value::Number(number) = value {
            self.budget.steps(number.words().saturating_mul(number.words()) / WORDS_PER_STEP_TO_TEXT)?;
        }
        convert::to_str(value)
    }

    fn compare(&mut self, operator: Comparison, left: &Value<'a>, right: &Value<'a>) -> Result<bool, ErrorKind> {
        self.weigh(left, true)?;
        // Membership goes through the elements of the right side, and compares each of them.
        self.weigh(right, !matches!(operator, Comparison::In | Comparison::NotIn))?;
        match operator {
            Comparison::Equal => compared_equal(left, right),
            Comparison::NotEqual => compared_equal(left, right).map(|equal| !equal),
            Comparison::In => contains(right, left),
            Comparison::NotIn => contains(right, left).map(|found| !found),
            Comparison::Is => Ok(same(left, right)),
            Comparison::IsNot => Ok(!same(left, right)),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                ordered(operator, left, right)
            }
        }
    }

    fn arithmetic(&mut self, operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Outcome<'a> {
        if let (Some(left), Some(right)) = (left.as_number(), right.as_number())
            && !operator.is_of_sets()
        {
            self.budget.steps(left.words().saturating_mul(right.words()) / WORDS_PER_STEP)?;
            let result = left.calculate(operator, &right)?;
            return Ok(self.made(Value::Number(result)));
        }
        match (operator, left, right) {
            (Operator::Add, Value::Str(left), Value::Str(right)) => {
                self.budget.build(left.bytes().len() + right.bytes().len())?;
                Ok(Value::text([left.bytes(), right.bytes()].concat()))
            }
            (Operator::Add, Value::List(left), Value::List(right)) => Ok(Value::list(self.concat(left, right)?)),
            (Operator::Add, Value::Tuple(left), Value::Tuple(right)) => Ok(Value::tuple(self.concat(left, right)?)),
            (Operator::Multiply, sequence @ (Value::Str(_) | Value::List(_) | Value::Tuple(_)), count)
            | (Operator::Multiply, count, sequence @ (Value::Str(_) | Value::List(_) | Value::Tuple(_)))
                if count.as_index().is_some() =>
            {
                if let Value::Number(Number::Big(_)) = count {
                    return Err(ErrorKind::IntegerTooLarge);
                }
                self.repeat(sequence, count.as_index().unwrap_or_default())
            }
            (Operator::Modulo, Value::Str(_), _) => Err(ErrorKind::Unsupported { what: "formatting with `%`" }),
            (Operator::Union, Value::Event(_) | Value::Dict(_), Value::Event(_) | Value::Dict(_)) => {
                Err(ErrorKind::Unsupported { what: "`|` of dictionaries" })
            }
            (Operator::Intersection | Operator::Union | Operator::SymmetricDifference, left, right)
                if left.as_index().is_some() && right.as_index().is_some() =>
            {
                Err(ErrorKind::Unsupported { what: "bitwise operators" })
            }
            _ => Err(ErrorKind::NoSuchOperation {
                operator: operator.symbol(),
                left: left.type_name(),
                right: right.type_name(),
            }),
        }
    }

    fn concat(&mut self, left: &Items<'a>, right: &Items<'a>) -> Result<Vec<Value<'a>>, ErrorKind> {
        self.budget.elements(left.len() + right.len())?;
        Ok(left.iter().chain(right.iter()).collect())
    }

    fn repeat(&mut self, sequence: &Value<'a>, count: i64) -> Outcome<'a> {
        let count = usize::try_from(count).unwrap_or_default();
        match sequence {
            Value::Str(text) => {
                self.budget.build(text.bytes().len().checked_mul(count).ok_or(ErrorKind::Memory)?)?;
                Ok(Value::text(text.bytes().repeat(count)))
            }
            Value::List(items) | Value::Tuple(items) => {
                self.budget.elements(items.len().checked_mul(count).ok_or(ErrorKind::Memory)?)?;
                let once: Vec<_> = items.iter().collect();
                let repeated = once.iter().cycle().take(once.len() * count).cloned().collect();
                Ok(if matches!(sequence, Value::List(_)) { Value::list(repeated) } else { Value::tuple(repeated) })
            }
            _ => Ok(Value::None),
        }
    }

    fn method(
        &mut self,
        receiver: &Value<'a>,
        method: Method,
        positional: &[Value<'a>],
        named: &[(&'static str, Value<'a>)],
    ) -> Outcome<'a> {
        match receiver {
            Value::Str(text) => self.str_method(text, method, positional, named),
            Value::Event(_) | Value::Dict(_) => match method {
                Method::Get => {
                    let key = positional.first().unwrap_or(&Value::None);
                    self.weigh_key(receiver, key)?;
                    check_hashable(key)?;
                    let found = lookup(receiver, key);
                    if let (Value::Event(Sub::Shared(_)), Some(copy)) = (receiver, &found) {
                        self.hold(copy)?;
                    }
                    Ok(found.or_else(|| positional.get(1).cloned()).unwrap_or(Value::None))
                }
                Method::Keys => Ok(view(receiver, View::Keys)),
                Method::Values => Ok(view(receiver, View::Values)),
                _ => Ok(view(receiver, View::Items)),
            },
            sequence => self.sequence_method(sequence, method, positional),
        }
    }
}

fn view<'a>(dict: &Value<'a>, view: View) -> Value<'a> {
    match dict {
        Value::Event(sub) => Value::View(view, sub.clone()),
        Value::Dict(pairs) => Value::DictView(view, Rc::clone(pairs)),
        other => other.clone(),
    }
}

fn check_method(receiver: &Value<'_>, method: Method) -> Result<(), ErrorKind> {
    let has = match receiver {
        Value::Event(_) | Value::Dict(_) => method.is_of_dict(),
        Value::Str(_) => !method.is_of_dict(),
        Value::List(_) | Value::Tuple(_) | Value::Range(_) => method.is_of_sequence(),
        _ => false,
    };
    if has { Ok(()) } else { Err(ErrorKind::NoSuchMethod { value: receiver.type_name(), method: method.name() }) }
}

fn is_instance(value: &Value<'_>, name: TypeName) -> bool {
    match name {
        // A bool is an int.
        TypeName::Int => matches!(value.type_name(), "int" | "bool"),
        other => value.type_name() == other.name(),
    }
}

impl<'a> Text<'a> {
    /// The bytes of a range that lies on characters, borrowed where the text is.
    fn slice(&self, range: std::ops::Range<usize>) -> Self {
        match self {
            Self::Borrowed(bytes) => Self::Borrowed(bytes.get(range).unwrap_or_default()),
            Self::Shared(bytes) => Self::Shared(bytes.get(range).unwrap_or_default().into()),
        }
    }

    /// The characters, each a text of its own.
    fn characters(&self) -> impl Iterator<Item = Self> {
        let mut stop = 0;
        crate::event::code_points(self.bytes()).map(move |character| {
            let start = stop;
            stop += character.len();
            self.slice(start..stop)
        })
    }

    /// The characters from `start` to before `stop`, borrowed where the text is.
    fn part(&self, start: usize, stop: usize) -> Self {
        let bytes = self.bytes();
        self.slice(crate::event::byte_offset(bytes, start)..crate::event::byte_offset(bytes, stop))
    }
}
