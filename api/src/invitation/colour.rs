//! The company's colour, and the colours that stay readable beside it.
//!
//! Always holds: a `Colour` prints as `#rrggbb` and nothing else, so it cannot carry CSS of its own.

use std::fmt;

/// The contrast that WCAG 2 asks for text of normal size.
const TEXT_CONTRAST: f64 = 4.5;

/// An sRGB colour without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    pub const WHITE: Self = Self::new(255, 255, 255);
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// What mails and pages wear when the company named no colour.
    pub const DEFAULT: Self = Self::new(0x1b, 0x52, 0x99);

    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rgb` or `#rrggbb` in any case; anything else is none.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#')?;
        let digits: Vec<u8> =
            hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
        match digits[..] {
            [r, g, b] => Some(Self::new(r * 17, g * 17, b * 17)),
            [r1, r2, g1, g2, b1, b2] => Some(Self::new(r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2)),
            _ => None,
        }
    }

    /// Contrast ratio by WCAG 2, from 1 (alike) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (mine, theirs) = (self.luminance(), other.luminance());
        (mine.max(theirs) + 0.05) / (mine.min(theirs) + 0.05)
    }

    /// White or black, whichever can be read on this colour: at least 4.5 in every case.
    #[must_use]
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= TEXT_CONTRAST { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, moved towards white or black just so far that it can be read on `background`.
    #[must_use]
    pub fn readable_on(self, background: Self) -> Self {
        let goal = background.text_on();
        (0..=20)
            .map(|step| self.mix(goal, step * 5))
            .find(|shade| shade.contrast(background) >= TEXT_CONTRAST)
            .unwrap_or(goal)
    }

    /// `percent` of `other` in this colour.
    fn mix(self, other: Self, percent: u16) -> Self {
        let part = |a: u8, b: u8| {
            let sum = u16::from(a) * (100 - percent) + u16::from(b) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self::new(part(self.red, other.red), part(self.green, other.green), part(self.blue, other.blue))
    }

    /// Relative luminance by WCAG 2, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hex_colours_are_read() {
        assert_eq!(Colour::parse(" #1B5299 "), Some(Colour::DEFAULT));
        assert_eq!(Colour::parse("#fc0"), Some(Colour::new(255, 204, 0)));
        for bad in ["", "#", "#12", "#12345", "#1234567", "red", "#ggg", "#fff;}", "1b5299", "#１２３"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
        assert_eq!(Colour::new(1, 171, 255).to_string(), "#01abff");
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        assert!((Colour::new(0x77, 0x77, 0x77).contrast(Colour::WHITE) - 4.478).abs() < 0.001);
    }

    #[test]
    fn text_can_be_read_on_and_beside_every_colour() {
        let steps = || (0..=255).step_by(15);
        for (red, green, blue) in steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| (r, g, b)))) {
            let colour = Colour::new(red, green, blue);
            assert!(colour.contrast(colour.text_on()) >= TEXT_CONTRAST, "{colour}");
            for background in [Colour::WHITE, Colour::new(0x1b, 0x20, 0x28)] {
                assert!(colour.readable_on(background).contrast(background) >= TEXT_CONTRAST, "{colour}");
            }
        }
    }
}
