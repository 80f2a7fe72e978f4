//! Tables of attacks: every row is run, and all that failed are told at once.

use super::answer::Answer;
use super::gate::Gate;
use super::request::Request;

/// Rows asked of one gate.
#[must_use = "a table says nothing before `finish`"]
pub struct Table<'g> {
    gate: &'g Gate,
    rows: usize,
    failures: Vec<String>,
}

impl<'g> Table<'g> {
    /// An empty table for `gate`.
    pub fn of(gate: &'g Gate) -> Self {
        Self { gate, rows: 0, failures: Vec::new() }
    }

    /// Asks `question` and expects `status`.
    pub async fn row(&mut self, name: &str, question: Request, status: u16) -> Answer {
        self.judged(name, question, |answer| {
            if answer.status == status { Ok(()) } else { Err(format!("expected {status}")) }
        })
        .await
    }

    /// Asks every question of a table of rows: name, question, expected status.
    pub async fn rows<const ROWS: usize>(&mut self, rows: [(&str, Request, u16); ROWS]) {
        for (name, question, status) in rows {
            self.row(name, question, status).await;
        }
    }

    /// Asks `question` and expects a refusal with one of `statuses`, where the contract leaves it
    /// open which of several mistakes is told.
    pub async fn refused(&mut self, name: &str, question: Request, statuses: &[u16]) -> Answer {
        self.judged(name, question, |answer| {
            if statuses.contains(&answer.status) {
                Ok(())
            } else {
                Err(format!("expected {statuses:?}"))
            }
        })
        .await
    }

    /// Asks `question` and lets `judge` say what is wrong with the answer.
    pub async fn judged(
        &mut self,
        name: &str,
        question: Request,
        judge: impl FnOnce(&Answer) -> Result<(), String>,
    ) -> Answer {
        self.rows += 1;
        let answer = self.gate.try_ask(&question).await;
        let complaint = judge(&answer).err();
        for what in complaint.into_iter().chain(answer.violations()) {
            let question = String::from_utf8_lossy(&question.bytes()).into_owned();
            self.failures.push(format!("## {name}: {what}\n{question}--> {answer}\n"));
        }
        answer
    }

    /// Records a failure that no single answer shows.
    pub fn expect(&mut self, holds: bool, what: &str) {
        self.rows += 1;
        if !holds {
            self.failures.push(format!("## {what}\n"));
        }
    }

    /// Fails with every row that did.
    pub fn finish(self) {
        assert!(self.rows > 0, "an empty table proves nothing");
        assert!(
            self.failures.is_empty(),
            "{} of {} rows failed\n\n{}",
            self.failures.len(),
            self.rows,
            self.failures.join("\n")
        );
    }
}
