//! The rows that count CPU time for each request.

use crate::failure::Failure;
use crate::goals::{Tokens, Traffic};
use crate::http2;
use crate::load::Load;
use crate::process::{Launch, ask};
use crate::report::Figures;
use crate::request::{Asker, PageFetch, Shape, VERIFY};
use crate::rounds::{Effort, Rounds, Side, interleave};
use crate::token::{Algorithm, Mint};
use crate::workspace::{Subject, Transport, Workspace};
use std::net::SocketAddr;
use std::sync::Arc;

/// Requests at one time. Enough that neither server runs out of work; the figures of Traefik use
/// the same number.
pub const IN_FLIGHT: usize = 32;

/// One row over HTTP/1.1.
pub fn http1(traffic: Traffic, space: &Workspace, effort: Effort) -> Result<Figures, Failure> {
    if traffic.status() != 200 && matches!(space.subject, Subject::Floor(_)) {
        return Err(Failure::SubjectDecidesNothing);
    }
    let mut mint = Mint::new(traffic.algorithm)?;
    let page = PageFetch::with_token(&mint.token()?);
    let mut rounds = Rounds::default();
    for _ in 0..effort.pairs {
        rounds.append(http1_pair(traffic, &page, &mut mint, space, effort)?);
    }
    Ok(rounds.figures(1))
}

fn http1_pair(
    traffic: Traffic,
    page: &PageFetch,
    mint: &mut Mint,
    space: &Workspace,
    effort: Effort,
) -> Result<Rounds, Failure> {
    let floor_launch = space.floor(Transport::Plain, page)?;
    let subject_launch = space.subject(Transport::Plain, page, mint)?;
    let floor = floor_launch.start(space.cores)?;
    let subject = subject_launch.start(space.cores)?;
    if traffic.status() == 200 {
        expect_same_size(&floor_launch, &subject_launch, page)?;
    }
    let mut pages = Vec::new();
    let mut made_for = None;
    interleave(effort, traffic.count, &floor, &subject, |side, round| {
        // Both sides of a round send the same requests; the next round's are new again.
        if made_for != Some(round) && (made_for.is_none() || traffic.tokens.vary()) {
            pages = traffic.tokens.pages(mint, traffic.count)?;
        }
        made_for = Some(round);
        let launch = if side == Side::Floor { &floor_launch } else { &subject_launch };
        Load {
            address: launch.address,
            requests: formatted(&pages, launch.address, traffic.shape),
            count: traffic.count,
            in_flight: IN_FLIGHT,
            shape: traffic.shape,
            status: if side == Side::Floor { 200 } else { traffic.status() },
        }
        .run(space.cores)
    })
}

/// The row over HTTP/2 and TLS.
pub fn http2(count: usize, space: &Workspace, effort: Effort) -> Result<Figures, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let mut rounds = Rounds::default();
    for _ in 0..effort.pairs {
        let floor_launch = space.floor(Transport::Tls, &page)?;
        let subject_launch = space.subject(Transport::Tls, &page, &mint)?;
        let floor = floor_launch.start(space.cores)?;
        let subject = subject_launch.start(space.cores)?;
        rounds.append(interleave(effort, count, &floor, &subject, |side, _| {
            let launch = if side == Side::Floor { &floor_launch } else { &subject_launch };
            http2::run(launch.address, space.folder(), &page, count, IN_FLIGHT, space.cores)
        })?);
    }
    Ok(rounds.figures(1))
}

impl Traffic {
    fn status(self) -> u16 {
        match self.tokens {
            Tokens::Same | Tokens::Distinct => 200,
            Tokens::Forged | Tokens::Absent => 401,
        }
    }
}

impl Tokens {
    fn vary(self) -> bool {
        matches!(self, Self::Distinct | Self::Forged)
    }

    fn pages(self, mint: &mut Mint, count: usize) -> Result<Vec<PageFetch>, Failure> {
        let with = |token: &String| PageFetch::with_token(token);
        Ok(match self {
            Self::Same => vec![PageFetch::with_token(&mint.token()?)],
            Self::Distinct => (0..count)
                .map(|_| mint.token().map(|token| PageFetch::with_token(&token)))
                .collect::<Result<_, _>>()?,
            Self::Forged => mint.forgeries(count)?.iter().map(with).collect(),
            Self::Absent => vec![PageFetch::without_token()],
        })
    }
}

fn formatted(pages: &[PageFetch], address: SocketAddr, shape: Shape) -> Arc<[Vec<u8>]> {
    let host = address.to_string();
    pages.iter().map(|page| page.to_http1(&host, VERIFY, shape, Asker::Traefik)).collect()
}

/// A ratio means something only while both send the same amount: the floor's permit must be what
/// the gate's is, but for some bytes.
fn expect_same_size(floor: &Launch, subject: &Launch, page: &PageFetch) -> Result<(), Failure> {
    let size = |launch: &Launch| {
        let host = launch.address.to_string();
        let request = page.to_http1(&host, VERIFY, Shape::Close, Asker::Traefik);
        match ask(launch.address, &request)? {
            (200, answer) => Ok(answer.len()),
            (received, _) => Err(Failure::Answer { expected: 200, received }),
        }
    };
    let (floor, subject) = (size(floor)?, size(subject)?);
    if floor.abs_diff(subject) * 20 > floor {
        return Err(Failure::Protocol("the permit differs from the floor's by more than 5 %"));
    }
    Ok(())
}
