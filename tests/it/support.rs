//! The cast of every test: gate, Traefik, desktops, visitors, portals.

pub mod answer;
pub mod browser;
pub mod certificates;
pub mod cluster;
pub mod crd_traefik;
pub mod desktop;
pub mod gate;
pub mod gated_desktops;
pub mod http2;
pub mod key;
pub mod key_server;
pub mod log;
pub mod own_address;
pub mod parts;
pub mod pebble;
pub mod portal;
pub mod process;
pub mod redis;
pub mod request;
pub mod request_recorder;
pub mod table;
pub mod token;
pub mod traefik;
pub mod traefik_parts;
pub mod wire;
