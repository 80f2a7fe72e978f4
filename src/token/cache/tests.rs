use super::*;
use crate::token::Algorithm;
use crate::token::tests::fixture::{self, NOW, claims_with, single};
use serde_json::json;

/// A session of this user that ends this many seconds after `NOW`, and its token.
fn session(user: &str, seconds: u64) -> (String, Arc<Session>) {
    let (verifier, key) = single(Algorithm::Hs256);
    let verifier = crate::token::Verifier { leeway: 30, ..verifier };
    let token = key.sign(&claims_with(json!({"sub": user, "exp": NOW.0 + seconds}))).unwrap();
    let session = verifier.verify(&token, NOW).unwrap();
    (token, Arc::new(session))
}

#[test]
fn a_session_is_found_by_its_whole_token_and_generation() {
    let cache = SessionCache::new(1 << 20);
    let (alice, of_alice) = session("alice", 600);
    let (bob, of_bob) = session("bob", 600);
    cache.insert(&alice, 1, Arc::clone(&of_alice), NOW);
    cache.insert(&bob, 1, of_bob, NOW);
    assert!(Arc::ptr_eq(&cache.get(&alice, 1).unwrap(), &of_alice));
    assert_eq!(cache.get(&bob, 1).unwrap().label().as_str(), "bob");
    for (row, token, generation) in [
        ("next_generation", alice.clone(), 2),
        ("earlier_generation", alice.clone(), 0),
        ("one_character_less", alice[..alice.len() - 1].to_owned(), 1),
        ("one_character_more", format!("{alice}A"), 1),
        (
            "other_signature",
            format!("{}.{}", alice.rsplit_once('.').unwrap().0, bob.rsplit_once('.').unwrap().1),
            1,
        ),
        ("empty", String::new(), 1),
    ] {
        assert!(cache.get(&token, generation).is_none(), "{row}");
    }
}

#[test]
fn a_new_generation_replaces_the_old_one() {
    let cache = SessionCache::new(1 << 20);
    let (token, session) = session("alice", 600);
    cache.insert(&token, 1, Arc::clone(&session), NOW);
    cache.insert(&token, 2, session, NOW);
    assert!(cache.get(&token, 1).is_none());
    assert!(cache.get(&token, 2).is_some());
    cache.entries.run_pending_tasks();
    assert_eq!(cache.entry_count(), 1);
}

#[test]
fn an_entry_lives_until_exp_and_no_longer() {
    let cache = SessionCache::new(1 << 20);
    let (token, session) = session("alice", 600);
    let remaining = |cache: &SessionCache| {
        cache.entries.run_pending_tasks();
        cache.entries.get(token.as_str()).map(|entry| entry.remaining)
    };
    cache.insert(&token, 1, Arc::clone(&session), NOW);
    assert_eq!(remaining(&cache), Some(Duration::from_secs(600)));
    cache.insert(&token, 1, Arc::clone(&session), UnixTime(NOW.0 + 599));
    assert_eq!(remaining(&cache), Some(Duration::from_secs(1)));
    let cache = SessionCache::new(1 << 20);
    cache.insert(&token, 1, Arc::clone(&session), UnixTime(NOW.0 + 600));
    assert_eq!(remaining(&cache), None, "at exp");
    cache.insert(&token, 1, session, UnixTime(NOW.0 + 620));
    assert_eq!(remaining(&cache), None, "within the leeway");
}

/// The deadlines as they are passed to `moka`, without waiting for one.
#[test]
fn inserting_again_sets_the_deadline_anew() {
    let (token, session) = session("alice", 600);
    let key: Box<str> = token.as_str().into();
    let entry = |seconds| Entry {
        generation: 1,
        session: Arc::clone(&session),
        remaining: Duration::from_secs(seconds),
    };
    let old = Some(Duration::from_secs(1));
    let now = Instant::now();
    let policy = UntilTheTokenExpires;
    let created = policy.expire_after_create(&key, &entry(600), now);
    assert_eq!(created, Some(Duration::from_secs(600)));
    let updated = policy.expire_after_update(&key, &entry(600), now, old);
    assert_eq!(updated, Some(Duration::from_secs(600)));
    let read = policy.expire_after_read(&key, &entry(600), now, old, now);
    assert_eq!(read, old, "being read prolongs nothing");
}

#[test]
fn the_bound_is_in_bytes() {
    let (token, session) = session("alice", 600);
    let one = u64::try_from(token.len() + session.size() + ENTRY_OVERHEAD).unwrap();
    let cache = SessionCache::new(10 * one);
    for number in 0..200 {
        // Any key of the same length: the cache does not parse it.
        let key = format!("{number:0width$}", width = token.len());
        cache.insert(&key, 1, Arc::clone(&session), NOW);
        cache.entries.run_pending_tasks();
        assert!(cache.weighted_size() <= 10 * one);
    }
    assert_eq!(cache.entry_count(), 10);
    assert_eq!(cache.weighted_size(), 10 * one);
    let none = SessionCache::new(one - 1);
    none.insert(&token, 1, session, NOW);
    none.entries.run_pending_tasks();
    assert!(none.get(&token, 1).is_none(), "an entry above the whole bound is not kept");
}

#[test]
fn clones_share_entries() {
    let cache = SessionCache::new(1 << 20);
    let (token, session) = session("alice", 600);
    cache.clone().insert(&token, 1, session, NOW);
    assert!(cache.get(&token, 1).is_some());
    assert_eq!(fixture::ISSUER, "https://portal.example.com");
}
