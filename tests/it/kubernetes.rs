//! Tests of the harness for rendered objects: a real API server, a real Traefik that reads from it,
//! and a real ACME server.
//!
//! Each test makes sure that the harness detects an error: an unknown field, a missing owner, a
//! missing permission, a route without the gate.

mod acme;
mod cluster;
mod lifetime;
mod rights;
mod routes;
mod schemas;
