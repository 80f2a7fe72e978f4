//! The cost of a long list of revocations for a request that none of them affects. Both sides are
//! the gate, with the same configuration; one list is empty.

use crate::failure::Failure;
use crate::load::Load;
use crate::process::{Launch, Ready, Server};
use crate::report::Figures;
use crate::request::{Asker, PageFetch, Shape, VERIFY};
use crate::requests::IN_FLIGHT;
use crate::rounds::{Effort, Side, interleave};
use crate::token::{Algorithm, Mint};
use crate::workspace::Workspace;
use std::net::SocketAddr;
use std::sync::Arc;

/// CPU microseconds of both.
pub fn measure(
    revocations: usize,
    count: usize,
    space: &Workspace,
    effort: Effort,
) -> Result<Figures, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let without_launch = space.gate_that_revokes(&mint, SECRET, None)?;
    let with_launch = space.gate_that_revokes(&mint, SECRET, None)?;
    let without = without_launch.start(space.cores)?;
    let with = with_launch.start(space.cores)?;
    let Ready::Answers { address: admin, .. } = with_launch.ready else {
        return Err(Failure::SubjectDecidesNothing);
    };
    Load {
        address: admin,
        requests: (0..revocations).map(|number| revocation(admin, number)).collect(),
        count: revocations,
        in_flight: 8,
        shape: Shape::KeepAlive,
        status: 200,
    }
    .run(space.cores)?;
    let gates = [(&without_launch, &without), (&with_launch, &with)];
    cached(gates, &page, count, space, effort)
}

/// CPU microseconds of two gates for a request whose token their caches know.
pub fn cached(
    [floor, subject]: [(&Launch, &Server); 2],
    page: &PageFetch,
    count: usize,
    space: &Workspace,
    effort: Effort,
) -> Result<Figures, Failure> {
    // Only the rounds are many: a list this long takes a while to write.
    let effort = Effort { rounds: effort.rounds * effort.pairs, ..effort };
    let rounds = interleave(effort, count, floor.1, subject.1, |side, _| {
        let launch = if side == Side::Floor { floor.0 } else { subject.0 };
        let host = launch.address.to_string();
        let request = page.to_http1(&host, VERIFY, Shape::KeepAlive, Asker::Traefik);
        Load {
            address: launch.address,
            requests: Arc::new([request]),
            count,
            in_flight: IN_FLIGHT,
            shape: Shape::KeepAlive,
            status: 200,
        }
        .run(space.cores)
    })?;
    Ok(rounds.figures(1))
}

fn revocation(admin: SocketAddr, number: usize) -> Vec<u8> {
    let body = format!("{{\"jti\":\"0123456789abcdef-{number}\"}}");
    format!(
        "POST /revocations HTTP/1.1\r\nHost: {admin}\r\nAuthorization: Bearer {SECRET}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Of the desk.
pub const SECRET: &str = "thirty-two-visible-characters-or-more";
