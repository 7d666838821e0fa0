//! Whoever changes the method sees here what it promises.

mod attacks;
mod figures;
mod keys;
mod ptable;
mod rule_10_5;

use super::{Cell, CellKey, CellKeyMethod, Parameters, RecordKey};

fn method() -> CellKeyMethod {
    CellKeyMethod::new(Parameters::DEFAULT, CellKeyMethod::DEFAULT_FLOOR).unwrap()
}

/// Numbers that are as good as random, and the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn record(&mut self) -> RecordKey {
        RecordKey::from_bits(self.bits())
    }

    fn cell(&mut self, n: u64) -> Cell {
        Cell::new(n, CellKey::from_bits(self.bits()))
    }

    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        self.bits() as f64 / 2_f64.powi(64)
    }
}

/// Keys that are spread evenly from 0 to 1, as many as this power of two.
fn even_keys(power: u32) -> impl Iterator<Item = u64> {
    let step = 1_u64 << (64 - power);
    (0..1_u64 << power).map(move |at| at * step + step / 2)
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, squares.sum::<f64>() / n)
}
