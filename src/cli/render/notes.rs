//! The notes of a run: what was added to a template's routes, what the cluster still needs, and what
//! was left out.

use super::context::RenderContext;
use crate::cli::complain;
use crate::manifest::fixed::{CA_KEY, CA_SECRET};
use crate::manifest::{Format, GatePlace, InputPosition, Rendering, TraefikName};

/// Prints the notes on standard error, so that standard output holds manifests only.
pub(super) fn about(
    rendering: &Rendering,
    deleted: &[InputPosition],
    context: &RenderContext,
    format: Format,
) {
    for position in deleted {
        complain(format_args!("note: {position} is being deleted and gets no route"));
    }
    if !rendering.added.is_empty() {
        complain(format_args!("note: added to the template's routes: {}", rendering.added));
    }
    for namespace in &rendering.needs_authority {
        complain(format_args!(
            "note: Traefik needs the gate's CA certificate in the namespace {namespace}:\n    \
             kubectl --namespace {namespace} create secret generic {CA_SECRET} \
             --from-file={CA_KEY}=ca.crt"
        ));
    }
    let settings = &context.installation.settings;
    if settings.gate == GatePlace::EntryPoint {
        let names: Vec<&str> = settings.entry_points.iter().map(TraefikName::as_str).collect();
        complain(format_args!(
            "note: the routes do not use the gate's Middleware; the entry point {} has to use it (`doorward render static --gate entrypoint`)",
            names.join(", ")
        ));
    }
    if format == Format::File && context.pages_url.is_none() {
        complain(
            "note: no catch-all route for unknown hosts, because pages_listen is not configured",
        );
    }
}
