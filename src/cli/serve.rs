//! `doorward serve`: starts all parts of the gate and keeps its configuration and keys up to date.

mod reload;
mod running;
mod store;
mod watch;

use super::{ConfigFile, complain, failed};
use crate::clock;
use crate::config::Config;
use crate::http::admin::AdminHandler;
use crate::http::{BackChannelHandler, NotFoundHandler, decision_names};
use crate::observe::{self, Listener, Metrics, Stage, Status, field};
use crate::server::{PreparedTls, Server, Shutdown, Tls, bind};
use crate::token::cache::SessionCache;
use reload::Reload;
use running::{FIRST, RunningGate};
use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Arguments of `doorward serve`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "SIGTERM drains connections and stops; SIGHUP reloads the configuration, as \
                        does a change to it or to a file that it names."
)]
pub(crate) struct ServeArgs {
    /// Address that Traefik calls, in place of `listen`
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<SocketAddr>,
    /// Address of health and metrics, in place of `admin_listen`
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<SocketAddr>,
    /// error, warn, info, debug or trace, in place of `log.level`
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl ServeArgs {
    /// The arguments as configuration overrides: key path and YAML.
    fn flags(&self) -> Vec<(String, String)> {
        let quoted = |address: &SocketAddr| format!("\"{address}\"");
        let mut flags = Vec::new();
        if !self.listen.is_empty() {
            let list: Vec<_> = self.listen.iter().map(quoted).collect();
            flags.push(("listen".to_owned(), format!("[{}]", list.join(", "))));
        }
        flags.extend(self.admin_listen.iter().map(|own| ("admin_listen".to_owned(), quoted(own))));
        flags.extend(self.log_level.iter().map(|own| ("log.level".to_owned(), own.clone())));
        flags
    }
}

/// Runs until SIGTERM; 0 after a drain, 1 if the gate cannot start, 64 for a bad configuration.
pub(super) fn run(args: &ServeArgs, file: &ConfigFile) -> ExitCode {
    let flags = args.flags();
    let config = match file.load(&flags) {
        Ok(config) => config,
        Err(problems) => return file.refuse(&problems),
    };
    let metrics = Arc::new(Metrics::new(&decision_names()));
    let _flush = match observe::log::start(&config.log, metrics.log_dropped()) {
        Ok(flush) => flush,
        Err(error) => {
            complain(format_args!("cannot start the log: {error}"));
            return failed();
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!({ field::ERROR } = %error, "cannot start the runtime");
            return failed();
        }
    };
    let reload = |current, tls| Reload::new(file.path(), flags, current, tls);
    let served = runtime.block_on(serve(config, metrics, reload));
    // A pending name lookup must not keep the process from ending.
    runtime.shutdown_timeout(LOOK_UPS);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError { what, error, remedy }) => {
            tracing::error!({ field::ERROR } = error, { field::REMEDY } = remedy, "{what}");
            failed()
        }
    }
}

/// Why the gate cannot start.
struct StartError {
    what: &'static str,
    error: String,
    remedy: Option<&'static str>,
}

impl StartError {
    fn new(what: &'static str, key: &str, error: impl Display) -> Self {
        Self { what, error: format!("{key}: {error}"), remedy: None }
    }

    fn listener(key: &str, address: SocketAddr, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::AddrInUse => Some(
                "another program uses the port, perhaps another doorward (see `ss -ltnp`): stop \
                 it, or choose another port",
            ),
            io::ErrorKind::PermissionDenied => Some(
                "ports below 1024 need root or CAP_NET_BIND_SERVICE: choose a higher port, such \
                 as 4181",
            ),
            io::ErrorKind::AddrNotAvailable => Some(
                "no interface of this machine has this address: use an address of this machine, \
                 or 0.0.0.0 for all",
            ),
            _ => None,
        };
        Self { remedy, ..Self::new("cannot listen", &format!("{key} {address}"), error) }
    }
}

async fn serve(
    config: Config,
    metrics: Arc<Metrics>,
    reload: impl FnOnce(Arc<RunningGate>, ListenerTls) -> Reload,
) -> Result<(), StartError> {
    let shutdown = Shutdown::on_signals()
        .map_err(|error| StartError::new("cannot listen for signals", "SIGTERM", error))?;
    let status = Arc::new(Status::new());
    let tls = ListenerTls::open(&config)?;
    let cache = SessionCache::new(config.cache_bytes);
    let sizes = cache.clone();
    metrics.cache_size(move || (sizes.entry_count(), sizes.weighted_size()));
    metrics.cross_site(config.cross_site);

    let store = store::open(&config).await?;
    let shown = Arc::clone(&store);
    metrics.revocations(move || {
        let up = (!shown.is_local()).then(|| shown.problem().is_none());
        (shown.count().try_into().unwrap_or(u64::MAX), up)
    });
    let limits = config.limits.clone();
    let (listen, admin_listen) = (config.listen.clone(), config.admin_listen);
    let (pages_listen, backchannel_listen) = (config.pages_listen, config.backchannel_listen);
    let current = RunningGate::new(config, cache, store, Arc::clone(&metrics));
    let mut verify = Server::new(
        current.verify_handler(),
        limits.clone(),
        metrics.connections(Listener::Verify),
    );
    let mut listeners = Vec::new();
    for address in &listen {
        verify = verify.listen(open(*address, "listen", "verify", &mut listeners)?);
    }
    if let Some(own) = &tls.verify {
        verify = verify.tls(Arc::clone(own));
    }
    let admin = AdminHandler::new(Arc::clone(&status), Arc::clone(&metrics))
        .revoking(current.verify_handler());
    let admin = Arc::new(admin);
    let mut admin = Server::new(admin, limits.clone(), metrics.connections(Listener::Admin));
    admin = admin.listen(open(admin_listen, "admin_listen", "admin", &mut listeners)?);
    if let Some(own) = &tls.admin {
        admin = admin.tls(Arc::clone(own));
    }
    let mut pages = Server::new(
        Arc::new(NotFoundHandler),
        limits.clone(),
        metrics.connections(Listener::Pages),
    );
    if let Some(address) = pages_listen {
        pages = pages.listen(open(address, "pages_listen", "pages", &mut listeners)?);
    }
    let mut backchannel = Server::new(
        Arc::new(BackChannelHandler::new(current.verify_handler())),
        limits,
        metrics.connections(Listener::BackChannel),
    );
    if let Some(address) = backchannel_listen {
        let own = open(address, "backchannel_listen", "backchannel", &mut listeners)?;
        backchannel = backchannel.listen(own);
    }

    current.read(|config| announce(config, &tls, &listeners));
    metrics.configured(clock::system_time());
    status.listens(listeners);
    let warnings = current.read(|config| config.warnings.iter().map(ToString::to_string).collect());
    status.configured(FIRST, warnings);

    // The admin listener starts first and stays until the others have drained, so that probes and
    // metrics work throughout.
    let (stop_admin, admin_shutdown) = Shutdown::new();
    let mut admin = tokio::spawn(admin.drain(ADMIN_DRAIN).run(admin_shutdown));
    let reload = reload(Arc::clone(&current), tls);
    tokio::spawn(reload.keep_current(Arc::clone(&status), Arc::clone(&metrics)));
    // The first fetches are bounded in time: an issuer that does not answer must not block the
    // users of others.
    tokio::select! {
        () = current.fetch() => {}
        () = shutdown.draining() => {}
    }
    tracing::info!({ field::VERSION } = env!("CARGO_PKG_VERSION"), "ready");
    status.reach(Stage::Ready);

    let draining = async {
        shutdown.draining().await;
        status.reach(Stage::Draining);
    };
    tokio::join!(
        draining,
        verify.run(shutdown.clone()),
        pages.run(shutdown.clone()),
        backchannel.run(shutdown.clone())
    );
    stop_admin.drain();
    tokio::select! {
        _ended = &mut admin => {}
        () = shutdown.stopped() => {
            stop_admin.stop();
            let _ended = admin.await;
        }
    }
    tracing::info!("stopped");
    Ok(())
}

fn open(
    address: SocketAddr,
    key: &str,
    name: &'static str,
    listeners: &mut Vec<(&'static str, String)>,
) -> Result<tokio::net::TcpListener, StartError> {
    let start_error = |error| StartError::listener(key, address, &error);
    let listener = bind(address).map_err(start_error)?;
    let bound = listener.local_addr().map_err(start_error)?;
    listeners.push((name, bound.to_string()));
    Ok(listener)
}

/// Logs the warnings of a configuration.
fn warn(config: &Config) {
    for warning in &config.warnings {
        tracing::warn!({ field::KEY } = warning.path, "{}", warning.text);
    }
}

fn announce(config: &Config, tls: &ListenerTls, listeners: &[(&'static str, String)]) {
    warn(config);
    for (name, address) in listeners {
        tracing::info!({ field::LISTENER } = name, { field::ADDRESS } = address, "listening");
    }
    if let Some(authority) = tls.verify.as_ref().and_then(|tls| tls.self_signed_authority()) {
        let file = authority.display();
        tracing::info!({ field::FILE } = %file, "using a self-signed certificate: set Traefik's tls.ca to this file");
    }
}

/// The certificates of the listeners; read again with every reload.
struct ListenerTls {
    verify: Option<Arc<Tls>>,
    admin: Option<Arc<Tls>>,
}

impl ListenerTls {
    fn open(config: &Config) -> Result<Self, StartError> {
        let names: Vec<_> = config.listen.iter().map(|own| own.ip().to_string()).collect();
        let state_dir = config.state_dir.as_deref();
        let start_error =
            |key| move |error| StartError::new("cannot use the certificate", key, error);
        let verify = config.tls.as_ref().map(|tls| Tls::open(tls, state_dir, &names));
        let admin = config.admin_tls.as_ref().map(Tls::open_files);
        Ok(Self {
            verify: verify.transpose().map_err(start_error("tls"))?.map(Arc::new),
            admin: admin.transpose().map_err(start_error("admin_tls"))?.map(Arc::new),
        })
    }

    /// Reloads all of them, or none on the first error.
    fn reload(&self) -> Result<(), String> {
        let each = [("tls", &self.verify), ("admin_tls", &self.admin)];
        let mut prepared = Vec::with_capacity(each.len());
        for (key, tls) in each.iter().filter_map(|(key, tls)| Some((key, tls.as_ref()?))) {
            prepared.push(tls.prepare().map_err(|error| format!("{key}: {error}"))?);
        }
        prepared.into_iter().for_each(PreparedTls::install);
        Ok(())
    }
}

/// For pending name lookups and disk writes.
const LOOK_UPS: Duration = Duration::from_secs(1);
/// For a scrape or probe in progress at the end; both are answered from memory.
const ADMIN_DRAIN: Duration = Duration::from_secs(1);
