//! The program from its start to its end: signals, reloads, health, metrics, logs.

mod admin;
mod logs;
mod reload;
mod start_and_stop;
