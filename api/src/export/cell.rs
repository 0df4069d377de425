//! Cells that no spreadsheet takes for a formula, and back.

use std::borrow::Cow;

const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Whether a text, but for apostrophes before it, starts like a formula. A number does not.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(STARTS) && cell.parse::<f64>().is_err()
}

/// With one apostrophe more, where a spreadsheet would take it for a formula.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// As it was before [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_nothing_is_lost() {
        for cell in ["=1+1", "+x", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''+x", "-5 %"] {
            assert!(guarded(cell).starts_with('\''), "{cell}");
        }
        for cell in ["", "x", "-5", "+4.5", "-1e3", "'quoted'", "'", "it's", "a=b"] {
            assert_eq!(guarded(cell), cell);
        }
        for cell in ["=1", "'=1", "''=1", "-5", "'-5", "-5 %", "x", "'x", "'", "", "'quoted'", "\t"] {
            assert_eq!(unguarded(&guarded(cell)), cell, "{cell:?}");
        }
    }
}
