//! Cells that a spreadsheet would take for a formula, told apart by an apostrophe, and back without loss.

use std::borrow::Cow;

/// What a formula begins with, in the wide and the small forms too.
const BEGINS: [char; 15] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// Whether a cell is a formula, behind any number of apostrophes. Those count so that a cell which really begins
/// with one comes back as it was.
fn formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(BEGINS)
}

/// The cell with one apostrophe before it where it could be taken for a formula; numbers stay as they are.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if formula(cell) && cell.parse::<f64>().is_err() { format!("'{cell}").into() } else { cell.into() }
}

/// The cell that [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_comes_back_as_it_was() {
        for (cell, shown) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("''@x", "'''@x"),
            ("-5", "-5"),
            ("'-5", "''-5"),
            ("+49 30 1", "'+49 30 1"),
            ("＝x", "'＝x"),
            ("﹢x", "'﹢x"),
            ("'quoted'", "'quoted'"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), shown);
            assert_eq!(unguarded(shown), cell);
        }
    }
}
