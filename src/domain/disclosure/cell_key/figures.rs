//! Protected figures: what may be published.
//!
//! Every field is computed from counts and sums with noise alone. So a figure tells nothing that these do not tell.

use super::magnitude::Total;
use super::perturbation_table::PerturbationTable;

/// The quantile of the normal distribution for intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A count with noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedCount {
    /// The published count.
    pub value: u64,
    /// The least true count that it is likely to come from, at 95 %.
    pub lower: u64,
    /// The greatest one.
    pub upper: u64,
}

impl ProtectedCount {
    pub(super) fn new(table: &PerturbationTable, value: u64) -> Self {
        let (lower, upper) = table.likely_true_counts(value);
        Self {
            value,
            lower,
            upper,
        }
    }
}

/// A share or a mean, made of counts and sums with noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProtectedFigure {
    /// The figure.
    pub value: f64,
    /// The lower end of the interval of 95 %. It holds the sampling as well as the noise.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The published count of those whom the figure is about.
    pub base: u64,
}

/// How a figure changed from one group of responses to another that has none in common with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProtectedChange {
    /// The later figure minus the earlier one.
    pub value: f64,
    /// The lower end of the interval of 95 %.
    pub lower: f64,
    /// The upper end. Where the interval holds 0, the change may be chance.
    pub upper: f64,
}

impl ProtectedFigure {
    /// The share of `part` in `base`, both published counts.
    ///
    /// The interval is the score interval of Wilson (1927), with the noise in the variance: it holds the shares `p` with
    /// |a/b − p| ≤ z √(p (1 − p) / b + (A + p² B) / b²). A and B are the mean squares of the noise in `a` and `b`. Without
    /// noise it is Wilson's. Small counts have skewed noise: where the interval of `a` reaches farther than A does, that
    /// counts.
    pub(super) fn share(table: &PerturbationTable, part: u64, base: u64) -> Self {
        let n = base as f64;
        let share = (part as f64 / n).min(1.0);
        let z = Z * Z;
        let (least, most) = table.likely_true_counts(part);
        let in_part = |reach: u64| {
            let reach = match reach {
                0 => 0.0,
                // The correction for whole numbers.
                _ => (reach as f64 + 0.5) / Z,
            };
            table.mean_square(part).max(reach * reach)
        };
        // square · p² − 2 · half · p + rest ≤ 0
        let square = 1.0 + z / n - z * table.mean_square(base) / (n * n);
        let half = share + z / (2.0 * n);
        let spread = |in_part: f64| {
            let rest = share * share - z * in_part / (n * n);
            (half * half - square * rest).max(0.0).sqrt()
        };
        // In the smallest bases the noise is greater than the count: then any share is possible.
        let (lower, upper) = if square > 0.0 {
            let down = spread(in_part(part.abs_diff(least)));
            let up = spread(in_part(part.abs_diff(most)));
            ((half - down) / square, (half + up) / square)
        } else {
            (0.0, 1.0)
        };
        Self {
            value: share,
            lower: lower.clamp(0.0, share),
            upper: upper.clamp(share, 1.0),
            base,
        }
    }

    /// The mean of a number, from its sums with noise and the published count of the responses that have it.
    ///
    /// The variance is that of a ratio (Cochran 1977, section 6): that of the values, divided by their number, and that of
    /// the noise in the sum and in the count.
    pub(super) fn mean(table: &PerturbationTable, total: &Total, measure: &str, base: u64) -> Self {
        let n = base as f64;
        let key = |power| total.cell().key().of_sum(measure, power);
        // All in fractions of the range, counted from its middle.
        let (sum, squares) = total.centred_sums();
        let sum = sum + table.continuous_noise(key(1));
        // A square is at most a quarter, so a quarter of the noise hides it.
        let squares = squares + table.continuous_noise(key(2)) / 4.0;
        let mean = (sum / n).clamp(-0.5, 0.5);

        let in_sum = table.continuous_variance();
        let in_squares = in_sum.sqrt() / 4.0 / n;
        // The values may vary more than the noise lets it seem, but not more than their bounds allow (Bhatia and Davis 2000).
        let of_values = (squares / n - mean * mean + in_squares).clamp(0.0, 0.25 - mean * mean);
        let of_noise = in_sum + mean * mean * table.mean_square(base);
        let half = Z * (of_values / n + of_noise / (n * n)).sqrt();
        let bounds = total.bounds();
        Self {
            value: bounds.at(mean),
            lower: bounds.at((mean - half).max(-0.5)),
            upper: bounds.at((mean + half).min(0.5)),
            base,
        }
    }

    /// The change from `earlier` to this figure. The two must be about different responses, as those of two campaigns are.
    ///
    /// The interval joins those of both (Newcombe 1998 for shares, Zou and Donner 2008 in general).
    pub fn change_from(&self, earlier: &Self) -> ProtectedChange {
        let value = self.value - earlier.value;
        let down = (self.value - self.lower).hypot(earlier.upper - earlier.value);
        let up = (self.upper - self.value).hypot(earlier.value - earlier.lower);
        ProtectedChange {
            value,
            lower: value - down,
            upper: value + up,
        }
    }
}
