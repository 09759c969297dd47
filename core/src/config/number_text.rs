//! Numbers as people write them.

/// The shortest text that is read as this number again, without an exponent.
///
/// The writer of JSON makes its digits. The standard library's code for numbers would add 6 KB to the WebAssembly module.
pub(crate) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = serde_json::to_string(&number).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = if fraction == "0" { "" } else { fraction };
    let exponent: isize = exponent.parse().unwrap_or_default();
    let mut out = String::new();
    if exponent < 0 {
        let digit = whole.trim_start_matches('-');
        out.push_str(if digit.len() < whole.len() { "-0." } else { "0." });
        (1..exponent.unsigned_abs()).for_each(|_| out.push('0'));
        out.push_str(digit);
        out.push_str(fraction);
    } else {
        // With an exponent, the writer leaves one digit before the point.
        let moved = exponent.unsigned_abs();
        out.push_str(whole);
        for (place, digit) in fraction.chars().enumerate() {
            if place == moved {
                out.push('.');
            }
            out.push(digit);
        }
        (fraction.len()..moved).for_each(|_| out.push('0'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::number_text;
    use proptest::prelude::*;

    #[test]
    fn is_the_text_of_the_standard_library() {
        for number in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            10.0,
            100.25,
            0.1,
            1e-5,
            1.5e-7,
            1e15,
            1e16,
            1.5e16,
            1e17,
            1.7e21,
            1e300,
            f64::MAX,
            f64::MIN,
            5e-324,
            f64::MIN_POSITIVE,
            f64::EPSILON,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ] {
            assert_eq!(number_text(number), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_number_is_read_again_from_a_text_as_short_as_possible(bits: u64, decimal: i32, places in 0i32..12) {
            for number in [f64::from_bits(bits), f64::from(decimal) / 10f64.powi(places)] {
                let text = number_text(number);
                prop_assert!(number.is_nan() || text.parse() == Ok(number), "{}", text);
                // If two texts are equally short and near, the standard library may choose the other one.
                prop_assert_eq!(text.len(), number.to_string().len());
            }
        }
    }
}
