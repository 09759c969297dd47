//! Servers with TLS, and the certificate authority of the tests.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use crate::server::{Request, read};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

pub type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate authority for one test.
pub fn authority() -> Authority {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A server on this machine with a certificate, which lives until the test ends.
pub struct TlsServer {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl TlsServer {
    /// The certificate is for a name, and valid from the first day of a year to that of another. Each request is given to the
    /// function, which writes what it wants to the connection.
    pub fn start(
        authority: &Authority,
        (name, years): (&str, (i32, i32)),
        respond: impl Fn(&Request, &mut dyn Write) + Send + Sync + 'static,
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.not_before, parameters.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        let certificate = parameters.signed_by(&key, authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config =
            Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, respond) = (seen.clone(), Arc::new(respond));
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (config, noted, respond) = (config.clone(), noted.clone(), respond.clone());
                std::thread::spawn(move || {
                    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), socket);
                    // A client that does not trust the certificate disconnects.
                    let Some(request) = read(&mut stream) else { return };
                    noted.lock().unwrap().push(request.clone());
                    respond(&request, &mut stream);
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                });
            }
        });
        TlsServer { url, seen }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}
