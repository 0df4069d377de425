//! Asking whether something is to be done.

use std::io::{self, BufRead, IsTerminal, Write};

/// Asks on a terminal; elsewhere nobody can say yes, and `cure` tells what to do there. Anything but a yes leaves all
/// as it was, and the error says `otherwise`.
pub(super) fn consent(question: &str, otherwise: &str, cure: &str) -> Result<(), String> {
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !asks {
        return Err(format!("{otherwise}: {cure}"));
    }
    eprint!("{question} [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(otherwise.to_owned()),
    }
}
