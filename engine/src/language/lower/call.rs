//! Calls: methods, Python's functions, helpers, and what is wrong with their arguments.

use ruff_python_ast as python;
use ruff_text_size::Ranged;

use super::Lowering;
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::eval::is_network;
use crate::language::expr::{Arguments, Constant, Expr, ExprKind, TypeName};
use crate::language::function::{BUILTINS, Builtin, HELPERS, Helper};
use crate::language::method::{self, Method};
use crate::language::names;
use crate::language::span::Span;
use crate::similar::nearest;

/// What is known of the value that a method is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Event,
    Str,
    Any,
    /// It was refused itself.
    Refused,
}

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &python::ExprCall, span: Span) -> Option<ExprKind> {
        match &*call.func {
            python::Expr::Attribute(attribute) => self.method_call(call, attribute, span),
            python::Expr::Name(name) if self.local(name.id.as_str()).is_none() => self.function_call(call, name, span),
            python::Expr::Lambda(_) => self.expr(&call.func).map(|func| func.kind),
            other => self.unsupported("calls of anything but functions and methods", Span::from(other.range())),
        }
    }

    fn function_call(&mut self, call: &python::ExprCall, name: &python::ExprName, span: Span) -> Option<ExprKind> {
        let id = name.id.as_str();
        if id == "isinstance" {
            return self.is_instance(call, span);
        }
        if let Some(signature) = BUILTINS.iter().find(|signature| signature.name == id) {
            let function = signature.function;
            let named: Vec<_> = signature.named.iter().map(|name| (*name, usize::MAX)).collect();
            let arguments = self.arguments(call, id, &named, function.consumes())?;
            let by_place = arguments.positional.len();
            if !(signature.least..=signature.most).contains(&by_place) {
                return self.wrong_count(id, signature.least, signature.most, by_place, span);
            }
            if matches!(function, Builtin::Min | Builtin::Max) && by_place > 1 && !arguments.named.is_empty() {
                let message = format!("`{id}` of several values takes no `default`");
                return self.refuse(Diagnostic::error(Code::Arguments, span, message));
            }
            return Some(ExprKind::Builtin { function, arguments });
        }
        if let Some((helper, _, least, most)) = HELPERS.iter().find(|(_, helper, ..)| *helper == id) {
            let arguments = self.arguments(call, id, &[], false)?.positional;
            if !(*least..=*most).contains(&arguments.len()) {
                return self.wrong_count(id, *least, *most, arguments.len(), span);
            }
            return self.check_patterns(*helper, &arguments).map(|()| ExprKind::Helper { helper: *helper, arguments });
        }
        let target = Span::from(name.range());
        let fault = Diagnostic::error(Code::Unsupported, target, format!("the rule language has no function `{id}`"));
        let known = BUILTINS.iter().map(|signature| signature.name).chain(HELPERS.iter().map(|(_, name, ..)| *name));
        self.refuse(match names::function_of_other_languages(id).or_else(|| nearest(id, known)) {
            Some(meant) => fault.suggest(meant),
            None if method::STR.iter().any(|signature| signature.name == id) => fault
                .hint(format!("`{id}` is a method: it stands behind a string, as in `event[\"eventName\"].{id}(…)`.")),
            None => fault,
        })
    }

    fn wrong_count<T>(&mut self, name: &str, least: usize, most: usize, found: usize, span: Span) -> Option<T> {
        let wanted = match (least, most) {
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        let noun = if wanted == "1" || wanted == "at least 1" { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {wanted} {noun}, not {found}");
        self.refuse(Diagnostic::error(Code::Arguments, span, message))
    }

    /// The arguments of a call. Names that have a place are put there if that keeps the order of evaluation.
    fn arguments(
        &mut self,
        call: &python::ExprCall,
        name: &str,
        named: &[(&'static str, usize)],
        consumes: bool,
    ) -> Option<Arguments> {
        let given = call.arguments.args.len();
        let positional: Vec<_> = call
            .arguments
            .args
            .iter()
            .enumerate()
            .map(|(place, tree)| if consumes && place == 0 { self.iterable(tree) } else { self.expr(tree) })
            .collect();
        let mut by_name: Vec<(&'static str, Expr)> = Vec::new();
        let mut sound = true;
        let named_nothing = named.is_empty();
        for keyword in &call.arguments.keywords {
            let span = Span::from(keyword.range());
            let wanted = keyword.arg.as_ref().map(python::Identifier::as_str);
            let known = named.iter().find(|(known, _)| Some(*known) == wanted);
            let fault = match (known, wanted) {
                (Some((known, place)), _) if *place < given || by_name.iter().any(|(name, _)| name == known) => {
                    Some(format!("the argument `{known}` of `{name}` is given twice"))
                }
                (Some(_), _) => None,
                (None, Some(_)) if named.is_empty() => Some(format!("`{name}` takes no arguments by name")),
                (None, Some(wanted)) => Some(format!("`{name}` has no argument `{wanted}`")),
                (None, None) => Some("the rule language has no `**` in a call".to_owned()),
            };
            match (fault, known) {
                (None, Some((known, _))) => match self.expr(&keyword.value) {
                    Some(value) => by_name.push((known, value)),
                    None => sound = false,
                },
                (fault, _) => {
                    sound = false;
                    let message = fault.unwrap_or_default();
                    // The name and the `=`.
                    let start = keyword.value.range().start().to_usize();
                    let named = Span::new(span.start, start);
                    let by_place = named.of(self.source).trim_end();
                    let fault =
                        Diagnostic::error(Code::Arguments, Span::new(span.start, span.start + by_place.len()), message);
                    self.faults.push(match self.without_names(call) {
                        Some(meant) if known.is_none() && named_nothing => {
                            fault.suggest_for(Span::from(call.range()), meant)
                        }
                        _ => fault.hint("Give the value alone, without the name and `=`."),
                    });
                }
            }
        }
        let positional = positional.into_iter().collect::<Option<Vec<_>>>()?;
        sound.then_some(Arguments { positional, named: by_name })
    }

    /// The call with its arguments in their places.
    fn without_names(&self, call: &python::ExprCall) -> Option<String> {
        let text = |range| Span::from(range).of(self.source);
        if call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()) {
            return None;
        }
        let values = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        let values: Vec<_> = values.map(|value| text(value.range())).collect();
        Some(format!("{}({})", text(call.func.range()), values.join(", ")))
    }

    fn is_instance(&mut self, call: &python::ExprCall, span: Span) -> Option<ExprKind> {
        let [value, types] = &*call.arguments.args else {
            return self.wrong_count("isinstance", 2, 2, call.arguments.args.len(), span);
        };
        if let Some(keyword) = call.arguments.keywords.first() {
            let message = "`isinstance` takes no arguments by name";
            return self.refuse(Diagnostic::error(Code::Arguments, Span::from(keyword.range()), message));
        }
        let value = self.boxed(value);
        let mut found = Vec::new();
        self.types(types, &mut found)?;
        Some(ExprKind::IsInstance { value: value?, types: found.into() })
    }

    /// The types behind `isinstance`: a name, or a tuple of them.
    fn types(&mut self, tree: &python::Expr, found: &mut Vec<TypeName>) -> Option<()> {
        match tree {
            python::Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|part| self.types(part, found)),
            python::Expr::Name(name) => match TypeName::ALL.iter().find(|known| known.name() == name.id.as_str()) {
                Some(known) if self.local(name.id.as_str()).is_none() => {
                    found.push(*known);
                    Some(())
                }
                _ => self.no_type(tree),
            },
            _ => self.no_type(tree),
        }
    }

    fn no_type<T>(&mut self, tree: &python::Expr) -> Option<T> {
        let names: Vec<_> = TypeName::ALL.iter().map(|known| format!("`{}`", known.name())).collect();
        let fault =
            Diagnostic::error(Code::Arguments, Span::from(tree.range()), "`isinstance` takes the name of a type");
        self.refuse(fault.hint(format!("The types are {}.", names.join(", "))))
    }

    fn check_patterns(&mut self, helper: Helper, arguments: &[Expr]) -> Option<()> {
        let patterns = arguments.get(1..).unwrap_or_default();
        let before = self.faults.len();
        for pattern in patterns {
            let text = pattern.as_str_constant();
            let fault = match (helper, text) {
                (Helper::Matches, Some(text)) => self.patterns.add_expression(text).err(),
                (Helper::Matches, None) if arguments.first().is_some_and(|first| first.as_str_constant().is_some()) => {
                    Some("the regular expression comes second, behind the string that it is looked for in".to_owned())
                }
                (Helper::Matches, None) => {
                    Some("the regular expression is not a literal, so it cannot be checked".to_owned())
                }
                (Helper::Glob, Some(text)) => self.patterns.add_glob(text).err(),
                (Helper::InCidr, Some(text)) => self.patterns.add_network(text).err(),
                _ => None,
            };
            if let Some(fault) = fault {
                let code = if helper == Helper::InCidr { Code::Network } else { Code::Pattern };
                let fault = Diagnostic::error(code, pattern.span, fault);
                let meant =
                    text.filter(|_| helper == Helper::InCidr).and_then(|text| whole_network(&text.to_string_lossy()));
                let looks_around = fault.message.contains("look-around");
                self.faults.push(match meant {
                    Some(meant) => fault.suggest(self.quoted_like(pattern.span, &meant)),
                    None if looks_around => {
                        fault.hint("What must not stand there is asked by itself: `not matches(…)`.")
                    }
                    None => fault,
                });
            }
        }
        (self.faults.len() == before).then_some(())
    }

    fn method_call(
        &mut self,
        call: &python::ExprCall,
        attribute: &python::ExprAttribute,
        span: Span,
    ) -> Option<ExprKind> {
        let value = self.boxed(&attribute.value);
        let receiver = match &value {
            None => Receiver::Refused,
            Some(value) => match &value.kind {
                ExprKind::Event => Receiver::Event,
                ExprKind::Constant(Constant::Str(_)) | ExprKind::Join(_) => Receiver::Str,
                // What an event holds is a string nearly always; `None` and numbers have no methods at all.
                ExprKind::Subscript { value, .. } if matches!(value.kind, ExprKind::Event) => Receiver::Str,
                _ => Receiver::Any,
            },
        };
        let signature = self.signature(call, attribute, receiver);
        let name = attribute.attr.as_str();
        let named = signature.map_or(&[][..], |signature| signature.named);
        let consumes = signature.is_some_and(|signature| signature.method == Method::Join);
        let arguments = self.arguments(call, name, named, consumes);
        let (signature, value, arguments) = (signature?, value?, arguments?);
        let given = arguments.positional.len();
        // A name stands for the place it has.
        let least_met = (0..signature.least)
            .all(|place| place < given || arguments.named.iter().any(|(name, _)| named.contains(&(*name, place))));
        if !least_met || given > signature.most {
            return self.wrong_count(name, signature.least, signature.most, given, span);
        }
        if !self.check_affix(signature.method, &arguments.positional) {
            return None;
        }
        Some(ExprKind::Call { receiver: value, method: signature.method, arguments })
    }

    /// The method, if the value can have it.
    fn signature(
        &mut self,
        call: &python::ExprCall,
        attribute: &python::ExprAttribute,
        receiver: Receiver,
    ) -> Option<&'static method::Signature> {
        let name = attribute.attr.as_str();
        let span = Span::from(attribute.attr.range());
        let of_dict: &'static [method::Signature] = &method::DICT;
        let of_str: &'static [method::Signature] = &method::STR;
        let (owner, first, second): (_, _, &'static [method::Signature]) = match receiver {
            Receiver::Event => ("the event", of_dict, &[]),
            Receiver::Str => ("a string", of_str, &[]),
            Receiver::Any | Receiver::Refused => ("any value", of_str, of_dict),
        };
        let known = || first.iter().chain(second);
        if let Some(signature) = known().find(|signature| signature.name == name) {
            return Some(signature);
        }
        if let Some(fault) = self.nested_get(call, attribute) {
            return self.refuse(fault);
        }
        let fault = Diagnostic::error(Code::UnknownMethod, span, format!("unknown method `{name}` of {owner}"));
        let meant = names::of_other_languages(name).filter(|meant| known().any(|signature| signature.name == *meant));
        let meant = meant.or_else(|| nearest(name, known().map(|signature| signature.name)));
        let fault = match (meant, name) {
            (Some(meant), _) => fault.suggest(meant),
            // Of what was refused the type is unknown; its method is told only if another one was meant.
            _ if receiver == Receiver::Refused => return None,
            (None, "contains" | "includes" | "has" | "__contains__") => {
                let dot = attribute.value.range().end().to_usize();
                let text = Span::from(attribute.value.range()).of(self.source);
                let whole = Span::from(call.range());
                let part = match call.arguments.args.first() {
                    Some(part) => Span::from(part.range()).of(self.source).to_owned(),
                    None => self.quoted_like(whole, "…"),
                };
                Diagnostic { span: Span::new(dot, span.end), ..fault }.suggest_for(whole, format!("{part} in {text}"))
            }
            (None, "match" | "search" | "fullmatch") => {
                let pattern = self.quoted_like(Span::from(call.range()), "…");
                fault.hint(format!("Regular expressions are written `matches(text, {pattern})`."))
            }
            (None, "exists" | "exist" | "isset" | "has_key" | "haskey") => {
                let key = self.quoted_like(Span::from(call.range()), "errorCode");
                fault.hint(format!("Whether a field is there is asked as `{key} in event`."))
            }
            (None, "setdefault" | "pop") if receiver != Receiver::Str => fault.suggest("get"),
            (None, "format" | "format_map") => {
                fault.hint("Texts are put together with f-strings: `f\"{event['eventName']}\"`.")
            }
            (None, _) => {
                let known: Vec<_> = known().map(|signature| format!("`{}`", signature.name)).collect();
                fault.hint(format!("The methods of {owner} are {}.", known.join(", ")))
            }
        };
        self.refuse(fault)
    }

    /// `event["a"].get("b")`, as for an event that is not flat.
    fn nested_get(&self, call: &python::ExprCall, attribute: &python::ExprAttribute) -> Option<Diagnostic> {
        let python::Expr::Subscript(subscript) = &*attribute.value else { return None };
        let (path, start) = self.path(subscript)?;
        let arguments = call.arguments.args.iter().map(|argument| Span::from(argument.range()).of(self.source));
        let (Some(python::Expr::StringLiteral(key)), "get") = (call.arguments.args.first(), attribute.attr.as_str())
        else {
            return None;
        };
        let rest: Vec<_> = arguments.skip(1).map(|argument| format!(", {argument}")).collect();
        let span = Span::new(start, call.range().end().to_usize());
        let whole = Span::from(call.range());
        let path = format!("{path}.{}", key.value.to_str());
        let message = "the event is flat: a nested field has one key";
        let fault = Diagnostic::error(Code::NestedSubscript, span, message);
        Some(self.suggest_path(fault, whole, &path, ".get(", &format!("{})", rest.concat())))
    }

    /// What would always raise is refused, also where it is never reached: it is a mistake all the same.
    fn check_affix(&mut self, method: Method, arguments: &[Expr]) -> bool {
        let affix = matches!(method, Method::StartsWith | Method::EndsWith).then(|| arguments.first()).flatten();
        let strings = arguments.iter().take_while(|argument| argument.as_str_constant().is_some()).count();
        if affix.is_some() && strings > 1 {
            let first = arguments.first().map_or(0, |first| first.span.start);
            let last = arguments.get(strings - 1).map_or(first, |last| last.span.end);
            let all = Span::new(first, last);
            let message = format!("`{}` takes several strings as one tuple", method.name());
            let fault = Diagnostic::error(Code::ArgumentType, all, message);
            self.faults.push(fault.suggest(format!("({})", all.of(self.source))));
            return false;
        }
        if let Some(affix) = affix
            && let Some(length) = affix.list_length()
        {
            let message = format!("`{}` takes a string or a tuple of strings, not a list", method.name());
            let inner = affix.span.of(self.source);
            let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner).trim();
            let comma = if length == 1 && !inner.ends_with(',') { "," } else { "" };
            let fault = Diagnostic::error(Code::ArgumentType, affix.span, message);
            self.faults.push(fault.suggest(format!("({inner}{comma})")));
            return false;
        }
        true
    }

    pub(super) fn attribute(&mut self, attribute: &python::ExprAttribute) -> Option<ExprKind> {
        let name = attribute.attr.as_str();
        let span = Span::new(attribute.value.range().end().to_usize(), attribute.range().end().to_usize());
        if let Some(path) = self.event_path(attribute) {
            let behind_event = Span::new(attribute.range().start().to_usize() + "event".len(), span.end);
            let message = "a field of the event is read with brackets";
            let whole = Span::from(attribute.range());
            let fault = Diagnostic::error(Code::AttributeAccess, behind_event, message);
            return self.refuse(self.suggest_path(fault, whole, &path, "[", "]"));
        }
        let known = method::DICT.iter().chain(&method::STR).any(|signature| signature.name == name);
        let message = if known {
            format!("the method `{name}` is not called")
        } else {
            format!("unknown attribute `{name}`: values have methods, which are called, and nothing else")
        };
        let fault = Diagnostic::error(Code::AttributeAccess, span, message);
        self.refuse(if known { fault.suggest(format!(".{name}(…)")) } else { fault })
    }

    /// The flat path of `event.a.b`.
    fn event_path(&self, attribute: &python::ExprAttribute) -> Option<String> {
        let name = attribute.attr.as_str();
        match &*attribute.value {
            root if self.is_event(root) && !method::DICT.iter().any(|signature| signature.name == name) => {
                Some(name.to_owned())
            }
            python::Expr::Attribute(inner) => self.event_path(inner).map(|path| format!("{path}.{name}")),
            _ => None,
        }
    }
}

/// A network whose address lacks its last parts, with them: `10.0.0/8` is `10.0.0.0/8`.
fn whole_network(text: &str) -> Option<String> {
    let (address, length) = text.split_once('/')?;
    let mut parts: Vec<&str> = address.trim_end_matches('.').split('.').collect();
    parts.resize(parts.len().max(4), "0");
    let whole = format!("{}/{length}", parts.join("."));
    is_network(&whole).then_some(whole)
}
