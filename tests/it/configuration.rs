//! What the gate refuses to start with, and how it says so: every mistake at once, each with its
//! key and the remedy, exit code 64.

mod accepted;
mod environment;
mod issuers;
mod mistakes;
mod secrets;

use crate::support::gate::Plan;
use crate::support::process::{Finished, doorward, run};

/// `doorward check` on a plan's configuration.
fn check(plan: &Plan) -> Finished {
    let mut command = doorward();
    command.envs(plan.environment.iter().map(|(name, value)| (name, value)));
    run(command.arg("check").arg("--config").arg(plan.write()), "")
}

/// What is wrong with a refusal that should name all of `wanted`; `None` when nothing is.
fn complaint(refusal: &Finished, wanted: &[&str]) -> Option<String> {
    if refusal.code != 64 {
        return Some(format!("expected exit 64: {}", refusal.output()));
    }
    let missing: Vec<_> = wanted.iter().filter(|text| !refusal.stderr.contains(**text)).collect();
    (!missing.is_empty()).then(|| format!("says nothing of {missing:?}: {}", refusal.output()))
}
