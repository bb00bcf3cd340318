//! What tables call their columns and lines, in Korean. JSON keeps its names in every language.

use std::sync::OnceLock;

use weir_api::texts::Lang;

static LANG: OnceLock<Lang> = OnceLock::new();

/// Kafka's own words and abbreviations (ISR, ID) stay as they are.
const KOREAN: &[(&str, &str)] = &[
    ("ADDRESS", "주소"),
    ("AFTER", "변경 후"),
    ("ASSIGNED", "할당"),
    ("BEFORE", "변경 전"),
    ("BOOTSTRAP", "부트스트랩"),
    ("BROKER", "브로커"),
    ("BROKERS", "브로커"),
    ("CAUGHT UP", "따라잡음"),
    ("CLIENT", "클라이언트"),
    ("COMMITTED", "커밋됨"),
    ("COORDINATOR", "코디네이터"),
    ("DEFAULT", "기본값"),
    ("END", "끝"),
    ("EPOCH", "에포크"),
    ("FREE", "여유 공간"),
    ("FROM", "이전"),
    ("GROUP", "그룹"),
    ("HEALTH", "파티션 상태"),
    ("HOST", "호스트"),
    ("KEY", "키"),
    ("LAG", "랙"),
    ("LAG AFTER", "변경 후 랙"),
    ("LAG BEFORE", "변경 전 랙"),
    ("LAST FETCH", "마지막 Fetch"),
    ("LEADER", "리더"),
    ("LEADERS", "리더"),
    ("LOG DIR", "로그 디렉터리"),
    ("LOG END", "로그 끝"),
    ("MEMBER", "멤버"),
    ("NAME", "이름"),
    ("NOTE", "참고"),
    ("PARTITION", "파티션"),
    ("PARTITIONS", "파티션"),
    ("PRODUCER", "프로듀서"),
    ("PROGRESS", "진행"),
    ("RACK", "영역(랙)"),
    ("REPLICAS", "레플리카"),
    ("REPLICATION", "복제 팩터"),
    ("ROLE", "역할"),
    ("SIZE", "크기"),
    ("SOURCE", "출처"),
    ("STABLE", "안정 오프셋"),
    ("START", "시작"),
    ("STATE", "상태"),
    ("TO", "이후"),
    ("TOPIC", "토픽"),
    ("TRANSACTIONAL ID", "트랜잭션 ID"),
    ("TYPE", "유형"),
    ("VALUE", "값"),
    // Of one thing, a line each.
    ("Assignor", "할당자"),
    ("Bootstrap", "부트스트랩"),
    ("Brokers", "브로커"),
    ("Engine", "엔진"),
    ("Epoch", "에포크"),
    ("Group", "그룹"),
    ("Health", "파티션 상태"),
    ("High watermark", "하이 워터마크"),
    ("Internal", "내부"),
    ("Lag", "랙"),
    ("Leader", "리더"),
    ("Members", "멤버"),
    ("Name", "이름"),
    ("Partitions", "파티션"),
    ("Reason", "이유"),
    ("Replication", "복제 팩터"),
    ("State", "상태"),
    ("Topic", "토픽"),
    ("Topics", "토픽"),
    ("Type", "유형"),
];

/// The language of this run, once it is known.
pub(crate) fn speak(lang: Lang) {
    // A second time says the same.
    let _ = LANG.set(lang);
}

/// The language of this run.
pub(crate) fn lang() -> Lang {
    LANG.get().copied().unwrap_or(Lang::En)
}

/// A heading in the language of this run.
pub(crate) fn heading(english: &str) -> &str {
    match LANG.get() {
        Some(Lang::Ko) => korean(english),
        _ => english,
    }
}

fn korean(english: &str) -> &str {
    KOREAN.iter().find(|(of, _)| *of == english).map_or(english, |(_, korean)| korean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_translated_once_and_the_rest_stays() {
        assert_eq!(korean("TOPIC"), "토픽");
        assert_eq!(korean("ISR"), "ISR");
        for (at, (english, _)) in KOREAN.iter().enumerate() {
            assert_eq!(KOREAN.iter().position(|(of, _)| of == english), Some(at), "{english}");
        }
    }
}
