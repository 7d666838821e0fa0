//! Charts as SVG: bars of shares, and points of means, each with its interval. Without script, and readable in print.

use std::fmt::Write as _;

use askama::filters::{self, Html};

/// The width of every chart, in its own units.
const WIDTH: f64 = 640.0;
const LINE: f64 = 40.0;
/// What is left for the number behind a bar.
const NUMBER: f64 = 70.0;

/// One line of a chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What stands above it.
    pub label: String,
    /// What stands behind it.
    pub number: String,
    /// The value and its interval, as fractions of the whole width; none where there are too few.
    pub value: Option<[f64; 3]>,
}

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A bar from 0.
    Bar,
    /// A point.
    Point,
}

/// The chart of these lines, with a title for those who do not see it.
pub fn chart(title: &str, bars: &[Bar], mark: Mark) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a chart has few lines")]
    let height = LINE * bars.len() as f64 + 4.0;
    let mut svg = format!(
        r#"<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{}">"#,
        escaped(title)
    );
    let (mut top, scale) = (0.0, WIDTH - NUMBER);
    for bar in bars {
        let (text, line) = (top + 14.0, top + 20.0);
        // Writing into a string does not fail.
        let _ = write!(
            svg,
            r#"<text x="0" y="{text}">{}</text><rect class="track" x="0" y="{line}" width="{scale}" height="14"/>"#,
            escaped(&bar.label),
        );
        if let Some([value, lower, upper]) = bar
            .value
            .map(|it| it.map(|part| part.clamp(0.0, 1.0) * scale))
        {
            let middle = line + 7.0;
            let _ = match mark {
                Mark::Bar => write!(
                    svg,
                    r#"<rect class="bar" x="0" y="{line}" width="{value:.1}" height="14"/>"#
                ),
                Mark::Point => write!(
                    svg,
                    r#"<circle class="bar" cx="{value:.1}" cy="{middle}" r="6"/>"#
                ),
            };
            let _ = write!(
                svg,
                r#"<path class="interval" d="M{lower:.1} {middle}H{upper:.1}M{lower:.1} {}v8M{upper:.1} {}v8"/>"#,
                middle - 4.0,
                middle - 4.0,
            );
        }
        let _ = write!(
            svg,
            r#"<text class="number" x="{WIDTH}" y="{}" text-anchor="end">{}</text>"#,
            line + 12.0,
            escaped(&bar.number),
        );
        top += LINE;
    }
    svg.push_str("</svg>");
    svg
}

fn escaped(text: &str) -> String {
    filters::escape(text, Html).map_or_else(|_| String::new(), |it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_each_line_and_nothing_of_too_few() {
        let bar = |label: &str, value| Bar {
            label: label.to_owned(),
            number: "42 %".to_owned(),
            value,
        };
        let bars = [bar("a <b> & c", Some([0.5, 0.4, 0.6])), bar("few", None)];
        let drawn = chart("Shares", &bars, Mark::Bar);
        assert!(drawn.contains("a &#60;b&#62; &#38; c"), "{drawn}");
        assert_eq!(drawn.matches(r#"class="track""#).count(), 2);
        assert_eq!(drawn.matches(r#"class="bar""#).count(), 1);
        assert!(drawn.contains(r#"width="285.0""#), "{drawn}");
        assert!(!drawn.contains("<script"));
    }
}
