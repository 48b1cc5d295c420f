//! Texts cut to a length.

/// A text cut to a number of characters, with an ellipsis where something is missing.
pub(crate) fn truncate(text: &str, characters: usize) -> String {
    let mut kept: String = text.chars().take(characters).collect();
    if kept.len() < text.len() {
        kept.pop();
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(truncate("日本語", 3), "日本語");
        assert_eq!(truncate("日本語x", 3), "日本…");
    }
}
