//! What a provider offers, by name.

use std::collections::BTreeMap;

use crate::adapter::{AnyDataSource, AnyList, AnyResource, DataSourceAdapter, ListAdapter, ResourceAdapter};
use crate::schema::{Problem, Schema};
use crate::{DataSource, Function, ListResource, Path, Provider, Resource, Signature};

/// The resources, data sources, functions and lists of a provider. [`Provider::catalog`] fills it.
pub struct Catalog<C> {
    pub(crate) resources: BTreeMap<String, Box<dyn AnyResource<C>>>,
    pub(crate) data_sources: BTreeMap<String, Box<dyn AnyDataSource<C>>>,
    pub(crate) functions: BTreeMap<String, Box<dyn Function>>,
    pub(crate) lists: BTreeMap<String, Box<dyn AnyList<C>>>,
    problems: Vec<Problem>,
}

impl<C> Default for Catalog<C> {
    fn default() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            lists: BTreeMap::new(),
            problems: Vec::new(),
        }
    }
}

impl<C: Send + Sync + 'static> Catalog<C> {
    /// What a provider offers.
    pub fn of<P: Provider<Context = C>>(provider: &P) -> Self {
        let mut catalog = Self::default();
        provider.catalog(&mut catalog);
        catalog
    }

    /// Adds a resource type.
    pub fn resource(&mut self, resource: impl Resource<Context = C>) -> &mut Self {
        let name = resource.type_name();
        let adapter = Box::new(ResourceAdapter::new(resource));
        if self.resources.insert(name.clone(), adapter).is_some() {
            self.twice(&name);
        }
        self
    }

    /// Adds a data source type.
    pub fn data_source(&mut self, data_source: impl DataSource<Context = C>) -> &mut Self {
        let name = data_source.type_name();
        let adapter = Box::new(DataSourceAdapter::new(data_source));
        if self.data_sources.insert(name.clone(), adapter).is_some() {
            self.twice(&name);
        }
        self
    }

    /// Adds a function.
    pub fn function(&mut self, function: impl Function) -> &mut Self {
        let name = function.name();
        if self.functions.insert(name.clone(), Box::new(function)).is_some() {
            self.twice(&name);
        }
        self
    }

    /// Adds a list of the objects of a resource type.
    pub fn list_resource(&mut self, list: impl ListResource<Context = C>) -> &mut Self {
        let name = list.type_name();
        if self.lists.insert(name.clone(), Box::new(ListAdapter::new(list))).is_some() {
            self.twice(&name);
        }
        self
    }

    /// The resource types by name, with their schemas.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources.iter().map(|(name, resource)| (name.as_str(), resource.schema()))
    }

    /// The data source types by name, with their schemas.
    pub fn data_sources(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.data_sources.iter().map(|(name, data_source)| (name.as_str(), data_source.schema()))
    }

    /// The functions by name, with their signatures.
    pub fn functions(&self) -> impl Iterator<Item = (&str, Signature)> {
        self.functions.iter().map(|(name, function)| (name.as_str(), function.signature()))
    }

    /// The resource types whose objects can be listed, with the schema of what narrows the list.
    pub fn list_resources(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.lists.iter().map(|(name, list)| (name.as_str(), list.schema()))
    }

    fn twice(&mut self, name: &str) {
        let problem = Problem::new(Path::from(name), "there are two of this name");
        self.problems.push(problem);
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
