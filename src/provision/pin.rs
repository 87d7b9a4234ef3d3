//! Which PINs are refused: those that somebody tries first.

/// At most; the pad on the screen takes no more.
const LONGEST: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    #[error("a PIN has digits only")]
    NotDigits,
    #[error("a PIN has at least 6 digits")]
    TooShort,
    #[error("a PIN has at most {LONGEST} digits")]
    TooLong,
    #[error("a PIN that repeats itself is guessed first")]
    Repeats,
    #[error("a PIN that counts up or down is guessed first")]
    Sequence,
}

/// Takes 6 to 12 digits that neither repeat a block of one to three digits nor count up or down
/// (also across 9 and 0).
pub fn check_pin(pin: &str) -> Result<(), PinError> {
    let digits = pin.as_bytes();
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(PinError::NotDigits);
    }
    if digits.len() < 6 {
        return Err(PinError::TooShort);
    }
    if digits.len() > LONGEST {
        return Err(PinError::TooLong);
    }
    if (1..=3).any(|block| digits[block..] == digits[..digits.len() - block]) {
        return Err(PinError::Repeats);
    }
    // 1 up, 9 is one down.
    let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
    if [1, 9].iter().any(|wanted| digits.windows(2).all(|pair| step(pair) == *wanted)) {
        return Err(PinError::Sequence);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_pins_are_refused() {
        for (pin, error) in [
            ("", PinError::TooShort),
            ("58213", PinError::TooShort),
            ("5821x9", PinError::NotDigits),
            ("٣٤٥٦٧٨", PinError::NotDigits),
            ("5829174630581", PinError::TooLong),
            ("000000", PinError::Repeats),
            ("121212", PinError::Repeats),
            ("1212121", PinError::Repeats),
            ("123123", PinError::Repeats),
            ("123456", PinError::Sequence),
            ("890123", PinError::Sequence),
            ("654321", PinError::Sequence),
            ("21098765", PinError::Sequence),
        ] {
            assert_eq!(check_pin(pin), Err(error), "{pin}");
        }
    }

    #[test]
    fn others_are_taken() {
        for pin in ["582917", "123457", "135790", "112233", "582917463058"] {
            assert_eq!(check_pin(pin), Ok(()), "{pin}");
        }
    }
}
