//! Pieces of Markdown.

use tfplugin::Type;

/// A fenced block. The fence is longer than any in the text.
pub(crate) fn code(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{text}\n{fence}")
}

/// The first paragraph as plain text on one line, for where Markdown is not shown.
pub(crate) fn summary(markdown: &str) -> String {
    let paragraph = markdown.split("\n\n").next().unwrap_or_default();
    let plain = without_links(paragraph).replace(['`', '*'], "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[text](target)` becomes `text`.
fn without_links(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        rest = match link.split_once("](").and_then(|(text, target)| Some((text, target.split_once(')')?.1))) {
            Some((text, after)) if !text.contains(']') => {
                out.push_str(text);
                after
            }
            _ => {
                out.push('[');
                link
            }
        };
    }
    out + rest
}

/// A text in YAML, in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// An item of a list; further lines of the text are indented so that they stay in it.
pub(crate) fn item(bullet: &str, text: &str) -> String {
    let indent = " ".repeat(bullet.len() + 1);
    let mut out = format!("{bullet} ");
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&indent);
            }
        }
        out.push_str(line);
    }
    out
}

/// A type in the words of the registry: `List of String`.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_of_plain_text() {
        let markdown = "A **rule**: `{name}` and\n[the guide](https://example.com/a_b). See `a[0]`.\n\nMore.";
        assert_eq!(summary(markdown), "A rule: {name} and the guide. See a[0].");
        assert_eq!(summary("[a] and [b](c) and [d"), "[a] and b and [d");
    }

    #[test]
    fn yaml_is_quoted() {
        assert_eq!(quoted("a \"b\": \\c\n\td"), r#""a \"b\": \\c\n d""#);
    }

    #[test]
    fn a_fence_is_longer_than_those_inside() {
        assert_eq!(code("md", "```\nx\n```"), "````md\n```\nx\n```\n````");
    }

    #[test]
    fn an_item_keeps_its_lines() {
        assert_eq!(item("1.", "a\n\nb"), "1. a\n\n   b");
    }

    #[test]
    fn types_are_told_in_words() {
        let ty = Type::list(Type::map(Type::set(Type::object([("a", Type::Bool)]))));
        assert_eq!(type_name(&ty), "List of Map of Set of Object");
    }
}
