//! For which reasons a manifest is not taken for a session's route, and what to write instead.

use super::rule::RuleError;
use crate::manifest::MAX_PRIORITY;
use std::error::Error;
use std::fmt;

/// Why a tree is not the gated route of one session alone. Paths are those of the manifest, such as
/// `spec.routes[0].match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConformError {
    /// None or several documents.
    Documents {
        /// How many.
        documents: usize,
    },
    /// Something that has to be there is not.
    Missing {
        /// Its path.
        at: String,
    },
    /// Text where a list belongs, and the like.
    NotA {
        /// Its path.
        at: String,
        /// What belongs there.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A key in letters of another case.
    OtherCase {
        /// Its path.
        at: String,
        /// How it is spelled.
        meant: &'static str,
    },
    /// Another `apiVersion`.
    ApiVersion {
        /// Which one.
        found: String,
    },
    /// Another `kind` of object.
    Kind {
        /// Which one.
        found: String,
    },
    /// A `metadata.name` that no object can have.
    Name {
        /// Which one.
        found: String,
    },
    /// A namespace that is not the session's.
    Namespace {
        /// Path of the namespace.
        at: String,
        /// Which one.
        found: String,
        /// The session's.
        expected: String,
    },
    /// An annotation of ours with something else in it.
    Annotation {
        /// Its key.
        key: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// `ownerReferences` that are not exactly the session's owner.
    Owner {
        /// How many there are.
        references: usize,
    },
    /// `spec.parentRefs`
    ParentRefs,
    /// No `spec.tls`.
    Tls,
    /// An entry point that is none of the installation's.
    EntryPoint {
        /// Which one.
        found: String,
        /// The installation's.
        allowed: Vec<String>,
    },
    /// None or several routes.
    Routes {
        /// How many.
        routes: usize,
    },
    /// A route's `kind` that is not `Rule`.
    RouteKind {
        /// Which one.
        found: String,
    },
    /// A route's `syntax`.
    Syntax,
    /// A rule that is not that of the session's host alone.
    Match {
        /// The rule.
        found: String,
        /// The session's host.
        host: String,
        /// In what it differs.
        error: RuleError,
    },
    /// A priority that is no whole number, or below 2, or more than the API server takes.
    Priority {
        /// What is there.
        found: String,
    },
    /// None or several services.
    Services {
        /// How many.
        services: usize,
    },
    /// A service's `kind` that is not `Service`.
    ServiceKind {
        /// Which one.
        found: String,
    },
    /// Another service than the session's.
    ServiceName {
        /// Which one.
        found: String,
        /// The session's.
        expected: String,
    },
    /// Another port than the session's.
    ServicePort {
        /// Which one.
        found: String,
        /// The session's.
        expected: u16,
    },
    /// A name with `@`, which refers to another provider of Traefik.
    Reference {
        /// Its path.
        at: String,
        /// The name.
        found: String,
    },
    /// No Middleware of the gate on the route.
    GateMissing {
        /// The Middlewares that belong there, in their order.
        gate: Vec<String>,
    },
    /// The gate's Middlewares not first, not all, not in their order, or more than once.
    GateNotInFront {
        /// The Middlewares that belong there, in their order.
        gate: Vec<String>,
    },
    /// A part of the gate that does not belong on this route.
    GatePart {
        /// Its name.
        name: String,
    },
    /// A Middleware of the gate on the route while the entry point has it.
    GateTwice {
        /// Its name.
        name: String,
    },
    /// A Middleware of the gate on the service.
    GateOnService {
        /// Its name.
        name: String,
    },
    /// The gate sits on the route, and nobody says which Middleware it is.
    NoGate,
}

impl fmt::Display for ConformError {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each variant")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documents { documents } => write!(
                f,
                "the template makes {documents} documents of this session; make it one IngressRoute"
            ),
            Self::Missing { at } => write!(f, "{at} is missing; {}", remedy_of(at)),
            Self::NotA { at, wanted, found } => {
                write!(f, "{at} is {found}; make it {wanted}")
            }
            Self::OtherCase { at, meant } => {
                write!(f, "{at} is spelled {meant:?}; correct its capital letters")
            }
            Self::ApiVersion { found } => write!(
                f,
                "apiVersion is {}; write traefik.io/v1alpha1, the only one that is rendered",
                shown(found)
            ),
            Self::Kind { found } => write!(
                f,
                "kind is {}; write IngressRoute, the only kind that is rendered",
                shown(found)
            ),
            Self::Name { found } => write!(
                f,
                "metadata.name is {}, which no object can have (RFC 1123); write {{{{ \
                 .session.name }}}}",
                shown(found)
            ),
            Self::Namespace { at, found, expected } => write!(
                f,
                "{at} is {}, and the session lives in `{expected}`; drop it or write {{{{ \
                 .namespace }}}}",
                shown(found)
            ),
            Self::Annotation { key, found, expected } => write!(
                f,
                "metadata.annotations has {key}: {}, and it would have to be {}; drop it, it is \
                 put in",
                shown(found),
                shown(expected)
            ),
            Self::Owner { references } => write!(
                f,
                "metadata.ownerReferences has {references} references and not just the session's \
                 owner, with whose end the route has to end; drop them, the owner is put in"
            ),
            Self::ParentRefs => f.write_str(
                "spec.parentRefs makes the route part of another one, whose rule and gate nobody \
                 has looked at; drop it",
            ),
            Self::Tls => f.write_str(
                "spec.tls is missing, so the route would answer plain HTTP only; write `tls: {}`",
            ),
            Self::EntryPoint { found, allowed } => write!(
                f,
                "spec.entryPoints has {}, and desktops are served on {}; drop it, or add it to \
                 `render.entry_points`",
                shown(found),
                allowed.join(", ")
            ),
            Self::Routes { routes } => write!(
                f,
                "spec.routes has {routes} routes; write exactly one, for the session's host"
            ),
            Self::RouteKind { found } => write!(
                f,
                "spec.routes[0].kind is {}; write Rule, the only one there is",
                shown(found)
            ),
            Self::Syntax => f.write_str(
                "spec.routes[0].syntax chooses another rule language than the one that is checked; \
                 drop it",
            ),
            Self::Match { found, host, error } => write!(
                f,
                "spec.routes[0].match {error}: {}; write Host(`{host}`) and nothing else, as \
                 Host(`{{{{ .host }}}}`)",
                shown(found)
            ),
            Self::Priority { found } => write!(
                f,
                "spec.routes[0].priority is {}; write a whole number from 2 to {}, or drop it",
                shown(found),
                MAX_PRIORITY
            ),
            Self::Services { services } => write!(
                f,
                "spec.routes[0].services has {services} services; write exactly one, the session's"
            ),
            Self::ServiceKind { found } => write!(
                f,
                "spec.routes[0].services[0].kind is {}; write Service, which leads to one place",
                shown(found)
            ),
            Self::ServiceName { found, expected } => write!(
                f,
                "spec.routes[0].services[0].name is {}, and the session's is `{expected}`; write \
                 {{{{ .service.name }}}}, or allow it with --allow-service-override",
                shown(found)
            ),
            Self::ServicePort { found, expected } => write!(
                f,
                "spec.routes[0].services[0].port is {}, and the session's is {expected}; write \
                 {{{{ .service.port }}}}, or allow it with --allow-service-override",
                shown(found)
            ),
            Self::Reference { at, found } => write!(
                f,
                "{at} is {}, which leads out of the namespace; write a name without `@`",
                shown(found)
            ),
            Self::GateMissing { gate } => write!(
                f,
                "spec.routes[0].middlewares lacks the gate, so the desktop would be public; write \
                 {} first, or leave --no-add-middleware out",
                gate.join(", ")
            ),
            Self::GateNotInFront { gate } => write!(
                f,
                "spec.routes[0].middlewares does not begin with the gate, once; write {} first, or \
                 leave --no-add-middleware out",
                gate.join(", ")
            ),
            Self::GatePart { name } => write!(
                f,
                "spec.routes[0].middlewares has `{name}`, a part of the gate, which would be asked \
                 twice or for somebody else; drop it"
            ),
            Self::GateTwice { name } => write!(
                f,
                "spec.routes[0].middlewares has `{name}`, and the gate sits at the entry point, \
                 behind which the token is gone; drop it, or render with --gate route"
            ),
            Self::GateOnService { name } => write!(
                f,
                "spec.routes[0].services[0].middlewares has `{name}`, behind everything else; move \
                 it to the route"
            ),
            Self::NoGate => f.write_str(
                "no middleware is named for the gate, so the desktop would be public; set \
                 `render.middleware`",
            ),
        }
    }
}

impl Error for ConformError {}

fn remedy_of(at: &str) -> &'static str {
    match at {
        "apiVersion" => "write traefik.io/v1alpha1",
        "kind" => "write IngressRoute",
        "metadata" | "metadata.name" => "write a name, such as {{ .session.name }}",
        "spec" | "spec.routes" => "write one route, for the session's host",
        "spec.routes[0].match" => "write Host(`{{ .host }}`)",
        "spec.routes[0].services[0].name" => "write {{ .service.name }}",
        _ => "write it",
    }
}

/// A value as messages show it: on one line and not without end.
fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if value.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}

/// Characters of a value that a message shows. A rule with the longest host fits.
const SHOWN: usize = 270;
