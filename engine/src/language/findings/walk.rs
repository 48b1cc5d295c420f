//! The way through a rule, with what is known to hold where each part is evaluated.

use super::Findings;
use super::known::Known;
use crate::language::MAX_FINDINGS;
use crate::language::equalities::{narrow, necessary};
use crate::language::expr::{Expr, ExprKind};

impl<'e> Findings<'e> {
    pub(super) fn walk(&mut self, root: &'e Expr) {
        self.visit(root, &Known::default());
    }

    // Recursion is bounded by the depth that the parser admits.
    fn visit(&mut self, expr: &'e Expr, known: &Known) {
        if self.found.len() >= MAX_FINDINGS {
            return;
        }
        self.shape(expr);
        self.values(expr);
        self.truth(expr);
        self.events(expr);
        self.fields(expr);
        self.scope(expr);
        self.presence(expr, known);
        match &expr.kind {
            // What an operand lets pass holds for those behind it.
            ExprKind::And(operands) => {
                let outside = self.scope.clone();
                narrow(&mut self.scope, necessary(expr, true));
                self.visit_in_turn(operands, known, true);
                self.scope = outside;
            }
            ExprKind::Or(operands) => self.visit_in_turn(operands, known, false),
            ExprKind::If { condition, then, otherwise } => {
                self.visit(condition, known);
                let after = |truth| {
                    let mut known = known.clone();
                    known.assume(condition, truth);
                    known
                };
                self.visit(then, &after(true));
                self.visit(otherwise, &after(false));
            }
            ExprKind::Comprehension(comprehension) => {
                let mut known = known.clone();
                for clause in &comprehension.clauses {
                    self.visit(&clause.iterable, &known);
                    for condition in &clause.conditions {
                        self.visit(condition, &known);
                        known.assume(condition, true);
                    }
                }
                for part in comprehension.results() {
                    self.visit(part, &known);
                }
            }
            _ => {
                for child in expr.children() {
                    self.visit(child, known);
                }
            }
        }
    }

    fn visit_in_turn(&mut self, operands: &'e [Expr], known: &Known, passes: bool) {
        let mut known = known.clone();
        for operand in operands {
            self.visit(operand, &known);
            known.assume(operand, passes);
        }
    }
}
