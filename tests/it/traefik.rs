//! The real Traefik in front of the gate: requests of clients, and which of them reach a desktop.
//!
//! Every scenario runs behind each version of Traefik that has the tested feature. A desktop
//! records each request that reaches it, so a test for a denial also checks that none did.

mod clients;
mod forgery;
mod gate_address;
mod hosts;
mod isolation;
mod shapes;
mod shared_connection;

/// Runs scenarios behind each version of Traefik: one test for each pair, named
/// `v3_7::scenario`. Rows marked `since 3.7` run behind that version only.
macro_rules! behind_every_traefik {
    ($($scenario:ident),* $(,)?) => {
        behind_every_traefik! { $($scenario),* ; since 3.7 }
    };
    ($($scenario:ident),* ; since 3.7 $($late:ident),* $(,)?) => {
        mod v3_7 {
            use crate::support::traefik::Version;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() { super::$scenario(Version::NEWEST).await })*
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $late() { super::$late(Version::NEWEST).await })*
        }
        mod v3_6 {
            use crate::support::traefik::Version;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() { super::$scenario(Version::BRANCH_3_6).await })*
        }
        mod v3_0 {
            use crate::support::traefik::Version;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() { super::$scenario(Version::OLDEST).await })*
        }
    };
}
use behind_every_traefik;
