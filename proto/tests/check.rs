//! The example keeps the rules that `check_provider` knows.

#[allow(dead_code, reason = "its main function is not called here")]
#[path = "../examples/memory.rs"]
mod memory;

#[test]
fn the_example_keeps_the_rules() {
    assert_eq!(tfplugin::check_provider(&memory::Memory::default(), "memory"), []);
}

/// Every line counts, also one with nothing but a brace; blank ones and comments do not. The format is rustfmt's.
#[test]
fn the_provider_of_the_documentation_is_short() {
    let lines = include_str!("../examples/notes.rs").lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    assert!(code <= 40, "{code} lines of code");
}

#[test]
fn another_name_breaks_them() {
    let problems = tfplugin::check_provider(&memory::Memory::default(), "other");
    assert!(!problems.is_empty());
    for problem in problems {
        assert!(problem.to_string().contains("`other_`"), "{problem}");
    }
}
