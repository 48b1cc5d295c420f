//! Events in the order of bytes: every choice is one byte.

use arbitrary::{Result, Unstructured};

use crate::grammar::{KEYS, TEXTS};

const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "7",
    "255",
    "9223372036854775807",
    "-9223372036854775808",
    "123456789012345678901234567890",
    "0.5",
    "-0.0",
    "1e16",
    "1e-7",
    "1e400",
    "NaN",
    "-Infinity",
    r#""\ud800""#,
    r#""\ud83d\ude00""#,
    r#""{\"a\":[1,{\"b\":\"c\"}]}""#,
    r#""[[1,2],[3]]""#,
    r#""10.1.2.3""#,
    r#""2001:db8::1""#,
];

/// The JSON of an event.
pub(crate) fn json(choices: &mut Unstructured<'_>) -> Result<String> {
    let mut out = String::new();
    object(choices, &mut out, 0)?;
    Ok(out)
}

fn object(choices: &mut Unstructured<'_>, out: &mut String, depth: usize) -> Result<()> {
    out.push('{');
    for member in 0..choices.int_in_range(0..=7)? {
        if member > 0 {
            out.push(',');
        }
        // A path of the rules may be nested, or one key that holds points.
        let key = *choices.choose(KEYS)?;
        let key = if choices.ratio(3, 4)? { key.split('.').next().unwrap_or(key) } else { key };
        write_string(key, out);
        out.push(':');
        value(choices, out, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

fn value(choices: &mut Unstructured<'_>, out: &mut String, depth: usize) -> Result<()> {
    match choices.int_in_range(0..=7)? {
        0 | 1 => out.push_str(choices.choose(SCALARS)?),
        2 if depth < 5 => object(choices, out, depth)?,
        3 if depth < 5 => {
            out.push('[');
            for item in 0..choices.int_in_range(0..=4)? {
                if item > 0 {
                    out.push(',');
                }
                value(choices, out, depth + 1)?;
            }
            out.push(']');
        }
        4 => {
            // A long text, and a list with many elements.
            let times = 1_usize << choices.int_in_range(0..=12)?;
            if choices.ratio(1, 2)? {
                write_string(&choices.choose(TEXTS)?.repeat(times), out);
            } else {
                let item = *choices.choose(SCALARS)?;
                out.push('[');
                out.push_str(&vec![item; times].join(","));
                out.push(']');
            }
        }
        _ => write_string(choices.choose(TEXTS)?, out),
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
