//! Shutdown in two stages: the first signal drains, the second ends the process at once.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The stage of the shutdown; cloned to every task that must react to it.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Stage>);

impl Shutdown {
    /// A shutdown and its trigger.
    #[must_use]
    pub fn new() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(Stage::Running);
        (Trigger(sender), Self(receiver))
    }

    /// Listens for SIGTERM and SIGINT. Call it within the runtime.
    ///
    /// # Errors
    /// The signal handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (trigger, shutdown) = Self::new();
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            tracing::info!("shutting down");
            trigger.drain();
            either(&mut terminate, &mut interrupt).await;
            tracing::warn!("second signal: stopping at once");
            trigger.stop();
            // A receiver may still read the last stage.
            trigger.0.closed().await;
        });
        Ok(shutdown)
    }

    /// Waits until no new work is accepted.
    pub async fn draining(&self) {
        self.reached(Stage::Draining).await;
    }

    /// Waits until all work is dropped.
    pub async fn stopped(&self) {
        self.reached(Stage::Stopped).await;
    }

    async fn reached(&self, stage: Stage) {
        // An error means that the trigger is gone. A server that can no longer be stopped should
        // stop.
        let mut receiver = self.0.clone();
        drop(receiver.wait_for(|now| *now >= stage).await);
    }
}

/// Triggers a [`Shutdown`]; dropping it is the same as [`stop`](Self::stop).
#[derive(Debug)]
pub struct Trigger(watch::Sender<Stage>);

impl Trigger {
    /// Accept no new work; finish the work in progress.
    pub fn drain(&self) {
        self.advance(Stage::Draining);
    }

    /// End everything now.
    pub fn stop(&self) {
        self.advance(Stage::Stopped);
    }

    fn advance(&self, stage: Stage) {
        self.0.send_if_modified(|now| {
            let later = stage > *now;
            *now = stage.max(*now);
            later
        });
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Stage {
    Running,
    Draining,
    Stopped,
}
