//! Issuers whose keys are fetched: from a test server that misbehaves in many ways, and from a real
//! OpenID provider.

mod explained;
mod hostile;
mod logout;
mod outage;
mod provider;
mod restless;
mod rotation;
mod scene;
