//! The kinds of findings: a stable number, what it means, and a rule that has it beside one that has not.
//!
//! `TH00` is about the text and its syntax, `TH01` about what the language does not have or what always raises, `TH02`
//! about what runs and was not meant, `TH03` about what CloudTrail does not write. Numbers are never reused.

use std::fmt;

/// What the guide says of a code. Both rules are checked by the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Documentation {
    /// What the finding means and why it matters, in plain sentences.
    pub why: &'static str,
    /// A rule that has the finding; empty where it would fill a page.
    pub bad: &'static str,
    /// The rule that was meant; nothing is found in it.
    pub good: &'static str,
}

macro_rules! codes {
    ($($name:ident $number:literal $title:literal { why: $why:literal, bad: $bad:literal, good: $good:literal $(,)? })*) => {
        /// The stable name of a kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it is shown, e.g. `TH0107`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $number,)* }
            }

            /// A few words for a heading.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What the guide says of the code.
            #[must_use]
            pub fn documentation(self) -> Documentation {
                match self { $(Self::$name => Documentation { why: $why, bad: $bad, good: $good },)* }
            }
        }
    };
}

codes! {
    Empty "TH0001" "Empty expression" {
        why: "A rule without a condition would match nothing. Comments alone are no condition.",
        bad: "# to be written",
        good: r#"event["eventName"] == "StopLogging""#,
    }
    TooLong "TH0002" "Expression too long" {
        why: "One expression has at most 65,536 bytes. Split a longer one into several rules: each that matches alerts by itself.",
        bad: "",
        good: r#"event["eventName"] in ("StopLogging", "DeleteTrail")"#,
    }
    TooComplex "TH0003" "Expression too complex" {
        why: "One expression has at most 4,000 tokens, 100 open brackets and 100 levels, so that reading it always ends soon.",
        bad: "",
        good: r#"event["eventName"] in ("StopLogging", "DeleteTrail")"#,
    }
    InvalidCharacter "TH0004" "Character that cannot stand in a rule" {
        why: "Curly quotation marks come from word processors and chat programs, invisible characters from copied text. Neither is Python.",
        bad: "event[“eventName”] == “StopLogging”",
        good: r#"event["eventName"] == "StopLogging""#,
    }
    Syntax "TH0005" "Not a Python expression" {
        why: "The text does not parse. A rule is one expression: no statements such as `if …:`, `import` or `return`, and no assignments.",
        bad: r#"if event["eventName"] == "StopLogging": True"#,
        good: r#"event["eventName"] == "StopLogging""#,
    }
    ForeignOperator "TH0006" "Operator of another language" {
        why: "Comparison is `==`, and conditions are joined by `and`, `or` and `not`.",
        bad: r#"event["eventName"] = "StopLogging" && !event.get("errorCode")"#,
        good: r#"event["eventName"] == "StopLogging" and not event.get("errorCode")"#,
    }
    SurrogateEscape "TH0007" "Half of a surrogate pair" {
        why: "`\\ud83d` is half of a character. Write the character itself, or its code point as `\\U0001F511`.",
        bad: r#"event.get("userAgent", "") == "\ud83d""#,
        good: r#"event.get("userAgent", "") == "\U0001F511""#,
    }
    UnknownName "TH0101" "Unknown name" {
        why: "A rule knows `event`, the functions of the language, and the variables of its own comprehensions. Fields and strings stand in quotation marks; the constants are `True`, `False` and `None`.",
        bad: r#"eventName == "StopLogging""#,
        good: r#"event["eventName"] == "StopLogging""#,
    }
    Unsupported "TH0102" "Construct that the language leaves out" {
        why: "The language has what a condition over one event needs. What could run for long, reach outside of the event or change it is left out. \"What differs from Python\" says what to write instead.",
        bad: r#"(lambda name: name == "StopLogging")(event["eventName"])"#,
        good: r#"event["eventName"] == "StopLogging""#,
    }
    AttributeAccess "TH0103" "Dots where brackets belong" {
        why: "A field is read with brackets or `get`, and a nested field has one key: its whole path. Dots are for methods.",
        bad: r#"event.userIdentity.type == "Root""#,
        good: r#"event["userIdentity.type"] == "Root""#,
    }
    NestedSubscript "TH0104" "Brackets behind brackets" {
        why: "The event is flat: a nested field has one key, its whole path. There is no value for the object around it.",
        bad: r#"event["userIdentity"]["type"] == "Root""#,
        good: r#"event["userIdentity.type"] == "Root""#,
    }
    UnknownMethod "TH0107" "Unknown method" {
        why: "Strings have Python's methods, lists and tuples have `count` and `index`, and the event has `get`, `keys`, `values` and `items`. Methods that would change the event are left out.",
        bad: r#"event["eventName"].startwith("Delete")"#,
        good: r#"event["eventName"].startswith("Delete")"#,
    }
    Arguments "TH0108" "Wrong arguments" {
        why: "The call has too many or too few arguments, or one by a name that it does not take. Python would raise `TypeError` whenever it is reached.",
        bad: r#"event.get("errorCode", default="") == "AccessDenied""#,
        good: r#"event.get("errorCode", "") == "AccessDenied""#,
    }
    ArgumentType "TH0109" "Argument of a wrong type" {
        why: "Python would raise `TypeError` whenever the call is reached: `startswith` and `endswith` take a string or a tuple of strings, and no list.",
        bad: r#"event["eventName"].startswith(["Delete", "Stop"])"#,
        good: r#"event["eventName"].startswith(("Delete", "Stop"))"#,
    }
    Pattern "TH0110" "Bad pattern" {
        why: "The regular expression or pattern does not parse. A regular expression must be a literal, because it is compiled before the rule runs, and has neither look-around nor back-references.",
        bad: r#"matches(event["eventName"], "^(Get|List")"#,
        good: r#"matches(event["eventName"], "^(Get|List)")"#,
    }
    Network "TH0111" "Bad network" {
        why: "A network is an address (`10.1.2.3`), or an address with the length of its prefix (`10.0.0.0/8`). The address must be a whole one.",
        bad: r#"in_cidr(event["sourceIPAddress"], "10.0.0/8")"#,
        good: r#"in_cidr(event["sourceIPAddress"], "10.0.0.0/8")"#,
    }
    NeverTrue "TH0201" "Never matches" {
        why: "A rule matches if its value is `True` itself. This one is never that: its value is a string, a list or a number, or its conditions exclude one another.",
        bad: r#"event.get("errorCode")"#,
        good: r#""errorCode" in event"#,
    }
    LiteralOperand "TH0202" "String as a condition" {
        why: "`a == \"A\" or \"B\"` means `(a == \"A\") or \"B\"`: the second string is compared with nothing. As a condition it is always true, and as the value of a rule it is never `True`.",
        bad: r#"event["eventName"] == "StopLogging" or "DeleteTrail""#,
        good: r#"event["eventName"] in ["StopLogging", "DeleteTrail"]"#,
    }
    SubstringForMember "TH0203" "Part of a string where a member was meant" {
        why: "Parentheses around one string make no tuple. `in` then looks for a part of the string, and `\"Login\" in (\"ConsoleLogin\")` is true.",
        bad: r#"event["eventName"] in ("ConsoleLogin")"#,
        good: r#"event["eventName"] in ("ConsoleLogin",)"#,
    }
    NeverEqual "TH0204" "Never equal" {
        why: "The two sides have different types, or one is changed to lower or upper case and the other is not. JSON has bools (`readOnly`) and strings (`mfaAuthenticated`, account numbers), and Python never takes one for the other.",
        bad: r#"event.get("readOnly") == "false""#,
        good: r#"event.get("readOnly") == False"#,
    }
    AlwaysTrue "TH0205" "Always true" {
        why: "The condition holds for every event and so decides nothing. That is said of `True` as a whole rule as well, unless exceptions or a threshold narrow it. In the example no value equals both strings, so it differs from at least one of them.",
        bad: r#"event["eventName"] != "GetObject" or event["eventName"] != "PutObject""#,
        good: r#"event["eventName"] != "GetObject" and event["eventName"] != "PutObject""#,
    }
    ChainedMembership "TH0206" "Chained comparison" {
        why: "Python reads `a in b == c` as `a in b and b == c`. Write `not in`, or put parentheses around the first comparison.",
        bad: r#""root" in event.get("userIdentity.arn", "") == False"#,
        good: r#""root" not in event.get("userIdentity.arn", "")"#,
    }
    IdentityOfLiteral "TH0207" "Identity of a literal" {
        why: "`is` asks for the same object. A value of the event is never the same object as a string or number in the rule, even if they are equal. `is` is for `None`, `True` and `False`.",
        bad: r#"event["awsRegion"] is "us-east-1""#,
        good: r#"event["awsRegion"] == "us-east-1""#,
    }
    InvalidEscape "TH0208" "Escape that is none" {
        why: "Python keeps the backslash and warns, and a later version will refuse it. Double the backslash, or put `r` before the string.",
        bad: r#"matches(event["eventName"], "^Get\w+$")"#,
        good: r#"matches(event["eventName"], r"^Get\w+$")"#,
    }
    ImplicitConcatenation "TH0209" "Missing comma" {
        why: "Two strings side by side are one string. In a list this is nearly always a comma that was forgotten.",
        bad: r#"event["eventName"] in ["StopLogging" "DeleteTrail"]"#,
        good: r#"event["eventName"] in ["StopLogging", "DeleteTrail"]"#,
    }
    ParenthesesNotTuple "TH0210" "Parentheses around one string" {
        why: "The inner parentheses make no tuple. Here this is harmless: a string is taken as well. A comma would make the tuple.",
        bad: r#"event["eventName"].startswith(("Get"))"#,
        good: r#"event["eventName"].startswith(("Get",))"#,
    }
    PatternInEquality "TH0211" "Pattern compared with `==`" {
        why: "`==` takes `*` for a character like any other. Use `startswith` or `endswith`, or `glob` for a pattern.",
        bad: r#"event["eventName"] == "Describe*""#,
        good: r#"event["eventName"].startswith("Describe")"#,
    }
    NetworkInEquality "TH0212" "Network compared with `==`" {
        why: "An address is never equal to a network. `in_cidr` asks whether it lies in one.",
        bad: r#"event["sourceIPAddress"] == "10.0.0.0/8""#,
        good: r#"in_cidr(event["sourceIPAddress"], "10.0.0.0/8")"#,
    }
    UnknownValue "TH0213" "Value that the field never has" {
        why: "CloudTrail writes one of a few values there, and this is none of them; the case counts. `errorCode` is absent where nothing failed.",
        bad: r#"event.get("userIdentity.type") == "IamUser""#,
        good: r#"event.get("userIdentity.type") == "IAMUser""#,
    }
    MissingField "TH0214" "Field that may be missing" {
        why: "`event[…]` raises where the field is missing: the rule then does not match, and an error is counted. Use `get`, or ask for the field first: `\"errorCode\" in event and …`.",
        bad: r#"event["errorCode"] == "AccessDenied""#,
        good: r#"event.get("errorCode") == "AccessDenied""#,
    }
    MethodOfNone "TH0215" "Value that may be `None`" {
        why: "`get` without a default gives `None` where the field is missing, and `None` has no methods, no elements and no order. Give `get` a default: an empty string, or 0 for a number.",
        bad: r#"event.get("errorCode").startswith("AccessDenied")"#,
        good: r#"event.get("errorCode", "").startswith("AccessDenied")"#,
    }
    FirstElementOnly "TH0216" "First element only" {
        why: "A number in a path names one element of a list. Which element holds what is looked for is rarely known: `values` reads them all.",
        bad: r#"event.get("requestParameters.tagSet.items.0.key") == "env""#,
        good: r#""env" in values(event, "requestParameters.tagSet.items.*.key")"#,
    }
    EventInGenerator "TH0217" "`event` inside a generator" {
        why: "This works here. A Python function that gives the event to `eval` as a local variable raises `NameError`: it matters only to rules that must run there as well.",
        bad: r#"any(event["eventName"].startswith(verb) for verb in ("Delete", "Stop"))"#,
        good: r#"event["eventName"].startswith(("Delete", "Stop"))"#,
    }
    UnknownEventName "TH0301" "Unknown event name" {
        why: "No known event has this name. Event names are those of the API's operations, without the service in front; the catalogue may lack new ones.",
        bad: r#"event["eventName"] == "StopLoging""#,
        good: r#"event["eventName"] == "StopLogging""#,
    }
    EventOfOtherSource "TH0302" "Event of another source" {
        why: "The rule names a source that has no event of this name. Lambda's names carry a date (`UpdateFunctionCode20150331v2`), and S3's differ from those in policies.",
        bad: r#"event["eventSource"] == "s3.amazonaws.com" and event["eventName"] == "PutPublicAccessBlock""#,
        good: r#"event["eventSource"] == "s3.amazonaws.com" and event["eventName"] == "PutBucketPublicAccessBlock""#,
    }
    UnknownEventSource "TH0303" "Unknown event source" {
        why: "An event source is the name of a service with `.amazonaws.com` behind it; the catalogue may lack new ones.",
        bad: r#"event["eventSource"] == "s3""#,
        good: r#"event["eventSource"] == "s3.amazonaws.com""#,
    }
    UnknownField "TH0304" "Unknown field" {
        why: "CloudTrail writes no field of this name. The case counts.",
        bad: r#"event.get("sourceIpAddress", "") == "203.0.113.7""#,
        good: r#"event.get("sourceIPAddress", "") == "203.0.113.7""#,
    }
    ObjectField "TH0305" "Path of an object" {
        why: "The flat event has the leaves of an object, and no key for the object itself. `sub`, `items` and `values` read below a path.",
        bad: r#""userIdentity" in event"#,
        good: r#""userIdentity.type" in event"#,
    }
    UnknownParameter "TH0306" "Unknown request parameter" {
        why: "The event that the rule asks for is not known to have this parameter. The case counts; the catalogue may lack new ones.",
        bad: r#"event["eventSource"] == "iam.amazonaws.com" and event["eventName"] == "CreateUser" and event.get("requestParameters.username") == "admin""#,
        good: r#"event["eventSource"] == "iam.amazonaws.com" and event["eventName"] == "CreateUser" and event.get("requestParameters.userName") == "admin""#,
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
