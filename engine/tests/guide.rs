//! The guide to the rule language says what is true: its examples are evaluated here and by CPython, its numbers are those of
//! the code, and its chapter of diagnostics is the one that the code gives. `make docs` writes that chapter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use trailhook_engine::document::MAX_DOCUMENT_BYTES;
use trailhook_engine::event::{Event, Json, flatten};
use trailhook_engine::language::{
    Code, Diagnostic, Expression, MAX_BRACKETS, MAX_DEPTH, MAX_SOURCE_BYTES, MAX_TOKENS, Outcome, check,
};

const GENERATED: &str = "<!-- `make docs` writes what follows, from engine/src/language/code.rs. -->\n";

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guides/rule-language.md"))
}

/// The part that people write, and the part that `make docs` writes.
fn guide() -> (String, String) {
    let text = std::fs::read_to_string(path()).unwrap();
    let (written, generated) = text.split_once(GENERATED).expect("the line in front of the generated chapter");
    (written.to_owned(), generated.to_owned())
}

/// A fenced block.
struct Block {
    /// The heading above it.
    section: String,
    /// What stands behind the opening fence.
    info: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut section = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            section = line.trim_start_matches('#').trim().to_owned();
        } else if let Some(info) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Block { section: section.clone(), info: info.to_owned(), text: text.join("\n") });
        }
    }
    found
}

/// An expression of the guide, and what it is said to give.
struct Example {
    section: String,
    /// The JSON of its event.
    event: String,
    source: String,
    expected: String,
}

impl Example {
    fn is_refused(&self) -> bool {
        self.expected.starts_with("TH")
    }

    fn is_error(&self) -> bool {
        let name = self.expected.as_str();
        name == "Unsupported" || ["Error", "Exceeded"].iter().any(|end| name.ends_with(end)) && !name.contains('"')
    }

    /// What CPython does not have, or bounds otherwise.
    fn is_ours(&self) -> bool {
        let helper = |name: &str| {
            let call = format!("{name}(");
            let mut calls = self.source.match_indices(&call);
            let is_name = |before: char| before == '.' || before == '_' || before.is_alphanumeric();
            calls.any(|(at, _)| !self.source.get(..at).unwrap().ends_with(is_name))
        };
        ["values", "items", "sub", "matches", "glob", "in_cidr", "is_ip", "is_public_ip"].into_iter().any(helper)
            || ["Unsupported", "BudgetExceeded", "MemoryExceeded"].contains(&self.expected.as_str())
    }
}

/// Each example ends with the line that has the arrow. It is about the event of its section, or about the first of the guide.
fn examples() -> Vec<Example> {
    let blocks = blocks(&guide().0);
    let sample = blocks.iter().find(|block| block.info == "json").unwrap();
    let mut event = sample;
    let mut found = Vec::new();
    for block in &blocks {
        if block.section != event.section {
            event = sample;
        }
        match block.info.as_str() {
            "json" => event = block,
            "python" => {
                let mut source = String::new();
                for line in block.text.lines() {
                    let (code, expected) = match line.rsplit_once("# => ") {
                        Some((code, expected)) => (code, Some(expected)),
                        None => (line, None),
                    };
                    source.push_str(code.trim_end());
                    source.push('\n');
                    if let Some(expected) = expected {
                        found.push(Example {
                            section: block.section.clone(),
                            event: event.text.clone(),
                            source: std::mem::take(&mut source).trim().to_owned(),
                            expected: expected.to_owned(),
                        });
                    }
                }
                assert_eq!(source.trim(), "", "an example without `# => `");
            }
            "json flat" | "hcl" => {}
            other => panic!("a block of {other:?} is not run by any test"),
        }
    }
    found
}

fn outcome(source: &str, event: &Event) -> Outcome {
    Expression::parse(source).unwrap_or_else(|found| panic!("{}", found[0].render(source))).evaluate(event)
}

/// What is wrong with an example, if something is.
fn fault(example: &Example) -> Option<String> {
    let (source, expected) = (&example.source, &example.expected);
    if example.is_refused() {
        let checked = check(source);
        let codes: Vec<_> = checked.diagnostics.iter().map(|found| found.code.as_str()).collect();
        let is_said = checked.expression.is_none() && codes == [expected];
        return (!is_said).then(|| format!("is found to have {codes:?}"));
    }
    let checked = check(source);
    if checked.expression.is_none() {
        return Some(checked.diagnostics[0].render(source));
    }
    let event = Event::parse(example.event.as_bytes()).unwrap();
    match (outcome(source, &event), expected.as_str()) {
        (Outcome::Error(error), class) if class == error.kind.class() => None,
        (Outcome::Error(error), _) => Some(error.describe(source)),
        (found, _) if example.is_error() => Some(format!("{found:?}")),
        (found, "True") => (found != Outcome::Match).then(|| format!("{found:?}")),
        (found, "False") => (found != Outcome::NoMatch).then(|| format!("{found:?}")),
        (Outcome::NonBool, literal) => {
            // The type as well: an equal float is not the same as an integer.
            let r#type = match literal {
                text if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                    Some(if text.contains(['.', 'e']) { "float" } else { "int" })
                }
                _ => None,
            };
            let same = outcome(&format!("({source}\n) == ({literal})"), &event).is_match()
                && r#type.is_none_or(|name| outcome(&format!("isinstance(({source}\n), {name})"), &event).is_match());
            (!same).then(|| format!("is not {literal}"))
        }
        (found, _) => Some(format!("{found:?}")),
    }
}

#[test]
fn every_example_gives_what_the_guide_says() {
    let examples = examples();
    let wrong: Vec<_> = examples
        .iter()
        .filter_map(|example| Some(format!("{}  # => {}\n  {}", example.source, example.expected, fault(example)?)))
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), examples.len(), wrong.join("\n"));
    let arrows = guide().0.matches("# => ").count();
    assert_eq!(examples.len(), arrows, "an arrow stands outside of the blocks that are run");
}

/// The guide must not claim what Python does not do.
#[test]
fn cpython_agrees_with_the_examples() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/guide.py");
    let python = std::env::var_os("TRAILHOOK_PYTHON").unwrap_or_else(|| "python3".into());
    let spawned = Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        assert!(std::env::var_os("CI").is_none(), "python3 is not there to ask");
        support::skipped("cpython_agrees_with_the_examples: python3 is not there to ask");
        return;
    };
    let examples: Vec<_> =
        examples().into_iter().filter(|example| !example.is_ours() && !example.is_refused()).collect();
    assert!(examples.len() > 150, "{}", examples.len());
    let cases: Vec<_> = examples
        .iter()
        .map(|example| serde_json::json!([example.event, example.source, example.expected, example.is_error()]))
        .collect();
    child.stdin.take().unwrap().write_all(serde_json::to_string(&cases).unwrap().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script failed");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_flat_view_is_that_of_the_event() {
    let blocks = blocks(&guide().0);
    let of = |info: &str| {
        let block = blocks.iter().find(|block| block.info == info).unwrap();
        flatten(&Json::parse(block.text.as_bytes()).unwrap()).unwrap()
    };
    // The keys of the part have dots themselves, and flattening leaves them as they are.
    let (whole, part) = (of("json"), of("json flat"));
    let places: Vec<_> =
        part.iter().map(|(key, value)| (whole.get_index_of(key), whole.get(key) == Some(value))).collect();
    assert!(places.iter().all(|(place, is_same)| place.is_some() && *is_same), "{places:?}");
    assert!(places.is_sorted(), "not in the order of the event: {places:?}");
}

#[test]
fn nothing_is_found_in_the_recipes() {
    let (before, recipes) = guide().0.split_once("\n## Recipes\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let sections: BTreeSet<_> = blocks(&recipes).into_iter().map(|block| block.section).collect();
    assert!(sections.len() > 5 && blocks(&before).iter().all(|block| !sections.contains(&block.section)));
    for example in examples().iter().filter(|example| sections.contains(&example.section)) {
        assert_eq!(example.expected, "True", "{}", example.source);
        let found = check(&example.source).diagnostics;
        assert!(found.is_empty(), "{}", found[0].render(&example.source));
    }
}

/// The number as people read it: `65,536`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn the_limits_are_those_of_the_code() {
    let text = guide().0;
    for (row, limit) in [
        ("| bytes |", MAX_SOURCE_BYTES),
        ("| tokens: names, literals, operators, brackets |", MAX_TOKENS),
        ("| brackets open at one time |", MAX_BRACKETS),
        ("| levels of nesting |", MAX_DEPTH),
        ("| bytes as published, with name, description and labels |", MAX_DOCUMENT_BYTES),
    ] {
        assert!(text.contains(&format!("{row} {} |\n", grouped(limit))), "{row} {limit}");
    }
    // The bounds of an evaluation are not public. The examples meet those of memory and `range` exactly, and this one meets
    // that of steps: each pass looks at 10,000 steps' worth of text.
    assert!(text.contains("one for each 64 bytes of text | 1,000,000 | `BudgetExceeded` |"));
    let event = Event::parse(format!("{{\"s\":\"{}\"}}", "x".repeat(64 * 10_000)).as_bytes()).unwrap();
    let passes = |count| outcome(&format!("all(len(event['s']) for pass_number in range({count}))"), &event);
    assert_eq!(passes(99), Outcome::Match);
    assert!(matches!(passes(100), Outcome::Error(error) if error.kind.class() == "BudgetExceeded"));
}

#[test]
fn links_lead_to_headings() {
    let (written, generated) = guide();
    let text = written + &generated;
    let mut targets = BTreeSet::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()) {
            let kept = heading
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .collect::<String>();
            targets.insert(kept.replace(' ', "-"));
        }
        targets.extend(line.strip_prefix("<a id=\"").and_then(|rest| rest.split('"').next()).map(str::to_owned));
    }
    let links: BTreeSet<_> = text.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let lost: Vec<_> = links.iter().filter(|link| !targets.contains(**link)).collect();
    assert!(links.len() > 50 && lost.is_empty(), "{lost:?}");
}

#[test]
fn the_chapter_of_diagnostics_is_current() {
    let (written, generated) = guide();
    let current = chapter();
    if std::env::var_os("TRAILHOOK_DOCS").is_some_and(|value| value == "write") {
        std::fs::write(path(), format!("{written}{GENERATED}{current}")).unwrap();
        return;
    }
    let differs = generated.lines().zip(current.lines()).find(|(old, new)| old != new);
    assert!(
        generated == current,
        "docs/guides/rule-language.md is not current: `make docs` writes it. First difference: {differs:?}"
    );
}

/// The rooms of the codes, by their first digits.
const ROOMS: [(&str, &str); 4] = [
    ("TH00", "The text"),
    ("TH01", "What the language does not have"),
    ("TH02", "What runs and was not meant"),
    ("TH03", "What CloudTrail does not write"),
];

fn chapter() -> String {
    let mut out = String::from("\n| Code | | Severity |\n|---|---|---|\n");
    for code in Code::ALL {
        let (id, severity) = (anchor(*code), shown(*code).1[0].severity.as_str());
        writeln!(out, "| [{code}](#{id}) | {} | {severity} |", code.title()).unwrap();
    }
    let mut told = 0;
    for (room, title) in ROOMS {
        writeln!(out, "\n### {title}").unwrap();
        for code in Code::ALL.iter().filter(|code| code.as_str().starts_with(room)) {
            told += 1;
            let documentation = code.documentation();
            let (bad, findings) = shown(*code);
            let severity = findings[0].severity.as_str();
            writeln!(out, "\n<a id=\"{}\"></a>\n\n#### {code}: {}\n", anchor(*code), code.title()).unwrap();
            let title = "\"What differs from Python\"";
            let why = documentation.why.replace(title, "[What differs from Python](#what-differs-from-python)");
            writeln!(out, "*{severity}*: {why}\n").unwrap();
            if documentation.bad.is_empty() {
                writeln!(out, "No example, as it would fill this page. The message is, for instance:\n").unwrap();
                writeln!(out, "```text\n{severity}[{code}]: {}\n```", findings[0].message).unwrap();
            } else {
                let shown: Vec<_> = findings.iter().map(|found| found.render(&bad)).collect();
                writeln!(out, "```text\n{}\n```\n\nInstead:\n", shown.join("\n\n")).unwrap();
                writeln!(out, "```python\n{}\n```", documentation.good).unwrap();
            }
        }
    }
    assert_eq!(told, Code::ALL.len(), "a code without a room");
    out
}

fn anchor(code: Code) -> String {
    code.as_str().to_lowercase()
}

/// The rule that has a finding of the code, and its findings of that code; of those with the same words, the first.
fn shown(code: Code) -> (String, Vec<Diagnostic>) {
    let bad = match (code, code.documentation().bad) {
        (Code::TooLong, _) => "x".repeat(MAX_SOURCE_BYTES + 1),
        (Code::TooComplex, _) => "(".repeat(MAX_BRACKETS + 1),
        (_, bad) => bad.to_owned(),
    };
    let mut findings = check(&bad).diagnostics;
    let mut said = BTreeSet::new();
    findings.retain(|found| found.code == code && said.insert(found.message.clone()));
    assert!(!findings.is_empty(), "the bad rule of {code}");
    (bad, findings)
}
