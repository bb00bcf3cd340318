//! Korean particles, as `ui/src/shared/josa.ts` picks them.

/// As texts are written, after a consonant, after a vowel.
const PAIRS: [(&str, &str, &str); 5] = [
    ("을(를)", "을", "를"),
    ("이(가)", "이", "가"),
    ("은(는)", "은", "는"),
    ("와(과)", "과", "와"),
    (TO, "으로", "로"),
];
/// After ㄹ as after a vowel.
const TO: &str = "(으)로";
const HANGUL: std::ops::RangeInclusive<char> = '가'..='힣';
/// Finals of a syllable block, none among them (Unicode 3.12).
const FINALS: u32 = 28;
const RIEUL: u32 = 8;

/// How a word ends as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Final {
    Vowel,
    Rieul,
    Other,
}

/// Picks the particles that a text is written with in both forms: `{name}을(를)`.
pub fn with_josa(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((at, pair)) = next(rest) {
        out.push_str(&rest[..at]);
        out.push_str(particle(pair, final_of(&out)));
        rest = &rest[at + pair.0.len()..];
    }
    out.push_str(rest);
    out
}

fn next(text: &str) -> Option<(usize, (&'static str, &'static str, &'static str))> {
    let found = PAIRS.into_iter().filter_map(|pair| Some((text.find(pair.0)?, pair)));
    found.min_by_key(|(at, _)| *at)
}

fn particle(
    (written, after_consonant, after_vowel): (&str, &'static str, &'static str),
    ends: Final,
) -> &'static str {
    match ends {
        Final::Vowel => after_vowel,
        Final::Rieul if written == TO => after_vowel,
        _ => after_consonant,
    }
}

/// Of the word that the text ends with; quotes and brackets after it are not read. Latin words are read as Koreans
/// read them letter by letter at the end.
fn final_of(text: &str) -> Final {
    let word = text.split_whitespace().next_back().unwrap_or_default();
    let word = if text.ends_with(char::is_whitespace) { "" } else { word };
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut letters = word.chars().rev();
    let (last, before) = (letters.next(), letters.next());
    match last {
        Some(c) if HANGUL.contains(&c) => match (c as u32 - *HANGUL.start() as u32) % FINALS {
            0 => Final::Vowel,
            RIEUL => Final::Rieul,
            _ => Final::Other,
        },
        Some('1' | '7' | '8' | 'l' | 'L' | 'R') => Final::Rieul,
        // "server" ends in a vowel, the letter in ㄹ.
        Some('r') if !before.is_some_and(char::is_alphanumeric) => Final::Rieul,
        Some('0' | '3' | '6' | 'm' | 'n' | 'M' | 'N') => Final::Other,
        Some('g') if before == Some('n') => Final::Other,
        _ => Final::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_chooses() {
        for (written, read) in [
            ("토픽을(를)", "토픽을"),
            ("브로커을(를)", "브로커를"),
            ("orders이(가)", "orders가"),
            ("email이(가)", "email이"),
            ("billing이(가)", "billing이"),
            ("server이(가)", "server가"),
            ("ISR이(가)", "ISR이"),
            ("UTC(으)로", "UTC로"),
            ("서울(으)로", "서울로"),
            ("시간(으)로", "시간으로"),
            ("브로커 3이(가)", "브로커 3이"),
            ("브로커 2은(는)", "브로커 2는"),
            ("파티션와(과)", "파티션과"),
            ("“메일”을(를)", "“메일”을"),
            ("\"!\"을(를)", "\"!\"를"),
            ("`weir up`(으)로 a을(를) 보는 3이(가)", "`weir up`로 a를 보는 3이"),
            ("을(를)", "를"),
            ("", ""),
        ] {
            assert_eq!(with_josa(written), read, "{written}");
        }
    }
}
