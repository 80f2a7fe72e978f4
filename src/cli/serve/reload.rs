//! Reloads a running gate: a good configuration replaces the running one completely, a bad one
//! changes nothing and is reported in log, metrics and `/readyz`.

use super::running::RunningGate;
use super::watch::watch;
use super::{ListenerTls, warn};
use crate::clock;
use crate::config::{Config, Mistakes, ProcessEnvironment};
use crate::observe::{Counter, Metrics, Status, field};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The inputs of a reload and the state that it changes.
pub(super) struct Reload {
    file: PathBuf,
    flags: Vec<(String, String)>,
    current: Arc<RunningGate>,
    tls: ListenerTls,
}

impl Reload {
    pub(super) fn new(
        file: PathBuf,
        flags: Vec<(String, String)>,
        current: Arc<RunningGate>,
        tls: ListenerTls,
    ) -> Self {
        Self { file, flags, current, tls }
    }

    /// Reloads on SIGHUP and when a watched file changes, for as long as it is polled.
    pub(super) async fn keep_current(self, status: Arc<Status>, metrics: Arc<Metrics>) {
        let watched = self.current.read(|running| running.watched.clone());
        let watched = Arc::new(Mutex::new(watched));
        let files = {
            let watched = Arc::clone(&watched);
            move || watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        let watch_also = move |more: Vec<PathBuf>, current: &RunningGate| {
            let mut list = watched.lock().unwrap_or_else(PoisonError::into_inner);
            *list = current.read(|running| running.watched.clone());
            list.extend(more);
            list.sort_unstable();
            list.dedup();
        };
        let mut this = self;
        let reload = move || match this.reload() {
            Ok(generation) => {
                this.current.read(|running| {
                    let warnings = running.warnings.iter().map(ToString::to_string).collect();
                    status.configured(generation, warnings);
                    metrics.reloaded(clock::system_time());
                    metrics.cross_site(running.cross_site);
                    warn(running);
                });
                watch_also(Vec::new(), &this.current);
                tracing::info!({ field::GENERATION } = generation, "configuration reloaded");
            }
            Err(ReloadError { problems, watched }) => {
                // The repair may be in a file that only the rejected configuration names.
                watch_also(watched, &this.current);
                metrics.add(Counter::ConfigReloadFailures, 1);
                for problem in &problems {
                    tracing::error!(
                        { field::ERROR } = problem,
                        "configuration not reloaded; the running one stays in force"
                    );
                }
                status.reload_refused(problems.join("\n"));
            }
        };
        if let Err(error) = watch(files, reload).await {
            tracing::error!({ field::ERROR } = %error, "cannot watch the configuration");
        }
    }

    /// Reloads everything or nothing; returns the generation.
    fn reload(&mut self) -> Result<u64, ReloadError> {
        let next = Config::load(&self.file, &ProcessEnvironment, &self.flags)?;
        let fixed = self.current.read(|running| running.changes_that_need_a_restart(&next));
        if !fixed.is_empty() {
            let refuse = |key| format!("{key}: a change needs a restart; undo it or restart");
            let problems = fixed.into_iter().map(refuse).collect();
            return Err(ReloadError { problems, watched: next.watched });
        }
        // Certificates first: reading them can fail, the remaining steps cannot.
        if let Err(problem) = self.tls.reload() {
            return Err(ReloadError { problems: vec![problem], watched: next.watched });
        }
        Ok(self.current.replace(next))
    }
}

/// A rejected reload.
struct ReloadError {
    problems: Vec<String>,
    /// The files that the rejected configuration names.
    watched: Vec<PathBuf>,
}

impl From<Mistakes> for ReloadError {
    fn from(mistakes: Mistakes) -> Self {
        let problems = mistakes.list.iter().map(ToString::to_string).collect();
        Self { problems, watched: mistakes.watched }
    }
}
