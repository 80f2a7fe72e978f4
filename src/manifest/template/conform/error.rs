//! Why a manifest is rejected as the route of a session, and what to write instead.

use super::rule::RuleError;
use crate::manifest::MAX_PRIORITY;
use std::error::Error;
use std::fmt;

/// Why a tree is not the route of exactly one session, behind the gate. Paths are those of the
/// manifest, such as `spec.routes[0].match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConformError {
    /// Not exactly one document.
    Documents {
        /// How many.
        documents: usize,
    },
    /// A required field is missing.
    Missing {
        /// Its path.
        at: String,
    },
    /// A value of the wrong type.
    NotA {
        /// Its path.
        at: String,
        /// The expected type.
        wanted: &'static str,
        /// The type that was found.
        found: &'static str,
    },
    /// A key that differs from a known one only in case.
    OtherCase {
        /// Its path.
        at: String,
        /// The correct spelling.
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
    /// A `metadata.name` that is not a valid object name.
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
    /// An annotation of doorward with another value.
    Annotation {
        /// Its key.
        key: &'static str,
        /// The value that was found.
        found: String,
        /// The expected value.
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
    /// An entry point that does not serve desktops.
    EntryPoint {
        /// Which one.
        found: String,
        /// The entry points that serve desktops.
        allowed: Vec<String>,
    },
    /// Not exactly one route.
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
    /// A rule that does not match exactly the session's host.
    Match {
        /// The rule.
        found: String,
        /// The session's host.
        host: String,
        /// The difference.
        error: RuleError,
    },
    /// A priority that is not a whole number, or outside of 2 to [`MAX_PRIORITY`].
    Priority {
        /// What is there.
        found: String,
    },
    /// Not exactly one service.
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
        /// The expected Middlewares, in order.
        gate: Vec<String>,
    },
    /// The gate's Middlewares are not first, incomplete, in another order, or repeated.
    GateNotInFront {
        /// The expected Middlewares, in order.
        gate: Vec<String>,
    },
    /// A part of the gate's chain that must not be on this route.
    GatePart {
        /// Its name.
        name: String,
    },
    /// A Middleware of the gate on the route, although the entry point has it.
    GateTwice {
        /// Its name.
        name: String,
    },
    /// A Middleware of the gate on the service.
    GateOnService {
        /// Its name.
        name: String,
    },
    /// The gate belongs on the route, but its Middleware is unknown.
    NoGate,
}

impl fmt::Display for ConformError {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each variant")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documents { documents } => write!(
                f,
                "the template produces {documents} documents for this session; write exactly one IngressRoute"
            ),
            Self::Missing { at } => write!(f, "{at} is missing; {}", remedy_of(at)),
            Self::NotA { at, wanted, found } => {
                write!(f, "{at} is {found}; write {wanted}")
            }
            Self::OtherCase { at, meant } => {
                write!(f, "{at} must be spelled {meant:?}; correct its capital letters")
            }
            Self::ApiVersion { found } => write!(
                f,
                "apiVersion is {}; write traefik.io/v1alpha1, the only supported version",
                shown(found)
            ),
            Self::Kind { found } => write!(
                f,
                "kind is {}; write IngressRoute, the only supported kind",
                shown(found)
            ),
            Self::Name { found } => write!(
                f,
                "metadata.name is {}, which is not a valid object name (RFC 1123); write {{{{ .session.name }}}}",
                shown(found)
            ),
            Self::Namespace { at, found, expected } => write!(
                f,
                "{at} is {}, and the session's namespace is `{expected}`; remove it or write {{{{ .namespace }}}}",
                shown(found)
            ),
            Self::Annotation { key, found, expected } => write!(
                f,
                "metadata.annotations has {key}: {}, which must be {}; remove it, because doorward adds it",
                shown(found),
                shown(expected)
            ),
            Self::Owner { references } => write!(
                f,
                "metadata.ownerReferences has {references} references, and must have exactly the session's owner, so that the route is deleted with it; remove them, because doorward adds the owner"
            ),
            Self::ParentRefs => f.write_str(
                "spec.parentRefs makes the route a child of another one, whose rule and gate are not checked; remove it",
            ),
            Self::Tls => f.write_str(
                "spec.tls is missing, so the route would serve plain HTTP only; write `tls: {}`",
            ),
            Self::EntryPoint { found, allowed } => write!(
                f,
                "spec.entryPoints has {}, and desktops are served on {}; remove it, or add it to `render.entry_points`",
                shown(found),
                allowed.join(", ")
            ),
            Self::Routes { routes } => write!(
                f,
                "spec.routes has {routes} routes; write exactly one, for the session's host"
            ),
            Self::RouteKind { found } => write!(
                f,
                "spec.routes[0].kind is {}; write Rule, the only supported kind",
                shown(found)
            ),
            Self::Syntax => f.write_str(
                "spec.routes[0].syntax selects another rule syntax than the one that is checked; remove it",
            ),
            Self::Match { found, host, error } => write!(
                f,
                "spec.routes[0].match {error}: {}; write only Host(`{host}`), as Host(`{{{{ .host }}}}`)",
                shown(found)
            ),
            Self::Priority { found } => write!(
                f,
                "spec.routes[0].priority is {}; write a whole number from 2 to {}, or remove it",
                shown(found),
                MAX_PRIORITY
            ),
            Self::Services { services } => write!(
                f,
                "spec.routes[0].services has {services} services; write exactly one, the session's"
            ),
            Self::ServiceKind { found } => write!(
                f,
                "spec.routes[0].services[0].kind is {}; write Service",
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
                "{at} is {}, which refers to an object outside of the namespace; write a name without `@`",
                shown(found)
            ),
            Self::GateMissing { gate } => write!(
                f,
                "spec.routes[0].middlewares does not contain the gate, so the desktop would be public; write {} first, or remove --no-add-middleware",
                gate.join(", ")
            ),
            Self::GateNotInFront { gate } => write!(
                f,
                "spec.routes[0].middlewares must contain the gate exactly once, as its first entry; write {} first, or remove --no-add-middleware",
                gate.join(", ")
            ),
            Self::GatePart { name } => write!(
                f,
                "spec.routes[0].middlewares has `{name}`, a part of the gate's chain, which would call the gate twice or for another user; remove it"
            ),
            Self::GateTwice { name } => write!(
                f,
                "spec.routes[0].middlewares has `{name}`, but the gate is on the entry point, which removes the token, so a second check would reject every request; remove it, or use --gate route"
            ),
            Self::GateOnService { name } => write!(
                f,
                "spec.routes[0].services[0].middlewares has `{name}`, which Traefik would call last; move it to the route"
            ),
            Self::NoGate => f.write_str(
                "no Middleware is set for the gate, so the desktop would be public; set `render.middleware`",
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

/// A value, escaped and shortened for a message.
fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if value.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}

/// Maximum number of characters of a value in a message. A rule with the longest host fits.
const SHOWN: usize = 270;
