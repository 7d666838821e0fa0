//! Units and counters behind a number, by which it is an amount.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

const LOOK_AHEAD: usize = 20;

/// A unit directly behind the number.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s? (?:
        원(?: [^가-힣] | $ | 이 | 을 | 은 | 도 | 에 | 씩 | 으 | 정 | 대 | 가 | 만 | 짜 | 나 | 인 | 어 | 의 | 과 | 까 | 넘 )
        | 만 \s? (?: 원 | 명 | 보 | 달러 ) | 천 \s? (?: 원 | 명 ) | 억 \s? 원?
        | 명(?: [^가-힣] | $ | 이 | 을 | 은 | 도 | 의 | 중 | 에 ) | 개(?: [^가-힣] | $ | 월 | 를 | 가 | 씩 )
        | 보(?: [^가-힣] | $ | 를 | 도 | 는 | 은 | 걸 | 이 | 까 | 나 | 네 ) | 회(?: [^가-힣] | $ ) | 분(?: [^가-힣] | $ | 간 )
        | 걸음 | 킬로 | 칼로리 | 밀리 | 그램 | 미터 | 단위 | 정도 | 가량 | 달러 | 유로 | 시간
        | %
        | (?: won | krw | usd | dollars? | bucks | euros? | eur | gbp | pounds? | yen | jpy | mg | mcg | ug | [µμ]g | g | kg | ml | l | dl | iu | cells?
          | copies | steps? | kcal | calories | cal | km | m | cm | mm | people | patients | times | days | hours | hrs | minutes | min | lbs? | units?
          | per | / \s? (?: [µμu]?l | ml | dl | mm3? | day | week | month | year ) )
          (?: [^a-z0-9] | $ ) )",
    )
});

/// A counter of time, which no code has behind it.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s? (?: 년 | 월(?: [^가-힣] | $ | \s ) | 일(?: [^가-힣] | $ | 에 | 은 | 날 ) | 시(?: [^가-힣] | $ | 에 | 쯤 ) | 주(?: [^가-힣] | $ | 간 | 째 ) | 회 | 차(?: [^가-힣] | $ | 례 | 때 | 부 | 까 | 를 | 에 | 항 | 는 ) | 세(?: [^가-힣] | $ ) | 살 | 번째 | 개월 | 일간 | 단계 | 자리 )",
    )
});

/// Whether a unit stands at the start of this text.
pub(super) fn stands_at_start(after: &str) -> bool {
    UNIT.is_match(after)
}

/// Whether a unit or a counter stands directly behind a number, so that it is an amount.
pub(super) fn unit_follows(after: &str) -> bool {
    let to = after
        .char_indices()
        .nth(LOOK_AHEAD)
        .map_or(after.len(), |(at, _)| at);
    let after = after.get(..to).unwrap_or_default();
    UNIT.is_match(after) || TIME.is_match(after)
}
