//! Slots of time in turn, medians, the table.

use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;

/// What one slot of time gave.
pub struct Sample {
    pub a_second: f64,
    /// Of each single one, sorted; empty where they are too short to be timed.
    pub latencies: Vec<Duration>,
}

/// One way to do a thing.
pub trait Contender {
    /// Does it for this long.
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample>;
}

/// A calculation on one core. It tells how many things it did.
pub struct Sum<F>(pub F);

impl<F: FnMut() -> u64> Contender for Sum<F> {
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample> {
        let (started, mut done) = (Instant::now(), 0);
        while started.elapsed() < time {
            done += (self.0)();
        }
        let sample = Sample {
            a_second: done as f64 / started.elapsed().as_secs_f64(),
            latencies: Vec::new(),
        };
        Box::pin(std::future::ready(sample))
    }
}

/// Gives each contender a slot in turn, round after round, so that whatever else the machine is busy
/// with hits all of them alike. The first round only warms up. The result is by contender, then by round.
pub async fn in_turn(
    rounds: usize,
    slot: Duration,
    contenders: &mut [Box<dyn Contender + '_>],
) -> Vec<Vec<Sample>> {
    let mut samples: Vec<Vec<Sample>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (contender, samples) in contenders.iter_mut().zip(&mut samples) {
            let sample = contender.run(slot).await;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    samples
}

/// The figures, as a table in Markdown.
#[derive(Default)]
pub struct Table(Vec<[String; 7]>);

impl Table {
    /// A line: something, beside its limit. The ratio is the median over the rounds.
    pub fn compare(&mut self, what: &str, samples: &[Sample], limit: &str, limits: &[Sample]) {
        let ratios = samples
            .iter()
            .zip(limits)
            .map(|(one, limit)| one.a_second / limit.a_second);
        let rate = |samples: &[Sample]| median(samples.iter().map(|sample| sample.a_second));
        let late = |part: f64| {
            let each = samples.iter().filter_map(|sample| {
                let last = sample.latencies.len().checked_sub(1)?;
                let place = (last as f64 * part).round() as usize;
                Some(sample.latencies[place].as_secs_f64() * 1000.0)
            });
            let each: Vec<f64> = each.collect();
            if each.is_empty() {
                return String::new();
            }
            format!("{:.2}", median(each.into_iter()))
        };
        let line = [
            what.to_owned(),
            round(rate(samples)),
            late(0.5),
            late(0.99),
            limit.to_owned(),
            round(rate(limits)),
            format!("{:.2}", median(ratios)),
        ];
        eprintln!("{}", line.join(" · "));
        self.0.push(line);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "what",
            "a second",
            "p50 ms",
            "p99 ms",
            "the limit",
            "a second",
            "ratio",
        ];
        writeln!(f, "| {} |", head.join(" | "))?;
        writeln!(f, "| --- | ---: | ---: | ---: | --- | ---: | ---: |")?;
        self.0
            .iter()
            .try_for_each(|line| writeln!(f, "| {} |", line.join(" | ")))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Three digits are all that such a measurement is good for; thousands are set apart.
fn round(rate: f64) -> String {
    let unit = 10_f64.powf((rate.max(1.0).log10() - 2.0).floor().max(0.0));
    let digits = format!("{}", ((rate / unit).round() * unit) as u64);
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
