//! What each part of the workspace may know of the others: the protocol layer could serve any provider, so no word of the product
//! is in it.

#![allow(clippy::expect_used, clippy::panic, reason = "a panic is a failed test")]

use std::path::{Path, PathBuf};

/// Words that nothing here needs, neither in text nor in a name.
const NEVER: [&str; 24] = [
    "alert",
    "alerting",
    "alerts",
    "amazon",
    "backtest",
    "backtests",
    "cloudtrail",
    "deduplication",
    "detection",
    "detections",
    "eventbridge",
    "lambda",
    "mention",
    "mentions",
    "route",
    "routed",
    "router",
    "routes",
    "routing",
    "slack",
    "trailhook",
    "verdict",
    "verdicts",
    "webhook",
];

/// Words that English, Rust or the protocol needs too (the rules of Terraform, a `match`, the severity of a diagnostic).
/// As the name of an attribute, a block or a value they would be the product's: in quotes, as a field, or as a block in HCL.
const NO_NAME: [&str; 11] = [
    "event",
    "match",
    "matches",
    "min_severity",
    "namespace",
    "pack",
    "rule",
    "rule_pack",
    "rules",
    "severity",
    "threshold",
];

/// Every file of the crate, except what HashiCorp wrote and what is made of it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if path.is_dir() {
            if name != "generated" && name != "proto" {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// `true` if `line` has `word` as a word, alone or as a part of an identifier such as `min_word` or `WordList`.
fn has_word(line: &str, word: &str) -> bool {
    let mut words = Vec::<String>::new();
    let mut before = ' ';
    for character in line.chars() {
        let begins = character.is_uppercase() && !before.is_uppercase();
        if character.is_alphanumeric() {
            if begins || !before.is_alphanumeric() {
                words.push(String::new());
            }
            words.last_mut().expect("one was begun").extend(character.to_lowercase());
        }
        before = character;
    }
    words.iter().any(|one| one == word)
}

/// `true` if `line` names something `word`.
fn has_name(line: &str, word: &str) -> bool {
    // The last is a quotation inside a quotation.
    let quotations = [format!("\"{word}\""), format!("`{word}`"), format!("\\\"{word}\\\"")];
    let quoted = quotations.iter().any(|quotation| line.contains(quotation));
    let text = line.trim_start_matches(['/', '!', ' ']);
    let after = text.strip_prefix(word).unwrap_or_default();
    quoted || [" {", ": Attribute"].iter().any(|what| after.starts_with(what))
}

#[test]
fn the_protocol_layer_has_no_word_of_the_product() {
    let mut all = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto"), &mut all);
    assert!(all.len() > 60, "{all:?}");
    let mut found = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for (number, line) in text.lines().enumerate() {
            let words = NEVER.iter().filter(|word| has_word(line, word));
            let names = NO_NAME.iter().filter(|word| has_name(line, word));
            for word in words.chain(names) {
                found.push(format!("{}:{}: {word}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "use examples of another field:\n{}", found.join("\n"));
}

#[test]
fn words_and_names_are_found() {
    for line in ["/// Where alerts go.", "struct AlertRoute {", "min_alerts: 1", "# Slack's"] {
        assert!(NEVER.iter().any(|word| has_word(line, word)), "{line}");
    }
    for line in ["use axum_routers;", "alertness", "reroute"] {
        assert!(!NEVER.iter().any(|word| has_word(line, word)), "{line}");
    }
    for line in [
        "schema::list_block(\"match\")",
        "/// `severity`",
        "    rule {",
        "    severity: Attribute<String>,",
        "r#\"{\\\"rule\\\":1}\"#",
    ] {
        assert!(NO_NAME.iter().any(|word| has_name(line, word)), "{line}");
    }
    for line in
        ["/// Terraform's rules.", "    match value {", "severity: Severity,", "let rule = rules::Recomputing {"]
    {
        assert!(!NO_NAME.iter().any(|word| has_name(line, word)), "{line}");
    }
}
