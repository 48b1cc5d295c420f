//! What one evaluation may cost.

use crate::language::error::ErrorKind;

/// Steps that one evaluation may take: one for each part of the rule and each element looked at, and one for each
/// [`BYTES_PER_STEP`] of text. A rule of ordinary size takes below one hundred.
pub(super) const STEPS: usize = 1_000_000;

/// Bytes that one evaluation may build, all together.
pub(super) const MEMORY: usize = 8 * 1024 * 1024;

const BYTES_PER_STEP: usize = 64;

/// Roughly what an element of a list takes.
const ELEMENT_BYTES: usize = 40;

pub(super) struct Budget {
    steps: usize,
    memory: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { steps: STEPS, memory: MEMORY }
    }

    pub(super) fn steps(&mut self, steps: usize) -> Result<(), ErrorKind> {
        self.steps = self.steps.checked_sub(steps).ok_or(ErrorKind::Budget)?;
        Ok(())
    }

    /// Leaves at most so many steps.
    pub(super) fn reduce(&mut self, steps: usize) {
        self.steps = self.steps.min(steps);
    }

    /// The steps that are left.
    pub(super) fn left(&self) -> usize {
        self.steps
    }

    /// Text that is looked at.
    pub(super) fn scan(&mut self, bytes: usize) -> Result<(), ErrorKind> {
        self.steps(bytes / BYTES_PER_STEP)
    }

    /// Text that is built.
    pub(super) fn build(&mut self, bytes: usize) -> Result<(), ErrorKind> {
        self.memory = self.memory.checked_sub(bytes).ok_or(ErrorKind::Memory)?;
        self.scan(bytes)
    }

    /// Elements of a collection that is built.
    pub(super) fn elements(&mut self, count: usize) -> Result<(), ErrorKind> {
        self.memory = self.memory.checked_sub(count.saturating_mul(ELEMENT_BYTES)).ok_or(ErrorKind::Memory)?;
        self.steps(count)
    }
}
