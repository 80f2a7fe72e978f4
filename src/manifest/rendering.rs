//! Turns a plan into text: one file for each session, and the objects that all of them need.
//!
//! The output has no comments, because it is written often and for machines. `render middleware`
//! prints the same objects with a comment on each setting.

use super::file_provider::Http;
use super::ingress_route::{annotations, ingress_route};
use super::plan::{Format, Plan, Route};
use super::rendered_file::RenderedFile;
use super::template::conform::{Additions, ConformError, RouteSpec, conform};
use super::template::{Template, TemplateError, Values};
use super::tree::Node;
use super::{GatePlace, Installation, ObjectName, OwnerReference, catch_all, middleware, yaml};
use std::collections::BTreeSet;
use std::fmt;

/// The options of a rendering.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RenderOptions<'s> {
    /// The provider of Traefik that reads the output.
    pub format: Format,
    /// The operator's template for routes; for Kubernetes only.
    pub template: Option<&'s Template>,
    /// Whether the gate is added to a template's route without it; otherwise the route is rejected.
    pub add_middleware: bool,
    /// Whether a template may use another service than the session's.
    pub allow_service_override: bool,
    /// Whether each route gets its own Middleware, which binds it to its user.
    pub bind_owner: bool,
    /// `forwardAuth.tls.ca` for the file provider.
    pub ca_file: &'s str,
    /// Whether everything goes into one document, for the file provider, which reads one document
    /// per file.
    pub one_file: bool,
    /// URL of the gate's pages for the file provider, such as `http://127.0.0.1:4183`; without it,
    /// there is no catch-all route.
    pub pages_url: Option<&'s str>,
}

/// The result of a rendering.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// The shared objects, and the sessions sorted by name.
    pub files: Vec<RenderedFile>,
    /// Namespaces that need the Secret with the gate's CA certificate.
    pub needs_authority: Vec<ObjectName>,
    /// What was added to a template's routes.
    pub added: Additions,
}

/// Why a plan cannot be rendered.
#[derive(Clone, Debug, PartialEq)]
pub enum RenderError {
    /// The template failed for a session.
    Template {
        /// Name of the session.
        session: ObjectName,
        /// The error.
        error: TemplateError,
    },
    /// The template's output is not this session's route behind the gate.
    ConformError {
        /// Name of the session.
        session: ObjectName,
        /// The error.
        error: ConformError,
    },
    /// The template gives two objects the same name.
    SharedName {
        /// Namespace and name.
        name: String,
    },
    /// The YAML writer rejected a value.
    NotWritable,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { session, error } => write!(f, "session {session}: {error}"),
            Self::ConformError { session, error } => {
                write!(f, "the template's route for session {session}: {error}")
            }
            Self::SharedName { name } => write!(
                f,
                "the template gives two sessions the same name {name}\n    write name: {{{{ .session.name }}}}"
            ),
            Self::NotWritable => f.write_str("a value cannot be written as YAML"),
        }
    }
}

impl std::error::Error for RenderError {}

impl From<fmt::Error> for RenderError {
    fn from(_: fmt::Error) -> Self {
        Self::NotWritable
    }
}

/// Renders the plan. The result depends only on the arguments.
///
/// # Errors
/// The first route that cannot be rendered; then there is no output at all.
pub fn render(
    plan: &Plan,
    installation: &Installation,
    options: &RenderOptions<'_>,
) -> Result<Rendering, RenderError> {
    match options.format {
        Format::Kubernetes => for_kubernetes(plan, installation, options),
        Format::File => for_file_provider(plan, installation, options),
    }
}

fn for_kubernetes(
    plan: &Plan,
    installation: &Installation,
    options: &RenderOptions<'_>,
) -> Result<Rendering, RenderError> {
    let settings = &installation.settings;
    let mut rendering = Rendering::default();
    let home = settings.gate_namespace();
    if settings.gate == GatePlace::Route {
        let mut namespaces: BTreeSet<&ObjectName> =
            plan.routes.iter().map(|route| &route.namespace).collect();
        if !installation.domains.is_empty() {
            namespaces.insert(&home);
        }
        for namespace in namespaces {
            let objects = middleware::objects(installation, namespace);
            let objects: Vec<Node> = objects.into_iter().map(Node::without_comments).collect();
            let name = format!("_middleware.{namespace}.yaml");
            rendering.files.push(RenderedFile { name, text: yaml::write_all(&objects)? });
            if settings.gate_address.is_secure() {
                rendering.needs_authority.push(namespace.clone());
            }
        }
    }
    for domain in &installation.domains {
        let object = catch_all::object_for(installation, &home, domain).without_comments();
        let name = format!("_unknown-hosts.{domain}.yaml");
        rendering.files.push(RenderedFile { name, text: yaml::write_all([&object])? });
    }
    let mut names = BTreeSet::new();
    for route in &plan.routes {
        let mut objects = Vec::with_capacity(2);
        let middlewares = if options.bind_owner && settings.gate == GatePlace::Route {
            let chain =
                middleware::owner_chain(installation, &route.namespace, &route.name, &route.label);
            objects.push(chain.own.without_comments());
            chain.names
        } else {
            middleware::chain_names(installation)
        };
        let object = match options.template {
            None => ingress_route(route, settings, &middlewares),
            Some(template) => {
                let (object, added) = filled(template, route, installation, &middlewares, options)?;
                rendering.added.extend(&added);
                let name = object.below(&["metadata", "name"]).and_then(Node::text);
                let name = format!("{}/{}", route.namespace, name.unwrap_or_default());
                if !names.insert(name.clone()) {
                    return Err(RenderError::SharedName { name });
                }
                object
            }
        };
        objects.push(object);
        let name = format!("{}.{}.yaml", route.namespace, route.name);
        rendering.files.push(RenderedFile { name, text: yaml::write_all(&objects)? });
    }
    Ok(rendering)
}

/// Fills the template for a session, and checks the result.
fn filled(
    template: &Template,
    route: &Route,
    installation: &Installation,
    middlewares: &[String],
    options: &RenderOptions<'_>,
) -> Result<(Node, Additions), RenderError> {
    let session = || route.name.clone();
    let nodes = template
        .fill(&Values::of(route))
        .map_err(|error| RenderError::Template { session: session(), error })?;
    let settings = &installation.settings;
    let owner = route.owner.as_ref().map(OwnerReference::reference);
    let spec = RouteSpec {
        host: &route.host,
        namespace: &route.namespace,
        service_name: &route.service,
        service_port: route.port,
        allow_other_service: options.allow_service_override,
        gate: settings.gate,
        middleware: &settings.middleware,
        middlewares,
        add_middleware: options.add_middleware,
        priority: settings.priority,
        entry_points: &settings.entry_points,
        annotations: &annotations(route),
        owner: owner.as_ref(),
    };
    conform(nodes, &spec).map_err(|error| RenderError::ConformError { session: session(), error })
}

fn for_file_provider(
    plan: &Plan,
    installation: &Installation,
    options: &RenderOptions<'_>,
) -> Result<Rendering, RenderError> {
    let settings = &installation.settings;
    let mut files = Vec::with_capacity(plan.routes.len() + 1);
    let mut beside = Http::default();
    if settings.gate == GatePlace::Route {
        beside.middlewares = middleware::for_file(installation, options.ca_file);
    }
    if let Some(pages) = options.pages_url.filter(|_| !installation.domains.is_empty()) {
        for domain in &installation.domains {
            beside.routers.extend(catch_all::router_for_file(installation, domain));
        }
        beside.services.extend(catch_all::service_for_file(pages));
    }
    for route in &plan.routes {
        let mut own = Http::default();
        let http = if options.one_file { &mut beside } else { &mut own };
        let middlewares = if options.bind_owner && settings.gate == GatePlace::Route {
            let (session, owner) = (&route.name, &route.label);
            http.own(middleware::owner_chain_for_file(
                installation,
                options.ca_file,
                session,
                owner,
            ))
        } else {
            middleware::chain_names(installation)
        };
        http.add(route, settings, middlewares);
        files.extend(file(&format!("{}.yaml", route.host), own)?);
    }
    files.extend(file("_doorward.yaml", beside)?);
    Ok(Rendering { files, ..Rendering::default() })
}

fn file(name: &str, http: Http) -> Result<Option<RenderedFile>, RenderError> {
    let Some(node) = http.into_node().map(Node::without_comments) else {
        return Ok(None);
    };
    Ok(Some(RenderedFile { name: name.to_owned(), text: yaml::write_all([&node])? }))
}
