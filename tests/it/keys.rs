//! Issuers whose keys are fetched: from a test server that misbehaves in many ways, and from a real
//! OpenID provider.

mod commands;
mod frequent_rotation;
mod hostile;
mod logout;
mod outage;
mod provider;
mod rotation;
mod setup;
