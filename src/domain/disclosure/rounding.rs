//! The rounding of counts that are shown while a campaign goes on.
//!
//! A count is rounded down to a *base*, which follows from the campaign's release size. All bases are 10 times a power of
//! two, so each divides the next: a count rounded to one base also tells the count rounded to every larger base. Whoever
//! raises the release size step by step, and reads the count after each step, therefore learns nothing beyond the first
//! reading. With the release size itself as the base, the readings together would tell the exact count (Chinese remainder
//! theorem).
//!
//! This holds for a count that stands still. A count that grows by whole batches can tell a little of itself by when the
//! rounded count changes, unless the release size divides the base, as 10, 20 and 40 do.

/// The smallest base, also where responses are released one by one.
const MIN_BASE: i32 = 10;

/// A count that is rounded down, and its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundedCount {
    /// The multiple of the base that is not above the count.
    pub count: i64,
    /// The base.
    pub base: i32,
}

/// Rounds a count down for a campaign with this release size. The base is the smallest that is not below it.
pub fn round_down(count: i64, release_size: i32) -> RoundedCount {
    let bases = std::iter::successors(Some(MIN_BASE), |base| base.checked_mul(2));
    let base = bases
        .take_while(|base| *base / 2 < release_size || *base == MIN_BASE)
        .last()
        .unwrap_or(MIN_BASE);
    RoundedCount {
        count: count - count % i64::from(base),
        base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_smallest_that_is_not_below_the_release_size() {
        for (release_size, base) in [
            (1, 10),
            (10, 10),
            (11, 20),
            (20, 20),
            (21, 40),
            (1000, 1280),
        ] {
            let rounded = round_down(2999, release_size);
            assert_eq!(rounded.base, base);
            assert_eq!(rounded.count, 2999 / i64::from(base) * i64::from(base));
        }
    }

    /// A release size may only grow, and each step can be followed by a reading. Every sequence of release sizes is a
    /// part of the longest one, 1 to 1,000, from some start on.
    #[test]
    fn no_sequence_of_release_sizes_tells_more_than_the_first_reading() {
        for start in 1..=1000 {
            let first = |count| round_down(count, start);
            let all = |count| -> Vec<i64> {
                (start..=1000)
                    .map(|size| round_down(count, size).count)
                    .collect()
            };
            // Two counts with the same first reading have the same readings ever after.
            for base in [0, 640, 1280, 2550] {
                let low = first(base).count;
                let high = low + i64::from(first(base).base) - 1;
                assert_eq!(all(low), all(high), "from {start} on");
            }
        }
    }
}
