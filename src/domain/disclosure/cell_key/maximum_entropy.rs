//! The most random noise under constraints: the rows of a perturbation table.
//!
//! A row is the distribution of the published count `j` of cells with one true count `i`. Of all distributions that meet
//! the constraints it is the one of the greatest entropy (Giessing 2016). The constraints are those of the R package
//! `ptable` with its standard options: probabilities add up to 1, the noise has mean 0 and at most the variance `V`, no
//! probability is below 10⁻⁸, and up to the noise 0 probabilities do not fall (`mono`).
//!
//! The problem is convex. Its dual has three unknowns, the multipliers of sum, mean and variance. Given these, the
//! probabilities follow: the exponential of a parabola in the noise, where the pooling of neighbours that would fall gives
//! the monotony (isotonic regression). Newton's method with a line search finds the multipliers.

/// No outcome is rarer, as in `ptable`.
const LEAST_PROBABILITY: f64 = 1e-8;
/// How far sum, mean and variance (in units of the largest noise) may be from what they must be.
const TOLERANCE: f64 = 1e-13;
const MAX_STEPS: usize = 500;

/// The probabilities of these noises, which ascend, with at most this variance. `None` if the constraints contradict each
/// other.
pub(super) fn most_random(noises: &[f64], variance: f64) -> Option<Vec<f64>> {
    let scale = noises.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let problem = Problem {
        points: noises.iter().map(|v| v / scale).collect(),
        // Probabilities do not fall up to the noise 0. Where a cell cannot stay as it is, nothing is asked.
        rising: noises
            .iter()
            .position(|v| *v == 0.0)
            .map_or(0, |zero| zero + 1),
        variance: variance / (scale * scale),
    };
    // Without a multiplier of the variance first: the noise may vary less than allowed by itself.
    let free = problem.solve(false);
    match free {
        Some(row) if row.variance <= problem.variance * (1.0 + 1e-12) => Some(row.probabilities),
        _ => problem.solve(true).map(|row| row.probabilities),
    }
}

struct Problem {
    points: Vec<f64>,
    rising: usize,
    variance: f64,
}

/// What one set of multipliers gives.
struct Row {
    probabilities: Vec<f64>,
    variance: f64,
    /// The dual function. It is the least at the solution.
    dual: f64,
    /// The derivatives of the dual: by how much sum, mean and variance are off.
    gradient: [f64; 3],
    /// The second derivatives: rows of the upper triangle.
    curvature: [f64; 6],
}

impl Problem {
    fn solve(&self, bind_variance: bool) -> Option<Row> {
        let size = self.points.len() as f64;
        let mut multipliers = [-size.ln(), 0.0, 0.0];
        let mut row = self.row(multipliers, bind_variance);
        for _ in 0..MAX_STEPS {
            if row.gradient.iter().all(|off| off.abs() < TOLERANCE) {
                return Some(row);
            }
            let step = newton_step(&row)?;
            let Some(next) = self.line_search(multipliers, &row, step, bind_variance) else {
                break;
            };
            (multipliers, row) = next;
        }
        // Near the solution, steps end at the precision of numbers.
        (norm(row.gradient) < 1e3 * TOLERANCE).then_some(row)
    }

    fn line_search(
        &self,
        from: [f64; 3],
        row: &Row,
        step: [f64; 3],
        bind_variance: bool,
    ) -> Option<([f64; 3], Row)> {
        let slope = dot(row.gradient, step);
        let mut length = 1.0;
        for _ in 0..60 {
            let to = [
                from[0] + length * step[0],
                from[1] + length * step[1],
                from[2] + length * step[2],
            ];
            let next = self.row(to, bind_variance);
            // The dual cannot tell steps of this size apart, the gradient can.
            let nearer = slope.abs() < 1e-12 && norm(next.gradient) < norm(row.gradient);
            if nearer || next.dual < row.dual + 1e-4 * length * slope {
                return Some((to, next));
            }
            length /= 2.0;
        }
        None
    }

    fn row(&self, [sum, mean, variance]: [f64; 3], bind_variance: bool) -> Row {
        let exponents = self
            .points
            .iter()
            .map(|v| sum + mean * v + variance * v * v);
        let mut row = Row {
            probabilities: Vec::with_capacity(self.points.len()),
            variance: 0.0,
            dual: -sum - variance * self.variance,
            gradient: [-1.0, 0.0, -self.variance],
            curvature: [0.0; 6],
        };
        for block in self.blocks(exponents.collect()) {
            row.add(&block);
        }
        row.variance = row.gradient[2] + self.variance;
        if !bind_variance {
            row.gradient[2] = 0.0;
            row.curvature[2] = 0.0;
            row.curvature[4] = 0.0;
            row.curvature[5] = 1.0;
        }
        row
    }

    /// Pools neighbours, up to the noise 0, until no exponent is below the one before (pool adjacent violators).
    fn blocks(&self, exponents: Vec<f64>) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::with_capacity(exponents.len());
        for (at, (point, exponent)) in self.points.iter().zip(exponents).enumerate() {
            let mut block = Block {
                size: 1.0,
                exponent,
                moments: [1.0, *point, point * point],
            };
            while at < self.rising
                && let Some(before) = blocks.pop_if(|before| before.exponent > block.exponent)
            {
                block = block.pooled_with(&before);
            }
            blocks.push(block);
        }
        blocks
    }
}

/// Neighbours with the same probability.
struct Block {
    size: f64,
    /// The mean of the exponents.
    exponent: f64,
    /// The means of 1, the noise and its square.
    moments: [f64; 3],
}

impl Block {
    fn pooled_with(&self, other: &Self) -> Self {
        let size = self.size + other.size;
        let mean = |a: f64, b: f64| (self.size * a + other.size * b) / size;
        Self {
            size,
            exponent: mean(self.exponent, other.exponent),
            moments: [
                1.0,
                mean(self.moments[1], other.moments[1]),
                mean(self.moments[2], other.moments[2]),
            ],
        }
    }
}

impl Row {
    fn add(&mut self, block: &Block) {
        let Block {
            size,
            exponent,
            moments: [one, mean, square],
        } = block;
        let free = exponent.exp();
        let p = free.max(LEAST_PROBABILITY);
        for _ in 0..*size as usize {
            self.probabilities.push(p);
        }
        self.dual += size * (exponent * p + p - p * p.ln());
        let mass = size * p;
        self.gradient[0] += mass * one;
        self.gradient[1] += mass * mean;
        self.gradient[2] += mass * square;
        if free > LEAST_PROBABILITY {
            self.curvature[0] += mass * one * one;
            self.curvature[1] += mass * one * mean;
            self.curvature[2] += mass * one * square;
            self.curvature[3] += mass * mean * mean;
            self.curvature[4] += mass * mean * square;
            self.curvature[5] += mass * square * square;
        }
    }
}

/// Solves the three equations of Newton's method by the decomposition of Cholesky, with a touch of damping.
fn newton_step(row: &Row) -> Option<[f64; 3]> {
    let [a, b, c, d, e, f] = row.curvature;
    let [x, y, z] = row.gradient;
    let damping = 1e-15 * (a + d + f);
    let l11 = (a + damping).sqrt();
    let (l21, l31) = (b / l11, c / l11);
    let l22 = (d + damping - l21 * l21).max(damping).sqrt();
    let l32 = (e - l21 * l31) / l22;
    let l33 = (f + damping - l31 * l31 - l32 * l32).max(damping).sqrt();
    let u = -x / l11;
    let v = (-y - l21 * u) / l22;
    let w = (-z - l31 * u - l32 * v) / l33;
    let third = w / l33;
    let second = (v - l32 * third) / l22;
    let first = (u - l21 * second - l31 * third) / l11;
    let step = [first, second, third];
    step.iter().all(|part| part.is_finite()).then_some(step)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}
