//! One request over one connection of its own: loopback makes a new one in microseconds, and nothing is left to
//! go stale when an engine dies.
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::api::IDEMPOTENCY_KEY;
use crate::files::ControlFile;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Method {
    Get,
    Post,
}

/// An answer larger than this is none of ours.
const BODY_MAX_BYTES: usize = 4 << 20;

/// Sends the request and reads the whole answer: status and body, or why not.
pub(crate) async fn exchange(
    control: &ControlFile,
    method: Method,
    path: &str,
    idempotency_key: Option<&str>,
) -> Result<(u16, Bytes), String> {
    let request = request(control, method, path, idempotency_key)?;
    let stream = TcpStream::connect(&control.address).await.map_err(|e| e.to_string())?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|e| e.to_string())?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), BODY_MAX_BYTES).collect().await;
        body.map(|b| (status, b.to_bytes())).map_err(|e| e.to_string())
    };
    // The connection only moves bytes; it ends after the answer does.
    tokio::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        ended = connection => match ended {
            Ok(()) => answer.await,
            Err(e) => Err(e.to_string()),
        },
    }
}

fn request(
    control: &ControlFile,
    method: Method,
    path: &str,
    idempotency_key: Option<&str>,
) -> Result<Request<Empty<Bytes>>, String> {
    let method = match method {
        Method::Get => hyper::Method::GET,
        Method::Post => hyper::Method::POST,
    };
    let mut builder = Request::builder()
        .method(method)
        .uri(path)
        .header("host", &control.address)
        .header("authorization", format!("Bearer {}", control.token))
        .header("connection", "close");
    if let Some(key) = idempotency_key {
        builder = builder.header(IDEMPOTENCY_KEY, key);
    }
    builder.body(Empty::new()).map_err(|e| e.to_string())
}
