//! What the provider offers.

use tfplugin::schema::Schema;
use tfplugin::{Catalog, Configure, Cx, Diagnostics, Provider};

use crate::config::{self, Config};
use crate::connection::Connection;
use crate::data_source::{Backtests, LambdaPackages};
use crate::resource::{LambdaCodes, Routes, Rules};

pub(crate) struct Trailhook;

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
            .resource(LambdaCodes)
            .data_source(LambdaPackages)
            .data_source(Backtests);
    }

    async fn validate(&self, _: &Cx<()>, config: Config) -> Result<(), Diagnostics> {
        let mut faults = config.empty_values();
        if let Err(fault) = config.namespace() {
            faults.push(fault);
        }
        faults.or_ok(())
    }

    async fn configure(&self, _: &Cx<()>, request: Configure<Config>) -> Result<Connection, Diagnostics> {
        Ok(Connection::new(&request.config).await?)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schemas_are_sound_and_mirrored_by_their_models() {
        assert_eq!(tfplugin::check_provider(&super::Trailhook, "trailhook"), []);
    }
}
