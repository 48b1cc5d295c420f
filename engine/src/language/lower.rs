//! From Python's syntax tree to the closed language. What the language does not have is refused here, with its place.

use ruff_python_ast::{self as python, BoolOp, CmpOp, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::diagnostic::{Code, Diagnostic};
use super::expr::{Comparison, Constant, Expr, ExprKind, Method};
use super::limits::MAX_DEPTH;
use super::span::Span;
use super::{literal, names};

/// The methods of the language, by the type they belong to.
const EVENT_METHODS: [Method; 1] = [Method::Get];
const STR_METHODS: [Method; 2] = [Method::StartsWith, Method::EndsWith];

/// Findings after which no further ones are looked for.
pub(super) const MAX_FAULTS: usize = 20;

pub(crate) fn lower(source: &str, tree: &python::Expr) -> Result<Expr, Vec<Diagnostic>> {
    let mut lowering = Lowering { source, faults: Vec::new(), depth: 0 };
    match lowering.expr(tree) {
        Some(expr) if lowering.faults.is_empty() => Ok(expr),
        _ => Err(lowering.faults),
    }
}

struct Lowering<'s> {
    source: &'s str,
    faults: Vec<Diagnostic>,
    depth: usize,
}

impl Lowering<'_> {
    /// `None` after a fault was recorded; the other parts are still looked at, so that one run tells them all.
    fn expr(&mut self, tree: &python::Expr) -> Option<Expr> {
        let span = Span::from(tree.range());
        if self.faults.len() >= MAX_FAULTS {
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
            python::Expr::Name(name) => self.name(name, span),
            python::Expr::BoolOp(operation) => {
                let operands = self.exprs(&operation.values)?;
                Some(match operation.op {
                    BoolOp::And => ExprKind::And(operands),
                    BoolOp::Or => ExprKind::Or(operands),
                })
            }
            python::Expr::UnaryOp(operation) => self.unary(operation, span),
            python::Expr::Compare(compare) => {
                for (position, operator) in compare.ops.iter().enumerate() {
                    let sides = std::iter::once(&*compare.left).chain(&compare.comparators).skip(position);
                    if let [left, right] = sides.take(2).collect::<Vec<_>>()[..] {
                        self.check_identity(*operator, left, right);
                    }
                }
                let first = self.expr(&compare.left);
                let rest: Vec<_> = compare
                    .ops
                    .iter()
                    .zip(&compare.comparators)
                    .map(|(operator, right)| Some((comparison(*operator), self.expr(right)?)))
                    .collect();
                let rest = rest.into_iter().collect::<Option<Vec<_>>>()?;
                Some(ExprKind::Compare { first: Box::new(first?), rest })
            }
            python::Expr::List(list) => self.exprs(&list.elts).map(|items| fold(items, Constant::List, ExprKind::List)),
            python::Expr::Tuple(tuple) => {
                self.exprs(&tuple.elts).map(|items| fold(items, Constant::Tuple, ExprKind::Tuple))
            }
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

    fn exprs(&mut self, trees: &[python::Expr]) -> Option<Vec<Expr>> {
        let exprs: Vec<_> = trees.iter().map(|tree| self.expr(tree)).collect();
        exprs.into_iter().collect()
    }

    fn boxed(&mut self, tree: Option<&python::Expr>) -> Option<Option<Box<Expr>>> {
        match tree {
            None => Some(None),
            Some(tree) => self.expr(tree).map(|expr| Some(Box::new(expr))),
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
            None => self.refuse(Diagnostic::error(Code::Syntax, span, "the integer has more than 4300 digits")),
        }
    }

    fn unary(&mut self, operation: &python::ExprUnaryOp, span: Span) -> Option<ExprKind> {
        match (operation.op, &*operation.operand) {
            (UnaryOp::Not, operand) => self.expr(operand).map(|operand| ExprKind::Not(Box::new(operand))),
            (UnaryOp::USub, python::Expr::NumberLiteral(number)) => self.number(number, span, true),
            (UnaryOp::UAdd, python::Expr::NumberLiteral(number)) => self.number(number, span, false),
            (UnaryOp::USub | UnaryOp::UAdd, _) => self.unsupported("sign before anything but a number", span),
            (UnaryOp::Invert, _) => self.unsupported("bitwise operators", span),
        }
    }

    /// Which objects are the same is a matter of Python's inside, but for the singletons.
    fn check_identity(&mut self, operator: CmpOp, left: &python::Expr, right: &python::Expr) {
        let equality = match operator {
            CmpOp::Is => "==",
            CmpOp::IsNot => "!=",
            _ => return,
        };
        let is_single =
            |side: &python::Expr| matches!(side, python::Expr::NoneLiteral(_) | python::Expr::BooleanLiteral(_));
        // A value of the event is never the same object as a literal, which `is` then says of equal ones, too.
        let is_literal = |side: &python::Expr| side.is_literal_expr();
        let is_field = |side: &python::Expr| match side {
            python::Expr::Subscript(subscript) => is_event_name(&subscript.value),
            python::Expr::Call(call) => matches!(
                &*call.func,
                python::Expr::Attribute(attribute)
                    if is_event_name(&attribute.value) && attribute.attr.as_str() == "get" && call.arguments.args.len() == 1
            ),
            _ => false,
        };
        let known = is_single(left)
            || is_single(right)
            || (is_field(left) && is_literal(right))
            || (is_literal(left) && is_field(right));
        if !known {
            let span = Span::new(left.range().end().to_usize(), right.range().start().to_usize());
            let between = span.of(self.source);
            let start = span.start + (between.len() - between.trim_start().len());
            let span = Span::new(start, start + between.trim().len());
            self.faults.push(
                Diagnostic::error(
                    Code::Unsupported,
                    span,
                    format!("`{}` compares objects, not values", operator.as_str()),
                )
                .suggest(equality),
            );
        }
    }

    fn name(&mut self, name: &python::ExprName, span: Span) -> Option<ExprKind> {
        let id = name.id.as_str();
        if id == "event" {
            return Some(ExprKind::Event);
        }
        let fault = Diagnostic::error(Code::UnknownName, span, format!("unknown name `{id}`"));
        let fault = match id {
            "true" => fault.suggest("True"),
            "false" => fault.suggest("False"),
            "null" | "nil" | "none" | "undefined" => fault.suggest("None"),
            _ if names::nearest(id, ["event"]).is_some() => fault.suggest("event"),
            // CloudTrail's own field names begin with these; a bare one was meant as a field.
            _ if looks_like_field(id) => fault.suggest(format!("event[\"{id}\"]")),
            _ => fault.hint("A rule knows the name `event`, and strings in quotation marks."),
        };
        self.refuse(fault)
    }

    fn subscript(&mut self, subscript: &python::ExprSubscript) -> Option<ExprKind> {
        if let Some((path, start)) = self.nested_path(subscript) {
            let span = Span::new(start, subscript.range().end().to_usize());
            let fault = Diagnostic::error(Code::NestedSubscript, span, "the event is flat: a nested field has one key")
                .suggest(format!("[\"{path}\"]"));
            return self.refuse(fault);
        }
        let value = self.expr(&subscript.value);
        if let python::Expr::Slice(slice) = &*subscript.slice {
            let start = self.boxed(slice.lower.as_deref());
            let stop = self.boxed(slice.upper.as_deref());
            let step = self.boxed(slice.step.as_deref());
            return Some(ExprKind::Slice { value: Box::new(value?), start: start?, stop: stop?, step: step? });
        }
        let index = self.expr(&subscript.slice);
        Some(ExprKind::Subscript { value: Box::new(value?), index: Box::new(index?) })
    }

    /// `event["a"]["b"]…`: the flat path, and where the first bracket stands. An element of a string is no nested field,
    /// so the inner subscripts must be strings.
    fn nested_path(&self, subscript: &python::ExprSubscript) -> Option<(String, usize)> {
        let python::Expr::StringLiteral(key) = &*subscript.slice else { return None };
        match &*subscript.value {
            python::Expr::Subscript(inner) => {
                let (path, start) = self.nested_path(inner).or_else(|| {
                    let python::Expr::StringLiteral(first) = &*inner.slice else { return None };
                    let python::Expr::Name(name) = &*inner.value else { return None };
                    let start = inner.value.range().end().to_usize();
                    (name.id.as_str() == "event").then(|| (first.value.to_str().to_owned(), start))
                })?;
                Some((format!("{path}.{}", key.value.to_str()), start))
            }
            _ => None,
        }
    }

    fn attribute(&mut self, attribute: &python::ExprAttribute) -> Option<ExprKind> {
        let name = attribute.attr.as_str();
        let span = Span::new(attribute.value.range().end().to_usize(), attribute.range().end().to_usize());
        if let Some(path) = event_path(attribute) {
            let whole = Span::from(attribute.range());
            let fault = Diagnostic::error(Code::AttributeAccess, whole, "a field of the event is read with brackets")
                .suggest(format!("event[\"{path}\"]"));
            return self.refuse(fault);
        }
        let known = EVENT_METHODS.iter().chain(&STR_METHODS).any(|method| method.name() == name);
        let message = if known {
            format!("the method `{name}` is not called")
        } else {
            format!("unknown attribute `{name}`: values have methods, which are called, and nothing else")
        };
        let fault = Diagnostic::error(Code::AttributeAccess, span, message);
        self.refuse(if known { fault.suggest(format!(".{name}(…)")) } else { fault })
    }

    fn call(&mut self, call: &python::ExprCall, span: Span) -> Option<ExprKind> {
        let python::Expr::Attribute(attribute) = &*call.func else {
            let target = Span::from(call.func.range());
            return match &*call.func {
                python::Expr::Name(name) => self.unsupported(&format!("function `{}`", name.id), target),
                python::Expr::Lambda(_) => self.expr(&call.func).map(|func| func.kind),
                _ => self.unsupported("calls of anything but methods", target),
            };
        };
        let receiver = self.expr(&attribute.value);
        // Of what was refused the type is unknown; its method is told only if it is wrong for every type.
        let method = self.method(attribute, receiver.is_some());
        let by_name = call.arguments.keywords.first().map(|keyword| Span::from(keyword.range()));
        if let Some(keyword) = by_name {
            let name = attribute.attr.as_str();
            self.refuse::<()>(
                Diagnostic::error(Code::Arguments, keyword, format!("`{name}` takes no arguments by name"))
                    .hint("Give the value alone, without the name and `=`."),
            );
        }
        let arguments = self.exprs(&call.arguments.args);
        let (method, receiver, arguments) = (method?, receiver?, arguments?);
        if by_name.is_some() || !self.check_arguments(method, &arguments, span) {
            return None;
        }
        Some(ExprKind::Call { receiver: Box::new(receiver), method, arguments })
    }

    fn method(&mut self, attribute: &python::ExprAttribute, receiver_known: bool) -> Option<Method> {
        let name = attribute.attr.as_str();
        let span = Span::from(attribute.attr.range());
        let on_event = matches!(&*attribute.value, python::Expr::Name(name) if name.id.as_str() == "event");
        let (owner, methods): (_, &[Method]) =
            if on_event { ("the event", &EVENT_METHODS) } else { ("a string", &STR_METHODS) };
        if let Some(method) = methods.iter().find(|method| method.name() == name) {
            return Some(*method);
        }
        let fault = Diagnostic::error(Code::UnknownMethod, span, format!("unknown method `{name}` of {owner}"));
        let meant = names::of_other_languages(name)
            .or_else(|| names::nearest(name, methods.iter().map(|method| method.name())));
        let fault = match (meant, name) {
            (Some(meant), _) => fault.suggest(meant),
            _ if !receiver_known => return None,
            (None, "contains" | "includes") => fault.hint("Membership is written `\"part\" in text`."),
            (None, "setdefault" | "pop") => fault.suggest("get"),
            (None, _) => {
                let known: Vec<_> = methods.iter().map(|method| format!("`{}`", method.name())).collect();
                fault.hint(format!("The methods of {owner} are {}.", known.join(", ")))
            }
        };
        self.refuse(fault)
    }

    /// What would always raise is refused, also where it is never reached: it is a mistake all the same.
    fn check_arguments(&mut self, method: Method, arguments: &[Expr], call: Span) -> bool {
        let (least, most) = match method {
            Method::Get => (1, 2),
            Method::StartsWith | Method::EndsWith => (1, 3),
        };
        if !(least..=most).contains(&arguments.len()) {
            let name = method.name();
            let message = format!("`{name}` takes {least} to {most} arguments, not {}", arguments.len());
            self.faults.push(Diagnostic::error(Code::Arguments, call, message));
            return false;
        }
        let affix = matches!(method, Method::StartsWith | Method::EndsWith).then(|| arguments.first()).flatten();
        if let Some(affix) = affix
            && let Some(length) = affix.list_length()
        {
            let message = format!("`{}` takes a string or a tuple of strings, not a list", method.name());
            let inner = affix.span.of(self.source);
            let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner).trim();
            let comma = if length == 1 && !inner.ends_with(',') { "," } else { "" };
            self.faults
                .push(Diagnostic::error(Code::ArgumentType, affix.span, message).suggest(format!("({inner}{comma})")));
            return false;
        }
        true
    }
}

fn is_event_name(expr: &python::Expr) -> bool {
    matches!(expr, python::Expr::Name(name) if name.id.as_str() == "event")
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

/// The flat path of `event.a.b`.
fn event_path(attribute: &python::ExprAttribute) -> Option<String> {
    let name = attribute.attr.as_str();
    match &*attribute.value {
        python::Expr::Name(root) if root.id.as_str() == "event" && name != "get" => Some(name.to_owned()),
        python::Expr::Attribute(inner) => event_path(inner).map(|path| format!("{path}.{name}")),
        _ => None,
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
        python::Expr::If(_) => "`… if … else …`",
        python::Expr::Named(_) => "`:=`",
        python::Expr::BinOp(_) => "arithmetic",
        python::Expr::Dict(_) => "dictionaries",
        python::Expr::Set(_) => "sets",
        python::Expr::ListComp(_)
        | python::Expr::SetComp(_)
        | python::Expr::DictComp(_)
        | python::Expr::Generator(_) => "comprehensions",
        python::Expr::Await(_) => "`await`",
        python::Expr::Yield(_) | python::Expr::YieldFrom(_) => "`yield`",
        python::Expr::FString(_) => "f-strings",
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
