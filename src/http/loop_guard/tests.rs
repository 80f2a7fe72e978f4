//! The loop guard's limits.

use super::*;
use hyper::header::HeaderValue;

fn headers(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::from_str(cookie).unwrap());
    headers
}

fn pair(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap()
}

#[test]
fn the_fourth_redirect_of_one_path_within_a_minute_is_a_loop() {
    let start = UnixTime(1_000);
    let mut cookie = String::new();
    for redirect in 1..=3 {
        let guard = LoopGuard::read(&headers(&cookie), "/desk", UnixTime(1_000 + redirect));
        assert!(!guard.is_loop(), "redirect {redirect}");
        let set = guard.next_cookie(false);
        assert!(set.starts_with("__Host-doorward-loop="), "{set}");
        assert!(set.ends_with("; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60"), "{set}");
        pair(&set).clone_into(&mut cookie);
    }
    let read = |path, at| LoopGuard::read(&headers(&cookie), path, UnixTime(at)).is_loop();
    assert!(read("/desk", start.0 + 59));
    assert!(read("/desk", start.0 + 60), "counted from the first redirect, at 1001");
    assert!(!read("/desk", start.0 + 61), "a minute has passed");
    assert!(!read("/other", start.0 + 10), "another path");
    assert!(!read("/desk", start.0), "a clock that went back starts anew");
}

#[test]
fn a_forged_loop_cookie_has_no_effect_on_others() {
    let rows = [
        "",
        "x",
        "3",
        "3.1000",
        "-1.1000.abc",
        "3.1000.abc",
        "99999999999999999999.1.a",
        "3.1000.abc.d",
    ];
    for value in rows {
        let headers = headers(&format!("__Host-doorward-loop={value}"));
        assert!(!LoopGuard::read(&headers, "/desk", UnixTime(1_010)).is_loop(), "{value}");
    }
}
