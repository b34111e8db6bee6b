//! One unary call of gRPC over a unix socket: HTTP/2, five bytes in front of each message, and the outcome in the trailers.

use super::error::KubeletError;
use http::HeaderMap;
use prost::Message;
use prost::bytes::Bytes;
use std::path::Path;
use tokio::net::UnixStream;

/// Bytes of an answer at most; a node has some hundred pods.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// Bytes in front of a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Calls `method`, such as `/v1.PodResourcesLister/List`.
pub(super) async fn unary<Q: Message, A: Message + Default>(
    socket: &Path,
    method: &str,
    asked: &Q,
) -> Result<A, KubeletError> {
    let stream = UnixStream::connect(socket).await.map_err(KubeletError::Unreachable)?;
    let (client, connection) = h2::client::handshake(stream).await?;
    // It ends with the last handle of the call.
    tokio::spawn(connection);
    let request = http::Request::post(format!("http://localhost{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .map_err(|error| KubeletError::Protocol(error.to_string()))?;
    let (answer, mut body) = client.ready().await?.send_request(request, false)?;
    body.send_data(framed(asked)?, true)?;
    let (head, mut body) = answer.await?.into_parts();
    if head.status != http::StatusCode::OK {
        return Err(KubeletError::Protocol(format!("it answers with status {}", head.status)));
    }
    // An answer without a message has the outcome in its head.
    outcome(&head.headers)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(KubeletError::Protocol(format!("its answer is longer than {ANSWER_BYTES_MAX} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    outcome(&body.trailers().await?.unwrap_or_default())?;
    message(&bytes)
}

fn framed(message: &impl Message) -> Result<Bytes, KubeletError> {
    let encoded = message.encode_to_vec();
    let length = u32::try_from(encoded.len()).map_err(|error| KubeletError::Protocol(error.to_string()))?;
    let mut framed = vec![0];
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(&encoded);
    Ok(framed.into())
}

/// The only message of an answer.
fn message<A: Message + Default>(bytes: &[u8]) -> Result<A, KubeletError> {
    let cut = || KubeletError::Protocol("its answer is not one message".to_owned());
    let (prefix, body) = bytes.split_at_checked(PREFIX).ok_or_else(cut)?;
    let [0, length @ ..] = prefix else {
        return Err(KubeletError::Protocol("its answer is compressed, which was not asked for".to_owned()));
    };
    let length = length.iter().fold(0, |length: usize, byte| length << 8 | usize::from(*byte));
    if body.len() != length {
        return Err(cut());
    }
    A::decode(body).map_err(|error| KubeletError::Protocol(format!("its answer is not understood: {error}")))
}

/// What the server says of the call, where these headers say it.
fn outcome(headers: &HeaderMap) -> Result<(), KubeletError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match text("grpc-status").as_deref() {
        None | Some("0") => Ok(()),
        Some(status) => {
            let says = text("grpc-message").unwrap_or_default();
            Err(KubeletError::Refused { status: status.to_owned(), says })
        }
    }
}
