//! Terraform's numbers in the types of documents and clients.

/// The nearest number that 32 bits hold without a sign: a check tells of those that are out of its range.
pub(crate) fn clamped(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
