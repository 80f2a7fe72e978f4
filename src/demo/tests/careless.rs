//! A gate that says yes to everything, to see the demo's checks fail.

use super::*;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use listener::{Answer, Site};
use std::{convert::Infallible, sync::Arc};
use tokio::task::JoinSet;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

pub(super) struct Careless;

impl StartGate for Careless {
    async fn run(&self, configuration: &Path, _: &Path) -> DemoError {
        let text = std::fs::read_to_string(configuration).unwrap();
        let configuration: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let tls = |key: &str| configuration["tls"][key].as_str().unwrap();
        let certificate = CertificateDer::from_pem_file(tls("cert_file")).unwrap();
        let key = PrivateKeyDer::from_pem_file(tls("key_file")).unwrap();
        let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        server.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(server));

        let bind = async |key: &str| {
            tokio::net::TcpListener::bind(configuration[key].as_str().unwrap()).await.unwrap()
        };
        let (gate, admin) = (bind("listen").await, bind("admin_listen").await);
        let mut tasks = JoinSet::new();
        tasks.spawn(listener::serve(admin, Yes));
        loop {
            let (stream, _) = gate.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tasks.spawn(async move {
                let stream = TokioIo::new(acceptor.accept(stream).await.unwrap());
                let service = service_fn(|request: Request<Incoming>| async {
                    Ok::<_, Infallible>(Yes.answer(request).await)
                });
                let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(stream, service).await;
            });
        }
    }
}

struct Yes;

impl Site for Yes {
    async fn answer(&self, _: Request<Incoming>) -> Answer {
        Response::default()
    }
}
