//! What the provider offers.

use std::sync::Arc;

use tfplugin::schema::Schema;
use tfplugin::{Catalog, Configure, Cx, Diagnostics, Provider};

use crate::config::{self, Config};
use crate::connection::Connection;
use crate::data_source::{Backtests, LambdaPackages, Packs};
use crate::function::{Explain, Fields, Flatten, Matches, SplitRules};
use crate::pace::Pacers;
use crate::resource::{LambdaCodes, RouteList, Routes, RuleList, RulePacks, Rules, SettingsOfNamespace};

#[derive(Default)]
pub(crate) struct Trailhook {
    /// What AWS admits is shared by all configurations of a process.
    pacers: Arc<Pacers>,
}

impl Provider for Trailhook {
    type Context = Connection;
    type Config = Config;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn catalog(&self, catalog: &mut Catalog<Connection>) {
        catalog
            .resource(Rules)
            .resource(Routes)
            .resource(RulePacks)
            .resource(SettingsOfNamespace)
            .resource(LambdaCodes);
        catalog.list_resource(RuleList).list_resource(RouteList);
        catalog.data_source(Packs).data_source(LambdaPackages).data_source(Backtests);
        catalog.function(Matches).function(Explain).function(Flatten).function(Fields).function(SplitRules);
    }

    async fn validate(&self, _: &Cx<()>, config: Config) -> Result<(), Diagnostics> {
        config.faults().or_ok(())
    }

    async fn configure(&self, _: &Cx<()>, request: Configure<Config>) -> Result<Connection, Diagnostics> {
        Connection::new(&request.config, Arc::clone(&self.pacers)).await
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schemas_are_sound_and_mirrored_by_their_models() {
        assert_eq!(tfplugin::check_provider(&super::Trailhook::default(), "trailhook"), []);
    }
}
