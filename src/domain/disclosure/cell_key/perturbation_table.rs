//! Perturbation tables: which noise a count gets by its cell key.

use std::cmp::Ordering;

use super::maximum_entropy::most_random;
use super::record_key::{Cell, CellKey};

/// What a perturbation table is made by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// `D`: no published count is farther from the true one.
    pub largest_noise: u32,
    /// `V`: the variance of the noise. Rows of small counts may have less, where the other constraints allow no more.
    pub variance: f64,
    /// `js`: counts of 1 to this never come out. 0 for none.
    pub threshold: u32,
}

impl Parameters {
    /// The choice of Aftercare: `D = 5`, `V = 3`, `js = 2`. See `docs/privacy.md`, How figures are protected.
    pub const DEFAULT: Self = Self {
        largest_noise: 5,
        variance: 3.0,
        threshold: 2,
    };

    /// No more, to bound the time that a table takes.
    pub const MAX_LARGEST_NOISE: u32 = 100;
}

impl Default for Parameters {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// There is no perturbation table with these parameters.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NoTable {
    /// `D` is out of bounds.
    #[error(
        "the largest noise D must be from 1 to {}",
        Parameters::MAX_LARGEST_NOISE
    )]
    LargestNoise,
    /// A count of `js` must be able to become 0, and one of `js` + 1 must be able to fall.
    #[error(
        "the largest noise D must be greater than the threshold js, or else a count of js + 1 could only rise, and so would always come out as it is"
    )]
    ThresholdTooLarge,
    /// `V` is no positive number.
    #[error("the variance V must be greater than 0")]
    Variance,
    /// The counts 1 to `js` must become 0 or at least `js` + 1, which takes some variance.
    #[error(
        "the variance V must be at least {least}, or else counts of 1 to js could not be avoided"
    )]
    VarianceTooSmall {
        /// The least variance for this `js`.
        least: u32,
    },
    /// All noises from −`D` to `D` alike have the variance `D` (`D` + 1) / 3.
    #[error(
        "the variance V must be at most {most}, which is that of all noises from -D to D alike"
    )]
    VarianceTooLarge {
        /// The greatest variance for this `D`.
        most: f64,
    },
    /// The constraints contradict each other in another way.
    #[error("no noise for a count of {count} meets the constraints; another variance V may")]
    NoSolution {
        /// The true count.
        count: u32,
    },
}

/// One outcome of a row: it is taken by the cell keys below `until` that no outcome before took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    noise: i64,
    /// In units of 2⁻³², so that it is the same on every machine. The last one is 1.
    until: u64,
}

const ONE: u64 = 1 << 32;

/// The noise by true count and cell key.
///
/// There is a row for each true count from 0 on. After the last row, the last rows are used again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct PerturbationTable {
    rows: Vec<Vec<Outcome>>,
    /// By published count, and after the last one again and again.
    origins: Vec<Origin>,
    /// How many rows, and origins, at the end repeat.
    period: usize,
}

/// What a published count tells of the true one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Origin {
    /// The likely true counts, minus the published one.
    least: i64,
    most: i64,
    mean_square: f64,
}

impl PerturbationTable {
    /// The table of maximum entropy, as the R package `ptable` gives it: `create_cnt_ptable(D, V, js)`.
    ///
    /// # Errors
    ///
    /// When there is none, with the reason.
    pub fn of_maximum_entropy(parameters: Parameters) -> Result<Self, NoTable> {
        check(parameters)?;
        let Parameters {
            largest_noise,
            threshold,
            ..
        } = parameters;
        // From this count on, all noises are allowed.
        let last = match threshold {
            0 => largest_noise,
            js => largest_noise + js + 1,
        };
        let mut rows = vec![row([(0, 1.0)])];
        for count in 1..=last {
            rows.push(row(most_random_row(count, parameters)?));
        }
        Ok(Self::of_rows(rows, 1))
    }

    /// The 10-5 rule of the Office for National Statistics: counts below 10 become 0, others are rounded to the nearest
    /// multiple of 5, whatever the cell key. It is the table `ptable_10_5_rule` of the Python package
    /// `cell-key-perturbation`.
    pub fn rule_10_5() -> Self {
        let rounded = |count: i64| match count {
            ..10 => 0,
            _ => (count + 2) / 5 * 5,
        };
        let rows = (0..15).map(|count| row([(rounded(count) - count, 1.0)]));
        Self::of_rows(rows.collect(), 5)
    }

    fn of_rows(rows: Vec<Vec<Outcome>>, period: usize) -> Self {
        let noises = rows.iter().flatten().map(|outcome| outcome.noise);
        // How far a published count is from the true one at most.
        let reach = noises.map(i64::unsigned_abs).max().unwrap_or(0);
        // From here on, only rows that repeat come into question.
        let all = rows.len() as u64 + reach + period as u64;
        let mut table = Self {
            rows,
            origins: Vec::new(),
            period,
        };
        table.origins = (0..all).map(|it| table.find_origin(it, reach)).collect();
        table
    }

    /// Goes through all true counts that a published count may come from.
    fn find_origin(&self, published: u64, reach: u64) -> Origin {
        let mut likely = Vec::new();
        let mut mean_square = 0.0_f64;
        for true_count in published.saturating_sub(reach)..=published + reach {
            let (mut lower, mut here, mut higher) = (0.0, 0.0, 0.0);
            for (noise, probability) in self.noises(true_count) {
                match true_count.saturating_add_signed(noise).cmp(&published) {
                    Ordering::Less => lower += probability,
                    Ordering::Equal => here += probability,
                    Ordering::Greater => higher += probability,
                }
            }
            if lower + here > 0.025 && here + higher > 0.025 {
                likely.push(true_count.cast_signed() - published.cast_signed());
            }
            if here > 0.0 {
                mean_square = mean_square.max(self.row_mean_square(true_count));
            }
        }
        Origin {
            least: likely.first().copied().unwrap_or(0),
            most: likely.last().copied().unwrap_or(0),
            mean_square,
        }
    }

    /// What is published for this cell.
    pub fn published(&self, cell: Cell) -> u64 {
        let noise = self.noise(cell.true_count(), cell.key());
        cell.true_count().saturating_add_signed(noise)
    }

    fn noise(&self, true_count: u64, key: CellKey) -> i64 {
        let key = key.to_bits() >> 32;
        let row = self.row(true_count).iter();
        let mut taken = row.skip_while(|outcome| key >= outcome.until);
        taken.next().map_or(0, |outcome| outcome.noise)
    }

    /// Noise for a sum: that of great counts, where each outcome is spread evenly over the unit around it. So it can be any
    /// number, and the remainder of a sum of whole numbers does not come out.
    pub(super) fn continuous_noise(&self, key: CellKey) -> f64 {
        // The lower half of the key, which the look-up leaves alone.
        let place = (key.to_bits() % ONE) as f64 / ONE as f64;
        self.noise(u64::MAX, key) as f64 + place - 0.5
    }

    /// The variance of the noise for sums.
    pub(super) fn continuous_variance(&self) -> f64 {
        self.row_mean_square(u64::MAX) + 1.0 / 12.0
    }

    /// The noises of a true count and their probabilities.
    pub fn noises(&self, true_count: u64) -> impl Iterator<Item = (i64, f64)> {
        let mut before = 0;
        self.row(true_count).iter().map(move |outcome| {
            let share = outcome.until - std::mem::replace(&mut before, outcome.until);
            (outcome.noise, share as f64 / ONE as f64)
        })
    }

    /// The true counts that a published count is likely to come from: those that are not refuted at 2.5 % on either side.
    /// Whatever the true count is, at least 95 % of cell keys give an interval that holds it.
    pub fn likely_true_counts(&self, published: u64) -> (u64, u64) {
        let origin = self.origin(published);
        (
            published.saturating_add_signed(origin.least),
            published.saturating_add_signed(origin.most),
        )
    }

    /// The mean square of the noise in a published count: the greatest of all true counts that it may come from.
    pub fn mean_square(&self, published: u64) -> f64 {
        self.origin(published).mean_square
    }

    fn origin(&self, published: u64) -> Origin {
        let found = of_periodic(&self.origins, self.period, published);
        found.copied().unwrap_or_default()
    }

    fn row_mean_square(&self, true_count: u64) -> f64 {
        self.noises(true_count)
            .map(|(noise, probability)| probability * (noise * noise) as f64)
            .sum()
    }

    fn row(&self, true_count: u64) -> &[Outcome] {
        of_periodic(&self.rows, self.period, true_count).map_or(&[], Vec::as_slice)
    }
}

/// The item at this place of a list whose last items repeat.
fn of_periodic<T>(items: &[T], period: usize, at: u64) -> Option<&T> {
    let first = items.len() - period;
    let at = match usize::try_from(at) {
        Ok(at) if at < first => at,
        // The remainder is below the period.
        _ => first + ((at - first as u64) % period as u64) as usize,
    };
    items.get(at)
}

fn check(parameters: Parameters) -> Result<(), NoTable> {
    let Parameters {
        largest_noise: d,
        variance,
        threshold: js,
    } = parameters;
    if !(1..=Parameters::MAX_LARGEST_NOISE).contains(&d) {
        return Err(NoTable::LargestNoise);
    }
    if js > 0 && d <= js {
        return Err(NoTable::ThresholdTooLarge);
    }
    if !(variance.is_finite() && variance > 0.0) {
        return Err(NoTable::Variance);
    }
    let least = (1..=js).map(|i| least_variance(i, js)).max().unwrap_or(0);
    if variance < f64::from(least) {
        return Err(NoTable::VarianceTooSmall { least });
    }
    let most = f64::from(d * (d + 1)) / 3.0;
    if variance > most {
        return Err(NoTable::VarianceTooLarge { most });
    }
    Ok(())
}

/// A count of 1 to `js` varies the least when it becomes either 0 or `js` + 1.
fn least_variance(count: u32, js: u32) -> u32 {
    count * (js + 1 - count)
}

fn most_random_row(count: u32, parameters: Parameters) -> Result<Vec<(i64, f64)>, NoTable> {
    let Parameters {
        largest_noise: d,
        variance,
        threshold: js,
    } = parameters;
    let (i, js) = (i64::from(count), i64::from(js));
    let noises: Vec<i64> = (i.saturating_sub(d.into()).max(0)..=i + i64::from(d))
        .filter(|j| !(1..=js).contains(j))
        .map(|j| j - i)
        .collect();
    // Where the variance allows no more than the two nearest outcomes, these are the row.
    if i <= js && variance <= f64::from(least_variance(count, parameters.threshold)) * (1.0 + 1e-6)
    {
        let rise = i as f64 / (js + 1) as f64;
        return Ok(vec![(-i, 1.0 - rise), (js + 1 - i, rise)]);
    }
    let points: Vec<f64> = noises.iter().map(|noise| *noise as f64).collect();
    let probabilities = most_random(&points, variance).ok_or(NoTable::NoSolution { count })?;
    Ok(noises.into_iter().zip(probabilities).collect())
}

fn row(outcomes: impl IntoIterator<Item = (i64, f64)>) -> Vec<Outcome> {
    let mut sum = 0.0;
    let mut row: Vec<Outcome> = outcomes
        .into_iter()
        .map(|(noise, probability)| {
            sum += probability;
            Outcome {
                noise,
                until: (sum * ONE as f64).round() as u64,
            }
        })
        .collect();
    if let Some(last) = row.last_mut() {
        last.until = ONE;
    }
    row
}
