//! Real Chromium and real Firefox.

mod harness;
