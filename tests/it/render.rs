//! `doorward render`: its inputs, its errors, and how Traefik, an API server and other YAML readers
//! interpret its output.

mod cluster;
mod command;
mod file;
mod goldens;
mod inputs;
mod installation;
mod schemas;
mod setup;
mod yaml_names;
