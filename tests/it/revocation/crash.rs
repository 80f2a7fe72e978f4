//! The file store: after a kill at a random moment it holds every confirmed revocation.

use super::{ask, plan};
use crate::support::gate::Gate;
use crate::support::portal::Portal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::env;
use std::time::Duration;

/// `DOORWARD_TEST_CRASHES` sets the number of crashes: a thousand take four to ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_no_confirmed_revocation() {
    let crashes = env::var("DOORWARD_TEST_CRASHES").ok().and_then(|text| text.parse().ok());
    let portal = Portal::new();
    let mut gate: Gate = plan(&portal, "file").open().await;
    let mut answered = BTreeSet::new();
    let mut asked = 0_u32;
    for round in 0..crashes.unwrap_or(20_u64) {
        // A different moment each time, usually in the middle of a write.
        let moment = Duration::from_micros(5_000 + round * 7_919 % 60_000);
        let killing = async {
            tokio::time::sleep(moment).await;
            gate.process.signal("KILL");
        };
        let writing = async {
            loop {
                let id = format!("token-{asked}");
                asked += 1;
                match tokio::time::timeout(Duration::from_secs(5), try_revoke(&gate, &id)).await {
                    Ok(Some(200)) => drop(answered.insert(id)),
                    _ => break,
                }
            }
        };
        tokio::join!(killing, writing);
        gate = gate.again().await;
        let (status, list) = ask(&gate, "GET", &Value::Null).await;
        assert_eq!(status, 200);
        // The list is limited to a thousand; the count is not.
        let count = list["count"].as_u64().unwrap();
        let known = u64::try_from(answered.len()).unwrap();
        // A revocation that was written but not confirmed may be there as well: one for each crash.
        assert!((known..=known + round + 1).contains(&count), "round {round}: {count} of {known}");
    }
    assert!(answered.len() > 20, "only {} were answered", answered.len());
    let looked_at: BTreeSet<_> =
        answered.iter().take(200).chain(answered.iter().rev().take(200)).collect();
    for id in looked_at {
        let gone = ask(&gate, "DELETE", &json!({ "jti": id })).await.0;
        assert_eq!(gone, 200, "{id} was confirmed and is lost");
    }
}

async fn try_revoke(gate: &Gate, id: &str) -> Option<u16> {
    use crate::support::wire::Wire;
    let body = json!({ "jti": id }).to_string();
    let request = super::admin_request("POST", &body);
    let mut wire = Wire::plain(gate.admin_address()).await.ok()?;
    wire.send(&[request.bytes(), body.into_bytes()].concat()).await.ok()?;
    Some(wire.answer(false).await.ok()?.status)
}
