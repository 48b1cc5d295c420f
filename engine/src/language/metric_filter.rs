//! Filter patterns of CloudWatch Logs, `{ ($.eventName = "ConsoleLogin") && … }`, of which many alarms on CloudTrail are made:
//! told as such, with the expression that they are.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::parse::parse;
use super::quotes::{quote_at, quoted_like};
use super::span::Span;
use crate::catalogue::{self, Type};

/// What is said of a text with `$.field` in it.
pub(crate) fn find(source: &str, tokens: &[Token]) -> Option<Diagnostic> {
    let start = tokens.windows(2).find_map(|pair| match pair {
        [dollar, dot] => {
            let start = dollar.start().to_usize();
            let is_path = dot.kind() == TokenKind::Dot && dot.start() == dollar.end();
            (is_path && source.get(start..)?.starts_with('$')).then_some(start)
        }
        _ => None,
    })?;
    let path = path_at(source.get(start + 2..)?);
    let place = Span::new(start, start + 2 + path.len());
    let quote = quote_at(source, place);
    let example = quoted_like(source, place, &flat(path));
    let message = "this is a filter pattern of CloudWatch Logs, and a rule is a Python expression";
    let finding = Diagnostic::error(Code::ForeignOperator, place, message).hint(format!(
        "A field is `event[{example}]`, texts stand in quotation marks, `==` compares, and `and`, `or` and `not` join conditions."
    ));
    let whole = Span::new(source.len() - source.trim_start().len(), source.trim_end().len());
    let pattern = Pattern { rest: whole.of(source), quote };
    Some(match pattern.expression().filter(|expression| parse(expression).is_ok()) {
        Some(expression) => finding.suggest_for(whole, expression),
        None => finding.suggest_for(None, format!("event[{example}]")),
    })
}

/// The path behind `$.`.
fn path_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !"_.-[]".contains(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The key of a path in the flat event: `resources[0].ARN` is `resources.0.ARN`.
fn flat(path: &str) -> String {
    path.replace('[', ".").replace(']', "").trim_end_matches('.').to_owned()
}

/// What is left of a pattern to be read.
struct Pattern<'s> {
    rest: &'s str,
    quote: char,
}

impl<'s> Pattern<'s> {
    /// The expression that the pattern is; `None` where it has something that none is known for.
    fn expression(mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            self.rest = self.rest.trim_start();
            let Some(first) = self.rest.chars().next() else { return Some(out) };
            match first {
                // The braces around the whole.
                '{' | '}' => self.rest = self.rest.get(1..)?,
                '(' | ')' => {
                    out.push(first);
                    self.rest = self.rest.get(1..)?;
                }
                _ if self.takes("&&") => out.push_str(" and "),
                _ if self.takes("||") => out.push_str(" or "),
                _ if self.takes("$.") => out.push_str(&self.condition()?),
                _ => return None,
            }
        }
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// As `takes`, of words in either case.
    fn takes_words(&mut self, words: &[&str]) -> bool {
        let mut rest = self.rest;
        for word in words {
            let Some((found, behind)) = rest.trim_start().split_at_checked(word.len()) else { return false };
            if !found.eq_ignore_ascii_case(word) || behind.starts_with(|c: char| c.is_alphanumeric()) {
                return false;
            }
            rest = behind;
        }
        self.rest = rest;
        true
    }

    fn quoted(&self, text: &str) -> String {
        let quote = self.quote.to_string();
        quoted_like(&quote, Span::new(0, 1), text)
    }

    /// The condition on a field, behind its `$.`.
    fn condition(&mut self) -> Option<String> {
        let path = path_at(self.rest);
        self.rest = self.rest.get(path.len()..)?.trim_start();
        let path = flat(path);
        let key = self.quoted(&path);
        for (words, condition) in [
            (&["NOT", "EXISTS"][..], format!("{key} not in event")),
            (&["EXISTS"], format!("{key} in event")),
            (&["IS", "NULL"], format!("event.get({key}) is None")),
            (&["IS", "TRUE"], format!("event.get({key}) == True")),
            (&["IS", "FALSE"], format!("event.get({key}) == False")),
        ] {
            if self.takes_words(words) {
                return Some(condition);
            }
        }
        let operators = [("!=", "!="), ("<=", "<="), (">=", ">="), ("=", "=="), ("<", "<"), (">", ">")];
        let (_, operator) = operators.into_iter().find(|(foreign, _)| self.takes(foreign))?;
        let (text, is_string) = self.value()?;
        let known = catalogue::field(&path);
        let is_text = known.is_some_and(|field| field.r#type == Type::Text);
        if text.contains('*') {
            let not = match operator {
                "==" => "",
                "!=" => "not ",
                _ => return None,
            };
            return Some(format!("{not}glob(event.get({key}, {}), {})", self.quoted(""), self.quoted(text)));
        }
        let is_bool = known.is_some_and(|field| field.r#type == Type::Bool);
        let value = match text {
            "true" if is_bool => "True".to_owned(),
            "false" if is_bool => "False".to_owned(),
            _ if !is_string && !is_text && text.parse::<f64>().is_ok() => text.to_owned(),
            _ => self.quoted(text),
        };
        let field = match (operator, known) {
            (_, Some(field)) if !field.optional => format!("event[{key}]"),
            ("==" | "!=", _) => format!("event.get({key})"),
            _ => format!("event.get({key}, 0)"),
        };
        Some(format!("{field} {operator} {value}"))
    }

    /// The value of a comparison, and whether it stands in quotation marks.
    fn value(&mut self) -> Option<(&'s str, bool)> {
        self.rest = self.rest.trim_start();
        for quote in ['"', '\''] {
            if let Some(behind) = self.rest.strip_prefix(quote) {
                let (text, rest) = behind.split_once(quote)?;
                self.rest = rest;
                return Some((text, true));
            }
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || "(){}&|".contains(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!text.is_empty()).then_some((text, false))
    }
}

#[cfg(test)]
mod tests {
    use crate::language::{Code, check};

    #[track_caller]
    fn assert_meant(pattern: &str, meant: &str) {
        let found = check(pattern).diagnostics;
        let [finding] = found.as_slice() else { panic!("{pattern}: {found:?}") };
        assert_eq!((finding.code, finding.suggestion.as_deref()), (Code::ForeignOperator, Some(meant)), "{pattern}");
        if finding.replaces.is_some() {
            let found = check(meant).diagnostics;
            // A pattern can ask for one element of a list, of which the expression is told.
            assert!(found.iter().all(|finding| finding.code == Code::FirstElementOnly), "{meant}: {found:?}");
        }
    }

    #[test]
    fn a_pattern_is_told_as_the_expression_that_it_is() {
        assert_meant(
            "{ ($.eventName = ConsoleLogin) && ($.errorMessage = \"Failed authentication\") }",
            "(event[\"eventName\"] == \"ConsoleLogin\") and (event.get(\"errorMessage\") == \"Failed authentication\")",
        );
        assert_meant(
            "{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS && $.eventType != AwsServiceEvent }",
            "event['userIdentity.type'] == 'Root' and 'userIdentity.invokedBy' not in event and event['eventType'] != 'AwsServiceEvent'",
        );
        assert_meant(
            "{($.errorCode='*UnauthorizedOperation') || ($.errorCode != 'AccessDenied*')}",
            "(glob(event.get('errorCode', ''), '*UnauthorizedOperation')) or (not glob(event.get('errorCode', ''), 'AccessDenied*'))",
        );
        assert_meant("$.readOnly IS FALSE", "event.get('readOnly') == False");
        assert_meant("$.requestParameters.items[0].x = true", "event.get('requestParameters.items.0.x') == 'true'");
        assert_meant("{ $.requestParameters.maxResults > 5 }", "event.get('requestParameters.maxResults', 0) > 5");
    }

    #[test]
    fn of_what_is_no_pattern_the_field_alone_is_told() {
        assert_meant("{ $.resources[*].ARN = x }", "event['resources']");
        assert_meant("$.eventName LIKE 'x'", "event['eventName']");
        assert_meant("$. == 'x'", "event['']");
        assert_meant("($.eventName = 'x'", "event['eventName']");
    }
}
