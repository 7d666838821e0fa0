//! Decimal numbers as an author wrote them, and their rounding.

use super::definition::RoundingRule;

/// The most digits after the point that a number of a score has.
pub const MAX_DECIMALS: u32 = 6;

/// The furthest that a number of a score is from zero.
const FURTHEST: f64 = 1e9;

/// A decimal number: `mantissa` times ten to the power of minus `decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All its digits.
    pub mantissa: i128,
    /// How many of them stand after the point.
    pub decimals: u32,
}

impl Decimal {
    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self {
            mantissa: i128::from(number),
            decimals: 0,
        }
    }

    /// The number that was written: the shortest one that reads as this float, so that `0.1` is one tenth. None when it
    /// is too large or has more than `most` digits after the point.
    pub fn read(number: f64, most: u32) -> Option<Self> {
        if !number.is_finite() || number.abs() > FURTHEST {
            return None;
        }
        let written = number.to_string();
        let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let decimals = u32::try_from(fraction.len()).ok()?;
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        (decimals <= most).then_some(Self { mantissa, decimals })
    }

    /// The number in units of the last of so many decimals; none if it has more, or is too large.
    pub fn units(self, decimals: u32) -> Option<i128> {
        let more = decimals.checked_sub(self.decimals)?;
        self.mantissa.checked_mul(power(more)?)
    }

    /// The least number of units of so many decimals that is not below it.
    pub fn units_up(self, decimals: u32) -> Option<i128> {
        if self.decimals <= decimals {
            return self.units(decimals);
        }
        let unit = power(self.decimals - decimals)?;
        let down = self.mantissa.div_euclid(unit);
        Some(if self.mantissa.rem_euclid(unit) == 0 {
            down
        } else {
            down + 1
        })
    }
}

/// Ten to this power.
pub fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// The quotient, rounded to a whole number. The denominator is above zero.
pub fn rounded(numerator: i128, denominator: i128, rule: RoundingRule) -> i128 {
    let down = numerator / denominator;
    let rest = (numerator % denominator).unsigned_abs();
    if rest == 0 {
        return down;
    }
    let whole = denominator.unsigned_abs();
    let away = match rule {
        RoundingRule::HalfUp => rest >= whole - rest,
        RoundingRule::HalfEven => rest > whole - rest || (rest == whole - rest && down % 2 != 0),
        RoundingRule::Down => false,
        RoundingRule::Up => true,
    };
    down + if away { numerator.signum() } else { 0 }
}

/// So many units as the number that is nearest to them. A reader of its shortest form gets the very decimals back.
#[allow(clippy::cast_precision_loss, reason = "the nearest number is wanted")]
pub fn float(units: i128, decimals: u32) -> f64 {
    units as f64 / 10_f64.powi(i32::try_from(decimals).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_written() {
        let read =
            |number: f64| Decimal::read(number, MAX_DECIMALS).map(|d| (d.mantissa, d.decimals));
        assert_eq!(read(0.28), Some((28, 2)));
        assert_eq!(read(-0.269), Some((-269, 3)));
        assert_eq!(read(1.0), Some((1, 0)));
        assert_eq!(read(-0.0), Some((0, 0)));
        assert_eq!(read(0.000_000_1), None, "seven digits");
        assert_eq!(read(1e10), None);
        assert_eq!(read(f64::NAN), None);
    }

    #[test]
    fn each_rule_rounds_its_own_way() {
        use RoundingRule::{Down, HalfEven, HalfUp, Up};
        for (numerator, expected) in [
            (25, [3, 2, 2, 3]),
            (35, [4, 4, 3, 4]),
            (-25, [-3, -2, -2, -3]),
            (21, [2, 2, 2, 3]),
            (-29, [-3, -3, -2, -3]),
            (20, [2, 2, 2, 2]),
        ] {
            let found = [HalfUp, HalfEven, Down, Up].map(|rule| rounded(numerator, 10, rule));
            assert_eq!(found, expected, "{numerator}");
        }
    }

    #[test]
    fn a_bound_between_two_units_belongs_to_the_upper_one() {
        let up = |number| Decimal::read(number, 6).unwrap().units_up(1);
        assert_eq!(
            [up(1.25), up(-1.25), up(1.2), up(2.0)],
            [Some(13), Some(-12), Some(12), Some(20)]
        );
    }
}
