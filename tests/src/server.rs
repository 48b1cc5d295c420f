//! A loopback HTTP or HTTPS server whose handler may also hang, or cut the connection before or within the answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// One whole request.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What the handler does with a request.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Answer(Response<Bytes>),
    /// The head, `after` bytes of the body, then the end of the connection.
    CutWithin { answer: Response<Bytes>, after: usize },
    /// The end of the connection, with no answer.
    Cut,
    /// Nothing, until the client gives up or the server is dropped.
    Hang,
}

/// A server on a free loopback port; dropping it ends it and every connection.
#[derive(Debug)]
pub(crate) struct LocalServer {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl LocalServer {
    /// Starts a server on the current runtime.
    pub(crate) async fn start<H, F>(handler: H) -> io::Result<Self>
    where
        H: Fn(Received) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        Self::listen(handler, None).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls<H, F>(handler: H, tls: TlsAcceptor) -> io::Result<Self>
    where
        H: Fn(Received) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        Self::listen(handler, Some(tls)).await
    }

    async fn listen<H, F>(handler: H, tls: Option<TlsAcceptor>) -> io::Result<Self>
    where
        H: Fn(Received) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, tls, handler)).abort_handle();
        Ok(Self { address, accepting })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<H, F>(listener: TcpListener, tls: Option<TlsAcceptor>, handler: H)
where
    H: Fn(Received) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    // Owned here, so that the end of this task ends the connections too.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An accept that fails belongs to a client that went away.
                if let Ok((stream, _)) = accepted {
                    let (tls, handler) = (tls.clone(), handler.clone());
                    connections.spawn(async move {
                        match tls {
                            None => serve(stream, handler).await,
                            // One who does not trust the certificate goes away here.
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(stream).await {
                                    serve(stream, handler).await;
                                }
                            }
                        }
                    });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve<S, H, F>(stream: S, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Received) -> F + Send + Sync,
    F: Future<Output = Reply> + Send + 'static,
{
    let service = service_fn(|request| answer(request, &handler));
    // An error here is a cut connection: the handler's wish or the client's.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer<H, F>(request: Request<Incoming>, handler: &H) -> io::Result<Response<ReplyBody>>
where
    H: Fn(Received) -> F,
    F: Future<Output = Reply>,
{
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let received = Received { method: head.method, uri: head.uri, headers: head.headers, body };
    match handler(received).await {
        Reply::Answer(answer) => Ok(answer.map(|body| ReplyBody::Whole(Some(body)))),
        Reply::CutWithin { mut answer, after } => {
            // The head promises the whole body.
            let length = answer.body().len();
            answer.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
            Ok(answer.map(|body| ReplyBody::Start(body.slice(..after.min(length)))))
        }
        Reply::Cut => Err(io::Error::other("cut on purpose")),
        Reply::Hang => std::future::pending().await,
    }
}

/// A body that is whole, or stops with an error after its start, which makes hyper close the connection.
#[derive(Debug)]
enum ReplyBody {
    Whole(Option<Bytes>),
    Start(Bytes),
    /// One pause, so that hyper flushes the start before it sees the error.
    Pause,
    Broken,
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(body) => {
                Poll::Ready(body.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
            }
            Self::Start(bytes) => {
                let start = std::mem::take(bytes);
                *self = Self::Pause;
                Poll::Ready(Some(Ok(Frame::data(start))))
            }
            Self::Pause => {
                *self = Self::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken => Poll::Ready(Some(Err(io::Error::other("cut on purpose")))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
            _ => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(body) if body.as_ref().is_none_or(Bytes::is_empty))
    }
}
