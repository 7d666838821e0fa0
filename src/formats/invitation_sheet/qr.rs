//! QR codes (ISO/IEC 18004) as SVG.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use super::sheet::InvitationSheetFault;

/// Light modules around the code, without which a reader does not find it.
const QUIET: usize = 4;

/// Draws a QR code that says `text`: a stroke for each run of dark modules in a line.
///
/// It can still be read when about 15 in 100 of it are lost: cards get folded and stained.
pub fn draw(text: &str) -> Result<String, InvitationSheetFault> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| InvitationSheetFault)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    // Half a module further up, since a stroke lies to both sides of its line.
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{QUIET} -{QUIET}.5 {side} {side}\" \
         shape-rendering=\"crispEdges\" aria-hidden=\"true\"><path stroke=\"#000\" d=\""
    );
    let modules = code.into_colors();
    for (y, line) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in line.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let _ = write!(svg, "M{x} {y}h{}", run.len());
            }
            x += run.len();
        }
    }
    svg.push_str("\"/></svg>");
    Ok(svg)
}
