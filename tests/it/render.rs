//! `doorward render`: what it reads, what it refuses, and what Traefik, an API server and other
//! readers of YAML make of what it writes.

mod cluster;
mod command;
mod file;
mod goldens;
mod inputs;
mod installation;
mod scene;
mod schemas;
mod words;
