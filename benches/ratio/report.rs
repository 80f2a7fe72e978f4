//! The report: one Markdown table, and one line about the machine, which the figures depend on.

use crate::cores::Cores;
use crate::failure::Failure;
use crate::goals::Goal;
use std::process::Command;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    pub title: String,
    pub goal: Goal,
    pub outcome: Result<Figures, String>,
}

/// What a line compares, in the line's unit.
#[derive(Clone, Debug)]
pub struct Figures {
    pub floor: Option<f64>,
    pub subject: Option<f64>,
    /// Median over rounds of subject/floor, which is steadier than the ratio of the medians.
    pub ratio: Option<f64>,
    /// Median over rounds of subject − floor.
    pub difference: Option<f64>,
    /// Standard error of the ratio, when there were rounds.
    pub error: Option<f64>,
    /// Decimal places of the figures.
    pub places: usize,
}

impl Figures {
    /// Figures of one measurement each.
    pub fn single(floor: Option<f64>, subject: f64, places: usize) -> Self {
        let ratio = floor.map(|floor| subject / floor);
        let difference = floor.map(|floor| subject - floor);
        Self { floor, subject: Some(subject), ratio, difference, error: None, places }
    }

    /// A figure for comparison alone, in the floor's column.
    pub fn reference(figure: f64, places: usize) -> Self {
        let floor = Some(figure);
        Self { floor, subject: None, ratio: None, difference: None, error: None, places }
    }
}

impl Line {
    pub fn new(title: &str, goal: Goal, outcome: Result<Figures, Failure>) -> Self {
        Self { title: title.to_owned(), goal, outcome: outcome.map_err(|why| why.to_string()) }
    }

    /// True, false, or nothing when there is no goal or no figure.
    pub fn met(&self) -> Option<bool> {
        let figures = self.outcome.as_ref().ok()?;
        match self.goal {
            Goal::Ratio(most) => Some(figures.ratio? <= most),
            Goal::Above(most) => Some(figures.difference? <= most),
            Goal::AtMost(most) => Some(figures.subject? <= most),
            Goal::None => None,
        }
    }

    /// The line as a row of the table.
    pub fn to_markdown(&self) -> String {
        let goal = match self.goal {
            Goal::Ratio(most) => format!("≤ {most:.2}×"),
            Goal::Above(most) => format!("≤ floor + {most:.0}"),
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::None => String::from("–"),
        };
        let figures = match &self.outcome {
            Ok(figures) => figures,
            Err(why) => {
                let why = why.replace('|', "¦");
                return format!("| {} | – | – | – | {goal} | not run: {why} |", self.title);
            }
        };
        let places = figures.places;
        let number = |value: Option<f64>| value.map(|value| format!("{value:.places$}"));
        let error = figures.error.map(|error| format!(" ± {error:.3}")).unwrap_or_default();
        let difference = match (self.goal, figures.difference) {
            (Goal::Above(_), Some(difference)) => format!(" ({difference:+.1})"),
            _ => String::new(),
        };
        let ratio = figures.ratio.map(|ratio| format!("{ratio:.3}{error}{difference}"));
        let verdict = match self.met() {
            Some(true) => "met",
            Some(false) => "missed",
            None => "–",
        };
        format!(
            "| {} | {} | {} | {} | {goal} | {verdict} |",
            self.title,
            number(figures.floor).unwrap_or_else(dash),
            number(figures.subject).unwrap_or_else(dash),
            ratio.unwrap_or_else(dash),
        )
    }
}

/// The head of the table.
pub fn head(subject: &str) -> String {
    format!("| row | floor | {subject} | ratio | goal | verdict |\n|---|---:|---:|---:|---:|---|")
}

/// Processor, kernel, compiler, and how busy the machine was.
pub fn machine(cores: Cores) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let models = processors.lines().filter_map(|line| line.strip_prefix("model name"));
    let model = models.clone().next().unwrap_or_default().trim_start_matches([' ', '\t', ':']);
    let load = read("/proc/loadavg");
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    format!(
        "Machine: {}, {} cores ({cores}); Linux {}; {}; load average before the run {}.",
        if model.is_empty() { std::env::consts::ARCH } else { model },
        models.count().max(1),
        read("/proc/sys/kernel/osrelease").trim(),
        compiler.as_deref().unwrap_or("rustc unknown").trim(),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

fn dash() -> String {
    String::from("–")
}
