//! Connections: taken up to a number, served, and ended where nothing comes.

#![expect(clippy::disallowed_methods, reason = "each connection is a task of the server's, which waits for them all")]

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Version, header},
    response::Response,
};
use futures_util::StreamExt;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// Bytes of a body that are read after the answer to it, at most, and for how long.
const READ_ON: u64 = 1024 * 1024;
const READ_ON_FOR: Duration = Duration::from_secs(5);

/// What connections may take. There is no number for each address: behind a proxy all come from one.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connections at once; the next ones wait until one ends.
    pub connections: u32,
    /// Until the first request is there, header and all.
    pub first: Duration,
    /// Between requests, and until the header of a later one is there. Longer than proxies keep a connection that
    /// nobody uses, so that they end it and not we.
    pub idle: Duration,
    /// While the other side reads nothing of an answer.
    pub stuck: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connections: 4_096,
            first: Duration::from_secs(20),
            idle: Duration::from_secs(130),
            stuck: Duration::from_mins(1),
        }
    }
}

/// Serves connections until told to stop, then waits for those that are left; a request in flight is finished.
pub async fn listen(listener: TcpListener, router: Router, patience: Patience, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(patience.connections as usize));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((accept(&listener).await, place))
        };
        let (connection, place) = tokio::select! {
            Some(next) = next => next,
            () = told(&mut stop) => break,
        };
        tokio::spawn(serve(connection, router.clone(), patience, stop.clone(), place));
    }
    drop(listener);
    let _ = places.acquire_many(patience.connections).await;
}

async fn told(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// The next connection. One that is gone already is passed over; where the process has no file handle left, it waits
/// for one.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn serve(
    (stream, peer): (TcpStream, SocketAddr),
    router: Router,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let Patience { first, idle, stuck, .. } = patience;
    let asked = Arc::new(Mutex::new(None::<Instant>));
    let heard = || *asked.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = service_fn({
        let asked = Arc::clone(&asked);
        move |request: Request<Incoming>| {
            *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            answer(router.clone(), peer, request)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(idle);
    let mut two = builder.http2();
    two.timer(TokioTimer::new()).keep_alive_interval(idle / 2).keep_alive_timeout(first).enable_connect_protocol();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(stuck));
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(Box::pin(stream)), answer));
    let mut deadline = Instant::now() + first;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = told(&mut stop) => break,
            () = sleep_until(deadline) => match heard() {
                // Not even one request, whatever came.
                None => return,
                Some(last) if last + idle > Instant::now() => deadline = last + idle,
                Some(_) => break,
            },
        }
    }
    // What is in flight is finished, and nothing new is taken.
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn answer(router: Router, peer: SocketAddr, request: Request<Incoming>) -> Result<Response, Infallible> {
    let is_read = Arc::new(AtomicBool::new(request.body().is_end_stream() || request.version() > Version::HTTP_11));
    let is_long = request.body().size_hint().upper().is_none_or(|bytes| bytes > READ_ON);
    let mut request = if is_read.load(Ordering::Relaxed) {
        request.map(Body::new)
    } else {
        request.map(|body| Body::new(Sent { body: Some(body), is_read: Arc::clone(&is_read) }))
    };
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    if is_long && !is_read.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// A request's body. Where it is answered without being read to its end, the rest is, up to a limit: a connection that
/// is ended while the other side writes may take the answer with it.
struct Sent {
    body: Option<Incoming>,
    is_read: Arc<AtomicBool>,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) || body.is_end_stream() {
            self.is_read.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let (false, Some(body), Ok(runtime)) =
            (self.is_read.load(Ordering::Relaxed), self.body.take(), Handle::try_current())
        {
            runtime.spawn(timeout(READ_ON_FOR, read_on(Body::new(body))));
        }
    }
}

async fn read_on(body: Body) {
    let (mut rest, mut read) = (body.into_data_stream(), 0);
    while let Some(Ok(piece)) = rest.next().await
        && read <= READ_ON
    {
        read += piece.len() as u64;
    }
}
