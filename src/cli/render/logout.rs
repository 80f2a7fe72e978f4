//! The flags of `render gate` for the listener of logout tokens (`backchannel_listen`).

use super::context::RenderContext;
use crate::cli::{complain, usage};
use crate::manifest::deployment::Logout;
use crate::manifest::{GatePlace, TraefikName};
use crate::name::Domain;
use clap::Args;
use std::process::ExitCode;

/// On which host and entry point issuers send logout tokens.
#[derive(Debug, Args)]
pub(super) struct LogoutFlags {
    /// With `backchannel_listen`: a host to which issuers send logout tokens; may be repeated
    /// [default: the host of login.url]
    #[arg(long = "logout-host", value_name = "HOST", value_parser = host)]
    logout_hosts: Vec<Domain>,
    /// With `backchannel_listen`: Traefik's entry point for that host; may be repeated [default:
    /// the desktops' entry points, if the gate is on the routes]
    #[arg(long = "logout-entry-point", value_name = "NAME", value_parser = entry_point)]
    logout_entry_points: Vec<TraefikName>,
}

fn host(text: &str) -> Result<Domain, String> {
    Domain::new(text).map_err(|error| error.to_string())
}

fn entry_point(text: &str) -> Result<TraefikName, String> {
    TraefikName::new(text).map_err(|error| error.to_string())
}

impl LogoutFlags {
    /// The hosts and entry points; `None` without `backchannel_listen`.
    pub(super) fn of(&self, context: &RenderContext) -> Result<Option<Logout>, ExitCode> {
        let refuse = |told: std::fmt::Arguments<'_>| {
            complain(told);
            Err(usage())
        };
        let Some((address, known)) = &context.logout else {
            if self.logout_hosts.is_empty() && self.logout_entry_points.is_empty() {
                return Ok(None);
            }
            return refuse(format_args!(
                "--logout-host and --logout-entry-point require backchannel_listen\n    set it in the configuration, or remove the flags"
            ));
        };
        let port = address.port();
        if address.ip().is_loopback() {
            return refuse(format_args!(
                "backchannel_listen is {address}, a loopback address that cannot be reached from outside of the pod\n    use 0.0.0.0:{port}"
            ));
        }
        let settings = &context.installation.settings;
        let hosts = if self.logout_hosts.is_empty() { known } else { &self.logout_hosts };
        if hosts.is_empty() {
            return refuse(format_args!(
                "backchannel_listen is set, but it has no host\n    name the portal's host with --logout-host, or set login.url"
            ));
        }
        let of_a_workspace = |host: &&Domain| {
            let mut domains = context.installation.domains.iter();
            domains.any(|domain| *host == domain || host.is_below(domain.as_str()))
        };
        // Only the flag: the configuration has already checked the hosts of its sign-in pages, also
        // for reserved labels.
        if let Some(host) = self.logout_hosts.iter().find(of_a_workspace) {
            return refuse(format_args!(
                "--logout-host: {host} is or can become a desktop's host, and that desktop would receive the logout tokens instead of the gate\n    name a host of the portal"
            ));
        }
        let entry_points = match (&*self.logout_entry_points, settings.gate) {
            ([], GatePlace::Route) => settings.entry_points.clone(),
            ([], GatePlace::EntryPoint) => {
                return refuse(format_args!(
                    "render.gate is entrypoint, so the gate would reject an issuer's requests on the desktops' entry points: an issuer has no session\n    name the portal's entry point with --logout-entry-point"
                ));
            }
            (named, _) => named.to_vec(),
        };
        Ok(Some(Logout { port, hosts: hosts.clone(), entry_points }))
    }
}
