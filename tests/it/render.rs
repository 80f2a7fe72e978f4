//! `doorward render`: what it reads, what it refuses, and what Traefik, an API server and other
//! readers of YAML make of what it writes.

mod command;
mod goldens;
mod inputs;
mod schemas;
mod words;
