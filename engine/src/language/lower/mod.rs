//! From Python's syntax tree to the closed language. What the language does not have is refused here, with its place.

mod call;
mod comprehension;
mod identity;
mod operator;

use ruff_python_ast::{self as python, BoolOp, CmpOp, FStringPart, InterpolatedStringElement, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::MAX_FINDINGS;
use super::code::Code;
use super::diagnostic::{Diagnostic, ENVELOPE};
use super::eval::Patterns;
use super::expr::{Collection, Comparison, Constant, Expr, ExprKind};
use super::function::{BUILTINS, HELPERS};
use super::limits::MAX_DEPTH;
use super::span::Span;
use super::{literal, quotes};
use crate::catalogue::without_envelope;
use crate::similar::nearest;
use comprehension::Scope;

/// An expression of the closed language, and what its evaluation needs beside it.
pub(crate) struct Lowered {
    pub(crate) root: Expr,
    pub(crate) patterns: Patterns,
    /// The number of variables of all comprehensions together.
    pub(crate) locals: usize,
}

pub(crate) fn lower(source: &str, tree: &python::Expr) -> Result<Lowered, Vec<Diagnostic>> {
    let mut lowering =
        Lowering { source, faults: Vec::new(), depth: 0, scopes: Vec::new(), locals: 0, patterns: Patterns::default() };
    match lowering.expr(tree) {
        Some(root) if lowering.faults.is_empty() => {
            Ok(Lowered { root, patterns: lowering.patterns, locals: lowering.locals })
        }
        _ => Err(lowering.faults),
    }
}

struct Lowering<'s> {
    source: &'s str,
    faults: Vec<Diagnostic>,
    depth: usize,
    /// The comprehensions around the current place, the innermost last.
    scopes: Vec<Scope>,
    locals: usize,
    patterns: Patterns,
}

impl Lowering<'_> {
    /// `None` after a fault was recorded; the other parts are still looked at, so that one run tells them all.
    fn expr(&mut self, tree: &python::Expr) -> Option<Expr> {
        let span = Span::from(tree.range());
        if self.faults.len() >= MAX_FINDINGS {
            return None;
        }
        if self.depth >= MAX_DEPTH {
            let message = format!("the expression is nested deeper than {MAX_DEPTH} levels");
            return self
                .refuse(Diagnostic::error(Code::TooComplex, span, message).hint("Split it into several rules."));
        }
        self.depth += 1;
        let kind = self.kind(tree, span);
        self.depth -= 1;
        kind.map(|kind| Expr { kind, span })
    }

    fn kind(&mut self, tree: &python::Expr, span: Span) -> Option<ExprKind> {
        match tree {
            python::Expr::NoneLiteral(_) => Some(ExprKind::Constant(Constant::None)),
            python::Expr::BooleanLiteral(literal) => Some(ExprKind::Constant(Constant::Bool(literal.value))),
            python::Expr::StringLiteral(literal) => match literal::text(self.source, literal) {
                Ok(text) => Some(ExprKind::Constant(Constant::Str(text))),
                Err(fault) => self.refuse(fault),
            },
            python::Expr::NumberLiteral(literal) => self.number(literal, span, false),
            python::Expr::FString(text) => self.join(text),
            python::Expr::Name(name) => self.name(name, span),
            python::Expr::BoolOp(operation) => {
                let operands = self.exprs(&operation.values)?;
                Some(match operation.op {
                    BoolOp::And => ExprKind::And(operands),
                    BoolOp::Or => ExprKind::Or(operands),
                })
            }
            python::Expr::UnaryOp(operation) => self.unary(operation, span),
            python::Expr::BinOp(operation) => self.arithmetic(operation, span),
            python::Expr::Compare(compare) => self.compare(compare),
            python::Expr::If(choice) => {
                let then = self.expr(&choice.body);
                let condition = self.expr(&choice.test);
                let otherwise = self.expr(&choice.orelse);
                Some(ExprKind::If {
                    condition: Box::new(condition?),
                    then: Box::new(then?),
                    otherwise: Box::new(otherwise?),
                })
            }
            python::Expr::List(list) => self.exprs(&list.elts).map(|items| fold(items, Constant::List, ExprKind::List)),
            python::Expr::Tuple(tuple) => {
                self.exprs(&tuple.elts).map(|items| fold(items, Constant::Tuple, ExprKind::Tuple))
            }
            python::Expr::Set(set) => self.exprs(&set.elts).map(ExprKind::Set),
            python::Expr::Dict(dict) => self.dict(dict),
            python::Expr::ListComp(list) => self.comprehension(Collection::List, None, &list.elt, &list.generators),
            python::Expr::SetComp(set) => self.comprehension(Collection::Set, None, &set.elt, &set.generators),
            python::Expr::DictComp(dict) => self.dict_comprehension(dict, span),
            python::Expr::Subscript(subscript) => self.subscript(subscript),
            python::Expr::Call(call) => self.call(call, span),
            python::Expr::Attribute(attribute) => self.attribute(attribute),
            other => self.unsupported(construct(other), construct_span(other)),
        }
    }

    fn refuse<T>(&mut self, fault: Diagnostic) -> Option<T> {
        self.faults.push(fault);
        None
    }

    fn unsupported<T>(&mut self, what: &str, span: Span) -> Option<T> {
        self.refuse(Diagnostic::error(Code::Unsupported, span, format!("the rule language has no {what}")))
    }

    /// Suggests to read a path: `event` with the key between two parts of the text behind it.
    fn suggest_path(&self, fault: Diagnostic, place: Span, path: &str, open: &str, close: &str) -> Diagnostic {
        let inner = without_envelope(path);
        let fault = fault.suggest_for(place, format!("event{open}{}{close}", self.quoted_like(place, inner)));
        if inner == path { fault } else { fault.hint(ENVELOPE) }
    }

    /// A string in the quotation marks that stand at a place.
    fn quoted_like(&self, span: Span, text: &str) -> String {
        quotes::quoted_like(self.source, span, text)
    }

    fn exprs(&mut self, trees: &[python::Expr]) -> Option<Vec<Expr>> {
        let exprs: Vec<_> = trees.iter().map(|tree| self.expr(tree)).collect();
        exprs.into_iter().collect()
    }

    fn boxed(&mut self, tree: &python::Expr) -> Option<Box<Expr>> {
        self.expr(tree).map(Box::new)
    }

    fn optional(&mut self, tree: Option<&python::Expr>) -> Option<Option<Expr>> {
        match tree {
            None => Some(None),
            Some(tree) => self.expr(tree).map(Some),
        }
    }

    fn number(&mut self, number: &python::ExprNumberLiteral, span: Span, negative: bool) -> Option<ExprKind> {
        let constant = match &number.value {
            Number::Int(int) => literal::integer(int, negative),
            Number::Float(float) => Some(Constant::Float(if negative { -float } else { *float })),
            Number::Complex { .. } => return self.unsupported("complex numbers", span),
        };
        match constant {
            Some(constant) => Some(ExprKind::Constant(constant)),
            None => self.refuse(Diagnostic::error(
                Code::Syntax,
                span,
                "the integer has more than 4300 decimal digits, or 65536 bits",
            )),
        }
    }

    fn unary(&mut self, operation: &python::ExprUnaryOp, span: Span) -> Option<ExprKind> {
        let negative = match operation.op {
            UnaryOp::Not => return self.boxed(&operation.operand).map(ExprKind::Not),
            UnaryOp::Invert => return self.unsupported("bitwise operators", span),
            UnaryOp::USub => true,
            UnaryOp::UAdd => false,
        };
        match &*operation.operand {
            python::Expr::NumberLiteral(number) => self.number(number, span, negative),
            operand => self.boxed(operand).map(|operand| ExprKind::Sign { operand, negative }),
        }
    }

    fn compare(&mut self, compare: &python::ExprCompare) -> Option<ExprKind> {
        self.check_identities(compare);
        let first = self.boxed(&compare.left);
        let mut rest = Vec::new();
        for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
            let right = match operator {
                // Membership takes elements one at a time, and leaves no value behind for a chain.
                CmpOp::In | CmpOp::NotIn if compare.ops.len() == 1 => self.iterable(right),
                _ => self.expr(right),
            };
            rest.push(right.map(|right| (comparison(*operator), right)));
        }
        let rest = rest.into_iter().collect::<Option<Vec<_>>>()?;
        Some(ExprKind::Compare { first: first?, rest })
    }

    fn dict(&mut self, dict: &python::ExprDict) -> Option<ExprKind> {
        let mut pairs = Vec::new();
        for item in &dict.items {
            let pair = match &item.key {
                Some(key) => {
                    let key = self.expr(key);
                    let value = self.expr(&item.value);
                    key.zip(value)
                }
                None => self.unsupported("`**` in a dictionary", Span::from(item.value.range())),
            };
            pairs.push(pair);
        }
        pairs.into_iter().collect::<Option<Vec<_>>>().map(ExprKind::Dict)
    }

    fn join(&mut self, text: &python::ExprFString) -> Option<ExprKind> {
        let mut parts = Vec::new();
        for part in &text.value {
            match part {
                FStringPart::Literal(literal) => parts.push(self.piece(&literal.value, literal.range())),
                FStringPart::FString(text) => {
                    for element in &text.elements {
                        let piece = match element {
                            InterpolatedStringElement::Literal(literal) => self.piece(&literal.value, literal.range()),
                            InterpolatedStringElement::Interpolation(inner) => {
                                let plain = inner.debug_text.is_none()
                                    && inner.format_spec.is_none()
                                    && inner.conversion == python::ConversionFlag::None;
                                if plain {
                                    self.expr(&inner.expression)
                                } else {
                                    let span = Span::from(inner.range());
                                    self.unsupported("`!`, `:` and `=` in an f-string", span)
                                }
                            }
                        };
                        parts.push(piece);
                    }
                }
            }
        }
        parts.into_iter().collect::<Option<Vec<_>>>().map(ExprKind::Join)
    }

    /// A piece of text of an f-string.
    fn piece(&mut self, value: &str, range: ruff_text_size::TextRange) -> Option<Expr> {
        let span = Span::from(range);
        if let Some(fault) = literal::surrogate_fault(self.source, span) {
            return self.refuse(fault);
        }
        Some(Expr { kind: ExprKind::Constant(Constant::Str(value.into())), span })
    }

    fn name(&mut self, name: &python::ExprName, span: Span) -> Option<ExprKind> {
        let id = name.id.as_str();
        if let Some(slot) = self.local(id) {
            return Some(ExprKind::Local(slot));
        }
        if id == "event" {
            return Some(ExprKind::Event);
        }
        if is_function(id) {
            let message = format!("`{id}` is a function and is not called");
            return self.refuse(Diagnostic::error(Code::UnknownName, span, message).suggest(format!("{id}(…)")));
        }
        let fault = Diagnostic::error(Code::UnknownName, span, format!("unknown name `{id}`"));
        let fault = match id {
            "true" => fault.suggest("True"),
            "false" => fault.suggest("False"),
            "null" | "nil" | "none" | "undefined" => fault.suggest("None"),
            "re" => {
                let pattern = self.quoted_like(span, "…");
                fault.hint(format!("Regular expressions are written `matches(text, r{pattern})`."))
            }
            _ if nearest(id, ["event"]).is_some() => fault.suggest("event"),
            // CloudTrail's own field names begin with these; a bare one was meant as a field.
            _ if looks_like_field(id) => fault.suggest(format!("event[{}]", self.quoted_like(span, id))),
            _ => fault.hint("A rule knows the name `event`, its functions, and strings in quotation marks."),
        };
        self.refuse(fault)
    }

    fn subscript(&mut self, subscript: &python::ExprSubscript) -> Option<ExprKind> {
        if let Some((path, start)) = self.nested_path(subscript) {
            let span = Span::new(start, subscript.range().end().to_usize());
            let whole = Span::from(subscript.range());
            let fault = Diagnostic::error(Code::NestedSubscript, span, "the event is flat: a nested field has one key");
            return self.refuse(self.suggest_path(fault, whole, &path, "[", "]"));
        }
        let value = self.boxed(&subscript.value);
        if let python::Expr::Slice(slice) = &*subscript.slice {
            let start = self.optional(slice.lower.as_deref());
            let stop = self.optional(slice.upper.as_deref());
            let step = self.optional(slice.step.as_deref());
            return Some(ExprKind::Slice { value: value?, bounds: Box::new([start?, stop?, step?]) });
        }
        let index = self.boxed(&subscript.slice);
        Some(ExprKind::Subscript { value: value?, index: index? })
    }

    /// `event["a"]["b"]…` or `event["a"][0]["b"]`: the flat path, and where the first bracket stands. An index alone may ask
    /// for a character of a string, so the last subscript must be a key.
    fn nested_path(&self, subscript: &python::ExprSubscript) -> Option<(String, usize)> {
        let python::Expr::StringLiteral(_) = &*subscript.slice else { return None };
        let python::Expr::Subscript(inner) = &*subscript.value else { return None };
        let (path, start) = self.path(inner)?;
        Some((format!("{path}.{}", segment(&subscript.slice)?), start))
    }

    /// The path of subscripts behind `event`, all of them keys or indices that stand in the text.
    pub(super) fn path(&self, subscript: &python::ExprSubscript) -> Option<(String, usize)> {
        let segment = segment(&subscript.slice)?;
        if self.is_event(&subscript.value) {
            return Some((segment, subscript.value.range().end().to_usize()));
        }
        let python::Expr::Subscript(inner) = &*subscript.value else { return None };
        let (path, start) = self.path(inner)?;
        Some((format!("{path}.{segment}"), start))
    }

    fn is_event(&self, tree: &python::Expr) -> bool {
        matches!(tree, python::Expr::Name(name) if name.id.as_str() == "event" && self.local("event").is_none())
    }
}

/// The part of a path that a subscript would be.
fn segment(index: &python::Expr) -> Option<String> {
    match index {
        python::Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
        python::Expr::NumberLiteral(number) => match &number.value {
            Number::Int(index) => Some(index.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn is_function(name: &str) -> bool {
    name == "isinstance"
        || BUILTINS.iter().any(|signature| signature.name == name)
        || HELPERS.iter().any(|(_, helper, ..)| *helper == name)
}

fn fold(items: Vec<Expr>, constant: fn(Box<[Constant]>) -> Constant, dynamic: fn(Vec<Expr>) -> ExprKind) -> ExprKind {
    let constants: Option<Vec<_>> = items
        .iter()
        .map(|item| match &item.kind {
            ExprKind::Constant(value) => Some(value.clone()),
            _ => None,
        })
        .collect();
    match constants {
        Some(constants) => ExprKind::Constant(constant(constants.into_boxed_slice())),
        None => dynamic(items),
    }
}

fn comparison(operator: CmpOp) -> Comparison {
    match operator {
        CmpOp::Eq => Comparison::Equal,
        CmpOp::NotEq => Comparison::NotEqual,
        CmpOp::Lt => Comparison::Less,
        CmpOp::LtE => Comparison::LessOrEqual,
        CmpOp::Gt => Comparison::Greater,
        CmpOp::GtE => Comparison::GreaterOrEqual,
        CmpOp::Is => Comparison::Is,
        CmpOp::IsNot => Comparison::IsNot,
        CmpOp::In => Comparison::In,
        CmpOp::NotIn => Comparison::NotIn,
    }
}

fn looks_like_field(id: &str) -> bool {
    const BEGINNINGS: [&str; 9] =
        ["event", "user", "source", "aws", "error", "request", "response", "recipient", "additional"];
    BEGINNINGS.iter().any(|beginning| id.starts_with(beginning))
}

/// What a refused construct is called.
fn construct(tree: &python::Expr) -> &'static str {
    match tree {
        python::Expr::Lambda(_) => "`lambda`",
        python::Expr::Named(_) => "`:=`",
        python::Expr::Generator(_) => {
            "generator here; it may stand in a call that goes through it, such as `any(…)`, and behind `in`"
        }
        python::Expr::Await(_) => "`await`",
        python::Expr::Yield(_) | python::Expr::YieldFrom(_) => "`yield`",
        python::Expr::TString(_) => "t-strings",
        python::Expr::BytesLiteral(_) => "byte strings",
        python::Expr::EllipsisLiteral(_) => "`...`",
        python::Expr::Starred(_) => "`*` before a value",
        _ => "such construct",
    }
}

/// The telling part of a refused construct: its keyword where it has one in front.
fn construct_span(tree: &python::Expr) -> Span {
    let whole = Span::from(tree.range());
    let keyword = match tree {
        python::Expr::Lambda(_) => "lambda".len(),
        python::Expr::Await(_) => "await".len(),
        python::Expr::Yield(_) | python::Expr::YieldFrom(_) => "yield".len(),
        _ => return whole,
    };
    Span::new(whole.start, whole.start + keyword)
}
