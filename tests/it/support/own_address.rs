//! An address of this machine that Kubernetes takes for a pod's: it refuses everything in 127/8.
//!
//! A packet to any address of the machine's own goes through its loopback device, so nothing that
//! is sent there leaves the machine.

use super::parts::run;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::process::Command;
use std::sync::OnceLock;

/// The address, found or made once.
///
/// The first that is there: one that an earlier run has added, the machine's own when it is not
/// one that the world can reach, and as root one more on the loopback device. That one stays; it
/// is harmless, and other tests may be using it.
///
/// # Panics
///
/// With the line that adds it, when there is none.
pub fn own_address() -> IpAddr {
    static ADDRESS: OnceLock<Ipv4Addr> = OnceLock::new();
    let found = ADDRESS.get_or_init(|| {
        let present = Some(ADDED).filter(|address| is_own(*address));
        present.or_else(of_this_machine).unwrap_or_else(|| {
            let line = ["address", "add", &format!("{ADDED}/32"), "dev", "lo"];
            let failure = run(Command::new("ip").args(line)).err().unwrap_or_default();
            let help = line.join(" ");
            assert!(is_own(ADDED), "no address for a pod. This adds one:\n  ip {help}\n{failure}");
            ADDED
        })
    });
    IpAddr::V4(*found)
}

/// Where packets of this machine to others come from. Nothing is sent to find out.
fn of_this_machine() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((SOMEWHERE_ELSE, 9)).ok()?;
    let IpAddr::V4(address) = socket.local_addr().ok()?.ip() else {
        return None;
    };
    (address.is_private() && is_own(address)).then_some(address)
}

fn is_own(address: Ipv4Addr) -> bool {
    TcpListener::bind((address, 0)).is_ok()
}

/// Out of the range that private networks use least.
const ADDED: Ipv4Addr = Ipv4Addr::new(10, 231, 0, 2);
/// Reserved for documentation, so no host has it.
const SOMEWHERE_ELSE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
