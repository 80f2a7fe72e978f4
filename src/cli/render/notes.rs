//! What a run has to say besides its manifests: what was put in, what is needed, what is left out.

use super::context::RenderContext;
use crate::cli::complain;
use crate::manifest::fixed::{CA_KEY, CA_SECRET};
use crate::manifest::{Format, GatePlace, InputPosition, Rendering, TraefikName};

/// On standard error, so that the manifests can go through a pipe.
pub(super) fn about(
    rendering: &Rendering,
    deleted: &[InputPosition],
    context: &RenderContext,
    format: Format,
) {
    for place in deleted {
        complain(format_args!("note: {place} is being deleted and gets no route"));
    }
    if !rendering.added.is_empty() {
        complain(format_args!("note: put into the template's routes: {}", rendering.added));
    }
    for namespace in &rendering.needs_authority {
        complain(format_args!(
            "note: Traefik needs the authority of the gate's certificate in {namespace}:\n    \
             kubectl --namespace {namespace} create secret generic {CA_SECRET} \
             --from-file={CA_KEY}=ca.crt"
        ));
    }
    let settings = &context.installation.settings;
    if settings.gate == GatePlace::EntryPoint {
        let names: Vec<&str> = settings.entry_points.iter().map(TraefikName::as_str).collect();
        complain(format_args!(
            "note: no route names the gate; the entry point {} has to (`doorward render static \
             --gate entrypoint`)",
            names.join(", ")
        ));
    }
    if format == Format::File && context.pages_url.is_none() {
        complain("note: no route for unknown hosts, because the configuration has no pages_listen");
    }
}
