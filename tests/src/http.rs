//! Requests to a program that listens, each on a connection of its own.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One request to `http://HOST:PORT`; status and body.
///
/// # Errors
/// Where nobody answers.
///
/// # Panics
/// Where the answer is none of HTTP.
pub async fn http(
    url: &str,
    (method, path): (&str, &str),
    token: Option<&str>,
    body: Option<&Value>,
) -> std::io::Result<(u16, String)> {
    let host = url.trim_start_matches("http://");
    let body = body.map(ToString::to_string).unwrap_or_default();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{token}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    Ok((head[9..12].parse().expect("a status"), body.to_owned()))
}
