//! Fields that do not exist, and request parameters that an event does not have.

use super::Findings;
use crate::catalogue::{self, Events, Type};
use crate::language::code::Code;
use crate::language::diagnostic::{Diagnostic, ENVELOPE};
use crate::language::expr::{Expr, ExprKind};
use crate::language::method::Method;
use crate::language::span::Span;
use crate::similar::nearest;

/// Parts of a record with request parameters that the service models do not describe.
const SOURCES_WITHOUT_PARAMETERS: [&str; 2] = ["s3.amazonaws.com", "ec2.amazonaws.com"];

impl<'e> Findings<'e> {
    pub(super) fn fields(&mut self, expr: &'e Expr) {
        self.nested_get(expr);
        let below = matches!(expr.kind, ExprKind::Helper { .. });
        for key in expr.path_literals() {
            let Some(path) = key.as_str_constant().map(|path| path.to_string_lossy()) else { continue };
            if path.contains(['*', '?', '[']) {
                // What a glob names is not known before it meets an event.
                if !below {
                    self.no_pattern(key, &path);
                }
                continue;
            }
            self.field(key, &path, below);
            self.parameter(key, &path);
            if !below {
                self.first_element(key, &path);
            }
        }
    }

    /// `event.get("a", {}).get("b")`, as for an event that is not flat.
    fn nested_get(&mut self, expr: &Expr) {
        let Some((first, path)) = nested(expr).filter(|(first, _)| !std::ptr::eq(*first, expr)) else { return };
        let Some(read) = first.read() else { return };
        let default = match &expr.kind {
            ExprKind::Call { arguments, .. } => {
                arguments.positional.get(1).map(|default| format!(", {}", self.text(default)))
            }
            _ => None,
        };
        let key = self.quoted_like(read.key.span, catalogue::without_envelope(&path));
        let meant = format!("event.get({key}{})", default.unwrap_or_default());
        let message = if read.path == "detail" {
            "the event of a rule is what EventBridge has under `detail`".to_owned()
        } else {
            format!("the event is flat: `{path}` is one key, and `{}` has none of its own", read.path)
        };
        self.say_once(&read.path, || {
            Diagnostic::warning(Code::ObjectField, read.key.span, message).suggest_for(expr.span, meant)
        });
    }

    /// A key of `event[…]`, `get` and `in` is one key, whatever stands in it.
    fn no_pattern(&mut self, key: &Expr, path: &str) {
        let indexed = path.replace('[', ".").replace(']', "");
        let is_index = path.split(['[', ']']).skip(1).step_by(2).all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if path.contains('*') {
            let message = "`*` in a key is a character like any other, and no key has it";
            let meant = format!("values(event, {})", self.quoted_like(key.span, path));
            self.say_once(path, || Diagnostic::warning(Code::UnknownField, key.span, message).suggest_for(None, meant));
        } else if path.contains('[') && is_index {
            let message = "elements of a list are numbered behind a dot: the flat event has no brackets in its keys";
            let meant = self.quoted_like(key.span, &indexed);
            self.say_once(path, || Diagnostic::warning(Code::UnknownField, key.span, message).suggest(meant));
        }
    }

    fn field(&mut self, key: &Expr, path: &str, below: bool) {
        let Some(field) = catalogue::field(path) else {
            let span = self.inside(key, path);
            let message = format!("CloudTrail writes no field `{}`", self.shown(span));
            let finding = Diagnostic::warning(Code::UnknownField, span, message);
            let finding = match catalogue::meant_field(path) {
                Some(meant) if span == key.span => finding.suggest(self.quoted_like(span, &meant)),
                Some(meant) => finding.suggest(meant),
                None if path == "detail" => finding.hint(ENVELOPE),
                None => finding.hint(
                    "A nested field has one key, its whole path: `userIdentity.sessionContext.sessionIssuer.arn`.",
                ),
            };
            self.say_once(path, || finding);
            return;
        };
        if below {
            return;
        }
        let message = match field.r#type {
            Type::Object if path == "resources" => {
                let items = format!("items(event, {})", self.quoted_like(key.span, path));
                format!(
                    "`resources` is a list, of which the flat event has the leaves alone; `{items}` goes through it"
                )
            }
            Type::Object => format!("`{path}` is an object, of which the flat event has the leaves alone"),
            Type::ObjectOrNull => {
                format!(
                    "`{path}` is an object, of which the flat event has the leaves alone; the key itself is there only where it is null"
                )
            }
            _ => return,
        };
        let meant = self.quoted_like(key.span, &format!("{path}.…"));
        self.say_once(path, || Diagnostic::warning(Code::ObjectField, key.span, message).suggest(meant));
    }

    /// `a.0.b` reads the first element of a list.
    fn first_element(&mut self, key: &Expr, path: &str) {
        let segments: Vec<_> = path.split('.').collect();
        let is_index = |segment: &&str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        let Some(place) = segments.iter().position(is_index).filter(|place| *place > 0) else { return };
        let index = segments.get(place).copied().unwrap_or_default();
        let part = if place + 1 < segments.len() { format!(".{index}.") } else { format!(".{index}") };
        let glob: Vec<_> = segments.iter().map(|segment| if is_index(segment) { "*" } else { segment }).collect();
        let glob = self.quoted_like(key.span, &glob.join("."));
        let which = if index == "0" { "the first element".to_owned() } else { format!("element {index}") };
        let message = format!("this reads {which} of a list alone");
        let span = self.inside(key, &part);
        self.say_once(path, || {
            let meant = format!("values(event, {glob})");
            Diagnostic::warning(Code::FirstElementOnly, span, message).suggest_for(None, meant)
        });
    }

    /// A request parameter that none of the events that the rule asks for has.
    fn parameter(&mut self, key: &Expr, path: &str) {
        let Some(parameter) = path.strip_prefix("requestParameters.").and_then(|rest| rest.split('.').next()) else {
            return;
        };
        // Of very many names one has every parameter.
        let Some(names) = self.scope.get("eventName").filter(|names| names.len() <= 50) else { return };
        let events = Events::known();
        let mut known = Vec::new();
        for name in names {
            let of_rule = self.scope.get("eventSource");
            let sources =
                events.sources_of(name).filter(|source| of_rule.is_none_or(|wanted| wanted.contains(*source)));
            let mut any = false;
            for source in sources {
                if SOURCES_WITHOUT_PARAMETERS.contains(&source) {
                    return;
                }
                let Some(parameters) = events.parameters(source, name) else { return };
                any = true;
                known.extend(parameters);
            }
            if !any {
                return;
            }
        }
        if known.is_empty() || known.contains(&parameter) {
            return;
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let inside = self.inside(key, path);
        let start = inside.start + "requestParameters.".len();
        let span = if inside == key.span { inside } else { Span::new(start, start + parameter.len()) };
        let message = format!("`{}` is not known to have the request parameter `{parameter}`", names.join("`, `"));
        let finding = Diagnostic::info(Code::UnknownParameter, span, message);
        let finding = match nearest(parameter, known.iter().copied()) {
            Some(meant) => finding.suggest_for((span != key.span).then_some(span), meant),
            None if known.len() <= 20 => {
                known.sort_unstable();
                known.dedup();
                finding.hint(format!("Its parameters are `{}`.", known.join("`, `")))
            }
            None => finding,
        };
        self.say_once(path, || finding);
    }
}

/// The first read and the whole path of `event.get("a").get("b")…`.
fn nested(expr: &Expr) -> Option<(&Expr, String)> {
    if let Some(read) = expr.read() {
        return Some((expr, read.path.into_owned()));
    }
    let ExprKind::Call { receiver, method: Method::Get, arguments } = &expr.kind else { return None };
    let key = arguments.positional.first()?.as_str_constant()?;
    nested(receiver).map(|(first, path)| (first, format!("{path}.{key}")))
}
