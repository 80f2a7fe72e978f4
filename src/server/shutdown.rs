//! When to stop: the first signal drains, the second ends at once.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far the end of the process has come; cloned to everything that has to know.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Stage>);

impl Shutdown {
    /// A shutdown, and the hand that sets it off.
    #[must_use]
    pub fn new() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(Stage::Running);
        (Trigger(sender), Self(receiver))
    }

    /// Listens for SIGTERM and SIGINT; to be called within the runtime.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (trigger, shutdown) = Self::new();
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            tracing::info!("shutting down");
            trigger.drain();
            either(&mut terminate, &mut interrupt).await;
            tracing::warn!("asked again: ending at once");
            trigger.stop();
            // The last receiver may still want to look.
            trigger.0.closed().await;
        });
        Ok(shutdown)
    }

    /// Waits until no new work is to be taken.
    pub async fn draining(&self) {
        self.reached(Stage::Draining).await;
    }

    /// Waits until everything is to be dropped.
    pub async fn stopped(&self) {
        self.reached(Stage::Stopped).await;
    }

    async fn reached(&self, stage: Stage) {
        // An error means that the trigger is gone: then nobody can ask for anything any more, and
        // a server that nobody can stop should stop.
        let mut receiver = self.0.clone();
        drop(receiver.wait_for(|now| *now >= stage).await);
    }
}

/// Sets a [`Shutdown`] off; dropping it is the same as [`stop`](Self::stop).
#[derive(Debug)]
pub struct Trigger(watch::Sender<Stage>);

impl Trigger {
    /// No new work; what is under way is finished.
    pub fn drain(&self) {
        self.advance(Stage::Draining);
    }

    /// Everything ends now.
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
