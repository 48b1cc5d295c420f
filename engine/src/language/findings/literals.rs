//! Strings as they are written: side by side without a comma, and with escapes that are none. Told from Python's tree,
//! because values do not show how they were written.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as python, CmpOp, Expr};
use ruff_text_size::Ranged;

use super::Findings;
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::span::Span;

impl Findings<'_> {
    /// Looks at the strings of a rule, and notes where the elements of its displays are.
    pub(super) fn literals(&mut self, tree: &Expr) {
        Strings { findings: self }.visit_expr(tree);
    }

    fn display(&mut self, display: &Expr, elements: &[Expr]) {
        let spans = elements.iter().map(|element| Span::from(element.range())).collect();
        self.elements.insert(Span::from(display.range()), spans);
        elements.iter().for_each(|element| self.concatenation(element));
    }

    /// Strings side by side where one of several was meant.
    fn concatenation(&mut self, literal: &Expr) {
        if let Expr::StringLiteral(literal) = literal
            && literal.value.is_implicit_concatenated()
        {
            let parts: Vec<_> = literal.value.iter().map(|part| Span::from(part.range()).of(self.source)).collect();
            let message = "two strings side by side are one string: a comma is missing";
            let span = Span::from(literal.range());
            self.say(Diagnostic::warning(Code::ImplicitConcatenation, span, message).suggest(parts.join(", ")));
        }
    }

    fn escapes(&mut self, literal: &python::ExprStringLiteral) {
        for part in &literal.value {
            if part.flags.prefix().is_raw() {
                continue;
            }
            let span = Span::from(part.range());
            let mut characters = span.of(self.source).char_indices();
            while let Some((offset, character)) = characters.next() {
                if character != '\\' {
                    continue;
                }
                let Some((_, escaped)) = characters.next() else { break };
                if !is_escape(escaped) {
                    let start = span.start + offset;
                    let escape = Span::new(start, start + 1 + escaped.len_utf8());
                    let message = format!("`\\{escaped}` is no escape: Python keeps the backslash, and warns");
                    let doubled = format!("\\\\{escaped}");
                    self.say_once(&doubled, || {
                        Diagnostic::warning(Code::InvalidEscape, escape, message)
                            .suggest(doubled.clone())
                            .hint("Or put `r` before the string, so that no backslash in it is an escape.")
                    });
                }
            }
        }
    }
}

/// What may stand behind a backslash in a string.
fn is_escape(character: char) -> bool {
    matches!(
        character,
        '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '0'..='7' | 'x' | 'N' | 'u' | 'U'
    )
}

struct Strings<'f, 'e> {
    findings: &'f mut Findings<'e>,
}

impl<'t> Visitor<'t> for Strings<'_, '_> {
    fn visit_expr(&mut self, expr: &'t Expr) {
        match expr {
            Expr::StringLiteral(literal) => self.findings.escapes(literal),
            Expr::Compare(compare) => {
                let members = compare.ops.iter().zip(&compare.comparators);
                for (_, member) in members.filter(|(operator, _)| matches!(operator, CmpOp::In | CmpOp::NotIn)) {
                    self.findings.concatenation(member);
                }
            }
            Expr::List(list) => self.findings.display(expr, &list.elts),
            Expr::Tuple(tuple) => self.findings.display(expr, &tuple.elts),
            Expr::Set(set) => self.findings.display(expr, &set.elts),
            _ => {}
        }
        walk_expr(self, expr);
    }
}
