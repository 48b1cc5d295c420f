//! Identities, and lists of what a namespace holds, over the protocol itself: both are younger than the oldest Terraform that
//! the provider serves.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::NAMESPACE;
use support::plugin::{self, Plugin, attribute, identity};
use tfplugin::protocol::tfplugin6::{import_resource_state, list_resource, read_resource};
use trailhook_tests::{Action, Aws, Canned, FaultProxy, MiniStack, ParameterKind, Rule, require};

struct Stand {
    plugin: Plugin,
    aws: Aws,
    proxy: FaultProxy,
    _stack: MiniStack,
}

impl Stand {
    async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let proxy = FaultProxy::start().await?;
        proxy.forward_to(stack.url());
        let plugin = Plugin::start(&proxy.url(), NAMESPACE).await?;
        Ok(Self { plugin, aws: Aws::at(stack.url()), proxy, _stack: stack })
    }

    async fn put(&self, path: &str, text: &str) {
        let parameter = format!("{NAMESPACE}/{path}");
        self.aws.put_parameter(&parameter, ParameterKind::String, text, true).await.unwrap();
    }

    async fn put_rules(&self, count: usize) {
        for number in 0..count {
            let name = format!("rule-{number:02}");
            let document = json!({"schema": 1, "name": name, "expression": format!("event['n'] == {number}")});
            self.put(&format!("rules/{name}"), &document.to_string()).await;
        }
    }

    async fn list(&self, ty: &str, limit: i64, whole: bool) -> Vec<list_resource::Event> {
        let request = list_resource::Request {
            type_name: ty.to_owned(),
            include_resource_object: whole,
            limit,
            ..Default::default()
        };
        self.plugin.stream("ListResource", request).await.unwrap()
    }
}

fn names(events: &[list_resource::Event]) -> Vec<&str> {
    let mut names: Vec<_> = events.iter().map(|event| event.display_name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_namespace_is_listed_by_pages_and_no_further_than_is_wanted() {
    let stand = require!(Stand::start().await);
    stand.put_rules(25).await;
    // Neither in the folder itself nor made by this provider.
    stand.put("rules/below/other", "{}").await;
    stand.put("rules/NOT.A.NAME", "{}").await;
    let all = stand.list("trailhook_rule", 100, false).await;
    assert_eq!(names(&all), (0..25).map(|number| format!("rule-{number:02}")).collect::<Vec<_>>());
    for event in &all {
        assert_eq!(event.identity, Some(identity(&format!("{NAMESPACE}/rules/{}", event.display_name))));
        assert_eq!((&event.resource_object, &event.diagnostic), (&None, &Vec::new()));
    }
    assert_eq!(stand.proxy.calls_to("SSM.GetParametersByPath").len(), 3);
    assert_eq!(stand.proxy.calls_to("SSM.GetParameter").len(), 0);
    assert_eq!(stand.list("trailhook_rule", 3, false).await.len(), 3);
    assert_eq!(stand.proxy.calls_to("SSM.GetParametersByPath").len(), 4, "one page is enough for three");
    assert!(stand.list("trailhook_route", 100, false).await.is_empty());
}

#[tokio::test]
async fn whole_objects_are_listed_and_one_that_cannot_be_read_is_told() {
    let stand = require!(Stand::start().await);
    let destination = json!({"type": "slack_webhook", "url_parameter": "/secrets/url"});
    let route = json!({"schema": 1, "name": "security", "default": true, "destination": destination});
    stand.put("routes/security", &route.to_string()).await;
    stand.put("routes/tomorrow", &json!({"schema": 99, "name": "tomorrow"}).to_string()).await;
    let throttled = Action::Answer(Canned::ssm_throttled());
    stand.proxy.add(Rule::on("SSM.GetParametersByPath").times(1).then(throttled));
    let events = stand.list("trailhook_route", 100, true).await;
    assert_eq!(names(&events), ["security", "tomorrow"]);
    for event in events {
        if event.display_name == "security" {
            let object = event.resource_object.unwrap();
            assert_eq!(attribute(&object, "default").as_bool(), Some(true));
            assert_eq!(attribute(&object, "name").as_str(), Some("security"));
            assert_eq!(event.diagnostic, []);
        } else {
            assert_eq!(event.resource_object, None);
            assert_eq!(event.identity, Some(identity(&format!("{NAMESPACE}/routes/tomorrow"))));
            let [warning] = &event.diagnostic[..] else { panic!("one warning: {event:?}") };
            assert!(warning.summary.contains("routes/tomorrow is listed without what it says"), "{warning:?}");
        }
    }
    // What ends the list is an error.
    stand.proxy.add(Rule::on("SSM.GetParametersByPath").then(Action::Answer(Canned::ssm_access_denied())));
    let refused = stand.list("trailhook_route", 100, false).await;
    let [event] = &refused[..] else { panic!("one event: {refused:?}") };
    let summary = &event.diagnostic[0].summary;
    assert_eq!(summary, &format!("GetParametersByPath of {NAMESPACE}/routes failed"));
}

#[tokio::test]
async fn a_rule_is_imported_by_its_identity_and_keeps_it() {
    let stand = require!(Stand::start().await);
    stand.put_rules(1).await;
    let parameter = format!("{NAMESPACE}/rules/rule-00");
    let import = async |parameter: &str| -> import_resource_state::Response {
        let request = import_resource_state::Request {
            type_name: "trailhook_rule".to_owned(),
            identity: Some(identity(parameter)),
            ..Default::default()
        };
        stand.plugin.call("ImportResourceState", request).await.unwrap()
    };
    let answer = import(&parameter).await;
    assert_eq!(answer.diagnostics, []);
    let imported = &answer.imported_resources[0];
    assert_eq!(imported.identity, Some(identity(&parameter)));
    let read = read_resource::Request {
        type_name: "trailhook_rule".to_owned(),
        current_state: imported.state.clone(),
        current_identity: imported.identity.clone(),
        ..Default::default()
    };
    let read: read_resource::Response = stand.plugin.call("ReadResource", read).await.unwrap();
    assert_eq!((&read.diagnostics, read.new_identity), (&Vec::new(), Some(identity(&parameter))));
    let state = read.new_state.unwrap();
    assert_eq!(attribute(&state, "expression").as_str(), Some("event['n'] == 0"));

    // The next read knows the state alone, as a state of an earlier release.
    let again = read_resource::Request {
        type_name: "trailhook_rule".to_owned(),
        current_state: Some(state),
        ..Default::default()
    };
    let again: read_resource::Response = stand.plugin.call("ReadResource", again).await.unwrap();
    assert_eq!(again.new_identity, Some(identity(&parameter)));

    let elsewhere = import("/elsewhere/rules/rule-00").await;
    assert!(elsewhere.diagnostics[0].detail.contains(&format!("{NAMESPACE}/rules/")), "{elsewhere:?}");
    let plain = import_resource_state::Request {
        type_name: "trailhook_rule".to_owned(),
        identity: Some(tfplugin::protocol::tfplugin6::ResourceIdentityData { identity_data: Some(plugin::json("{}")) }),
        ..Default::default()
    };
    let plain: import_resource_state::Response = stand.plugin.call("ImportResourceState", plain).await.unwrap();
    assert!(plain.diagnostics[0].detail.contains("`parameter_name`"), "{plain:?}");
}
