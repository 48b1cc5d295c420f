//! Providers without a configuration of their own.

use std::io::Write;
use std::process::ExitCode;

use crate::{Catalog, Configure, Cx, Diagnostics, Provider, Server};

/// A provider whose `provider` block has no attributes: what its handlers work with is there from the start.
///
/// ```
/// # use tfplugin::{Arguments, Function, FunctionError, Signature, Type, Value};
/// use tfplugin::Plain;
///
/// struct Answer;
/// # impl Function for Answer {
/// #     fn name(&self) -> String { "answer".to_owned() }
/// #     fn signature(&self) -> Signature { Signature::returning(Type::Number) }
/// #     fn call(&self, _: &Arguments) -> Result<Value, FunctionError> { tfplugin::result(&42) }
/// # }
///
/// let provider = Plain::new((), |catalog| catalog.function(Answer));
/// assert_eq!(tfplugin::check_provider(&provider, "answers"), []);
/// ```
///
/// One that is configured is a type with [`Provider`].
#[derive(Debug, Clone, Copy)]
pub struct Plain<C, F> {
    context: C,
    catalog: F,
}

impl<C, F> Plain<C, F>
where
    C: Clone + Send + Sync + 'static,
    F: Fn(&mut Catalog<C>) -> &mut Catalog<C> + Send + Sync + 'static,
{
    /// A provider whose handlers get `context`, with what `catalog` adds to the empty catalog.
    ///
    /// The context is cloned for every run that the process serves, so what the runs share is behind an
    /// [`Arc`](std::sync::Arc).
    pub fn new(context: C, catalog: F) -> Self {
        Self { context, catalog }
    }

    /// All that the program's `main` has to do: [`Server::serve`] in a runtime of its own. It returns the exit code: 1, and
    /// why on stderr, if there can be no runtime.
    ///
    /// `address` is the source address (`HOST/NAMESPACE/NAME`). Not to be called inside a runtime.
    pub fn serve(self, address: impl Into<String>, version: impl Into<String>) -> ExitCode {
        match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(Server::new(address, version).serve(self)),
            Err(error) => {
                // Nobody is left to tell if stderr is closed.
                let _ = writeln!(std::io::stderr(), "no threads could be started: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

impl<C, F> Provider for Plain<C, F>
where
    C: Clone + Send + Sync + 'static,
    F: Fn(&mut Catalog<C>) -> &mut Catalog<C> + Send + Sync + 'static,
{
    type Context = C;
    type Config = ();

    fn catalog(&self, catalog: &mut Catalog<C>) {
        (self.catalog)(catalog);
    }

    async fn configure(&self, _cx: &Cx<()>, _request: Configure<()>) -> Result<C, Diagnostics> {
        Ok(self.context.clone())
    }
}
