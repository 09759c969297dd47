//! The punycode of a label (RFC 3492), for help texts: browsers send names in this form.

/// The most characters of a label. The time for encoding grows with the square of their number.
const MAX_LABEL: usize = 63;
const BASE: u32 = 36;
const TMIN: u32 = 1;
const TMAX: u32 = 26;

/// The label as `xn--…`, or as it is if it is ASCII. `None` if it is too long to be encoded.
#[must_use]
pub fn label_to_ascii(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    if label.chars().nth(MAX_LABEL).is_some() {
        return None;
    }
    let input: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let total = u32::try_from(input.len()).ok()?;
    let (mut n, mut delta, mut bias, mut handled) = (128u32, 0u32, 72u32, basic);
    while handled < total {
        let next = input.iter().copied().filter(|point| *point >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for point in &input {
            if *point < n {
                delta = delta.checked_add(1)?;
            }
            if *point == n {
                let mut q = delta;
                let mut k = BASE;
                loop {
                    let t = if k <= bias {
                        TMIN
                    } else if k >= bias + TMAX {
                        TMAX
                    } else {
                        k - bias
                    };
                    if q < t {
                        break;
                    }
                    out.push(digit(t + (q - t) % (BASE - t)));
                    q = (q - t) / (BASE - t);
                    k += BASE;
                }
                out.push(digit(q));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(format!("xn--{out}"))
}

/// Whether the part of a label after `xn--` decodes to characters beyond ASCII (RFC 3492, section 6.2).
pub(crate) fn is_decodable(encoded: &[u8]) -> bool {
    let basic = encoded.iter().rposition(|byte| *byte == b'-');
    let rest = encoded.get(basic.map_or(0, |index| index + 1)..).unwrap_or_default();
    let mut points = basic.and_then(|length| u32::try_from(length).ok()).unwrap_or(0);
    let (mut n, mut i, mut bias) = (128u32, 0u32, 72u32);
    let mut is_first = true;
    let mut digits = rest.iter().peekable();
    if digits.peek().is_none() {
        return false;
    }
    while digits.peek().is_some() {
        let start = i;
        let (mut weight, mut k) = (1u32, BASE);
        loop {
            let Some(value) = digits.next().and_then(|byte| digit_value(*byte)) else { return false };
            let threshold = k.saturating_sub(bias).clamp(TMIN, TMAX);
            let Some(sum) = value.checked_mul(weight).and_then(|more| i.checked_add(more)) else { return false };
            i = sum;
            if value < threshold {
                break;
            }
            let Some(next) = weight.checked_mul(BASE - threshold) else { return false };
            (weight, k) = (next, k + BASE);
        }
        points += 1;
        bias = adapt(i - start, points, is_first);
        is_first = false;
        let Some(next) = n.checked_add(i / points) else { return false };
        n = next;
        if char::from_u32(n).is_none() {
            return false;
        }
        i = i % points + 1;
    }
    true
}

fn digit_value(byte: u8) -> Option<u32> {
    let value = char::from(byte).to_digit(BASE)?;
    Some(if value >= 10 { value - 10 } else { value + 26 })
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, BASE).unwrap_or('?')
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - TMIN) * TMAX) / 2 {
        delta /= BASE - TMIN;
        k += BASE;
    }
    k + (BASE - TMIN + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::label_to_ascii;

    #[test]
    fn labels_that_mean_no_name() {
        for encoded in ["", "abc-", "99999999", "zzzzzzzzz", "b_"] {
            assert!(!super::is_decodable(encoded.as_bytes()), "{encoded}");
        }
    }

    #[test]
    fn known_labels() {
        for (label, ascii) in [
            ("bücher", "xn--bcher-kva"),
            ("münchen", "xn--mnchen-3ya"),
            ("例え", "xn--r8jz45g"),
            ("пример", "xn--e1afmkfd"),
            ("plain", "plain"),
            ("ł", "xn--tfa"),
        ] {
            assert_eq!(label_to_ascii(label).as_deref(), Some(ascii));
            let encoded = ascii.strip_prefix("xn--");
            assert!(encoded.is_none_or(|encoded| super::is_decodable(encoded.as_bytes())), "{ascii}");
        }
    }
}
