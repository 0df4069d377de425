//! `steward healthcheck`.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::base::{Error, Result};

/// Ask a running server whether it is ready, for container health checks
///
/// Ends with 0 where `/readyz` says yes within three seconds, else with 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the server listens.
    #[arg(long, env = "STEWARD_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Asks `/readyz`; anything but 200 within three seconds is a failure.
pub async fn run(args: &Args) -> Result<()> {
    let answer = timeout(Duration::from_secs(3), ask(args.listen)).await;
    match answer {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(Ok(answer)) => Err(Error::internal(why(&answer))),
        Ok(Err(error)) => Err(Error::internal(format!("no server on {}: {error}", args.listen))),
        Err(_) => Err(Error::internal(format!("no answer from {} within 3 s", args.listen))),
    }
}

/// In the server's own words, or by the first line of what it said.
fn why(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str::<serde_json::Value>(body).ok());
    let detail = body.as_ref().and_then(|body| body["detail"].as_str()).map(str::to_owned);
    detail.unwrap_or_else(|| format!("not ready: {}", answer.lines().next().unwrap_or("no answer")))
}

async fn ask(listen: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(listen).await?;
    stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
