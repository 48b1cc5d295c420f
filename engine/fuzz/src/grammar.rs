//! Rules in the order of bytes: each byte chooses one production, so that nearly all of them parse, and a changed byte
//! changes a part.

use arbitrary::{Result, Unstructured};

/// Keys of events and of the rules over them.
pub(crate) const KEYS: &[&str] = &[
    "eventName",
    "userIdentity.arn",
    "readOnly",
    "n",
    "a",
    "a.b",
    "a.0",
    "a.1.b",
    "list.0.k",
    "é",
    "",
    ".",
    "eventName.x",
];

/// Texts of events and of the rules over them.
pub(crate) const TEXTS: &[&str] = &[
    "x",
    "",
    "Get",
    "StopLogging",
    "a,b,,c",
    "ab",
    " x\t",
    "x\ny\r\nz",
    "1",
    "-7",
    "1_0",
    "٣",
    "1e3",
    "nan",
    "ß",
    "ǅ",
    "ΑΣ",
    "İ",
    "日本",
    "🔥",
    "ŉ",
    "\u{1c}\u{85}",
    "{\"a\":1}",
    "10.1.2.3",
    "9999999999999999999999",
];

const NUMBERS: &[&str] = &[
    "1",
    "0",
    "2",
    "-1",
    "7",
    "100",
    "1000",
    "10000",
    "100000",
    "1000000",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
    "123456789012345678901234567890",
    "True",
    "0.5",
    "2.5",
    "-0.0",
    "1e16",
    "1e308",
    "5e-324",
    "0xff",
];

/// What a place in a production is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Condition,
    Text,
    Number,
    Items,
    Set,
    Map,
    Any,
}

// A letter behind `%` is a part that is chosen in its turn:
//
// `c` a condition, `t` a text, `n` a number, `i` what has elements, `a` any of these, `s` what the operators of sets take, `m` a
// dict, `g` the inside of a comprehension, `h` that of a dict's,
// `k` a key, `l` a literal text, `d` a literal number, `r` a regular expression, `p` a glob, `w` a network, `v` a variable.

const CONDITIONS: &[&str] = &[
    "True",
    "event[%k] == %l",
    "%l in event.get(%k, '')",
    "event.get(%k) is None",
    "event[%k] in [%l, %d]",
    "%t == %t",
    "%a == %a",
    "%a != %a",
    "%a < %a",
    "%n >= %n",
    "%i <= %i",
    "%s == %s",
    "%s < %s",
    "%s in %s",
    "%s not in %i",
    "%a in %i",
    "%t not in %t",
    "%a in (%g)",
    "%n < %n <= %n != %a",
    "%c and %c",
    "(%c or %c)",
    "not %c",
    "(%c if %c else %c)",
    "bool(%a)",
    "any(%g)",
    "all(%g)",
    "any(%i)",
    "isinstance(%a, (str, int))",
    "isinstance(%a, list)",
    "%t.startswith(%t)",
    "%t.endswith((%l, %l))",
    "%t.startswith(%t, %n, %n)",
    "%t.isdigit()",
    "%t.isalnum() or %t.isspace()",
    "%t.isupper() or %t.islower()",
    "matches(%t, %r)",
    "glob(%t, %p)",
    "glob(%t, %t, %p)",
    "in_cidr(%t, %w)",
    "is_public_ip(%t)",
];

const TEXT: &[&str] = &[
    "%l",
    "event[%k]",
    "event.get(%k, %l)",
    "str(%v)",
    "event.get(%k)",
    "%t.lower()",
    "%t.upper()",
    "%t.casefold()",
    "%t.title()",
    "%t.capitalize()",
    "%t.swapcase()",
    "%t.partition(%t)[%n]",
    "%t.rpartition(%l)[%n]",
    "%t.strip()",
    "%t.lstrip(%t)",
    "%t.rstrip(%l)",
    "%t.replace(%t, %t)",
    "%t.replace(%l, %l, %n)",
    "%t.removeprefix(%t)",
    "%t.removesuffix(%t)",
    "%t.join(%i)",
    "%t.join(%g)",
    "%t[%n]",
    "%t[%n:%n]",
    "%t[::%n]",
    "(%t + %t)",
    "(%t * %n)",
    "f'{%v}-{%n}'",
    "f'a{%t}'",
    "str(%n)",
    "max(%t, %t)",
    "min(%i, default=%t)",
    "%i[%n]",
    "(%t or %t)",
    "(%t if %c else %t)",
];

const NUMBER: &[&str] = &[
    "%d",
    "len(event)",
    "event.get(%k, %d)",
    "%v",
    "len(%i)",
    "len(%t)",
    "int(%t)",
    "int(%t, %n)",
    "float(%t)",
    "-%n",
    "(%n + %n)",
    "(%n - %n)",
    "(%n * %n)",
    "(%n / %n)",
    "(%n // %n)",
    "(%n %% %n)",
    "abs(%n)",
    "round(%n)",
    "round(%n, %n)",
    "sum(%i)",
    "sum(%g)",
    "sum(%i, %n)",
    "max(%i)",
    "min(%g)",
    "max(%n, %n, %n)",
    "%t.count(%t)",
    "%t.find(%t, %n)",
    "%t.rfind(%t, %n, %n)",
    "%t.index(%l)",
    "%i.count(%a)",
    "%i.index(%a)",
    "%i.index(%a, %n)",
    "%i.index(%a, %n, %n)",
    "%i.count(%a, %n)",
    "len(%s)",
    "float('nan')",
];

const ITEMS: &[&str] = &[
    "event",
    "[%l, %l]",
    "(%d, %l)",
    "event.keys()",
    "event.values()",
    "event.items()",
    "[]",
    "[%a, %a]",
    "(%a,)",
    "{%a, %a}",
    "{%l: %a, %a: %d}",
    "{%l: %a}.items()",
    "[%g]",
    "{%g}",
    "range(%n)",
    "range(%n, %n, %n)",
    "list(%i)",
    "tuple(%i)",
    "set(%i)",
    "set(%g)",
    "sorted(%i)",
    "sorted(%i, reverse=%c)",
    "sorted([%a, %a, %n, %s] * %n)",
    "sorted([%n, %n, float('nan'), %n, %n, float('nan'), %n] * 7)",
    "sorted([{%d}, {%d, %d}, {%d}, {%d, %d}] * 9, reverse=%c)",
    "sorted([%g] * %n)",
    "%m",
    "%m.values()",
    "%s",
    "%t.partition(%t)",
    "%t.rpartition(%t)",
    "(%i + %i)",
    "(%i * %n)",
    "%i[%n:%n]",
    "%i[::%n]",
    "%t.split()",
    "%t.split(%l)",
    "%t.rsplit(%l, %n)",
    "%t.split(maxsplit=%n)",
    "%t.splitlines()",
    "list(%t)",
    "values(event, %p)",
    "items(event, %k)",
    "sub(event, %k)",
    "sub(event, %k).values()",
    "values(sub(event, %k), %p)",
    "items(event, %k)[%n]",
];

const SETS: &[&str] = &[
    "{%l, %d}",
    "event.keys()",
    "event.items()",
    "{%a, %a}",
    "set(%i)",
    "{%g}",
    "%m.keys()",
    "%m.items()",
    "(%s & %s)",
    "(%s | %s)",
    "(%s - %s)",
    "(%s ^ %s)",
];

const MAPS: &[&str] = &["{%l: %d}", "{%d: %l}", "{}", "{%l: %a, %a: %d}", "{%h}"];

const REGEXES: &[&str] = &[
    "r'^Get'",
    "r'x+y'",
    "'(?i)é|日'",
    r"r'\w{8}'",
    r"r'(a|b)*c{1,20}'",
    "''",
    r"r'\bx\b'",
    r"r'(?s)^.*,.*$'",
    r"r'[^\x00-\x7f]{2,9}'",
];

const PATTERNS: &[&str] = &[
    "'*'",
    "'x*'",
    "'*x*y*'",
    "'?'",
    "'[a-z]*'",
    "'[!x]*'",
    "'**'",
    "'**.b'",
    "'a.*'",
    "'*.*.k'",
    "'a**b'",
    "'*a*a*a*a*a*'",
];

const NETWORKS: &[&str] = &["'10.0.0.0/8'", "'::/0'", "'2001:db8::/32', '1.2.3.4'", "'0.0.0.0/0'"];

const VARIABLES: &[&str] = &["x", "y", "z", "w"];

/// Levels of productions. Each level of a production is at most two of the tree.
const DEPTH: usize = 12;
/// Bytes after which the shortest productions are taken.
const LENGTH: usize = 2_000;

/// The text of a rule.
pub(crate) fn rule(choices: &mut Unstructured<'_>) -> Result<String> {
    let mut writer = Writer { choices, out: String::new(), variables: 0 };
    writer.fill(Kind::Condition, DEPTH)?;
    Ok(writer.out)
}

struct Writer<'w, 'b> {
    choices: &'w mut Unstructured<'b>,
    out: String,
    /// How many of [`VARIABLES`] have a value here.
    variables: usize,
}

impl Writer<'_, '_> {
    fn fill(&mut self, kind: Kind, depth: usize) -> Result<()> {
        let productions = match kind {
            Kind::Condition => CONDITIONS,
            Kind::Text => TEXT,
            Kind::Number => NUMBER,
            Kind::Items => ITEMS,
            Kind::Set => SETS,
            Kind::Map => MAPS,
            Kind::Any => {
                let kinds = [Kind::Text, Kind::Number, Kind::Items, Kind::Condition];
                let kind = *self.choices.choose(&kinds)?;
                return self.fill(kind, depth);
            }
        };
        // The first productions of each table hold no other.
        let within = if depth == 0 || self.out.len() > LENGTH { 3 } else { productions.len() };
        let production = self.choices.choose(&productions[..within])?;
        self.write(production, depth.saturating_sub(1))
    }

    fn write(&mut self, production: &str, depth: usize) -> Result<()> {
        let mut characters = production.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                self.out.push(character);
                continue;
            }
            match characters.next() {
                Some('c') => self.fill(Kind::Condition, depth)?,
                Some('t') => self.fill(Kind::Text, depth)?,
                Some('n') => self.fill(Kind::Number, depth)?,
                Some('i') => self.fill(Kind::Items, depth)?,
                Some('a') => self.fill(Kind::Any, depth)?,
                Some('s') => self.fill(Kind::Set, depth)?,
                Some('m') => self.fill(Kind::Map, depth)?,
                Some('g') => self.comprehension(depth, false)?,
                Some('h') => self.comprehension(depth, true)?,
                Some('k') => self.literal(KEYS)?,
                Some('l') => self.literal(TEXTS)?,
                Some('d') => self.one_of(NUMBERS)?,
                Some('r') => self.one_of(REGEXES)?,
                Some('p') => self.one_of(PATTERNS)?,
                Some('w') => self.one_of(NETWORKS)?,
                Some('v') if self.variables == 0 => self.out.push('1'),
                Some('v') => self.one_of(&VARIABLES[..self.variables])?,
                other => self.out.extend(other),
            }
        }
        Ok(())
    }

    fn one_of(&mut self, words: &[&str]) -> Result<()> {
        self.out.push_str(self.choices.choose(words)?);
        Ok(())
    }

    fn literal(&mut self, texts: &[&str]) -> Result<()> {
        let text = self.choices.choose(texts)?;
        self.out.push_str(&format!("{text:?}").replace("\\u{", "\\x").replace('}', ""));
        Ok(())
    }

    /// `element for x in items if condition`, with a second `for` at times; of a dict `key: value for …`.
    fn comprehension(&mut self, depth: usize, is_dict: bool) -> Result<()> {
        let outside = self.variables;
        let clauses = if self.choices.ratio(1, 4)? { 2 } else { 1 };
        let inside = (outside + clauses).min(VARIABLES.len());
        self.variables = inside;
        if is_dict {
            self.fill(Kind::Any, depth)?;
            self.out.push_str(": ");
        }
        self.fill(Kind::Any, depth)?;
        for clause in 0..clauses {
            self.variables = (outside + clause).min(inside);
            let variable = VARIABLES[self.variables.min(VARIABLES.len() - 1)];
            self.out.push_str(&format!(" for {variable} in "));
            self.fill(Kind::Items, depth)?;
        }
        self.variables = inside;
        if self.choices.ratio(1, 3)? {
            self.out.push_str(" if ");
            self.fill(Kind::Condition, depth)?;
        }
        self.variables = outside;
        Ok(())
    }
}
