//! How much weighs on a person in an area, and the answers that come of it.

use rand::{Rng, RngExt};

/// How the answers of a person lie in an area: 0 is the least answer, 1 the greatest.
#[derive(Debug, Clone, Copy)]
pub enum Leaning {
    /// Evenly around this place.
    Around(f64),
    /// As those of many people, on whom more or less weighs.
    Normal(NormalLeaning),
}

/// What weighs on a person in an area is normal, and so is what is of each question alone.
#[derive(Debug, Clone, Copy)]
pub struct NormalLeaning {
    /// What weighs in the area, in standard deviations.
    pub area: f64,
    /// The standard deviation of what is of a question alone.
    pub question: f64,
    /// The share of people on whom less weighs, to this power, is where the answer lies.
    pub curve: f64,
    /// Whether a high answer is a good one.
    pub good: bool,
}

impl Leaning {
    /// Where the answer to one question lies.
    pub fn answer(&self, rng: &mut impl Rng) -> f64 {
        match self {
            Self::Around(place) => (place + rng.random_range(-0.25..0.25)).clamp(0.0, 1.0),
            Self::Normal(normal) => normal.place(normal.question * standard_normal(rng)),
        }
    }

    /// Where the answers lie in the middle.
    pub fn middle(&self) -> f64 {
        match self {
            Self::Around(place) => *place,
            Self::Normal(normal) => normal.place(0.0),
        }
    }
}

impl NormalLeaning {
    fn place(&self, question: f64) -> f64 {
        let place = below(self.area + question).powf(self.curve);
        if self.good { 1.0 - place } else { place }
    }
}

/// A number from the standard normal distribution, near enough: the sum of twelve even ones.
pub fn standard_normal(rng: &mut impl Rng) -> f64 {
    (0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0
}

/// The share of the standard normal distribution below a number, to two decimals: a logistic curve.
fn below(number: f64) -> f64 {
    1.0 / (1.0 + (-1.702 * number).exp())
}
