//! Every attack that we know of, what stops it, and the test that proves it. Documentation only.
//!
//! The attacker is **bob**: an honest user of the same portal, with a desktop of his own below the
//! same domain. He controls everything on it: pages, scripts, response headers, WebSockets. He
//! wants into **alice's** desktop, or wants her token, or at least wants her shut out. A
//! **stranger** has no token; a **desktop** is software that nobody trusts, alice's own included.
//!
//! T numbers are those of the threat catalogue that the code refers to; A numbers are lessons from
//! advisories about Traefik, JWT libraries and other gates. Each row names its proofs as `test:
//! path::of::the::test`; `tests/architecture.rs` fails when one of them does not exist, or when a
//! row has none and does not say "Not stopped here". Names that begin with `it::` are tests of the
//! real program, those with `v3_7` of the real Traefik in front of it (3.6 and 3.0 run them too).
//!
//! ## T1 Cookie tossing
//!
//! Bob's page sets a cookie with the gate's name for all of `vdi.example.com`, with a longer path
//! than alice's, so that it comes first in her `Cookie` header. Whoever takes the first cookie of a
//! name takes bob's: alice is signed in as bob, or shut out. The default name begins with
//! `__Host-`, which browsers take from no other host; and no bad candidate hides a good one,
//! because every candidate is tried and one whose own label is the host's wins.
//!
//! - test: `gate::tests::a_bad_candidate_never_hides_a_good_one`
//! - test: `http::credential::tests::a_planted_cookie_never_hides_the_real_one`
//! - test: `it::decision::credentials::a_parent_domain_cookie_has_to_be_asked_for`
//! - test: `it::traefik::clients::v3_7::tossed_cookies_hide_nothing`
//!
//! ## T2 Cookie names that only some parsers take for ours
//!
//! A Unicode space before the name, `$Version`, a nameless pair `=__Host-doorward=…`, quotes: a
//! lenient parser reads these as our cookie, and the browser did not guard them as one. Cookie
//! lines are split as bytes (RFC 6265bis), names are compared as bytes, and nothing is unquoted or
//! folded.
//!
//! - test: `http::credential::tests::cookie_lines_split_as_bytes`
//! - test: `http::credential::tests::own_names_are_exact_bytes`
//! - test: `it::decision::credentials::cookie_lines`
//!
//! ## T3 Cookie bombs and eviction
//!
//! Bob's page writes hundreds of cookies for the whole zone. Alice's requests become too large for
//! a server, or her browser throws her session cookie out to make room. Requests up to
//! `limits.header_bytes`, cookies not counted in `limits.headers`, are judged as ever, and at most
//! eight signatures are verified for one request; beyond that the answer is 431 and says why.
//! `Clear-Site-Data: "cookies"` is never sent: it would empty the jar of all of `example.com`.
//! **The eviction itself is not stopped**: the zone's share of the jar belongs to all siblings.
//! Alice has to sign in again; nobody gets in. `handoff.partitioned: true` puts her session into a
//! jar that siblings do not share.
//!
//! - test: `gate::tests::planted_cookies_cannot_starve_the_header`
//! - test: `it::decision::credentials::candidates_are_counted_by_signature`
//! - test: `it::decision::limits::a_full_cookie_jar_passes_by_default`
//! - test: `it::decision::limits::size_of_headers`
//! - test: `it::handoff::flow::a_partitioned_cookie_has_its_own_name_and_both_are_read`
//! - test: `it::traefik::clients::v3_7::a_full_cookie_jar`
//!
//! ## T4 A desktop steals the token
//!
//! Whatever reaches a desktop is its user's and its intruder's. An admin who visits bob's desktop
//! would leave her token there. Every cookie with one of our names, and every header that holds a
//! token of a configured issuer, valid or not, is taken off; the rest keeps its bytes and order.
//!
//! - test: `token::token_detection::tests::whatever_could_be_read_as_ours_is_ours`
//! - test: `http::credential::tests::tokens_are_found_however_they_are_wrapped`
//! - test: `it::decision::permit::cookies_that_are_not_ours_stay_as_they_are`
//! - test: `it::decision::permit::authorization_that_is_not_ours_stays_as_it_is`
//! - test: `it::decision::permit::token_headers_are_stripped_likewise`
//! - test: `it::traefik::isolation::v3_7::ones_own_desktop_opens`
//! - test: `it::traefik::clients::v3_7::several_cookie_lines_lose_nothing`
//!
//! ## T5 A sibling's page makes requests
//!
//! Bob's page posts a form to alice's desktop, or fetches from it; alice happens to look at it.
//! Both hosts are one *site* to a browser, so `SameSite=Strict` adds her cookies. `cross_site`
//! judges `Origin` and Fetch Metadata: a sibling counts as foreign, and foreign pages may do
//! nothing but navigate the whole tab by GET or HEAD.
//!
//! Nor may they have pages fetched that nobody sees: Chromium sends what a page's speculation rules
//! ask for as a navigation with `Sec-Fetch-Site: none`. `Sec-Purpose` tells, and only the host's own
//! pages may ask so.
//!
//! Nor may bob borrow a trusted page: a picture of his that the portal shows can redirect to
//! alice's desktop, and a redirect keeps the portal's `Referer`. So `Referer` makes nothing trusted
//! but a navigation, a frame's mostly; what a page loads needs a trusted `Origin`.
//!
//! - test: `it::browsers::isolation::no_page_gets_past_the_gate_in_a_real_browser`
//! - test: `cross_site::tests::trusted_origins_may_what_they_are_listed_for`
//! - test: `it::decision::trusted_origins::trusted_origins`
//! - test: `cross_site::tests::strict_judges_each_row_as_the_table_says`
//! - test: `gate::tests::cross_site_rules_come_last_and_bind_the_winner`
//! - test: `it::decision::cross_site::fetch_metadata`
//! - test: `it::decision::cross_site::without_fetch_metadata`
//! - test: `it::traefik::isolation::v3_7::a_siblings_page_reaches_nothing`
//!
//! ## T6 A sibling's page opens a WebSocket
//!
//! The attack that gave this project its rules. Bob's page opens a WebSocket to alice's desktop; no
//! CORS applies, every cookie is added, and today's Chromium sends no Fetch Metadata with it. Only
//! `Origin` tells. A handshake must carry it, once, and it must be the host's own: scheme, name,
//! port. `null` is foreign here. `cross_site: report` refuses this one all the same.
//!
//! - test: `cross_site::tests::origins_are_compared_as_scheme_host_and_port`
//! - test: `cross_site::tests::report_refuses_only_a_websocket_of_another_workspace`
//! - test: `it::decision::cross_site::websockets`
//! - test: `it::decision::cross_site::own_origin_has_the_port_of_the_host`
//! - test: `it::traefik::isolation::v3_7::a_websocket_from_a_siblings_page_is_refused`
//! - test: `it::demo::the_demo_checks_itself`
//!
//! ## T7 A desktop that allows every origin
//!
//! Alice's desktop answers CORS with any origin and credentials, as many do. It is never asked: a
//! foreign `Origin` is refused before, and a preflight, which carries no credential, is refused
//! whoever sends it. Any 2xx to a preflight would be a permit to Traefik.
//!
//! - test: `gate::tests::what_is_refused_whoever_asks`
//! - test: `it::decision::own_paths::a_preflight_is_refused_whoever_sends_it`
//! - test: `it::traefik::shapes::v3_7::no_preflight_reaches_a_desktop`
//!
//! ## T8 Framing and `postMessage`
//!
//! Bob frames alice's desktop and lets her click, or talks to it by `postMessage`. Frames from a
//! foreign page are refused, unless `trusted_origins` lists it with `frame: true`. A window that
//! bob's page opened and still holds could be written to; the gate does not see responses, so the
//! chain that `render middleware` prints sets `Cross-Origin-Opener-Policy: same-origin` and
//! `frame-ancestors` on every desktop's answer.
//!
//! - test: `it::render::cluster::with_the_gate_on_every_route`
//! - test: `cross_site::tests::trusted_origins_may_what_they_are_listed_for`
//! - test: `it::decision::trusted_origins::trusted_origins`
//!
//! ## T9 Being signed in as somebody else
//!
//! Bob sends alice a link that carries his token, so that she works in his session. Tokens are read
//! from cookies and headers, never from an address; and bob's token on alice's host is bob's, so
//! the answer is 403, without a redirect that could loop.
//!
//! One address does carry a token: `/.doorward/enter`, where a sign-in comes back. A hand-off opens
//! nothing by itself. It must answer the nonce of a state cookie, which only this host can have
//! set, in this browser, a few minutes ago; it is good for this one origin, once; it must be a page
//! that comes, no frame, script or form; and its user must be the host's. Nothing sets a cookie
//! before all of that has been seen. One that comes to its host in any other way, without the state
//! or by a script, is used up there, so that nobody who has read its address can bring it to the
//! browser that did ask. Signing in again ends the session of before, and a session counts as old as
//! its hand-off, so that a revocation of everything until now covers one that is still on its way.
//!
//! - test: `it::traefik::shapes::v3_7::a_token_in_the_address_is_no_token`
//! - test: `it::traefik::isolation::v3_7::someone_elses_desktop_stays_shut`
//! - test: `token::handoff_token::tests::claims_of_a_handoff`
//! - test: `token::handoff_token::tests::only_its_own_type_is_a_handoff`
//! - test: `gate::handoff::tests::a_handoff_opens_one_door`
//! - test: `it::handoff::arrivals::tokens_that_hand_nothing_over`
//! - test: `it::handoff::arrivals::browsers_that_did_not_ask`
//! - test: `it::handoff::arrivals::a_handoff_is_used_once`
//! - test: `it::handoff::arrivals::of_many_replays_at_once_one_wins`
//! - test: `it::handoff::arrivals::somebody_elses_handoff_is_told_so_and_sets_nothing`
//! - test: `it::handoff::arrivals::only_a_page_of_its_own_comes_in`
//! - test: `it::handoff::strays::a_handoff_that_went_astray_is_used_up`
//! - test: `it::handoff::strays::a_handoff_for_another_host_is_not_used_up_here`
//! - test: `it::handoff::strays::signing_in_again_ends_the_session_of_before`
//! - test: `it::handoff::strays::a_session_is_as_old_as_its_handoff`
//! - test: `it::handoff::behind_traefik::in_and_out_again_behind_the_newest_traefik`
//! - test: `it::browsers::way_in::a_day_at_the_desk_in_chromium`
//! - test: `it::browsers::way_in::a_day_at_the_desk_in_firefox`
//!
//! ## T10 Cookies for the sign-in page
//!
//! Where the sign-in page lives above the workspaces, bob's page can set cookies that reach it. Not
//! stopped by the gate, which is not asked for that host; `doorward check` warns when `login.url`
//! is such a page. The operator puts it on another registrable domain and uses `__Host-` cookies
//! there.
//!
//! - test: `it::configuration::accepted::what_is_allowed_but_unwise_is_warned_of`
//!
//! ## T11 Open redirects
//!
//! A crafted path makes "back to where you came from" lead to bob. The return address is the own
//! origin, as the gate has parsed it, and the forwarded path behind it, as one encoded value. A
//! path such as `//evil.example` stays a path. Nothing of it becomes markup on a page of ours.
//!
//! After a sign-in the path comes from the state cookie and never from the address; it must begin
//! with a slash and be visible ASCII, and what it makes behind the own origin is parsed again and
//! must still be of that origin.
//!
//! - test: `handoff::sign_in::tests::the_way_back_is_one_encoded_value`
//! - test: `it::decision::return_address::the_return_address_is_canonical`
//! - test: `it::decision::return_address::the_visitor_comes_back_to_their_own_host`
//! - test: `it::decision::discretion::a_page_repeats_nothing_as_markup`
//! - test: `handoff::address::tests::only_a_path_is_come_back_to`
//! - test: `handoff::address::tests::an_entry_has_two_keys_and_no_more`
//! - test: `handoff::pending::tests::foreign_cookies_are_no_state`
//! - test: `it::handoff::addresses::what_is_no_path_begins_nothing`
//! - test: `it::handoff::addresses::an_address_in_the_state_cookie_leads_nowhere_else`
//! - test: `it::handoff::addresses::an_entry_has_one_spelling`
//!
//! ## T12 One host, two readings
//!
//! Traefik routes `ALICE.vdi.example.com.:8443` to alice and reports it as written. Gates that
//! compared it with a table found no entry and let it pass (tinyauth, Caddy and heimdall all did).
//! [`Host::parse`](crate::name::Host::parse) accepts exactly the spellings that Traefik routes
//! (case, one trailing dot, a numeric port), makes them one, and refuses all else with 404. Labels
//! are then compared for equality; no host is searched for a prefix or suffix.
//!
//! - test: `name::host::tests::every_spelling_of_one_host_is_that_host`
//! - test: `name::host::tests::hostile_hosts_are_nobodys`
//! - test: `name::host::tests::the_parser_agrees_with_the_specification`
//! - test: `name::host::tests::one_changed_character_is_refused_or_is_what_it_says`
//! - test: `it::decision::host::hosts_of_others`
//! - test: `it::traefik::hosts::v3_7::whatever_is_routed_to_alice_is_judged_as_alice`
//! - test: `it::traefik::hosts::v3_7::an_absolute_target_beats_the_host_header`
//!
//! ## T13 The route is alice's, the question is about bob
//!
//! With `trustForwardHeader: true` and an entry point that trusts its clients, a visitor names the
//! host that is judged. Traefik's setting is `false` in everything we print. Where a route carries
//! `?owner=alice` as well, the host's label must equal it: two independent statements.
//!
//! - test: `gate::tests::the_owner_binds_a_grant_too`
//! - test: `it::decision::own_paths::owner_binds_the_route_to_its_host`
//! - test: `it::traefik::hosts::v3_7::a_spoofed_forwarded_host_changes_nothing`
//! - test: `it::traefik::hosts::v3_7::a_route_bound_to_its_owner_stays_bound`
//! - test: `it::render::cluster::a_route_bound_to_its_owner_serves_nobody_elses_host`
//!
//! ## T14 A second route for alice's host
//!
//! Two sessions on one host, or a session in front of another's service: the renderer refuses every
//! party, and names them all. Whoever may create routes beside it may put one for alice's host in
//! front of hers, without the gate, and such a request never reaches the gate: the admission
//! policies of `render crd` keep the zone's hosts, high priorities and empty parents to the
//! platform's namespaces, Traefik reads no others, and a middleware on the entry point is one that
//! no route can leave out.
//!
//! - test: `manifest::plan::tests::what_stands_between_two_sessions_is_refused_for_both`
//! - test: `manifest::plan::tests::nobody_is_sent_to_the_gate_itself`
//! - test: `it::render::installation::alice_is_in_and_bob_is_out`
//! - test: `it::render::cluster::with_the_gate_on_the_entry_point_no_route_goes_around_it`
//! - test: `it::traefik::gate_address::v3_7::on_the_entry_point_it_guards_every_route`
//!
//! ## T15 Names that look alike
//!
//! `аlice` with a Cyrillic а, as an internationalised label, looks like alice's host. Labels are
//! ASCII and never `xn--`: what is not a plain name becomes a stub with a hash.
//!
//! - test: `name::rules::tests::golden_vectors`
//! - test: `name::rules::tests::both_sides_of_the_bare_form`
//! - test: `name::label::tests::the_grammar_has_these_edges`
//!
//! ## T16 A username that is part of a rule
//!
//! A username with a backtick ends the string in ``Host(`…`)`` and adds a host. A label, the only
//! thing that is put into a rule, has no character that means anything in Traefik's rules or in
//! YAML. All else is a leaf of a tree that is written once, templates included: their values take
//! places in the tree that was read, never in its text.
//!
//! - test: `it::render::words::every_reader_reads_the_names_that_were_written`
//! - test: `manifest::yaml::tests::any_tree_is_read_back_the_same`
//! - test: `name::rules::tests::a_label_fits_everywhere`
//! - test: `it::decision::label::usernames_that_have_no_label`
//!
//! ## T17 What the last tenant of a host left behind
//!
//! A service worker that an earlier user of a label registered serves the next one. Not stopped
//! here, because the worker answers before any request is made; that is why a label is computed
//! from issuer and username and belongs to one user for ever. The operator never gives a username
//! to a second person, and uses a `user_claim` that is never reused. Signing out clears the host's
//! storage, workers included, for whoever comes to that browser next. **A worker that is there sees
//! the way in**: it may read the address with the hand-off, which it can only use up or let pass,
//! since the state cookie and the session cookie are `HttpOnly`; and it may show a page in place of
//! ours. It is alice's own origin, on which her desktop runs what it likes.
//!
//! - test: `name::rules::tests::two_users_never_share_a_label`
//! - test: `name::rules::tests::another_issuer_is_another_user`
//!
//! ## T18 Answers from a cache
//!
//! A page of the gate that a browser or proxy kept is shown to the next person. Every answer but a
//! permit says `no-store`; the harness of the tests below holds it against each single answer.
//!
//! - test: `it::decision::answers::every_class_in_every_situation`
//!
//! ## T19 One connection, two hosts
//!
//! Under a wildcard certificate browsers send requests for both hosts through one HTTP/2
//! connection. Nothing is remembered by connection, and the name in the TLS handshake is not looked
//! at.
//!
//! - test: `it::traefik::hosts::v3_7::two_users_share_one_http2_connection`
//! - test: `it::traefik::hosts::v3_7::the_name_in_the_handshake_proves_nothing`
//!
//! ## T20 The cache says yes
//!
//! A verdict is remembered and given to another request. The cache holds *sessions*, by the whole
//! token and the generation of the configuration; host, lifetime, cross-site rules and grants are
//! judged on every request.
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
//! same. Each identity header is set or removed by the gate; spellings with `_` and `.` are deleted
//! by Traefik's `aliasHeadersStrategy`, which the gate cannot do for it (from 3.7.12 on; before,
//! the desktop has to compare names exactly).
//!
//! - test: `it::decision::permit::identity_headers_are_the_gates_alone`
//! - test: `it::traefik::forgery::v3_7::a_visitors_identity_header_is_replaced`
//! - test: `it::traefik::forgery::v3_7::a_visitors_identity_header_is_removed_where_the_gate_has_nothing_to_say`
//! - test: `it::traefik::forgery::v3_7::aliases_of_identity_headers_are_deleted`
//! - test: `it::configuration::mistakes::identity_headers_that_would_say_something_else`
//!
//! ## T22 Paths that mean two things
//!
//! A public prefix is reached by `..`, `;` or an encoded slash, and the gate lets it pass. There is
//! no public path: the gate decides by host. Its own prefix `/.doorward/` is compared as bytes, up
//! to `?`, and never reaches a desktop.
//!
//! - test: `it::decision::own_paths::the_reserved_path_never_reaches_a_desktop`
//! - test: `it::traefik::shapes::v3_7::the_reserved_path_never_reaches_a_desktop`
//! - test: `it::traefik::shapes::v3_7::odd_targets_of_a_stranger_reach_nothing`
//!
//! ## T23 Tokens in logs and addresses
//!
//! Logs are read by more people than keys are. A token is named by the beginning of its digest; no
//! error, debug form or answer holds a byte of one, and URIs are not logged. Each gate that the
//! tests start searches its whole log for parts of any token when it ends.
//!
//! A hand-off comes in an address, which Traefik's access log and the browser's history may keep. It
//! is used up by then, whether it let anybody in or came where it could not, is good for a minute at
//! most, and only for the browser whose state it answers; the
//! answer is a redirect with `no-referrer`, so no page ever has it as its own address. No link of a
//! page of ours repeats it.
//!
//! - test: `it::handoff::arrivals::a_handoff_is_used_once`
//! - test: `it::handoff::arrivals::somebody_elses_handoff_is_told_so_and_sets_nothing`
//! - test: `gate::tests::a_denial_names_its_token_by_digest_only`
//! - test: `gate::tests::the_transcript_shows_every_step_and_no_token`
//! - test: `token::tests::words::neither_session_nor_rejection_prints_what_the_token_says`
//! - test: `token::tests::words::secrets_are_never_printed`
//! - test: `it::configuration::secrets::no_message_shows_a_secret`
//! - test: `it::decision::discretion::an_answer_and_its_log_line_share_a_request_id`
//! - test: `it::lifecycle::logs::no_part_of_a_token_is_ever_written`
//! - test: `it::commands::explain::an_explanation_holds_no_token`
//! - test: `it::commands::explain::an_explanation_holds_no_token_of_others`
//!
//! ## T24 Logout that does not hold
//!
//! Another tab sets the cookie again after logout, or a copy of it is used elsewhere until it
//! expires. Signing out revokes the session by its own id before it takes the cookie back, so every
//! copy is refused from then on; and no answer but that to a hand-off, which is used once, sets a
//! session cookie. A token of the portal's own, sent as a bearer, is good until `exp` all the same:
//! `max_lifetime` holds issuers to short ones. Nor may bob sign alice out: only the host's own page
//! may, whatever `cross_site` says, and it must send `Origin`.
//!
//! - test: `gate::logout::tests::signing_out_ends_the_session_wherever_it_was_copied_to`
//! - test: `gate::logout::tests::only_the_hosts_own_page_signs_out`
//! - test: `it::handoff::sign_out::whoever_signs_out_is_out_in_every_tab`
//! - test: `it::handoff::sign_out::nobody_is_signed_out_by_another_page`
//! - test: `it::handoff::sign_out::a_strangers_token_ends_no_session_of_the_hosts`
//! - test: `revocation::memory::tests::a_revocation_covers_what_was_issued_before`
//! - test: `token::claims::tests::a_lifetime_has_two_sides`
//! - test: `it::decision::issuers::leeway_and_lifetime_are_what_the_configuration_says`
//!
//! ## T25 A WebSocket that outlives its token
//!
//! ForwardAuth asks once, at the handshake; afterwards Traefik passes bytes, even when the route is
//! gone. Not stopped here, because the gate is not on that path. The operator ends the desktop's
//! pod or has the desktop limit the age of its sockets.
//!
//! ## T26 Reading across origins by side channel
//!
//! Spectre and its kin read what a page could load, even when it may not look at it. Foreign pages
//! may not load anything from a workspace, images and scripts included.
//!
//! - test: `cross_site::tests::strict_judges_each_row_as_the_table_says`
//! - test: `it::decision::cross_site::fetch_metadata`
//!
//! ## T27 Framing from another site
//!
//! A portal that shows desktops in frames needs cookies that browsers withhold from frames of
//! another site. Not stopped here, because nobody attacks: it is a limit. The gate's own cookie is
//! `SameSite=Lax`, also where it is `Partitioned`; for a frame on another site something else sets
//! one with `Partitioned` and `SameSite=None`, and the portal is listed in `trusted_origins` with
//! `frame: true`.
//!
//! ## T28 Asking who exists
//!
//! Bob tries names and compares answers. What he is told depends on his own token and on the form
//! of the host, never on whether a user or route exists; each unknown host is the same 404.
//!
//! - test: `it::decision::host::a_refusal_does_not_tell_who_exists`
//! - test: `it::decision::host::unknown_hosts_look_alike`
//! - test: `it::decision::discretion::an_answer_names_nobody_else`
//! - test: `it::lifecycle::admin::metrics_are_well_formed_and_name_nobody`
//!
//! ## T29 Names that mean something to a network
//!
//! A user called `wpad`, `autodiscover` or `www` gets a host that machines ask without being told
//! to. Reserved names get a hashed label.
//!
//! - test: `name::reserved::tests::the_list_is_that_of_the_algorithm`
//! - test: `it::decision::label::a_reserved_label_is_nobodys_bare_label`
//!
//! ## T30 Exhausting the gate
//!
//! Heads that drip, connections that rest, streams that reset, headers without end. Everything has
//! a bound; a full server makes room by ending who rests; what goes too far is answered with no
//! 2xx.
//!
//! - test: `server::tests::limits::a_head_that_drips_is_cut`
//! - test: `server::tests::limits::who_does_not_read_the_answer_is_cut`
//! - test: `server::tests::limits::who_rests_makes_room_when_it_is_full`
//! - test: `server::tests::http2::drips_are_cut`
//! - test: `server::tests::http2::too_much_is_not_answered_with_2xx`
//! - test: `server::tests::tls::a_handshake_that_stalls_is_cut`
//! - test: `it::decision::limits::number_of_headers`
//! - test: `it::decision::limits::http2_has_the_same_limits`
//!
//! ## T31 Hosts whose desktop is gone
//!
//! After a session ends, Traefik's own 404 tells that the host has no route, and whatever catches
//! it instead may be ungated. `pages_listen` is a backend that says the same nothing to everybody,
//! for the catch-all route that is rendered beside the sessions and gated like the rest.
//!
//! - test: `it::render::installation::alice_is_in_and_bob_is_out`
//! - test: `manifest::catch_all::tests::an_unknown_host_meets_the_gate_too`
//! - test: `http::not_found::tests::everybody_gets_the_page_of_nobody`
//! - test: `demo::traefik::configuration::tests::every_route_but_the_sign_in_page_has_the_gate`
//!
//! ## T32 A desktop's answer signs everybody out
//!
//! Bob's desktop answers alice's visit with `Clear-Site-Data: "cookies"`, and her browser empties
//! the jar of the whole registrable domain. The gate does not see responses; the chain that `render
//! middleware` prints removes the header from every desktop's answer.
//!
//! - test: `it::render::cluster::what_a_desktop_says_about_the_browser_is_not_passed_on`
//!
//! ## A1 A way to a yes that nobody meant
//!
//! A malformed cookie took an early return, and the gate said 200 without an identity (authentik,
//! CVE-2026-25748). Here a 2xx needs a [`Permit`](crate::gate::Permit) by value, and one line makes
//! those, after every check; a handler that panics is a 500.
//!
//! - test: `architecture::one_line_makes_a_permit`
//! - test: `architecture::one_line_makes_a_session`
//! - test: `architecture::a_2xx_comes_from_one_place`
//! - test: `gate::tests::any_permit_implies_signature_time_issuer_audience_and_label`
//! - test: `it::decision::anything::nothing_but_alices_token_opens_alices_door`
//! - test: `it::decision::anything::a_permit_means_that_all_conditions_hold`
//! - test: `server::tests::http1::a_panic_is_a_500_and_nothing_more`
//!
//! ## A2 A claim of the wrong type counts as absent
//!
//! `"exp": "never"` was no number, so the expiry was not checked (jsonwebtoken, CVE-2026-25537).
//! Claims are judged by our own code: a time is a number in range, `exp` is required, and what is
//! there in another form is refused.
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
//! bound to one algorithm when it is loaded, the issuer's list says which may occur, HMAC never
//! stands beside the others, and short secrets are refused.
//!
//! - test: `token::tests::attacks::algorithm_none_in_every_shape`
//! - test: `token::tests::attacks::a_public_key_is_never_a_secret`
//! - test: `token::tests::attacks::blank_and_guessed_secrets_do_not_sign`
//! - test: `token::tests::attacks::every_algorithm_verifies_its_own_and_no_other_ones_tokens`
//! - test: `it::decision::keys::the_token_does_not_choose_its_algorithm`
//! - test: `it::configuration::secrets::a_short_secret_is_refused`
//!
//! ## A4 The token brings its key or its meaning
//!
//! `jku`, `jwk` and `x5u` point at the attacker's key; `crit`, `b64` and `zip` change what is
//! signed; a JWE built from the public key was taken for a signed token (json-jwt). Three parts,
//! and none of these members, whatever their value.
//!
//! - test: `token::header::tests::members_that_would_have_an_effect_are_refused_whatever_their_value`
//! - test: `token::compact::tests::a_token_is_three_canonical_base64url_parts`
//! - test: `token::tests::attacks::forged_headers`
//! - test: `it::decision::token::headers_of_a_token`
//! - test: `it::decision::token::shapes_of_a_token`
//!
//! ## A5 One text, two readings
//!
//! `{"sub":"bob","sub":"alice"}`: one parser takes the first, another the last. Doubled members are
//! refused, also when one of them is escaped, in header, payload and key sets; a token has exactly
//! one spelling.
//!
//! - test: `token::json::tests::one_text_has_one_meaning`
//! - test: `token::json::tests::doubled_members_are_found_in_large_objects_too`
//! - test: `token::tests::properties::a_token_has_one_spelling`
//! - test: `it::decision::token::texts_of_the_claims`
//!
//! ## A6 One changed byte
//!
//! The reason for signatures at all, and for comparing the whole token in the cache: one cache took
//! the tail of a token for its key and returned another user's claims (fast-jwt, GHSA-rp9m).
//!
//! - test: `token::tests::properties::one_changed_byte_never_permits`
//! - test: `gate::tests::one_changed_byte_of_a_token_never_permits`
//! - test: `token::tests::attacks::changed_payloads_and_parts_of_two_tokens`
//! - test: `token::tests::conformance::wycheproof_web_signatures`
//!
//! ## A7 One issuer speaks for another
//!
//! Keys of all issuers in one bag, found by `kid`: the partner's key signs as the portal. `iss`
//! chooses the issuer before any signature is looked at, and only that issuer's keys are tried.
//!
//! - test: `token::tests::attacks::keys_belong_to_their_issuer`
//! - test: `token::tests::attacks::the_issuer_is_judged_before_the_signature`
//! - test: `gate::tests::an_issuer_has_users_only_in_its_domains`
//! - test: `it::decision::issuers::one_issuers_key_never_speaks_for_another`
//!
//! ## A8 A token made for something else
//!
//! A logout token, a refresh token or an identity document from the same issuer opens a desktop.
//! `typ`, in header and claims, and the `events` claim tell what a token is for; those kinds are
//! refused whatever `types` says. The gate's own kinds are kept apart likewise: the `typ` of the
//! header picks the verifier, session tokens meet only the session keys of their host's domain, and
//! those keys meet nothing else.
//!
//! - test: `token::session_token::tests::forged_sessions`
//! - test: `token::session_token::tests::claims_of_a_session`
//! - test: `token::session_token::tests::a_session_of_the_gates_opens_its_one_host`
//! - test: `token::handoff_token::tests::a_session_is_no_handoff_and_a_handoff_no_session`
//! - test: `it::handoff::arrivals::a_handoff_is_no_session`
//! - test: `it::handoff::keys::each_domain_has_its_own_keys`
//! - test: `token::purpose::tests::kinds_that_are_no_session_are_known_by_name`
//! - test: `token::purpose::tests::claims_tell_the_kind_too`
//! - test: `it::decision::token::tokens_made_for_something_else`
//!
//! ## A9 Two users, one label
//!
//! A 28-bit hash of usernames was made to collide in minutes, and case was folded on one side only
//! (JupyterHub, KubeSpawner, Che). One label for two users is an account takeover. The function is
//! injective up to 100 bits of SHA-256 over issuer and canonical username; plain names and hashed
//! ones cannot meet.
//!
//! - test: `name::rules::tests::two_users_never_share_a_label`
//! - test: `name::rules::tests::a_hashed_label_is_hashed_again_as_a_name`
//! - test: `name::rules::tests::the_lengths_keep_issuer_and_name_apart`
//! - test: `name::unicode::tests::no_property_of_any_code_point_has_changed`
//! - test: `it::decision::label::every_user_opens_exactly_their_own_door`
//!
//! ## A10 Names that two systems read differently
//!
//! White space at the ends, control and bidirectional characters, unassigned code points: the
//! portal shows one name and signs another. Such names have no label.
//!
//! - test: `name::username::tests::names_that_two_systems_read_differently_are_refused`
//! - test: `name::username::tests::the_canonical_form_is_stable_and_sound`
//!
//! ## A11 Anybody may forward
//!
//! Who believes `X-Forwarded-*` from everybody can be told anything (oauth2-proxy, authentik). Only
//! `trusted_proxies` or holders of a client certificate are listened to; there is no default that
//! trusts a network, and networks that cover everything are refused in every spelling.
//!
//! - test: `config::tests::proxies::everybody_is_refused_in_every_spelling`
//! - test: `it::decision::trust::a_stranger_is_not_listened_to`
//! - test: `it::decision::trust::mapped_addresses_are_unmapped`
//! - test: `it::decision::trust::a_client_certificate_is_the_proof`
//! - test: `it::traefik::gate_address::v3_7::without_the_client_certificate_nothing_passes`
//!
//! ## A12 Forwarded data that can be read in two ways
//!
//! A second line, a list, an alias such as `X_Forwarded_Host` (CVE-2026-39858), a `Host` used where
//! `X-Forwarded-Host` is missing. Each of the four comes exactly once and is one value, or the
//! answer is 400; nothing is ever filled in.
//!
//! - test: `http::forwarded::tests::each_row_is_refused_for_its_own_reason`
//! - test: `http::forwarded::tests::noise_is_read_one_way_or_refused`
//! - test: `it::decision::forwarded::each_forwarded_header_comes_exactly_once`
//! - test: `it::decision::forwarded::forwarded_values_that_describe_no_request`
//! - test: `it::decision::forwarded::aliases_of_forwarded_headers`
//! - test: `it::decision::forwarded::the_gates_own_address_is_never_the_host`
//!
//! ## A13 `Connection` takes headers away
//!
//! `Connection: X-Forwarded-Host` made Traefik drop what it had set (CVE-2024-45410,
//! CVE-2026-29054). What is missing is a denial, so such a request hurts its sender only; and what
//! the gate sets is set behind that step.
//!
//! - test: `it::traefik::forgery::v3_7::the_connection_header_only_hurts_its_sender`
//! - test: `it::traefik::forgery::v3_7::the_connection_header_removes_nothing_the_gate_says`
//!
//! ## A14 Health answers that open doors
//!
//! A magic User-Agent or path answered 200 on the authentication port (oauth2-proxy,
//! CVE-2026-34457). Health lives on `admin_listen`, and there a question in ForwardAuth's words is
//! refused, should somebody point Traefik at it.
//!
//! - test: `http::admin::tests::routes`
//! - test: `it::lifecycle::admin::a_question_at_the_wrong_listener_is_no_question`
//! - test: `it::decision::own_paths::only_verify_is_served`
//! - test: `it::traefik::gate_address::v3_7::at_a_wrong_path_nothing_passes`
//!
//! ## A15 The gate is gone
//!
//! Whoever answers "yes" when it cannot ask is open exactly when it is attacked. Traefik answers
//! 500 for a gate it cannot reach and serves no route whose middleware does not exist; the tests
//! hold it to that.
//!
//! - test: `it::traefik::isolation::v3_7::a_stopped_gate_lets_nothing_pass`
//! - test: `it::traefik::gate_address::v3_7::with_the_wrong_authority_nothing_passes`
//! - test: `it::traefik::gate_address::v3_7::a_route_whose_gate_does_not_exist_serves_nothing`
//! - test: `it::traefik::gate_address::v3_7::put_in_twice_it_lets_nobody_in`
//!
//! ## A16 Upgrades around the check
//!
//! An `Upgrade: h2c` that a server accepts is a tunnel that nothing looks into (AdGuard,
//! CVE-2026-32136; Traefik, CVE-2026-88008). The gate speaks HTTP/2 by ALPN only, and judges any
//! upgrade as a request.
//!
//! - test: `it::decision::limits::http2_needs_tls`
//! - test: `it::traefik::shapes::v3_7::an_http2_upgrade_is_no_way_around`
//! - test: `it::traefik::shapes::v3_7::an_unknown_upgrade_is_judged_like_any_request`
//!
//! ## A17 Requests within requests
//!
//! A body whose length two servers count differently becomes the next request on a shared
//! connection. On the way to the gate there are no bodies, what has one is not read as a request,
//! and ambiguous lengths end the connection. Between Traefik and a desktop: Not stopped here,
//! because the gate is not on that path; stay on Traefik 3.7.13 or newer.
//!
//! - test: `it::decision::limits::a_body_never_becomes_the_next_question`
//! - test: `it::decision::limits::ambiguous_bodies_are_refused`
//! - test: `server::tests::http1::odd_requests`
//!
//! ## A18 The caller configures the check
//!
//! Parameters of the question override what is checked. The gate's own address takes `owner=LABEL`,
//! once, and nothing else.
//!
//! - test: `http::forwarded::tests::the_gates_own_query_is_owner_or_nothing`
//!
//! ## A19 Going round in circles
//!
//! Sign-in, back, no cookie, sign-in: visitors see a browser's error and operators nothing. The
//! fourth redirect of one path within a minute is a page that says why; with a hand-off, the one
//! after the third sign-in that came back. A session that would not fit into a cookie is refused
//! rather than dropped by the browser. The counter's cookie is no credential; tampering with it
//! costs the tamperer a page.
//!
//! - test: `it::handoff::flow::the_fourth_sign_in_of_a_minute_is_a_page_that_says_why`
//! - test: `it::handoff::arrivals::a_session_that_fits_no_cookie_is_refused`
//! - test: `http::loop_guard::tests::the_fourth_redirect_of_one_path_within_a_minute_is_a_loop`
//! - test: `it::decision::loop_guard::a_tampered_counter_costs_nothing`
//!
//! ## A20 Everyone else's exception
//!
//! An admin group that matches by substring, or a grant that another issuer's token can claim. A
//! grant names its issuer, holds its value exactly, needs `cross_site: strict`, keeps the visitor's
//! own name, yields to the own label, and is logged each time.
//!
//! - test: `gate::tests::a_grant_opens_what_it_names_and_yields_to_the_own_label`
//! - test: `it::decision::grants::a_grant_is_an_exact_word`
//! - test: `it::decision::grants::a_grant_is_the_issuers_own`
//! - test: `it::configuration::mistakes::a_grant_needs_strict_cross_site_rules`
//! - test: `it::decision::grants::a_visitor_by_grant_keeps_their_own_name`
//!
//! ## A21 Configurations that mean less than they say
//!
//! A misspelt key that is ignored, a secret with a default, an empty list that means everybody.
//! Unknown keys are errors, nothing secret has a default, and keys of a later version are refused
//! until they do something. A wrong reload keeps what was right.
//!
//! - test: `config::tests::bad::shape`
//! - test: `config::tests::bad::of_a_later_version`
//! - test: `it::configuration::mistakes::unknown_keys_get_a_suggestion`
//! - test: `it::configuration::mistakes::every_mistake_is_told_at_once`
//! - test: `it::configuration::secrets::a_secret_that_others_may_touch_is_refused`
//! - test: `http::admin::tests::a_refused_reload_shows_and_stays_ready`
//! - test: `it::lifecycle::reload::a_wrong_configuration_keeps_the_running_one`
//! - test: `it::lifecycle::reload::what_needs_a_restart_is_refused_by_name`
//!
//! ## A22 Routes that no middleware sees
//!
//! TCP and UDP routes, and TLS passthrough, know no ForwardAuth. Not stopped here, because Traefik
//! never asks. The operator has no such route to a desktop, and lets desktops accept connections
//! from Traefik only (a NetworkPolicy): who reaches a desktop beside Traefik is not asked anything,
//! and can send any identity header.
//!
//! ## A23 Lines in the log that nobody wrote
//!
//! A line break in a header or cookie becomes a second line, in which bob's visit was alice's.
//! Values are escaped, JSON or text, and what a stranger sends is never a field's name.
//!
//! - test: `observe::log::tests::a_value_cannot_forge_a_line_of_text`
//! - test: `it::lifecycle::logs::a_visitor_cannot_write_log_lines`
//!
//! ## A24 The server that keys come from
//!
//! Whoever stands between the gate and an issuer's key set, or answers in its place, could hand in
//! a key and sign as anybody; a discovery document that names `http://169.254.169.254/` has the gate
//! ask where only the gate may (SSRF); ten megabytes, or a byte a second, tie it up. Keys come over
//! TLS from the configured address or from the one that the issuer's own document names, never from
//! a workspace's host, a redirect or a private address that a public issuer names; time, bytes and
//! kind of content are bounded; secrets and private keys in a published set are not used. What is
//! wrong takes nothing away: the last good set stays.
//!
//! - test: `keys::fetch::reach::tests::what_is_inside`
//! - test: `keys::fetch::connect::tests::a_document_from_outside_leads_to_no_address_inside`
//! - test: `url::tests::a_url_is_written_in_one_form`
//! - test: `keys::fetch::discovery::tests::documents`
//! - test: `keys::fetch::exchange::tests::only_a_200_with_one_kind_of_content_is_taken`
//! - test: `keys::cache_file::tests::a_file_that_others_could_read_or_change_is_not_used`
//! - test: `it::keys::hostile::nothing_wrong_becomes_a_key`
//! - test: `it::keys::outage::down_later_changes_nothing`
//!
//! ## A25 Keys that an issuer has withdrawn
//!
//! A stolen key is dropped from the set, and the gate goes on believing it: from its cache, after a
//! reload, because the issuer cannot be reached, or because somebody keeps it from asking. Each new
//! set is a new generation, so that no session of before is used; one owner publishes configuration
//! and keys; without an answer keys end after `max_stale`, counted from the last success over
//! restarts too. Then the issuer's tokens cannot be judged: 503, never a guess, and no other
//! issuer's are touched.
//!
//! - test: `gate::tests::a_session_of_another_generation_is_verified_anew`
//! - test: `gate::tests::keys::without_keys_nothing_is_judged_and_nobody_else_is_kept_out`
//! - test: `keys::cache_file::tests::age_counts_from_the_fetch`
//! - test: `keys::refresh::tests::keys_become_too_old_once_and_the_looks_go_on`
//! - test: `keys::refresh::tests::a_panic_leaves_no_keys_behind`
//! - test: `it::keys::rotation::a_dropped_key_opens_nothing_any_more`
//! - test: `it::keys::rotation::a_reload_keeps_what_was_fetched_and_a_fetch_what_was_reloaded`
//! - test: `it::keys::outage::keys_older_than_max_stale_are_not_used_any_more`
//! - test: `it::keys::outage::a_kept_set_that_is_too_old_or_of_the_future_is_not_used`
//! - test: `it::keys::outage::down_at_the_start_is_503_for_its_own_tokens_until_it_is_up`
//! - test: `it::keys::provider::discovery_and_rotation_at_a_real_openid_provider`
//!
//! ## A26 Made-up keys that make the gate ask
//!
//! A token with a `kid` that nobody has heard of makes gates fetch the key set anew. A stranger
//! sends ten thousand, and the gate floods the issuer for him, or waits for it with every request. No
//! request waits for a look; an unknown `kid` makes one due at once and not twice within 30 s.
//!
//! - test: `gate::tests::keys::an_unknown_key_is_noted_with_its_issuer`
//! - test: `keys::refresh::tests::an_unknown_key_makes_a_look_due_at_once_and_then_not_for_a_while`
//! - test: `it::keys::rotation::a_flood_of_unknown_keys_makes_the_gate_look_once`
//! - test: `it::keys::rotation::fetched_keys_open_the_door`
//!
//! ## A27 Ending somebody else's session, or nobody's
//!
//! Whoever may revoke can shut everybody out. `/revocations` is on the admin listener alone, asks
//! for a secret of 32 characters, compares it in constant time, and is not there without one, nor
//! in the clear on a network. What it was told is in force for the next request, from the cache as
//! well, and with `store: file` survives a crash at any moment after the answer.
//!
//! - test: `it::revocation::api::only_the_secret_opens_the_desk`
//! - test: `it::revocation::api::what_was_revoked_is_refused_at_once`
//! - test: `it::revocation::crash::no_answered_revocation_is_lost`
//! - test: `revocation::file::tests::what_was_revoked_is_there_after_a_restart`
//! - test: `revocation::file::tests::what_was_used_is_used_after_a_restart`
//! - test: `revocation::file::tests::a_disk_that_was_full_is_used_again`
//! - test: `it::handoff::strays::signing_out_leaves_no_cookie_that_signs_in_again`
//! - test: `it::revocation::api::taking_a_revocation_back_takes_no_sign_out_back`
//!
//! Several replicas share what was told through Redis, and whoever reaches one replica only must not
//! find there what has ended elsewhere: what one knows all know at once, a hand-off is used once
//! across them, and neither a cut connection nor a Redis that has lost its data brings back what was
//! ended; a replica that has never read Redis lets nobody in. What others write there is passed over; the password is in no log.
//!
//! - test: `it::revocation::redis::what_one_revokes_all_refuse`
//! - test: `it::revocation::redis::a_handoff_is_used_once_at_whichever_gate`
//! - test: `it::revocation::redis::outage::a_gate_that_serves_goes_on_with_what_it_knows`
//! - test: `it::revocation::redis::outage::a_gate_that_refuses_lets_nobody_in_until_it_is_back`
//! - test: `it::revocation::redis::outage::whoever_was_cut_off_catches_up`
//! - test: `it::revocation::redis::outage::what_redis_has_lost_is_written_back`
//! - test: `it::revocation::redis::outage::a_gate_may_be_there_before_redis`
//! - test: `it::revocation::redis::strangers::what_others_write_is_passed_over`
//! - test: `it::revocation::redis::strangers::a_wrong_password_is_said_and_never_shown`
//! - test: `it::revocation::redis::strangers::over_tls_a_certificate_is_looked_at`
//!
//! A provider's logout token ends a sign-in too, and anybody may post one. It is verified as every
//! token of that issuer is, must be of its own kind (event, no `nonce`, a `jti`), counts once, and
//! neither opens a door itself nor can a session pass for one. Few are judged in a second.
//!
//! - test: `token::logout_token::tests::rules_of_the_specification`
//! - test: `token::logout_token::tests::a_logout_token_is_no_session_and_a_session_no_logout`
//! - test: `it::revocation::backchannel::whatever_is_no_logout_token_ends_nothing`
//! - test: `it::revocation::backchannel::a_flood_is_turned_away`
//! - test: `it::render::command::logout_tokens_come_in_at_the_portals_host`
//! - test: `it::render::installation::alice_is_in_and_bob_is_out`
//! - test: `it::keys::logout::what_ends_at_a_real_provider_is_over_behind_traefik`
//! - test: `it::keys::logout::the_logout_token_of_a_real_provider_counts_once_and_as_it_is`
//! - test: `it::keys::logout::a_logout_token_by_a_new_key_makes_the_gate_look_for_it`
