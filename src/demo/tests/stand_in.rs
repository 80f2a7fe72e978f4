//! A gate just clever enough to give each of the demo's checks its answer, so that the demo can be
//! tested apart from the real one. It knows one domain, one issuer and no cache.

use super::*;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
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

pub(super) struct StandIn {
    /// Lets everybody in.
    pub(super) careless: bool,
}

impl StartGate for StandIn {
    async fn run(&self, configuration: &Path, _: &Path) -> DemoError {
        let text = std::fs::read_to_string(configuration).unwrap();
        let configuration: Value = serde_saphyr::from_str(&text).unwrap();
        let file = |path: &Value| std::fs::read(path.as_str().unwrap()).unwrap();
        let tls = &configuration["tls"];
        let certificate = CertificateDer::from_pem_slice(&file(&tls["cert_file"])).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&file(&tls["key_file"])).unwrap();
        let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        server.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let judge = Arc::new(Judge::new(&configuration, self.careless));

        let bind = async |key: &str| {
            tokio::net::TcpListener::bind(configuration[key].as_str().unwrap()).await.unwrap()
        };
        let (gate, admin) = (bind("listen").await, bind("admin_listen").await);
        let mut tasks = JoinSet::new();
        tasks.spawn(listener::serve(admin, Healthy));
        loop {
            let (stream, _) = gate.accept().await.unwrap();
            let (acceptor, judge) = (acceptor.clone(), Arc::clone(&judge));
            tasks.spawn(async move {
                let stream = TokioIo::new(acceptor.accept(stream).await.unwrap());
                let service = service_fn(move |request: Request<Incoming>| {
                    let answer = judge.verdict(request.headers());
                    async move { Ok::<_, Infallible>(answer) }
                });
                let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(stream, service).await;
            });
        }
    }
}

struct Healthy;

impl listener::Site for Healthy {
    async fn answer(&self, _: Request<Incoming>) -> listener::Answer {
        Response::default()
    }
}

struct Judge {
    careless: bool,
    point: Vec<u8>,
    login: String,
    cookies: Vec<String>,
}

impl Judge {
    fn new(configuration: &Value, careless: bool) -> Self {
        let path = configuration["issuers"][0]["keys"]["jwks_file"].as_str().unwrap();
        let keys: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let axis = |name| URL_SAFE_NO_PAD.decode(keys["keys"][0][name].as_str().unwrap()).unwrap();
        let names = configuration["tokens"]["cookies"].as_array().unwrap();
        Self {
            careless,
            point: [vec![4], axis("x"), axis("y")].concat(),
            login: configuration["login"]["url"].as_str().unwrap().to_owned(),
            cookies: names.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
        }
    }

    fn verdict(&self, headers: &HeaderMap) -> Response<Full<Bytes>> {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        let raw_host = header("x-forwarded-host").unwrap().to_ascii_lowercase();
        let host = raw_host.split(':').next().unwrap().trim_end_matches('.');
        let Some(label) = host.strip_suffix(".vdi.localhost") else {
            return answer(404);
        };
        if self.careless {
            return answer(200);
        }
        if header("access-control-request-method").is_some() {
            return answer(403);
        }
        let site = header("sec-fetch-site");
        let navigation = header("x-forwarded-method") == Some("GET")
            && header("sec-fetch-mode") == Some("navigate")
            && header("sec-fetch-dest") == Some("document");

        let pairs: Vec<_> = headers
            .get_all("cookie")
            .iter()
            .flat_map(|value| value.to_str().unwrap().split("; "))
            .collect();
        let ours = |pair: &&str| {
            pair.split_once('=').is_some_and(|(name, _)| self.cookies.iter().any(|own| own == name))
        };
        let mut tokens: Vec<_> = pairs
            .iter()
            .copied()
            .filter(ours)
            .map(|pair| pair.split_once('=').unwrap().1)
            .collect();
        tokens.extend(header("authorization").and_then(|value| value.strip_prefix("Bearer ")));
        let users: Vec<_> = tokens.iter().filter_map(|token| self.user(token)).collect();

        if users.is_empty() && navigation {
            let mut redirect = answer(302);
            let target =
                format!("{}?rd=https%3A%2F%2F{}%2Fecho", self.login, raw_host.replace(':', "%3A"));
            redirect.headers_mut().insert("location", target.parse().unwrap());
            return redirect;
        }
        if users.is_empty() {
            return answer(401);
        }
        let foreign = header("origin")
            .is_some_and(|origin| origin != format!("https://{raw_host}"))
            || site.is_some_and(|site| !["same-origin", "none"].contains(&site));
        if !users.iter().any(|user| user == label) || foreign && !navigation {
            return answer(403);
        }
        let mut permit = answer(200);
        permit.headers_mut().insert("x-doorward-user", label.parse().unwrap());
        let kept: Vec<_> = pairs.into_iter().filter(|pair| !ours(pair)).collect();
        if !kept.is_empty() {
            permit.headers_mut().insert("cookie", kept.join("; ").parse().unwrap());
        }
        permit
    }

    fn user(&self, token: &str) -> Option<String> {
        let (input, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(input.as_bytes(), &signature)
            .ok()?;
        let claims = URL_SAFE_NO_PAD.decode(input.split_once('.')?.1).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let valid = claims["exp"].as_u64()? > portal::unix_time();
        valid.then(|| claims["sub"].as_str().unwrap().to_owned())
    }
}

fn answer(status: u16) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::default()).unwrap()
}
