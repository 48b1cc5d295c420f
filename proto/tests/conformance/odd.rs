//! Objects with something odd in them.

use rmpv::Value;

/// A way to a part of an object.
#[derive(Debug, Clone, Copy)]
enum Step {
    Key(&'static str),
    Index(usize),
}

use Step::{Index, Key};

/// Every position of an item: attributes, elements, blocks, and the object itself.
const POSITIONS: [&[Step]; 23] = [
    &[],
    &[Key("id")],
    &[Key("name")],
    &[Key("value")],
    &[Key("priority")],
    &[Key("weight")],
    &[Key("secret")],
    &[Key("tags")],
    &[Key("tags"), Key("k")],
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
    &[Key("limit")],
    &[Key("limit"), Key("items")],
];

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| (Value::from(*key), value.clone())).collect())
}

/// An item with everything set.
fn item() -> Value {
    let part = map(&[("pattern", "x".into()), ("labels", Value::Array(vec!["l".into()])), ("mode", "loose".into())]);
    map(&[
        ("id", "odd".into()),
        ("name", "odd".into()),
        ("value", "v".into()),
        ("priority", "low".into()),
        ("weight", 1.into()),
        ("secret", Value::Nil),
        ("tags", map(&[("k", "v".into())])),
        ("fault", Value::Nil),
        ("version", 1.into()),
        ("length", 1.into()),
        ("extra", Value::Array(vec![Value::Binary(b"\"string\"".to_vec()), "any".into()])),
        ("part", Value::Array(vec![part])),
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

/// Every thing in every position; every attribute missing; an extra one in every object; entries twice.
pub(crate) fn objects() -> impl Iterator<Item = (String, Vec<u8>)> {
    let replaced = POSITIONS.into_iter().flat_map(|position| {
        things().into_iter().map(move |(what, thing)| {
            let mut item = item();
            *at(&mut item, position) = thing;
            (format!("{what} at {position:?}"), encode(&item))
        })
    });
    let objects = POSITIONS.into_iter().filter(|position| matches!(at(&mut item(), position), Value::Map(_)));
    let changed = objects.flat_map(|position| {
        let Value::Map(entries) = at(&mut item(), position).clone() else { unreachable!("filtered") };
        let with = move |what: String, entries: Vec<(Value, Value)>| {
            let mut item = item();
            *at(&mut item, position) = Value::Map(entries);
            (format!("{what} at {position:?}"), encode(&item))
        };
        let mut changed = Vec::new();
        for index in 0..entries.len() {
            let mut fewer = entries.clone();
            let (name, _) = fewer.remove(index);
            changed.push(with(format!("no {name}"), fewer));
            let mut twice = entries.clone();
            twice.push((name.clone(), Value::Nil));
            changed.push(with(format!("{name} twice"), twice));
        }
        let mut more = entries;
        more.push(("another".into(), 1.into()));
        changed.push(with("one more".to_owned(), more));
        changed
    });
    replaced.chain(changed)
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
    ];
    let names = ["name", "weight", "tags", "part", "limit", "extra", "version", "secret", "none", "text", "key"];
    for name in names {
        for value in values {
            texts.push(format!(r#"{{"name":"odd","{name}":{value}}}"#));
        }
    }
    texts
}
