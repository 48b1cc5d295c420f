//! The tags of a parameter.

use std::collections::BTreeMap;

use aws_sdk_ssm::error::ProvideErrorMetadata as _;
use aws_sdk_ssm::types::{ResourceTypeForTagging, Tag};
use tfplugin::{Cx, Diagnostic};

use super::call::call;
use super::failure::refused;
use crate::connection::Connection;
use crate::pace::Operation;
use crate::tags::is_reserved;

const PARAMETER: ResourceTypeForTagging = ResourceTypeForTagging::Parameter;

/// The tags of a parameter, without those that AWS sets itself; none if it is gone.
pub(crate) async fn tags(cx: &Cx<Connection>, parameter: &str) -> Result<BTreeMap<String, String>, Diagnostic> {
    let request = cx.require_client()?.list_tags_for_resource().resource_type(PARAMETER).resource_id(parameter);
    match call(cx, Operation::ListTags, || request.clone().send()).await? {
        Ok(answer) => {
            let tags = answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
            Ok(tags.filter(|(key, _)| !is_reserved(key)).collect())
        }
        Err(error) if is_gone(error.code()) => Ok(BTreeMap::new()),
        Err(error) => Err(refused(Operation::ListTags, parameter, &error)),
    }
}

/// AWS says the former; the latter is what other implementations of its interface say.
fn is_gone(code: Option<&str>) -> bool {
    matches!(code, Some("InvalidResourceId" | "ParameterNotFound"))
}

/// Changes the tags that a parameter `has` to those that are wanted. Others are left alone. `has` follows what is done, so that it
/// is true also after an error.
pub(crate) async fn retag(
    cx: &Cx<Connection>,
    parameter: &str,
    has: &mut BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Result<(), Diagnostic> {
    let client = cx.require_client()?;
    let removed: Vec<_> = has.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
    // First, because a parameter that has 50 tags takes no other one.
    if !removed.is_empty() {
        let request = client.remove_tags_from_resource().resource_type(PARAMETER).resource_id(parameter);
        let request = request.set_tag_keys(Some(removed));
        let answer = call(cx, Operation::RemoveTags, || request.clone().send()).await?;
        answer.map_err(|error| refused(Operation::RemoveTags, parameter, &error))?;
        has.retain(|key, _| wanted.contains_key(key));
    }
    let added = to_sdk(wanted.iter().filter(|(key, value)| has.get(*key) != Some(value)))?;
    if !added.is_empty() {
        let request = client.add_tags_to_resource().resource_type(PARAMETER).resource_id(parameter);
        let request = request.set_tags(Some(added));
        let answer = call(cx, Operation::AddTags, || request.clone().send()).await?;
        answer.map_err(|error| refused(Operation::AddTags, parameter, &error))?;
        has.clone_from(wanted);
    }
    Ok(())
}

pub(super) fn to_sdk<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Result<Vec<Tag>, Diagnostic> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<_>, _> = tags.into_iter().map(tag).collect();
    tags.map_err(|error| Diagnostic::error("The tags cannot be set").detail(error.to_string()).at("tags"))
}
