//! `split_rules(text, separator)`

use tfplugin::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

pub(crate) struct SplitRules;

impl Function for SplitRules {
    fn name(&self) -> String {
        "split_rules".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::list(Type::String))
            .summary("The rules in a string that holds several")
            .describe(
                "Takes apart what the module `fivexl/cloudtrail-to-slack/aws` takes as `rules` and `ignore_rules`: expressions in one \
                 string, with `rules_separator` (`,` there by default) between them. White space around a rule and empty rules are \
                 left out. It splits as that module does: a rule that holds the separator comes apart, and `terraform plan` \
                 says so of both halves.",
            )
            .parameter(Parameter::new("text", Type::String).describe("The rules."))
            .parameter(Parameter::new("separator", Type::String).describe("What stands between two rules, such as `,`."))
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let (text, separator): (String, String) = (arguments.get(0)?, arguments.get(1)?);
        if separator.is_empty() {
            return Err(FunctionError::new(
                "the separator is empty; give the module's `rules_separator`, such as \",\"",
            )
            .at_argument(1));
        }
        let rules = text.split(&separator).map(str::trim).filter(|rule| !rule.is_empty());
        tfplugin::result(&rules.map(str::to_owned).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, separator: &str) -> Result<Value, FunctionError> {
        SplitRules.call(&Arguments::new([text, separator].map(|text| Value::String(text.to_owned()))))
    }

    #[test]
    fn rules_are_split_at_every_separator() {
        let list = |rules: &[&str]| Value::List(rules.iter().map(|rule| Value::String((*rule).to_owned())).collect());
        assert_eq!(split("a == 1,\n  b == 2 ,, ", ","), Ok(list(&["a == 1", "b == 2"])));
        assert_eq!(split("a in (1, 2)|||b", "|||"), Ok(list(&["a in (1, 2)", "b"])));
        assert_eq!(split("", ","), Ok(list(&[])));
        assert_eq!(split("a", "").unwrap_err().argument(), Some(1));
    }
}
