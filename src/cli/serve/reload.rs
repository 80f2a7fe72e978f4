//! Keeping a running gate current: a good configuration replaces the running one whole, a wrong
//! one changes nothing and is seen in log, metrics and `/readyz`.

use super::{Certificates, FIRST_GENERATION};
use crate::config::{Config, ProcessEnvironment};
use crate::http::Door;
use crate::observe::{Counter, Metrics, Status, field};
use crate::server::reload::watch;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What a reload needs and changes.
pub(super) struct Reload {
    file: PathBuf,
    flags: Vec<(String, String)>,
    running: Config,
    door: Arc<Door>,
    certificates: Certificates,
    generation: u64,
}

impl Reload {
    pub(super) fn new(
        file: PathBuf,
        flags: Vec<(String, String)>,
        running: Config,
        door: Arc<Door>,
        certificates: Certificates,
    ) -> Self {
        Self { file, flags, running, door, certificates, generation: FIRST_GENERATION }
    }

    /// Reloads on SIGHUP and when a watched file changes, for as long as it is polled.
    pub(super) async fn keep_current(self, status: Arc<Status>, metrics: Arc<Metrics>) {
        let watched = Arc::new(Mutex::new(self.running.watched.clone()));
        let files = {
            let watched = Arc::clone(&watched);
            move || watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        let mut this = self;
        let reload = move || match this.reload() {
            Ok(()) => {
                let warnings = this.running.warnings.iter().map(ToString::to_string).collect();
                status.configured(this.generation, warnings);
                metrics.reloaded(now());
                metrics.cross_site(this.running.cross_site);
                watched
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone_from(&this.running.watched);
                tracing::info!({ field::GENERATION } = this.generation, "configuration reloaded");
            }
            Err(problems) => {
                metrics.add(Counter::ConfigReloadFailures, 1);
                for problem in &problems {
                    tracing::error!(
                        { field::ERROR } = problem,
                        "configuration not reloaded, the running one stays"
                    );
                }
                status.reload_refused(problems.join("\n"));
            }
        };
        if let Err(error) = watch(files, reload).await {
            tracing::error!({ field::ERROR } = %error, "cannot watch the configuration");
        }
    }

    /// All or nothing.
    fn reload(&mut self) -> Result<(), Vec<String>> {
        let next = Config::load(&self.file, &ProcessEnvironment, &self.flags)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let fixed = self.running.changes_that_need_a_restart(&next);
        if !fixed.is_empty() {
            let refuse = |key| format!("{key}: a change needs a restart; put it back or restart");
            return Err(fixed.into_iter().map(refuse).collect());
        }
        // Certificates first: they can still fail, the rest cannot.
        self.certificates.reload().map_err(|problem| vec![problem])?;
        self.generation += 1;
        let cache = self.door.state().gate.cache.clone();
        self.door.replace(next.state(cache, self.generation));
        self.running = next;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the time of a reload, for a metric")]
fn now() -> SystemTime {
    SystemTime::now()
}
