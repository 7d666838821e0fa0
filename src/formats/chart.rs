//! Charts as SVG: a value between the ends of a scale. It is as wide as there is room, and the words stand in the page
//! around it, so that they are as large on a phone as on paper. Without script, and readable in print.

use std::fmt::Write as _;

/// What is drawn, as shares of the scale.
#[derive(Debug, Clone, Copy, Default)]
pub struct Drawn {
    /// The value.
    pub value: f64,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// Another value, to compare it with.
    pub other: Option<f64>,
    /// How the value is drawn.
    pub mark: Mark,
}

/// How a value is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mark {
    /// A bar from the low end.
    #[default]
    Bar,
    /// A point.
    Point,
}

/// The chart of a value; of none, the empty scale. It is for the eye alone: the numbers stand beside it.
pub fn chart(drawn: Option<Drawn>) -> String {
    let mut svg = String::from(
        r#"<svg class="chart" width="100%" height="14" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="14"/>"#,
    );
    if let Some(drawn) = drawn {
        let at = |share: f64| format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0);
        let value = at(drawn.value);
        // Writing into a string does not fail.
        let _ = match drawn.mark {
            Mark::Bar => write!(svg, r#"<rect class="bar" width="{value}" height="14"/>"#),
            Mark::Point => write!(svg, r#"<circle class="bar" cx="{value}" cy="7" r="5"/>"#),
        };
        if let Some([lower, upper]) = drawn.interval.map(|it| it.map(at)) {
            for (from, to, top, bottom) in [
                (&lower, &upper, 7, 7),
                (&lower, &lower, 3, 11),
                (&upper, &upper, 3, 11),
            ] {
                let _ = write!(
                    svg,
                    r#"<line class="interval" x1="{from}" x2="{to}" y1="{top}" y2="{bottom}"/>"#
                );
            }
        }
        if let Some(other) = drawn.other.map(at) {
            let _ = write!(
                svg,
                r#"<line class="other" x1="{other}" x2="{other}" y1="0" y2="14"/>"#
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_value_interval_and_comparison_and_nothing_of_too_few() {
        let drawn = chart(Some(Drawn {
            value: 0.5,
            interval: Some([0.4, 1.6]),
            other: Some(0.25),
            mark: Mark::Bar,
        }));
        assert!(drawn.contains(r#"class="bar" width="50.0%""#), "{drawn}");
        assert!(drawn.contains(r#"x1="40.0%" x2="100.0%""#), "{drawn}");
        assert!(drawn.contains(r#"class="other" x1="25.0%""#), "{drawn}");
        let empty = chart(None);
        assert_eq!(empty.matches("class=").count(), 2, "{empty}");
    }
}
