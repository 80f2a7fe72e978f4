//! Interleaved rounds. Floor and subject take turns of a tenth of a second, each turn of both gives
//! one ratio, and the median of the ratios counts: other load of the machine affects both. Many
//! short rounds, because load from outside changes within seconds; several pairs of processes,
//! because the placement of a process in memory changes the result by a percent or two.

use crate::failure::Failure;
use crate::process::Server;
use crate::report::Figures;
use std::time::Duration;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Both servers are started afresh this often.
    pub pairs: usize,
    /// Rounds with each pair of processes, beside the one that only warms them.
    pub rounds: usize,
}

impl Effort {
    pub const FULL: Self = Self { pairs: 5, rounds: 7 };
    pub const QUICK: Self = Self { pairs: 1, rounds: 5 };
}

/// Which of the two a round is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Floor,
    Subject,
}

/// CPU microseconds a request, one entry a round.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    floor: Vec<f64>,
    subject: Vec<f64>,
}

impl Rounds {
    pub fn push(&mut self, floor: f64, subject: f64) {
        self.floor.push(floor);
        self.subject.push(subject);
    }

    pub fn append(&mut self, other: Self) {
        self.floor.extend(other.floor);
        self.subject.extend(other.subject);
    }

    pub fn figures(&self, places: usize) -> Figures {
        let pairs = || self.subject.iter().zip(&self.floor);
        let ratios: Vec<f64> = pairs().map(|(subject, floor)| subject / floor).collect();
        let differences = pairs().map(|(subject, floor)| subject - floor).collect();
        // Of a median, for values that are spread about as a normal distribution: 1.25 σ / √n, and σ
        // is the distance of the quartiles over 1.35.
        let quartiles = quantile(ratios.clone(), 0.75) - quantile(ratios.clone(), 0.25);
        let error = 0.93 * quartiles / exact(ratios.len().max(1)).sqrt();
        Figures {
            floor: Some(median(self.floor.clone())),
            subject: Some(median(self.subject.clone())),
            ratio: Some(median(ratios)),
            difference: Some(median(differences)),
            error: Some(error),
            places,
        }
    }
}

/// Runs `send` for both sides alternately, after one round each that does not count.
///
/// `send` receives the side and the round, sends `count` requests and returns when all are answered.
pub fn interleave(
    effort: Effort,
    count: usize,
    floor: &Server,
    subject: &Server,
    mut send: impl FnMut(Side, usize) -> Result<Duration, Failure>,
) -> Result<Rounds, Failure> {
    let mut rounds = Rounds::default();
    for round in 0..=effort.rounds {
        let mut spent = |side| {
            let server = if side == Side::Floor { floor } else { subject };
            cpu_of(server, || send(side, round).map(drop)).map(|spent| spent / exact(count))
        };
        // Each is first as often as second, should the first run leave caches warm or cold.
        let (floor, subject) = if round % 2 == 0 {
            let floor = spent(Side::Floor)?;
            (floor, spent(Side::Subject)?)
        } else {
            let subject = spent(Side::Subject)?;
            (spent(Side::Floor)?, subject)
        };
        if round > 0 {
            rounds.push(floor, subject);
        }
    }
    Ok(rounds)
}

/// CPU microseconds that `server` spends while `work` runs.
pub fn cpu_of(server: &Server, work: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    std::thread::sleep(SETTLE);
    let before = server.cpu_time()?;
    work()?;
    std::thread::sleep(SETTLE);
    Ok(server.cpu_time()?.since(&before))
}

/// The middle of `values`; 0 when there are none.
pub fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

fn quantile(mut values: Vec<f64>, at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = exact(values.len().saturating_sub(1)) * at;
    let below = values.iter().enumerate().take_while(|&(index, _)| exact(index) <= place);
    let Some((index, &low)) = below.last() else {
        return 0.0;
    };
    let high = values.get(index + 1).copied().unwrap_or(low);
    low + (high - low) * (place - exact(index))
}

/// Counts here are far below 2³², which a double holds exactly.
pub fn exact(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// For the server's threads to go to sleep, which is when the kernel books their time.
const SETTLE: Duration = Duration::from_millis(10);
