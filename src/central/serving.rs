//! How requests reach the routes: the port, TLS where there is a certificate, and what a slow client is
//! allowed.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::lines::Lines;
use super::{CentralError, GRACE, limits};

/// How long the head of a request may take. Bodies have limits of their own.
const HEAD: Duration = Duration::from_secs(15);

/// Certificate and key as PEM files. Both or neither; without, a proxy before the server does TLS.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// How often a renewed pair is looked for.
    pub look_seconds: u32,
}

impl Default for TlsConfig {
    fn default() -> Self {
        TlsConfig { certificate: None, key: None, look_seconds: 60 }
    }
}

impl TlsConfig {
    pub fn is_on(&self) -> bool {
        self.certificate.is_some()
    }

    pub fn check(&self) -> Result<(), CentralError> {
        for file in [&self.certificate, &self.key].into_iter().flatten() {
            std::fs::File::open(file).map_err(|e| CentralError::io(file, e))?;
        }
        if self.certificate.is_some() != self.key.is_some() {
            return Err(CentralError::Config("tls: certificate and key belong together".into()));
        }
        if self.look_seconds == 0 {
            return Err(CentralError::Config("tls: look_seconds: at least 1".into()));
        }
        Ok(())
    }

    /// When either file changed last.
    fn changed(&self) -> Vec<Option<SystemTime>> {
        let of = |file: &Option<PathBuf>| std::fs::metadata(file.as_deref()?).ok()?.modified().ok();
        vec![of(&self.certificate), of(&self.key)]
    }
}

/// A certificate that is looked at again.
pub struct Tls {
    config: TlsConfig,
    rustls: RustlsConfig,
}

/// Reads certificate and key; a pair that does not fit is told before the server listens.
pub async fn tls(config: &TlsConfig) -> Result<Option<Tls>, CentralError> {
    let (Some(certificate), Some(key)) = (&config.certificate, &config.key) else { return Ok(None) };
    // Fails where another part of the process has chosen before; any choice will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let rustls = RustlsConfig::from_pem_file(certificate, key)
        .await
        .map_err(|e| CentralError::Config(format!("tls: certificate and key: {e}")))?;
    Ok(Some(Tls { config: config.clone(), rustls }))
}

/// Serves until told to stop; what is under way then gets its time.
pub async fn serve(
    listener: TcpListener,
    routes: IntoMakeServiceWithConnectInfo<axum::Router, SocketAddr>,
    lines: Lines,
    tls: Option<Tls>,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let handle = Handle::new();
    let stop = handle.clone();
    let mut told = stopped.clone();
    tokio::spawn(async move {
        let _ = told.wait_for(|stopped| *stopped).await;
        stop.graceful_shutdown(Some(GRACE));
    });
    let Some(tls) = tls else {
        let server = axum_server::from_tcp(listener)?.acceptor(lines).handle(handle);
        return bounded(server).serve(routes).await;
    };
    let rustls = tls.rustls.clone();
    let look = Duration::from_secs(tls.config.look_seconds.into());
    tokio::spawn(async move {
        let mut known = tls.config.changed();
        loop {
            tokio::select! {
                () = tokio::time::sleep(look) => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            let now = tls.config.changed();
            let (Some(certificate), Some(key)) = (&tls.config.certificate, &tls.config.key) else { return };
            if now == known {
                continue;
            }
            match tls.rustls.reload_from_pem_file(certificate, key).await {
                Ok(()) => {
                    known = now;
                    tracing::info!("the certificate was read anew");
                }
                // The one in use goes on; a pair that is half written is looked at again.
                Err(error) => tracing::error!(%error, "the new certificate cannot be used"),
            }
        }
    });
    let server =
        axum_server::from_tcp_rustls(listener, rustls)?.map(|tls| tls.acceptor(lines)).handle(handle);
    bounded(server).serve(routes).await
}

/// What one line may do: heads within their time and size, and so many requests at a time.
fn bounded<A>(server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server.first_request_timeout(HEAD);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(HEAD).max_buf_size(limits::HEAD_BYTES as usize);
    builder
        .http2()
        .max_concurrent_streams(limits::STREAMS)
        .max_header_list_size(limits::HEAD_BYTES)
        .max_pending_accept_reset_streams(20_usize);
    server
}
