//! The cast of every test: gate, Traefik, desktops, visitors, portals.

pub mod answer;
pub mod certificates;
pub mod desktop;
pub mod gate;
pub mod http2;
pub mod key;
pub mod log;
pub mod parts;
pub mod portal;
pub mod process;
pub mod request;
pub mod street;
pub mod table;
pub mod token;
pub mod traefik;
pub mod traefik_parts;
pub mod wire;
