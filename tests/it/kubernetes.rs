//! The harness for whatever `render` prints, tested by itself: a real API server, a real Traefik
//! that reads from it, and a real ACME server.
//!
//! Each test makes sure that a mistake would be seen: a field that nobody knows, an owner that is
//! gone, a right that was not given, a route without a gate.

mod acme;
mod cluster;
mod lifetime;
mod rights;
mod routes;
mod schemas;
