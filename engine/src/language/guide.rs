//! The guide leaves nothing out: each method, function and construct of the language is in one of its examples, which
//! `tests/guide.rs` evaluates.

use super::Expression;
use super::expr::{Comparison, Operator, TypeName};
use super::function::{BUILTINS, HELPERS};
use super::method::{DICT, STR};

/// The expressions that stand before an arrow on one line.
fn examples() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guides/rule-language.md");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| line.rsplit_once("# => ")).map(|(source, _)| source.trim().to_owned()).collect()
}

/// Whether a function of this name is called, and not a method.
fn calls(source: &str, name: &str) -> bool {
    let call = format!("{name}(");
    let is_name = |before: char| before == '.' || before == '_' || before.is_alphanumeric();
    source.match_indices(&call).any(|(at, _)| !source.get(..at).unwrap_or_default().ends_with(is_name))
}

#[test]
fn every_method_and_function_has_an_example() {
    // What is refused is no example of anything.
    let examples: Vec<_> = examples().into_iter().filter(|source| Expression::parse(source).is_ok()).collect();
    let is_shown = |part: &str| examples.iter().any(|source| source.contains(part));
    let mut missing = Vec::new();
    for signature in DICT.iter().chain(&STR) {
        let method = format!(".{}(", signature.name);
        let named = signature.named.iter().map(|(name, _)| format!("{name}="));
        missing.extend([method].into_iter().chain(named).filter(|part| !is_shown(part)));
    }
    for signature in &BUILTINS {
        missing.extend(signature.named.iter().map(|name| format!("{name}=")).filter(|part| !is_shown(part)));
    }
    let functions = BUILTINS.iter().map(|signature| signature.name).chain(HELPERS.iter().map(|(_, name, ..)| *name));
    for function in functions.chain(["isinstance"]) {
        if !examples.iter().any(|source| calls(source, function)) {
            missing.push(format!("{function}(…)"));
        }
    }
    let types: Vec<_> =
        examples.iter().filter_map(|source| source.strip_prefix("isinstance(")?.split_once(", ")).collect();
    for name in TypeName::ALL.map(TypeName::name) {
        if !types.iter().any(|(_, names)| names.contains(name)) {
            missing.push(format!("isinstance(…, {name})"));
        }
    }
    assert!(missing.is_empty(), "without an example in docs/guides/rule-language.md: {missing:?}");
}

#[test]
fn every_construct_has_an_example() {
    let examples = examples();
    let parsed = examples.iter().filter_map(|source| Expression::parse(source).ok());
    let shown: String = parsed.map(|expression| format!("{:?}\n", expression.root)).collect();
    let mut constructs: Vec<String> = ["None", "Bool", "Int", "BigInt", "Float", "Str", "List", "Tuple"]
        .iter()
        .map(|constant| format!("Constant({constant}"))
        .collect();
    constructs.extend(
        [
            "Event",
            "Local(",
            "Subscript {",
            "Slice {",
            "Call {",
            "Builtin {",
            "IsInstance {",
            "Helper {",
            "And(",
            "Or(",
            "Not(",
            "Sign {",
            "Arithmetic {",
            "Compare {",
            "If {",
            "kind: List([",
            "kind: Tuple([",
            "kind: Set([",
            "kind: Dict([",
            "Comprehension(",
            "Join([",
            "collection: List",
            "collection: Set",
            "collection: Dict",
            "collection: Generator",
            "target: Tuple(",
            "negative: true",
            "negative: false",
            "conditions: [Expr",
        ]
        .map(str::to_owned),
    );
    use Operator::{Add, Divide, FloorDivide, Intersection, Modulo, Multiply, Subtract, SymmetricDifference, Union};
    constructs.extend(
        [Add, Subtract, Multiply, Divide, FloorDivide, Modulo, Intersection, Union, SymmetricDifference]
            .map(|operator| format!("operator: {operator:?}")),
    );
    use Comparison::{Equal, Greater, GreaterOrEqual, In, Is, IsNot, Less, LessOrEqual, NotEqual, NotIn};
    constructs.extend(
        [Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, In, NotIn, Is, IsNot]
            .map(|comparison| format!("({comparison:?}, ")),
    );
    let missing: Vec<_> = constructs.iter().filter(|construct| !shown.contains(construct.as_str())).collect();
    assert!(missing.is_empty(), "without an example in docs/guides/rule-language.md: {missing:?}");
}
