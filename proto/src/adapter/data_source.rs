//! Data sources by value.

use tonic::async_trait;

use super::{Unknown, read_config, read_known, state_of};
use crate::schema::{Problem, Schema};
use crate::value::Value;
use crate::{Cx, DataSource};

/// A data source whose types are forgotten.
#[async_trait]
pub(crate) trait AnyDataSource<C>: Send + Sync {
    fn schema(&self) -> &Schema;

    fn check(&self) -> Vec<Problem>;

    async fn validate(&self, cx: &Cx<()>, config: Value);

    /// `None` if it failed, which was reported.
    async fn read(&self, cx: &Cx<C>, config: Value) -> Option<Value>;
}

pub(crate) struct DataSourceAdapter<D> {
    data_source: D,
    schema: Schema,
}

impl<D: DataSource> DataSourceAdapter<D> {
    pub(crate) fn new(data_source: D) -> Self {
        let schema = data_source.schema();
        Self { data_source, schema }
    }
}

#[async_trait]
impl<D: DataSource> AnyDataSource<D::Context> for DataSourceAdapter<D> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.schema.check();
        problems.extend(self.schema.check_model::<D::Model>());
        problems
    }

    async fn validate(&self, cx: &Cx<()>, config: Value) {
        let Some(config) = read_config(cx, &config) else {
            return;
        };
        if let Err(diagnostics) = self.data_source.validate(cx, config).await {
            cx.report(diagnostics);
        }
    }

    async fn read(&self, cx: &Cx<D::Context>, config: Value) -> Option<Value> {
        let model: D::Model = read_known(cx, &config)?;
        match self.data_source.read(cx, model).await {
            Ok(model) => Some(state_of(cx, &self.schema, &model, &config, Unknown::IsBug)),
            Err(diagnostics) => {
                cx.report(diagnostics);
                None
            }
        }
    }
}
