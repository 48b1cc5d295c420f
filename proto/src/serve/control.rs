//! The services beside the provider's.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::Stream;
use tonic::{Request, Response, Status, async_trait};

use super::lifetime::Owner;
use crate::generated::plugin::grpc_controller_server::GrpcController;
use crate::generated::plugin::grpc_stdio_server::GrpcStdio;
use crate::generated::plugin::{Empty, StdioData};

/// Ends the process when Terraform asks for it.
pub(super) struct Controller {
    owner: Owner,
    end: CancellationToken,
}

impl Controller {
    pub(super) fn new(owner: Owner, end: CancellationToken) -> Self {
        Self { owner, end }
    }
}

#[async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        // In debug mode the next run uses the same process.
        if matches!(self.owner, Owner::Terraform { .. }) {
            self.end.cancel();
        }
        Ok(Response::new(Empty {}))
    }
}

/// The output of the process, of which there is none: logs go to stderr.
pub(super) struct Stdio {
    end: CancellationToken,
}

impl Stdio {
    pub(super) fn new(end: CancellationToken) -> Self {
        Self { end }
    }
}

#[async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        let silence = Silence(Box::pin(self.end.clone().cancelled_owned()));
        Ok(Response::new(Box::pin(silence)))
    }
}

/// A stream that is open until the process ends: an orderly end waits for open streams.
struct Silence(Pin<Box<WaitForCancellationFutureOwned>>);

impl Stream for Silence {
    type Item = Result<StdioData, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll(context).map(|()| None)
    }
}
