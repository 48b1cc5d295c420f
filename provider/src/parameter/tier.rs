//! The tiers of Parameter Store.

use aws_sdk_ssm::types::{ParameterMetadata, ParameterStringFilter, ParameterTier};
use tfplugin::{Cx, Diagnostic};

use super::call::call;
use super::failure::refused;
use crate::connection::Connection;
use crate::pace::Operation;

/// What a parameter can hold, and costs. The words are AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tier {
    /// 4 KB, free.
    Standard,
    /// 8 KB, at a charge.
    Advanced,
    /// Standard until the value needs more, then advanced for ever.
    #[default]
    Intelligent,
}

impl Tier {
    const ALL: [Self; 3] = [Self::Standard, Self::Advanced, Self::Intelligent];

    /// Takes a word of the configuration; `None` if it is none of them.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == word)
    }

    /// The word of the configuration.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
            Self::Intelligent => "Intelligent-Tiering",
        }
    }

    pub(super) fn to_sdk(self) -> ParameterTier {
        match self {
            Self::Standard => ParameterTier::Standard,
            Self::Advanced => ParameterTier::Advanced,
            Self::Intelligent => ParameterTier::IntelligentTiering,
        }
    }
}

/// The tier that a parameter has, which is never [`Tier::Intelligent`]; `None` if the parameter is not there.
pub(crate) async fn tier(cx: &Cx<Connection>, parameter: &str) -> Result<Option<Tier>, Diagnostic> {
    let filter = ParameterStringFilter::builder().key("Name").option("Equals").values(parameter);
    let filter =
        filter.build().map_err(|error| Diagnostic::error("The tier cannot be read").detail(error.to_string()))?;
    let mut request = cx.require_client()?.describe_parameters().parameter_filters(filter);
    // A page may be empty although the parameter is on a later one.
    loop {
        let answer = call(cx, Operation::DescribeParameters, || request.clone().send()).await?;
        let answer = answer.map_err(|error| refused(Operation::DescribeParameters, parameter, &error))?;
        let found = answer.parameters().iter().find(|found| found.name() == Some(parameter));
        let next = answer.next_token().filter(|token| !token.is_empty());
        match (found.map(ParameterMetadata::tier), next) {
            (Some(Some(ParameterTier::Advanced)), _) => return Ok(Some(Tier::Advanced)),
            (Some(_), _) => return Ok(Some(Tier::Standard)),
            (None, None) => return Ok(None),
            (None, Some(token)) => request = request.next_token(token),
        }
    }
}
