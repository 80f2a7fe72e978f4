//! The life cycle of the program: start, signals, reloads, health, metrics, logs, shutdown.

mod admin;
mod logs;
mod reload;
mod start_and_stop;
