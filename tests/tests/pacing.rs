//! A large apply while AWS throttles: every call gets its turn in the end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use support::stand::Stand;
use trailhook_tests::{Action, Canned, Rule, require};

/// The environment variable that says how many rules there are; `make test-long` sets it.
const RULES: &str = "TRAILHOOK_TEST_RULES";

/// How many rules there are otherwise: enough to be throttled many times.
const FEW_RULES: usize = 40;

fn rules() -> usize {
    match std::env::var(RULES) {
        Ok(number) => number.parse().unwrap_or_else(|_| panic!("{RULES} is a number of rules, not {number}")),
        Err(_) => FEW_RULES,
    }
}

#[tokio::test]
async fn every_rule_is_applied_while_every_third_write_is_throttled() {
    let stand = require!(Stand::start().await);
    let rules = rules();
    let throttled = || Action::Answer(Canned::ssm_throttled());
    stand.proxy.add(Rule::on("SSM.PutParameter").every(3).then(throttled()));
    let resource = |severity: &str| {
        format!(
            "resource \"trailhook_rule\" \"many\" {{\n  for_each   = toset([for i in range({rules}) : tostring(i)])\n  \
             name       = \"rule-${{each.key}}\"\n  severity   = \"{severity}\"\n  \
             expression = \"event.get('eventName') == 'Event${{each.key}}'\"\n}}\n"
        )
    };
    stand.apply(&resource("low")).await;
    assert_eq!(stand.aws.get_parameters_by_path("/trailhook/test/rules").await.unwrap().len(), rules);
    let writes = stand.proxy.calls_to("SSM.PutParameter").len();
    assert!((rules * 3 / 2..=rules * 3 / 2 + 1).contains(&writes), "{writes} writes");

    // Reads and deletions wait for their turn, too.
    stand.proxy.add(Rule::on("SSM.GetParameter").every(4).then(throttled()));
    stand.proxy.add(Rule::on("SSM.ListTagsForResource").every(4).then(throttled()));
    stand.proxy.add(Rule::on("SSM.DeleteParameter").every(4).then(throttled()));
    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn a_write_that_is_refused_for_long_is_made_in_the_end() {
    let stand = require!(Stand::start().await);
    // More often than any number of retries of the SDK.
    stand.proxy.add(Rule::on("SSM.PutParameter").times(30).then(Action::Answer(Canned::ssm_throttled())));
    stand.apply("resource \"trailhook_settings\" \"all\" {}\n").await;
    assert_eq!(stand.proxy.calls_to("SSM.PutParameter").len(), 31);
}
