//! Every known attack, what stops it, and the test that proves it. Documentation only.
//!
//! The attacker is **bob**: an ordinary user of the same portal, with a desktop of his own below
//! the same domain. He controls everything on it: pages, scripts, response headers, WebSockets. He
//! wants to enter **alice's** desktop, to get her token, or to lock her out. A **stranger** has no
//! token. A **desktop** is untrusted software, alice's own included.
//!
//! T numbers are those of the threat catalogue that the code refers to; A numbers are lessons from
//! advisories about Traefik, JWT libraries and other ForwardAuth services. Each row names its
//! proofs as `test: path::of::the::test`. `tests/architecture.rs` fails if one of them does not
//! exist, or if a row has none and does not say "Not stopped here". Names that begin with `it::`
//! are tests of the real program; those with `v3_7` run behind the real Traefik (also 3.6 and 3.0).
//!
//! ## T1 Cookie tossing
//!
//! Bob's page sets a cookie with doorward's name for all of `vdi.example.com`, with a longer path
//! than alice's, so that it is the first in her `Cookie` header. A server that takes the first
//! cookie of a name takes bob's: alice is signed in as bob, or locked out. The default name begins
//! with `__Host-`, which browsers accept from the host itself only. An invalid candidate never
//! hides a valid one: every candidate is tried, and one whose label is the host's is selected.
//!
//! - test: `gate::tests::a_bad_candidate_never_hides_a_good_one`
//! - test: `http::credential::tests::a_planted_cookie_never_hides_the_session`
//! - test: `it::decision::credentials::a_parent_domain_cookie_needs_the_setting`
//! - test: `it::traefik::clients::v3_7::tossed_cookies_do_not_hide_the_valid_session`
//!
//! ## T2 Cookie names that only some parsers read as ours
//!
//! A Unicode space before the name, `$Version`, a nameless pair `=__Host-doorward=…`, quotes: a
//! lenient parser reads these as doorward's cookie, although the browser did not protect them as
//! one. Cookie lines are split as bytes (RFC 6265bis), names are compared as bytes, and nothing is
//! unquoted or case-folded.
//!
//! - test: `http::credential::tests::cookie_lines_split_as_bytes`
//! - test: `http::credential::tests::own_names_are_exact_bytes`
//! - test: `it::decision::credentials::cookie_lines`
//!
//! ## T3 Cookie bombs and eviction
//!
//! Bob's page writes hundreds of cookies for the whole zone. Alice's requests become too large for
//! a server, or her browser evicts her session cookie. Requests up to `limits.header_bytes` are
//! judged as usual (cookies do not count in `limits.headers`), and at most eight signatures are
//! verified for one request; beyond that the answer is 431 with the reason. `Clear-Site-Data:
//! "cookies"` is never sent: it would delete the cookies of all of `example.com`. **The eviction
//! itself is not stopped**: all siblings share the zone's part of the cookie jar. Alice has to sign
//! in again; bob does not gain access. `handoff.partitioned: true` stores her session in a jar that
//! siblings do not share.
//!
//! - test: `gate::tests::planted_cookies_cannot_starve_the_header`
//! - test: `it::decision::credentials::candidates_are_counted_by_signature`
//! - test: `it::decision::limits::the_cookies_of_a_full_browser_fit_the_default_limits`
//! - test: `it::decision::limits::size_of_headers`
//! - test: `it::handoff::flow::a_partitioned_cookie_has_its_own_name_and_both_are_read`
//! - test: `it::traefik::clients::v3_7::a_cookie_header_of_60_kb_is_accepted`
//!
//! ## T4 A desktop steals the token
//!
//! Everything that reaches a desktop is readable by its user, and by an attacker who controls it.
//! An admin who visits bob's desktop would leave her token there. doorward removes every cookie
//! with one of its names and every header that holds a token of a configured issuer, valid or not.
//! All other bytes stay.
//!
//! - test: `token::token_detection::tests::a_token_that_could_be_read_as_the_gates_counts_as_the_gates`
//! - test: `http::credential::tests::tokens_are_found_in_every_wrapping`
//! - test: `it::decision::permit::foreign_cookies_are_unchanged`
//! - test: `it::decision::permit::a_foreign_authorization_header_is_unchanged`
//! - test: `it::decision::permit::tokens_in_configured_headers_are_removed`
//! - test: `it::traefik::isolation::v3_7::a_user_reaches_their_own_desktop`
//! - test: `it::traefik::clients::v3_7::several_cookie_headers_keep_all_other_cookies`
//!
//! ## T5 A sibling's page sends requests
//!
//! Bob's page posts a form to alice's desktop, or fetches from it, while alice looks at his page.
//! To a browser both hosts are one *site*, so `SameSite=Strict` cookies are sent. `cross_site`
//! checks `Origin` and Fetch Metadata: a sibling is foreign, and foreign pages may only navigate
//! the whole tab by GET or HEAD.
//!
//! Foreign pages may not prefetch either. Chromium sends the requests of a page's speculation rules
//! as a navigation with `Sec-Fetch-Site: none`. `Sec-Purpose` identifies them, and only the host's
//! own pages may cause them.
//!
//! Bob cannot use a trusted page. An image of his that the portal shows can redirect to alice's
//! desktop, and a redirect keeps the portal's `Referer`. So `Referer` makes only a navigation
//! trusted, mostly that of a frame; a subresource needs a trusted `Origin`.
//!
//! - test: `it::browsers::isolation::no_page_gets_past_the_gate_in_a_real_browser`
//! - test: `cross_site::tests::a_trusted_origin_has_only_the_listed_rights`
//! - test: `it::decision::trusted_origins::trusted_origins`
//! - test: `cross_site::tests::strict_judges_each_row_as_the_table_says`
//! - test: `gate::tests::cross_site_rules_come_last_and_bind_the_winner`
//! - test: `it::decision::cross_site::fetch_metadata`
//! - test: `it::decision::cross_site::without_fetch_metadata`
//! - test: `it::traefik::isolation::v3_7::requests_from_a_sibling_page_are_denied`
//!
//! A service worker of alice's own desktop hides bob's page: a navigation from it passes through her
//! worker, and the request that the worker sends can carry her `Origin` and `Sec-Fetch-Site:
//! same-origin`. `Referer` and `Upgrade-Insecure-Requests` still show it. A link loads itself again
//! from a page that no page can frame.
//!
//! - test: `it::browsers::service_workers::no_page_uses_alices_service_worker`
//! - test: `cross_site::tests::a_service_worker_hides_no_other_page`
//! - test: `cross_site::tests::a_navigation_through_a_service_worker_is_not_trusted_by_its_referer`
//! - test: `cross_site::tests::a_refused_service_worker_is_refused_in_every_mode`
//! - test: `it::decision::service_workers::a_link_loads_itself_again_and_nothing_else_does`
//!
//! ## T6 A sibling's page opens a WebSocket
//!
//! The main attack that doorward is built against. Bob's page opens a WebSocket to alice's desktop.
//! CORS does not apply, all cookies are sent, and current Chromium sends no Fetch Metadata with it.
//! Only `Origin` identifies the page. A handshake must carry `Origin` exactly once, and it must be
//! the host's own: scheme, name, port. `null` is foreign. `cross_site: report` refuses it too.
//!
//! - test: `cross_site::tests::origins_are_compared_as_scheme_host_and_port`
//! - test: `cross_site::tests::report_refuses_only_a_websocket_of_another_workspace`
//! - test: `it::decision::cross_site::websockets`
//! - test: `it::decision::cross_site::own_origin_has_the_port_of_the_host`
//! - test: `it::traefik::isolation::v3_7::a_cross_origin_websocket_is_denied`
//! - test: `it::demo::the_demo_checks_itself`
//!
//! ## T7 A desktop that allows every origin
//!
//! Alice's desktop answers CORS with any origin and credentials, as many applications do. It never
//! receives the request: a foreign `Origin` is refused before, and a preflight, which carries no
//! credential, is refused for every client. A 2xx to a preflight would be a permit to Traefik.
//!
//! - test: `gate::tests::requests_denied_regardless_of_credentials`
//! - test: `it::decision::gate_paths::a_preflight_is_denied_with_and_without_a_session`
//! - test: `it::traefik::shapes::v3_7::no_preflight_reaches_a_desktop`
//!
//! ## T8 Framing and `postMessage`
//!
//! Bob frames alice's desktop and makes her click, or sends it messages by `postMessage`. Frames
//! from a foreign page are refused, unless `trusted_origins` lists it with `frame: true`. Bob's
//! page could still send messages to a window that it opened. doorward does not see responses, so
//! the chain that `render middleware` prints sets `Cross-Origin-Opener-Policy: same-origin` and
//! `frame-ancestors` on every response of a desktop.
//!
//! - test: `it::render::cluster::with_the_gate_on_every_route_other_users_are_denied`
//! - test: `cross_site::tests::a_trusted_origin_has_only_the_listed_rights`
//! - test: `it::decision::trusted_origins::trusted_origins`
//!
//! ## T9 Being signed in as another user
//!
//! Bob sends alice a link that carries his token, so that she works in his session. Tokens are read
//! from cookies and headers, never from an address; and bob's token on alice's host is bob's, so
//! the answer is 403, without a redirect that could loop.
//!
//! One address carries a token: `/.doorward/enter`, where a sign-in returns. A hand-off alone is
//! not enough. It must match the nonce of a state cookie that only this host can have set, in this
//! browser, within the last minutes. It is valid for this one origin and one use. The request must
//! be a page, not a frame, a script or a form, and the user must own the host. No cookie is set
//! before all checks have passed. A hand-off that reaches its host in another way, without the
//! state or by a script, is marked as used, so that another client that has read the address cannot
//! bring it to the browser that started the sign-in. A new sign-in ends the previous session, and a
//! session counts as old as its hand-off, so that a revocation of everything issued so far covers a
//! hand-off that is on its way.
//!
//! - test: `it::traefik::shapes::v3_7::a_token_in_the_query_is_ignored`
//! - test: `it::traefik::isolation::v3_7::a_request_for_another_users_desktop_gets_403`
//! - test: `token::handoff_token::tests::claims_of_a_handoff`
//! - test: `token::handoff_token::tests::only_its_own_type_is_a_handoff`
//! - test: `gate::handoff::tests::a_handoff_token_is_valid_for_one_host`
//! - test: `it::handoff::refused_tokens::tokens_that_are_no_handoff_tokens`
//! - test: `it::handoff::refused_tokens::a_sign_in_that_this_browser_did_not_start_is_refused`
//! - test: `it::handoff::refused_tokens::a_handoff_token_is_accepted_once`
//! - test: `it::handoff::refused_tokens::of_many_concurrent_replays_one_is_accepted`
//! - test: `it::handoff::refused_tokens::a_handoff_token_of_another_user_gets_a_403_page_and_no_cookie`
//! - test: `it::handoff::refused_tokens::only_a_page_request_can_finish_a_sign_in`
//! - test: `it::handoff::wrong_browser::a_handoff_token_at_the_wrong_browser_is_used_up`
//! - test: `it::handoff::wrong_browser::a_handoff_token_for_another_host_stays_unused`
//! - test: `it::handoff::wrong_browser::a_new_sign_in_ends_the_previous_session`
//! - test: `it::handoff::wrong_browser::a_session_is_as_old_as_its_handoff_token`
//! - test: `it::handoff::behind_traefik::sign_in_and_sign_out_with_the_newest_traefik`
//! - test: `it::browsers::sign_in::sign_in_expiry_and_sign_out_in_chromium`
//! - test: `it::browsers::sign_in::sign_in_expiry_and_sign_out_in_firefox`
//!
//! ## T10 Cookies for the sign-in page
//!
//! If the sign-in page is above the workspaces, bob's page can set cookies that reach it. Not
//! stopped by doorward, which is not asked about that host; `doorward check` warns if `login.url`
//! is such a page. The operator puts it on another registrable domain, with `__Host-` cookies.
//!
//! - test: `it::configuration::accepted::a_risky_setting_gives_a_warning`
//!
//! ## T11 Open redirects
//!
//! A crafted path makes the return address lead to bob. The return address is the own origin, as
//! the gate has parsed it, followed by the forwarded path as one encoded value. A path such as
//! `//evil.example` stays a path. No part of it becomes markup on a page of doorward.
//!
//! After a sign-in the path comes from the state cookie and never from the address. It must begin
//! with a slash and be visible ASCII. Own origin and path together are parsed again, and the result
//! must still be of that origin.
//!
//! - test: `handoff::sign_in::tests::the_return_address_is_one_encoded_value`
//! - test: `it::decision::return_address::the_return_address_is_canonical`
//! - test: `it::decision::return_address::the_return_address_is_the_requested_host`
//! - test: `it::decision::information_leaks::a_page_repeats_nothing_as_markup`
//! - test: `handoff::address::tests::only_a_path_is_a_return_address`
//! - test: `handoff::address::tests::an_entry_has_two_keys_and_no_more`
//! - test: `handoff::pending::tests::foreign_cookies_are_no_state`
//! - test: `it::handoff::addresses::an_invalid_return_path_starts_no_sign_in`
//! - test: `it::handoff::addresses::an_address_in_the_state_cookie_leads_nowhere_else`
//! - test: `it::handoff::addresses::a_grant_entry_has_one_spelling`
//!
//! ## T12 One host, two readings
//!
//! Traefik routes `ALICE.vdi.example.com.:8443` to alice and forwards the host as written. Services
//! that compared it with a table found no entry and admitted the request (tinyauth, Caddy and
//! heimdall). [`Host::parse`](crate::name::Host::parse) accepts exactly the spellings that Traefik
//! routes (case, one trailing dot, a numeric port), makes them canonical, and refuses all others
//! with 404. Labels are then compared for equality; no host is searched for a prefix or suffix.
//!
//! - test: `name::host::tests::every_spelling_of_one_host_is_that_host`
//! - test: `name::host::tests::hostile_hosts_belong_to_no_user`
//! - test: `name::host::tests::the_parser_agrees_with_the_specification`
//! - test: `name::host::tests::one_changed_character_is_refused_or_is_what_it_says`
//! - test: `it::decision::host::hosts_of_others`
//! - test: `it::traefik::hosts::v3_7::traefik_and_gate_agree_on_every_host_spelling`
//! - test: `it::traefik::hosts::v3_7::an_absolute_target_overrides_the_host_header`
//!
//! ## T13 The route is alice's, the request names bob
//!
//! With `trustForwardHeader: true` and an entry point that trusts its clients, a client names the
//! host that is judged. All printed manifests set it to `false`. If a route also carries
//! `?owner=alice`, the host's label must equal it: two independent statements.
//!
//! - test: `gate::tests::the_owner_binds_a_grant_too`
//! - test: `it::decision::gate_paths::owner_binds_the_route_to_its_host`
//! - test: `it::traefik::hosts::v3_7::a_spoofed_forwarded_host_changes_nothing`
//! - test: `it::traefik::hosts::v3_7::a_bound_route_denies_another_user_with_a_spoofed_host`
//! - test: `it::render::cluster::a_route_with_an_owner_denies_other_hosts`
//!
//! ## T14 A second route for alice's host
//!
//! Two sessions on one host, or a session in front of another session's service: the renderer
//! refuses all of them and names them. A user who may create routes can put one for alice's host in
//! front of hers, without doorward, and such a request never reaches doorward. The admission
//! policies of `render crd` restrict the zone's hosts, high priorities and routes without a parent
//! to the platform's namespaces; Traefik reads no other namespaces; and a middleware on the entry
//! point cannot be omitted by a route.
//!
//! - test: `manifest::plan::tests::a_conflict_refuses_both_sessions`
//! - test: `manifest::plan::tests::no_redirect_leads_to_the_gate_itself`
//! - test: `it::render::installation::alice_is_admitted_and_bob_is_denied`
//! - test: `it::render::cluster::with_the_gate_on_the_entry_point_every_route_is_gated`
//! - test: `it::traefik::gate_address::v3_7::on_the_entry_point_the_gate_protects_every_route`
//!
//! ## T15 Names that look alike
//!
//! `аlice` with a Cyrillic а, as an internationalised label, looks like alice's host. Labels are
//! ASCII and never begin with `xn--`: a name that is not plain becomes a stub with a hash.
//!
//! - test: `name::rules::tests::golden_vectors`
//! - test: `name::rules::tests::both_sides_of_the_bare_form`
//! - test: `name::label::tests::the_grammar_has_these_edges`
//!
//! ## T16 A username that is part of a rule
//!
//! A username with a backtick ends the string in ``Host(`…`)`` and adds a host. A label is the only
//! value that is put into a rule, and it has no character with a meaning in Traefik's rules or in
//! YAML. Every other value is a leaf of a tree that is written once. This holds for templates too:
//! their values are placed in the parsed tree, never in its text.
//!
//! - test: `it::render::yaml_names::every_yaml_reader_reads_the_same_names`
//! - test: `manifest::yaml::tests::any_tree_is_read_back_the_same`
//! - test: `name::rules::tests::a_label_fits_everywhere`
//! - test: `it::decision::label::usernames_that_have_no_label`
//!
//! ## T17 What the previous user of a host left behind
//!
//! A service worker that a former user of a label registered serves the next user. Not stopped
//! here, because the worker answers before any request is sent. Therefore a label is computed from
//! issuer and username and belongs to one user for ever. The operator never gives a username to a
//! second person, and uses a `user_claim` that is never reused. Signing out clears the host's
//! storage, workers included, for the next user of that browser. **An existing worker sees the
//! sign-in**: it can read the address with the hand-off, but can only use it up or pass it on,
//! because the state cookie and the session cookie are `HttpOnly`; and it can show a page in place
//! of doorward's. It runs in alice's own origin, whose content her desktop controls.
//!
//! - test: `name::rules::tests::two_users_never_share_a_label`
//! - test: `name::rules::tests::another_issuer_is_another_user`
//!
//! ## T18 Answers from a cache
//!
//! A page of doorward that a browser or proxy stored is shown to the next user. Every answer except
//! a permit has `no-store`; the harness of the tests below checks it for each answer.
//!
//! - test: `it::decision::answers::every_client_class_with_every_denial`
//!
//! ## T19 One connection, two hosts
//!
//! Under a wildcard certificate browsers send requests for both hosts through one HTTP/2
//! connection. No state is stored for a connection, and the name in the TLS handshake is not used.
//!
//! - test: `it::traefik::hosts::v3_7::two_users_share_one_http2_connection`
//! - test: `it::traefik::hosts::v3_7::the_sni_name_does_not_affect_the_decision`
//!
//! ## T20 The cache says yes
//!
//! A decision is remembered and applied to another request. The cache holds *sessions*, by the
//! whole token and the generation of the configuration. Host, lifetime, cross-site rules and grants
//! are checked on every request.
//!
//! - test: `token::cache::tests::a_session_is_found_by_its_whole_token_and_generation`
//! - test: `token::cache::tests::an_entry_lives_until_exp_and_no_longer`
//! - test: `gate::tests::a_session_enters_its_own_host_and_no_other`
//! - test: `gate::tests::a_cached_session_ends_when_it_ends`
//! - test: `gate::tests::a_session_of_another_generation_is_verified_anew`
//!
//! ## T21 Forged identity headers
//!
//! A client sends `X-Doorward-User: root`, or `X_Doorward_User`, which CGI and others read as the
//! same. doorward sets or removes each identity header. Spellings with `_` and `.` are deleted by
//! Traefik's `aliasHeadersStrategy` (from 3.7.12 on; before, the desktop has to compare names
//! exactly), because doorward cannot remove them.
//!
//! - test: `it::decision::permit::identity_headers_of_the_client_are_removed`
//! - test: `it::traefik::forgery::v3_7::a_visitors_identity_header_is_replaced`
//! - test: `it::traefik::forgery::v3_7::an_identity_header_without_its_claim_is_removed`
//! - test: `it::traefik::forgery::v3_7::aliases_of_identity_headers_are_deleted`
//! - test: `it::configuration::mistakes::header_names_that_conflict_with_identity_headers_are_refused`
//!
//! ## T22 Paths that mean two things
//!
//! A client reaches a public prefix by `..`, `;` or an encoded slash, and the service admits the
//! request. doorward has no public path: it decides by host. Its own prefix `/.doorward/` is
//! compared as bytes, up to `?`, and never reaches a desktop.
//!
//! - test: `it::decision::gate_paths::the_reserved_path_never_reaches_a_desktop`
//! - test: `it::traefik::shapes::v3_7::the_reserved_path_never_reaches_a_desktop`
//! - test: `it::traefik::shapes::v3_7::unusual_request_targets_give_no_access`
//!
//! ## T23 Tokens in logs and addresses
//!
//! More people can read logs than keys. A log line identifies a token by the beginning of its
//! digest; no error, debug output or answer holds a byte of a token, and URIs are not logged. The
//! harness searches the whole log of each started gate for parts of any token.
//!
//! A hand-off is part of an address, which Traefik's access log and the browser's history may
//! store. By then it is used up, whether it was accepted or not. It is valid for a minute at most,
//! and only in the browser with the matching state. The answer is a redirect with `no-referrer`, so
//! no page has it as its own address. No link on a page of doorward repeats it.
//!
//! - test: `it::handoff::refused_tokens::a_handoff_token_is_accepted_once`
//! - test: `it::handoff::refused_tokens::a_handoff_token_of_another_user_gets_a_403_page_and_no_cookie`
//! - test: `gate::tests::a_denial_names_its_token_by_digest_only`
//! - test: `token::tests::words::neither_session_nor_rejection_prints_what_the_token_says`
//! - test: `token::tests::words::secrets_are_never_printed`
//! - test: `it::configuration::secrets::no_message_shows_a_secret`
//! - test: `it::decision::information_leaks::an_answer_and_its_log_line_share_a_request_id`
//! - test: `it::lifecycle::logs::no_part_of_a_token_is_logged`
//! - test: `it::commands::explain::an_explanation_holds_no_token`
//! - test: `it::commands::explain::an_explanation_holds_no_token_of_others`
//!
//! ## T24 Logout that does not hold
//!
//! Another tab sets the cookie again after logout, or a copy of it is used elsewhere until it
//! expires. Signing out revokes the session by its id before the cookie is deleted, so every copy
//! is refused from then on. Only the answer to a hand-off, which is used once, sets a session
//! cookie. A token of the portal, sent as a bearer token, is still valid until `exp`:
//! `max_lifetime` limits issuers to short ones. Bob cannot sign alice out: only the host's own page
//! may, for every value of `cross_site`, and it must send `Origin`.
//!
//! - test: `gate::logout::tests::signing_out_ends_every_copy_of_the_session`
//! - test: `gate::logout::tests::only_the_hosts_own_page_signs_out`
//! - test: `it::handoff::sign_out::a_sign_out_ends_the_session_in_every_tab`
//! - test: `it::handoff::sign_out::a_page_of_another_host_signs_no_user_out`
//! - test: `it::handoff::sign_out::signing_out_with_a_foreign_token_ends_no_session`
//! - test: `revocation::memory::tests::a_revocation_covers_what_was_issued_before`
//! - test: `token::claims::tests::both_bounds_of_a_lifetime`
//! - test: `it::decision::issuers::leeway_and_lifetime_are_what_the_configuration_says`
//!
//! ## T25 A WebSocket that outlives its token
//!
//! Traefik asks ForwardAuth once, at the handshake; afterwards it passes bytes, even if the route
//! is gone. Not stopped here, because doorward is not on that path. The operator deletes the
//! desktop's pod or lets the desktop limit the age of its WebSockets.
//!
//! ## T26 Reading across origins by side channel
//!
//! Spectre and similar attacks read what a page could load, even if the page may not read it.
//! Foreign pages may not load anything from a workspace, images and scripts included.
//!
//! - test: `cross_site::tests::strict_judges_each_row_as_the_table_says`
//! - test: `it::decision::cross_site::fetch_metadata`
//!
//! ## T27 Framing from another site
//!
//! A portal that shows desktops in frames needs cookies that browsers withhold from frames of
//! another site. Not stopped here, because it is a limit and not an attack. doorward's own cookie
//! is `SameSite=Lax`, also if it is `Partitioned`. For a frame on another site, another application
//! sets a cookie with `Partitioned` and `SameSite=None`, and the portal is listed in
//! `trusted_origins` with `frame: true`.
//!
//! ## T28 Enumerating users
//!
//! Bob tries names and compares answers. The answer depends on his own token and on the form of the
//! host, never on whether a user or route exists. Each unknown host gets the same 404.
//!
//! - test: `it::decision::host::a_denial_does_not_reveal_which_users_exist`
//! - test: `it::decision::host::unknown_hosts_look_alike`
//! - test: `it::decision::information_leaks::an_answer_names_no_other_user`
//! - test: `it::lifecycle::admin::metrics_are_well_formed_and_name_no_user`
//!
//! ## T29 Names that mean something to a network
//!
//! A user called `wpad`, `autodiscover` or `www` gets a host that machines contact automatically.
//! Reserved names get a hashed label.
//!
//! - test: `name::reserved::tests::the_list_is_that_of_the_algorithm`
//! - test: `it::decision::label::a_reserved_label_is_never_a_bare_label`
//!
//! ## T30 Exhausting the gate
//!
//! Headers that arrive slowly, idle connections, streams that are reset, headers without end. Every
//! resource has a bound; a full server closes idle connections; a request beyond a bound is never
//! answered with a 2xx.
//!
//! - test: `server::tests::limits::a_slow_request_head_times_out`
//! - test: `server::tests::limits::a_client_that_does_not_read_the_response_is_disconnected`
//! - test: `server::tests::limits::an_idle_connection_is_closed_when_no_more_are_admitted`
//! - test: `server::tests::http2::slow_requests_time_out`
//! - test: `server::tests::http2::too_much_is_not_answered_with_2xx`
//! - test: `server::tests::tls::a_stalled_handshake_times_out`
//! - test: `it::decision::limits::number_of_headers`
//! - test: `it::decision::limits::http2_has_the_same_limits`
//!
//! One request must not end the connection that the checks of all users share. h2 takes a header
//! name of 65,536 bytes for an error of the connection, so the server announces a smaller limit,
//! and Go's client does not send the request.
//!
//! - test: `it::traefik::shared_connection::v3_7::a_long_header_name_fails_no_other_users_request`
//! - test: `server::tests::http2::no_announced_header_list_can_end_the_connection`
//!
//! ## T31 Hosts whose desktop is gone
//!
//! After a session has ended, Traefik's own 404 reveals that the host has no route, and another
//! route that matches it may not have doorward in front. `pages_listen` is a backend that gives the
//! same answer to every client. It serves the catch-all route, which is rendered beside the
//! sessions and has doorward in front.
//!
//! - test: `it::render::installation::alice_is_admitted_and_bob_is_denied`
//! - test: `manifest::catch_all::tests::the_route_for_unknown_hosts_has_the_gate`
//! - test: `http::not_found::tests::every_host_gets_the_same_404_page`
//! - test: `demo::traefik::configuration::tests::every_route_but_the_sign_in_page_has_the_gate`
//!
//! ## T32 A desktop's response signs users out
//!
//! Bob's desktop answers alice's visit with `Clear-Site-Data: "cookies"`, and her browser deletes
//! the cookies of the whole registrable domain. doorward does not see responses; the chain that
//! `render middleware` prints removes the header from every response of a desktop.
//!
//! - test: `it::render::cluster::a_desktops_browser_wide_headers_are_removed`
//!
//! ## A1 An unintended path to a permit
//!
//! A malformed cookie took an early return, and the service answered 200 without an identity
//! (authentik, CVE-2026-25748). In doorward a 2xx needs a [`Permit`](crate::gate::Permit) by value.
//! A permit is made in one line, after every check; a handler that panics is a 500.
//!
//! - test: `architecture::one_line_makes_a_permit`
//! - test: `architecture::one_line_makes_a_session`
//! - test: `architecture::one_place_makes_the_2xx`
//! - test: `gate::tests::any_permit_implies_signature_time_issuer_audience_and_label`
//! - test: `it::decision::random_requests::only_alices_token_is_accepted_on_her_host`
//! - test: `it::decision::random_requests::a_permit_means_that_all_conditions_hold`
//! - test: `server::tests::http1::a_panic_is_a_500_and_nothing_more`
//!
//! ## A2 A claim of the wrong type counts as absent
//!
//! `"exp": "never"` was not a number, so the expiry was not checked (jsonwebtoken, CVE-2026-25537).
//! doorward checks the claims itself: a time is a number in range, `exp` is required, and a claim
//! of another type is refused.
//!
//! - test: `token::claims::tests::times_are_numbers_in_range`
//! - test: `token::claims::tests::each_time_has_two_sides`
//! - test: `token::claims::tests::aud_is_a_string_or_a_list_of_strings_with_one_of_ours`
//! - test: `it::decision::issuers::times`
//! - test: `it::decision::issuers::issuer_audience_and_user`
//!
//! ## A3 The token chooses its algorithm
//!
//! `alg: none`, or a public key used as an HMAC secret (python-jose, fast-jwt, ruby-jwt). A key is
//! bound to one algorithm when it is loaded. The issuer's list says which algorithms may occur,
//! HMAC is never combined with others, and short secrets are refused.
//!
//! - test: `token::tests::attacks::algorithm_none_in_every_shape`
//! - test: `token::tests::attacks::a_public_key_is_never_a_secret`
//! - test: `token::tests::attacks::blank_and_guessed_secrets_verify_nothing`
//! - test: `token::tests::attacks::every_algorithm_verifies_its_own_and_no_other_ones_tokens`
//! - test: `it::decision::keys::the_token_does_not_choose_its_algorithm`
//! - test: `it::configuration::secrets::a_short_secret_is_refused`
//!
//! ## A4 The token brings its key or its meaning
//!
//! `jku`, `jwk` and `x5u` point at the attacker's key; `crit`, `b64` and `zip` change what is
//! signed; a JWE built from the public key was accepted as a signed token (json-jwt). A token has
//! three parts and none of these members, with any value.
//!
//! - test: `token::header::tests::members_that_would_have_an_effect_are_refused_whatever_their_value`
//! - test: `token::compact::tests::a_token_is_three_canonical_base64url_parts`
//! - test: `token::tests::attacks::forged_headers`
//! - test: `it::decision::token::headers_of_a_token`
//! - test: `it::decision::token::shapes_of_a_token`
//!
//! ## A5 One text, two readings
//!
//! `{"sub":"bob","sub":"alice"}`: one parser takes the first, another the last. Repeated members
//! are refused, also if one of them is escaped, in header, payload and key sets. A token has one
//! spelling.
//!
//! - test: `token::json::tests::one_text_has_one_meaning`
//! - test: `token::json::tests::doubled_members_are_found_in_large_objects_too`
//! - test: `token::tests::properties::a_token_has_one_spelling`
//! - test: `it::decision::token::texts_of_the_claims`
//!
//! ## A6 One changed byte
//!
//! The reason for signatures, and for comparing the whole token in the cache: one cache used the
//! end of a token as its key and returned another user's claims (fast-jwt, GHSA-rp9m).
//!
//! - test: `token::tests::properties::one_changed_byte_never_permits`
//! - test: `gate::tests::one_changed_byte_of_a_token_never_permits`
//! - test: `token::tests::attacks::changed_payloads_and_parts_of_two_tokens`
//! - test: `token::tests::conformance::wycheproof_web_signatures`
//!
//! ## A7 One issuer speaks for another
//!
//! If the keys of all issuers are in one set, found by `kid`, a partner's key can sign as the
//! portal. `iss` selects the issuer before any signature is checked; only that issuer's keys are
//! tried.
//!
//! - test: `token::tests::attacks::keys_belong_to_their_issuer`
//! - test: `token::tests::attacks::the_issuer_is_judged_before_the_signature`
//! - test: `gate::tests::an_issuer_has_users_only_in_its_domains`
//! - test: `it::decision::issuers::a_key_never_verifies_tokens_of_another_issuer`
//!
//! ## A8 A token made for another purpose
//!
//! A logout token, a refresh token or an identity document of the same issuer opens a desktop.
//! `typ`, in header and claims, and the `events` claim identify the purpose; these kinds are
//! refused for every value of `types`. doorward's own kinds are separated likewise: the `typ` of
//! the header selects the verifier, session tokens are verified only with the session keys of their
//! host's domain, and those keys verify nothing else.
//!
//! - test: `token::session_token::tests::forged_sessions`
//! - test: `token::session_token::tests::claims_of_a_session`
//! - test: `token::session_token::tests::a_gate_session_is_valid_for_one_host`
//! - test: `token::handoff_token::tests::a_session_is_no_handoff_and_a_handoff_no_session`
//! - test: `it::handoff::refused_tokens::a_handoff_token_is_not_a_session`
//! - test: `it::handoff::keys::each_domain_has_its_own_keys`
//! - test: `token::purpose::tests::kinds_that_are_no_session_are_known_by_name`
//! - test: `token::purpose::tests::claims_decide_the_purpose_too`
//! - test: `it::decision::token::tokens_of_another_purpose_are_rejected`
//!
//! ## A9 Two users, one label
//!
//! A 28-bit hash of usernames was made to collide in minutes, and case was folded on one side only
//! (JupyterHub, KubeSpawner, Che). One label for two users is an account takeover. The function is
//! injective up to 100 bits of SHA-256 over issuer and canonical username; plain and hashed labels
//! differ.
//!
//! - test: `name::rules::tests::two_users_never_share_a_label`
//! - test: `name::rules::tests::a_hashed_label_is_hashed_again_as_a_name`
//! - test: `name::rules::tests::the_lengths_keep_issuer_and_name_apart`
//! - test: `name::unicode::tests::no_property_of_any_code_point_has_changed`
//! - test: `it::decision::label::every_user_enters_only_their_own_host`
//!
//! ## A10 Names that two systems read differently
//!
//! White space at the ends, control and bidirectional characters, unassigned code points: the
//! portal displays one name and signs another. Such names have no label.
//!
//! - test: `name::username::tests::names_that_two_systems_read_differently_are_refused`
//! - test: `name::username::tests::the_canonical_form_is_stable_and_sound`
//!
//! ## A11 Any client may forward
//!
//! A service that trusts `X-Forwarded-*` of every client can be deceived (oauth2-proxy, authentik).
//! Only `trusted_proxies` or holders of a client certificate are trusted. No default trusts a
//! network, and networks that cover all addresses are refused in every spelling.
//!
//! - test: `config::tests::proxies::trusting_every_address_is_refused_in_every_spelling`
//! - test: `it::decision::trust::a_request_of_an_untrusted_peer_is_not_read`
//! - test: `it::decision::trust::mapped_addresses_are_unmapped`
//! - test: `it::decision::trust::a_client_certificate_makes_a_peer_trusted`
//! - test: `it::traefik::gate_address::v3_7::without_the_client_certificate_nothing_passes`
//!
//! ## A12 Forwarded headers with two readings
//!
//! A second line, a list, an alias such as `X_Forwarded_Host` (CVE-2026-39858), a `Host` used in
//! place of a missing `X-Forwarded-Host`. Each of the four headers must be present exactly once
//! with one value, or the answer is 400. No missing value is replaced.
//!
//! - test: `http::forwarded::tests::each_row_is_refused_for_its_own_reason`
//! - test: `http::forwarded::tests::noise_is_read_one_way_or_refused`
//! - test: `it::decision::forwarded::each_forwarded_header_comes_exactly_once`
//! - test: `it::decision::forwarded::forwarded_values_that_describe_no_request`
//! - test: `it::decision::forwarded::aliases_of_forwarded_headers`
//! - test: `it::decision::forwarded::the_gates_own_address_is_never_the_host`
//!
//! ## A13 `Connection` removes headers
//!
//! `Connection: X-Forwarded-Host` made Traefik remove what it had set (CVE-2024-45410,
//! CVE-2026-29054). A missing header is a denial, so such a request affects only its sender.
//! Traefik sets doorward's headers after this step.
//!
//! - test: `it::traefik::forgery::v3_7::removing_headers_by_connection_gives_no_access`
//! - test: `it::traefik::forgery::v3_7::the_connection_header_cannot_remove_identity_headers`
//!
//! ## A14 Health answers that admit requests
//!
//! A magic User-Agent or path was answered 200 on the authentication port (oauth2-proxy,
//! CVE-2026-34457). Health is served on `admin_listen`, which refuses ForwardAuth requests in case
//! Traefik is configured with its address.
//!
//! - test: `http::admin::tests::routes`
//! - test: `it::lifecycle::admin::the_other_listeners_do_not_answer_verify`
//! - test: `it::decision::gate_paths::only_verify_is_served`
//! - test: `it::traefik::gate_address::v3_7::at_a_wrong_path_nothing_passes`
//!
//! ## A15 The gate is unavailable
//!
//! A proxy that admits requests when it cannot ask is open exactly when it is attacked. Traefik
//! answers 500 if it cannot reach doorward, and serves no route whose middleware does not exist.
//!
//! - test: `it::traefik::isolation::v3_7::with_the_gate_stopped_traefik_answers_500`
//! - test: `it::traefik::gate_address::v3_7::with_the_wrong_authority_nothing_passes`
//! - test: `it::traefik::gate_address::v3_7::a_route_with_a_missing_middleware_gets_404`
//! - test: `it::traefik::gate_address::v3_7::a_gate_applied_twice_denies_every_request`
//!
//! ## A16 Upgrades around the check
//!
//! An accepted `Upgrade: h2c` is a tunnel without checks (AdGuard, CVE-2026-32136; Traefik,
//! CVE-2026-88008). doorward negotiates HTTP/2 by ALPN only and judges any upgrade as a request.
//!
//! - test: `it::decision::limits::http2_needs_tls`
//! - test: `it::traefik::shapes::v3_7::an_h2c_upgrade_does_not_bypass_the_gate`
//! - test: `it::traefik::shapes::v3_7::an_unknown_upgrade_is_judged_like_any_request`
//!
//! ## A17 Requests within requests
//!
//! A body whose length two servers count differently becomes the next request on a shared
//! connection. Requests to doorward have no bodies; a request with one is not accepted, and
//! ambiguous lengths end the connection. Between Traefik and a desktop: Not stopped here, because
//! doorward is not on that path; use Traefik 3.7.13 or newer.
//!
//! - test: `it::decision::limits::a_body_never_becomes_the_next_question`
//! - test: `it::decision::limits::ambiguous_bodies_are_refused`
//! - test: `server::tests::http1::odd_requests`
//!
//! ## A18 The client configures the check
//!
//! Parameters of the request override what is checked. doorward's own address takes `owner=LABEL`,
//! once, and nothing else.
//!
//! - test: `http::forwarded::tests::the_gates_own_query_is_owner_or_nothing`
//!
//! ## A19 Redirect loops
//!
//! Sign-in, return, no cookie, sign-in: users see a browser's error and operators see nothing. The
//! fourth redirect of one path within a minute is a page that states the reason; with a hand-off,
//! the redirect after the third sign-in. A session that would not fit into a cookie is refused,
//! because the browser would drop the cookie. The counter's cookie is not a credential; a client
//! that changes it gets a page at most.
//!
//! - test: `it::handoff::flow::the_fourth_sign_in_of_a_minute_is_an_error_page`
//! - test: `it::handoff::refused_tokens::a_session_that_fits_no_cookie_is_refused`
//! - test: `http::loop_guard::tests::the_fourth_redirect_of_one_path_within_a_minute_is_a_loop`
//! - test: `it::decision::loop_guard::a_forged_loop_cookie_has_no_effect_on_others`
//!
//! ## A20 Exceptions for groups
//!
//! An admin group that matches by substring, or a grant that another issuer's token can claim. A
//! grant names its issuer, compares its value exactly, needs `cross_site: strict`, keeps the user's
//! own name, applies only if the label does not match, and is logged on each use.
//!
//! - test: `gate::tests::a_grant_admits_to_its_labels_and_the_own_label_takes_precedence`
//! - test: `it::decision::grants::a_grant_value_matches_exactly`
//! - test: `it::decision::grants::a_grant_applies_to_one_issuer`
//! - test: `it::configuration::mistakes::a_grant_needs_strict_cross_site_rules`
//! - test: `it::decision::grants::a_guest_keeps_their_own_username`
//!
//! ## A21 Configurations that mean less than they say
//!
//! A misspelt key that is ignored, a secret with a default, an empty list that means all users.
//! Unknown keys are errors, no secret has a default, and keys of a later version are refused until
//! they are implemented. An invalid reload keeps the running configuration.
//!
//! - test: `config::tests::bad::shape`
//! - test: `config::tests::bad::of_a_later_version`
//! - test: `it::configuration::mistakes::unknown_keys_get_a_suggestion`
//! - test: `it::configuration::mistakes::every_mistake_is_reported_at_once`
//! - test: `it::configuration::secrets::a_secret_file_with_loose_permissions_is_refused`
//! - test: `http::admin::tests::a_refused_reload_is_reported_and_readyz_stays_200`
//! - test: `it::lifecycle::reload::a_wrong_configuration_keeps_the_running_one`
//! - test: `it::lifecycle::reload::a_key_that_needs_a_restart_is_refused_by_name`
//!
//! ## A22 Routes without a middleware
//!
//! TCP and UDP routes, and TLS passthrough, have no ForwardAuth. Not stopped here, because Traefik
//! never asks. The operator has no such route to a desktop, and lets desktops accept connections
//! from Traefik only (a NetworkPolicy): a client that reaches a desktop without Traefik is not
//! checked, and can send any identity header.
//!
//! ## A23 Forged log lines
//!
//! A line break in a header or cookie becomes a second log line that blames alice for bob's
//! request. Values are escaped, JSON or text, and data from a client is never the name of a field.
//!
//! - test: `observe::log::tests::a_value_cannot_forge_a_line_of_text`
//! - test: `it::lifecycle::logs::client_input_cannot_add_log_lines`
//!
//! ## A24 The server that keys come from
//!
//! An attacker between doorward and an issuer's key set, or in its place, could inject a key and
//! sign as any user. A discovery document that names `http://169.254.169.254/` makes doorward send
//! a request that only doorward can send (SSRF). Ten megabytes, or a byte a second, block it. Keys
//! are fetched over TLS from the configured address or from the one that the issuer's own document
//! names, never from a workspace host, a redirect or a private address that a public issuer names.
//! Time, bytes and content type are bounded. Secrets and private keys in a published set are not
//! used. An invalid answer changes nothing: the last valid set stays.
//!
//! - test: `keys::fetch::reach::tests::what_is_inside`
//! - test: `keys::fetch::connect::tests::a_document_from_outside_leads_to_no_address_inside`
//! - test: `url::tests::a_url_is_written_in_one_form`
//! - test: `keys::fetch::discovery::tests::documents`
//! - test: `keys::fetch::exchange::tests::only_a_200_with_one_kind_of_content_is_taken`
//! - test: `keys::cache_file::tests::a_file_that_others_could_read_or_change_is_not_used`
//! - test: `it::keys::hostile::an_invalid_key_source_gives_no_keys`
//! - test: `it::keys::outage::an_issuer_that_goes_down_later_changes_nothing`
//!
//! ## A25 Keys that an issuer has withdrawn
//!
//! A stolen key is removed from the set, but the gate still trusts it: because of its cache, after
//! a reload, because the issuer is unreachable, or because an attacker blocks the fetch. Each new
//! set is a new generation, so that no older session is used. One owner publishes configuration and
//! keys. Without an answer keys expire after `max_stale`, counted from the last success, also
//! across restarts. Then the issuer's tokens cannot be judged: 503, never a guess. No other issuer
//! is affected.
//!
//! - test: `gate::tests::a_session_of_another_generation_is_verified_anew`
//! - test: `gate::tests::keys::an_issuer_without_keys_affects_no_other_issuer`
//! - test: `keys::cache_file::tests::age_counts_from_the_fetch`
//! - test: `keys::refresh::tests::keys_expire_once_and_fetching_continues`
//! - test: `keys::refresh::tests::a_panic_leaves_no_keys_behind`
//! - test: `it::keys::rotation::tokens_of_a_removed_key_are_rejected`
//! - test: `it::keys::rotation::reload_and_fetch_do_not_undo_each_other`
//! - test: `it::keys::outage::keys_older_than_max_stale_are_not_used`
//! - test: `it::keys::outage::a_stored_key_set_of_the_wrong_age_is_ignored`
//! - test: `it::keys::outage::an_issuer_that_is_down_at_the_start_gives_503_for_its_tokens`
//! - test: `it::keys::provider::discovery_and_rotation_at_a_real_openid_provider`
//!
//! ## A26 Unknown key ids that cause fetches
//!
//! A token with an unknown `kid` makes gates fetch the key set again. A stranger sends ten
//! thousand, and the gate floods the issuer for him, or waits for it on every request. No request
//! waits for a fetch; an unknown `kid` causes one at once, but not twice within 30 s.
//!
//! - test: `gate::tests::keys::an_unknown_key_is_noted_with_its_issuer`
//! - test: `keys::refresh::tests::an_unknown_key_id_causes_a_fetch_at_once_and_then_waits`
//! - test: `it::keys::rotation::many_unknown_key_ids_cause_one_fetch`
//! - test: `it::keys::rotation::tokens_of_fetched_keys_are_accepted`
//!
//! ## A27 Revoking sessions without permission
//!
//! A caller who may revoke can lock all users out. `/revocations` is on the admin listener only and
//! requires a secret of 32 characters, which is compared in constant time. Without a secret the
//! path does not exist, and on a network it needs TLS. A revocation is in force for the next
//! request, also one answered from the cache, and with `store: file` it survives a crash at any
//! moment after the answer.
//!
//! - test: `it::revocation::api::revocations_require_the_secret`
//! - test: `it::revocation::api::a_revoked_session_is_denied_at_once`
//! - test: `it::revocation::crash::a_crash_loses_no_confirmed_revocation`
//! - test: `revocation::file::tests::revocations_survive_a_restart`
//! - test: `revocation::file::tests::used_tokens_survive_a_restart`
//! - test: `revocation::file::tests::a_disk_that_was_full_is_used_again`
//! - test: `it::handoff::wrong_browser::signing_out_clears_every_session_cookie`
//! - test: `it::revocation::api::removing_a_revocation_keeps_a_sign_out_in_force`
//!
//! Several replicas share revocations through Redis, and a session that was revoked at one replica
//! must not be accepted by another. All replicas learn a revocation at once, a hand-off is used
//! once across them, and neither a lost connection nor a Redis that has lost its data restores a
//! revoked session. A replica that has never read Redis admits no request. Stream entries of other
//! writers are ignored; the password is in no log.
//!
//! - test: `it::revocation::redis::a_revocation_at_one_replica_applies_at_all`
//! - test: `it::revocation::redis::a_handoff_token_is_accepted_once_by_all_replicas`
//! - test: `it::revocation::redis::outage::with_on_outage_serve_the_last_known_state_is_used`
//! - test: `it::revocation::redis::outage::with_on_outage_refuse_requests_get_503_until_redis_is_back`
//! - test: `it::revocation::redis::outage::a_replica_catches_up_after_a_network_cut`
//! - test: `it::revocation::redis::outage::revocations_lost_by_redis_are_written_back`
//! - test: `it::revocation::redis::outage::the_gate_starts_before_redis`
//! - test: `it::revocation::redis::strangers::foreign_stream_entries_are_ignored`
//! - test: `it::revocation::redis::strangers::a_wrong_redis_password_is_reported_and_not_shown`
//! - test: `it::revocation::redis::strangers::revoke_verifies_the_servers_certificate`
//!
//! A provider's logout token ends a sign-in too, and any client can post one. It is verified like
//! every token of that issuer, must be of its own kind (event, no `nonce`, a `jti`), and counts
//! once. It never serves as a session, nor a session as a logout token. The number of verifications
//! per second is limited.
//!
//! - test: `token::logout_token::tests::rules_of_the_specification`
//! - test: `token::logout_token::tests::a_logout_token_is_no_session_and_a_session_no_logout`
//! - test: `it::revocation::backchannel::a_token_of_another_purpose_ends_no_session`
//! - test: `it::revocation::backchannel::a_flood_of_logout_tokens_is_answered_503`
//! - test: `it::render::command::the_logout_route_is_on_the_portals_host`
//! - test: `it::render::installation::alice_is_admitted_and_bob_is_denied`
//! - test: `it::keys::logout::a_logout_at_a_real_provider_ends_the_session`
//! - test: `it::keys::logout::a_logout_token_of_a_real_provider_is_accepted_once`
//! - test: `it::keys::logout::a_logout_token_with_an_unknown_key_id_causes_a_fetch`
