//! Both sides of every time-out.

use super::*;

/// Columns: name; since when it reads, is blocked, was answered (0: never); `renewed` of its
/// lifetime (accepted at 1000, due at 2200); now; the server's state; the verdict. The time-outs
/// are 40 ticks for a head and 480 for an idle connection.
const VERDICTS: &str = "
    new                  0    0    0     0  1000 calm     Stay
    head_in_time      1000    0    0     0  1040 calm     Stay
    head_drips        1000    0    0     0  1041 calm     End(Head)
    head_after_rest   1400    0 1100     0  1440 calm     Stay
    head_drips_later  1400    0 1100     0  1441 calm     End(Head)
    rests                0    0 1100     0  1580 calm     Stay
    rests_long           0    0 1100     0  1581 calm     End(Idle)
    silent               0    0    0     0  1480 calm     Stay
    silent_long          0    0    0     0  1481 calm     End(Idle)
    asks_at_last      1575    0 1100     0  1615 calm     Stay
    half_frames       1615    0 1100     0  1620 calm     Stay
    half_frames_long  1615    0 1100     0  1621 calm     End(Idle)
    full_rests           0    0 1100     0  1140 full     Stay
    full_rests_long      0    0 1100     0  1141 full     End(Idle)
    reads_slowly         0 1100 1100     0  1140 calm     Stay
    never_reads          0 1100 1139     0  1141 calm     End(Write)
    young                0    0 2190     0  2199 calm     Stay
    old                  0    0 2190     0  2200 calm     Renew
    renewing             0    0 2680  2200  2680 calm     Renew
    clings               0    0 2680  2200  2681 calm     End(Idle)
    drain_fresh          0    0    0     0  1001 draining Stay
    drain_silent         0    0    0     0  1002 draining Drain
    drain_used           0    0 1000     0  1001 draining Drain
    drain_half_a_head 1000    0    0     0  1002 draining Drain
    drain_drips       1000    0    0     0  1041 draining End(Head)
    drain_old            0    0 2300     0  2300 draining Drain
";

#[test]
fn verdicts() {
    let timeouts = Timeouts { head: 40, idle: 480 };
    for row in VERDICTS.lines().filter(|line| !line.trim().is_empty()) {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let [name, ticks @ .., state, expected] = columns.as_slice() else {
            panic!("{row}");
        };
        let ticks: Vec<Tick> = ticks.iter().map(|tick| tick.parse().unwrap()).collect();
        let &[reading, blocked, answered, renewed, now] = ticks.as_slice() else {
            panic!("{row}");
        };
        let snapshot = Snapshot {
            reading: known(reading),
            blocked: known(blocked),
            answered: known(answered),
        };
        let lifetime = Lifetime { accepted_at: 1_000, due: 2_200, renewed: known(renewed) };
        let state = ServerState { full: *state == "full", draining: *state == "draining" };
        let verdict = judge(snapshot, lifetime, now, timeouts, state);
        assert_eq!(format!("{verdict:?}"), *expected, "{name}");
    }
}

#[test]
fn durations_round_up() {
    assert_eq!(ticks(Duration::ZERO), 0);
    assert_eq!(ticks(Duration::from_millis(1)), 1);
    assert_eq!(ticks(Duration::from_millis(250)), 1);
    assert_eq!(ticks(Duration::from_millis(251)), 2);
    assert_eq!(ticks(Duration::from_secs(10)), 40);
    assert_eq!(ticks(Duration::MAX), Tick::MAX);
}

#[test]
fn a_narrower_revocation_does_not_replace_a_wider_one() {
    let activity = Activity::new(Arc::new(Clock::new()));
    assert_eq!(activity.order(), Order::Stay);
    for (command, seen) in [
        (Order::Renew, Order::Renew),
        (Order::Drain, Order::Drain),
        (Order::Renew, Order::Drain),
        (Order::End, Order::End),
        (Order::Stay, Order::End),
    ] {
        activity.command(command);
        assert_eq!(activity.order(), seen);
    }
}

#[test]
fn slow_bytes_do_not_restart_the_timeout() {
    let clock = Arc::new(Clock::new());
    let activity = Activity::new(Arc::clone(&clock));
    activity.start_reading();
    let began = activity.snapshot();
    clock.advance();
    activity.start_reading();
    assert_eq!(activity.snapshot(), began);
    activity.restart_reading();
    assert_ne!(activity.snapshot(), began);
    activity.finish_reading();
    assert_eq!(activity.snapshot().reading, None);
}
