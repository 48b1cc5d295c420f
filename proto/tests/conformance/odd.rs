//! Objects with something odd in them.

use rmpv::Value;

/// A way to a part of an object.
#[derive(Debug, Clone, Copy)]
enum Step {
    Key(&'static str),
    Index(usize),
}

use Step::{Index, Key};

/// Every position of an item: attributes, elements, blocks, blocks in blocks, and the object itself.
const POSITIONS: [&[Step]; 43] = [
    &[],
    &[Key("id")],
    &[Key("name")],
    &[Key("value")],
    &[Key("priority")],
    &[Key("weight")],
    &[Key("secret")],
    &[Key("tags")],
    &[Key("tags"), Key("k")],
    &[Key("aliases")],
    &[Key("aliases"), Index(0)],
    &[Key("ports")],
    &[Key("ports"), Key("p")],
    &[Key("ports"), Key("p"), Key("number")],
    &[Key("ports"), Key("p"), Key("open")],
    &[Key("pair")],
    &[Key("pair"), Index(0)],
    &[Key("pair"), Index(1)],
    &[Key("fault")],
    &[Key("version")],
    &[Key("length")],
    &[Key("extra")],
    &[Key("extra"), Index(0)],
    &[Key("extra"), Index(1)],
    &[Key("part")],
    &[Key("part"), Index(0)],
    &[Key("part"), Index(0), Key("pattern")],
    &[Key("part"), Index(0), Key("labels")],
    &[Key("part"), Index(0), Key("labels"), Index(0)],
    &[Key("part"), Index(0), Key("mode")],
    &[Key("part"), Index(0), Key("step")],
    &[Key("part"), Index(0), Key("step"), Index(0)],
    &[Key("part"), Index(0), Key("step"), Index(0), Key("text")],
    &[Key("part"), Index(0), Key("step"), Index(0), Key("note")],
    &[Key("window")],
    &[Key("window"), Index(0)],
    &[Key("window"), Index(0), Key("id")],
    &[Key("window"), Index(0), Key("day")],
    &[Key("window"), Index(0), Key("hours")],
    &[Key("window"), Index(0), Key("pause")],
    &[Key("window"), Index(0), Key("pause"), Key("minutes")],
    &[Key("limit")],
    &[Key("limit"), Key("items")],
];

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| (Value::from(*key), value.clone())).collect())
}

/// An item with everything set.
fn item() -> Value {
    let step = map(&[("text", "t".into()), ("note", "n".into())]);
    let part = map(&[
        ("pattern", "x".into()),
        ("labels", Value::Array(vec!["l".into()])),
        ("mode", "loose".into()),
        ("step", Value::Array(vec![step])),
    ]);
    let window = |day: &str, pause: Value| {
        map(&[("id", format!("odd/{day}").into()), ("day", day.into()), ("hours", 2.into()), ("pause", pause)])
    };
    let windows = vec![window("friday", map(&[("minutes", 5.into())])), window("monday", Value::Nil)];
    map(&[
        ("id", "odd".into()),
        ("name", "odd".into()),
        ("value", "v".into()),
        ("priority", "low".into()),
        ("weight", 1.into()),
        ("secret", Value::Nil),
        ("tags", map(&[("k", "v".into())])),
        ("aliases", Value::Array(vec!["a".into(), "b".into()])),
        ("ports", map(&[("p", map(&[("number", 1.into()), ("open", true.into())]))])),
        ("pair", Value::Array(vec!["x".into(), 1.into()])),
        ("fault", Value::Nil),
        ("version", 1.into()),
        ("length", 1.into()),
        ("extra", Value::Array(vec![Value::Binary(b"\"string\"".to_vec()), "any".into()])),
        ("part", Value::Array(vec![part])),
        ("window", Value::Array(windows)),
        ("limit", map(&[("items", 3.into())])),
    ])
}

/// The same, encoded.
pub(crate) fn whole() -> Vec<u8> {
    encode(&item())
}

fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, value).expect("encodable");
    bytes
}

/// What may stand where something else is expected.
fn things() -> Vec<(String, Value)> {
    let refined = |payload: &Value| Value::Ext(12, encode(payload));
    let refinement = |key: i64, value: Value| Value::Map(vec![(key.into(), value)]);
    let nested = |depth: usize| (0..depth).fold(Value::Nil, |inner, _| Value::Array(vec![inner]));
    let bad_text = rmpv::decode::read_value(&mut &b"\xa2\xff\xfe"[..]).expect("a text of two bytes");
    let dynamic = |ty: &str, value: Value| Value::Array(vec![Value::Binary(ty.as_bytes().to_vec()), value]);
    let things = [
        ("null", Value::Nil),
        ("unknown", Value::Ext(0, vec![0])),
        ("unknown without a byte", Value::Ext(0, Vec::new())),
        ("unknown, not null", refined(&refinement(1, false.into()))),
        ("unknown with a prefix", refined(&refinement(2, "dep-".into()))),
        ("unknown from 5", refined(&refinement(3, Value::Array(vec![5.into(), true.into()])))),
        ("unknown up to 5", refined(&refinement(4, Value::Array(vec![5.into(), false.into()])))),
        ("unknown with a length from 1", refined(&refinement(5, 1.into()))),
        ("unknown with a length up to 9", refined(&refinement(6, 9.into()))),
        ("unknown with a refinement of tomorrow", refined(&refinement(99, "?".into()))),
        ("unknown, refined by nonsense", Value::Ext(12, vec![0xc1, 0xff])),
        ("an extension of another kind", Value::Ext(-1, vec![0; 12])),
        ("a bool", true.into()),
        ("zero", 0.into()),
        ("a negative integer", i64::MIN.into()),
        ("the largest integer", u64::MAX.into()),
        ("an integer beyond 64 bits", "18446744073709551616".into()),
        ("a decimal of hundreds of digits", format!("0.{}", "1234567890".repeat(50)).into()),
        ("an integer of thousands of digits", "9".repeat(5000).into()),
        ("a tiny decimal", "1e-2147483648".into()),
        ("a huge decimal", "1e2147483647".into()),
        ("a decimal beyond everything", "1e99999999999999999999".into()),
        ("a fraction", 0.1.into()),
        ("a float of 32 bits", Value::F32(0.1)),
        ("not a number", f64::NAN.into()),
        ("infinity", f64::INFINITY.into()),
        ("minus infinity", f64::NEG_INFINITY.into()),
        ("the smallest float", f64::from_bits(1).into()),
        ("empty text", "".into()),
        ("a text with a zero", "a\0b".into()),
        ("text that is not UTF-8", bad_text.clone()),
        ("bytes", Value::Binary(vec![0xff, 0])),
        ("no elements", Value::Array(Vec::new())),
        ("a list of lists", Value::Array(vec![Value::Array(vec![1.into()])])),
        ("a list with everything", Value::Array(vec![Value::Nil, true.into(), Value::Ext(0, vec![0]), "a".into()])),
        ("no entries", Value::Map(Vec::new())),
        ("an extra entry", map(&[("no_such_thing", 1.into())])),
        ("an entry twice", map(&[("k", "v".into()), ("k", 2.into())])),
        ("an unknown entry", map(&[("k", Value::Ext(0, vec![0]))])),
        ("a key that is no text", Value::Map(vec![(Value::Array(Vec::new()), 1.into())])),
        ("a key that is not UTF-8", Value::Map(vec![(bad_text, 1.into())])),
        ("a hundred lists in each other", nested(100)),
        ("a thousand lists in each other", nested(1000)),
        ("a dynamic list", dynamic(r#"["list","number"]"#, Value::Array(vec![1.into()]))),
        ("a dynamic null", dynamic("\"string\"", Value::Nil)),
        ("a dynamic of itself", dynamic("\"dynamic\"", dynamic("\"string\"", "x".into()))),
        ("a dynamic of no type", dynamic("\"thing\"", 1.into())),
        ("a dynamic of another type", dynamic("\"bool\"", "x".into())),
    ];
    things.into_iter().map(|(what, value)| (what.to_owned(), value)).collect()
}

/// The part of `value` at the end of `steps`.
fn at<'v>(value: &'v mut Value, steps: &[Step]) -> &'v mut Value {
    steps.iter().fold(value, |value, step| match (value, step) {
        (Value::Map(entries), Key(key)) => {
            &mut entries.iter_mut().find(|(name, _)| name.as_str() == Some(key)).expect("a key").1
        }
        (Value::Array(elements), Index(index)) => &mut elements[*index],
        (value, step) => panic!("no {step:?} in {value}"),
    })
}

/// Every thing in every position; every attribute missing; an extra one in every object; entries and elements twice.
pub(crate) fn objects() -> impl Iterator<Item = (String, Vec<u8>)> {
    let replaced = POSITIONS.into_iter().flat_map(|position| {
        things().into_iter().map(move |(what, thing)| (format!("{what} at {position:?}"), with(position, thing)))
    });
    let changed = POSITIONS.into_iter().flat_map(|position| {
        let changed = match at(&mut item(), position).clone() {
            Value::Map(entries) => changed_entries(&entries),
            Value::Array(elements) => changed_elements(&elements),
            _ => Vec::new(),
        };
        changed.into_iter().map(move |(what, value)| (format!("{what} at {position:?}"), with(position, value)))
    });
    replaced.chain(changed)
}

/// An item with `value` at `position`, encoded.
fn with(position: &[Step], value: Value) -> Vec<u8> {
    let mut item = item();
    *at(&mut item, position) = value;
    encode(&item)
}

fn changed_entries(entries: &[(Value, Value)]) -> Vec<(String, Value)> {
    let mut changed = Vec::new();
    for index in 0..entries.len() {
        let mut fewer = entries.to_vec();
        let (name, _) = fewer.remove(index);
        changed.push((format!("no {name}"), Value::Map(fewer)));
        let mut twice = entries.to_vec();
        twice.push((name.clone(), Value::Nil));
        changed.push((format!("{name} twice"), Value::Map(twice)));
    }
    let more = [entries, &[("another".into(), 1.into())]].concat();
    changed.push(("one more".to_owned(), Value::Map(more)));
    changed
}

fn changed_elements(elements: &[Value]) -> Vec<(String, Value)> {
    let (first, last) = (elements.first().expect("an element"), elements.last().expect("an element"));
    let changed = [
        ("one less", elements.iter().skip(1).cloned().collect()),
        ("the first twice", [std::slice::from_ref(first), elements].concat()),
        ("backwards", elements.iter().rev().cloned().collect()),
        ("one is null", [elements, &[Value::Nil]].concat()),
        ("one is unknown", [elements, &[Value::Ext(0, vec![0])]].concat()),
        ("a part of one is unknown", [elements, &[partly_unknown(last)]].concat()),
    ];
    changed.into_iter().map(|(what, elements)| (what.to_owned(), Value::Array(elements))).collect()
}

/// The same object with unknown values in it; unknown if it is no object.
fn partly_unknown(value: &Value) -> Value {
    let unknown = Value::Ext(0, vec![0]);
    let Value::Map(entries) = value else { return unknown };
    Value::Map(entries.iter().map(|(name, _)| (name.clone(), unknown.clone())).collect())
}

/// Texts in place of an object's JSON form.
pub(crate) fn json() -> Vec<String> {
    let mut texts: Vec<String> = ["", "null", "true", "7", "\"x\"", "[]", "{}", "{", "nul", "\u{0}", "{\"a\":1,}"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    texts.push("[".repeat(100_000));
    let values = [
        "null",
        "true",
        "-1",
        "0.5",
        "1e400",
        "12345678901234567890123",
        "\"\"",
        "\"x\"",
        "\"\\ud800\"",
        "[]",
        "[null]",
        "[[1]]",
        "{}",
        r#"{"type":"string","value":"x"}"#,
        r#"{"type":"string","value":1}"#,
        r#"{"type":7,"value":1}"#,
        r#"["x",1]"#,
        r#"["x","x"]"#,
        r#"[{}]"#,
        r#"[{"pattern":"x","step":null}]"#,
        r#"[{"pattern":"x","step":[{"text":1}]}]"#,
        r#"[{"day":"friday"},{"day":"friday"}]"#,
        r#"[{"day":"friday","pause":{"minutes":"x"}}]"#,
        r#"{"p":{"number":1}}"#,
        r#"{"p":{"number":1,"open":true,"more":1}}"#,
        r#"{"items":null,"more":{}}"#,
    ];
    let names = [
        "name", "weight", "tags", "aliases", "ports", "pair", "part", "window", "limit", "extra", "version", "secret",
        "none", "text", "key",
    ];
    for name in names {
        for value in values {
            texts.push(format!(r#"{{"name":"odd","{name}":{value}}}"#));
        }
    }
    texts
}
