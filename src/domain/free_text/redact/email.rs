//! E-mail addresses.
//!
//! A subset of RFC 5322: an ASCII local part, a host of labels, a top-level domain. Also obfuscated forms:
//! `(at)`, "at … dot …", 골뱅이 ("whelk", the Korean word for @), 닷컴.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::Finding;
use super::kind::Kind;
use super::pattern::pattern;

/// Mail providers that are named without a top-level domain.
const PROVIDER: &str = "naver|gmail|hanmail|daum|kakao|nate|hotmail|outlook|yahoo|icloud";

/// Their names in Korean.
const PROVIDER_KOREAN: &str =
    "네이버|지메일|쥐메일|구글|한메일|다음|카카오|네이트|핫메일|아웃룩|야후|아이클라우드";

/// The sign, in brackets or as the Korean word; blanks around it are common.
const AT: &str = r"(?: \x20{0,2}(?: @ | 골뱅이 | 골벵이 | 앳 | 엣 | 애트 | \x20at\x20sign\x20 )\x20{0,2} | \x20{0,2}[(\[{<]\x20?(?: at | @ | 골뱅이 | 앳 )\x20?[)\]}>]\x20{0,2} )";

/// A dot that is spelled out.
const DOT: &str = r"(?: \x20{1,2}dot\x20{1,2} | \x20{0,2}[(\[{<]\x20?(?: dot | \. | 점 | 닷 | 쩜 )\x20?[)\]}>]\x20{0,2} | \x20{0,2}(?: 닷 | 점 | 쩜 )\x20{0,2} )";

/// Letters and signs as Koreans read them out, for a name in front of the sign.
const SPELT: &str = "에이|비|씨|시|디|이|에프|지|쥐|에이치|아이|제이|케이|엘|엠|엔|오|피|큐|알|에스|티|유|브이|더블유|엑스|와이|제트|언더바|밑줄|점|하이픈|[공영일이삼사오육칠팔구]|[0-9]";

/// Top-level domains after a dot that is spelled out or set apart by blanks. Only these count, so that prose does not.
const KNOWN: &str = r"(?: com | net | org | edu | gov | kr | jp | cn | uk | io | co\x20?kr | 컴 | 콤 | 넷 | 네트 | 오알지 | (?: 씨오 | 시오 | 오알 | 에이씨 )? \x20? (?: 점 | 닷 )? \x20? 케이알 )";

/// Letters directly behind the address belong to it, so that no later detector starts there.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let label = format!("(?:[a-z0-9][a-z0-9_-]*|{PROVIDER_KOREAN})");
    let provider = format!("(?:{PROVIDER}|{PROVIDER_KOREAN})");
    pattern(&format!(
        r"
        # name@host.tld, the dots plain or spelled
        (?: (?: [a-z0-9_]{{1,30}} \x20? (?: 쩜 | 점 | 닷 | 언더바 ) \x20? ){{0,3}} [a-z0-9._%+'\-]+ | [가-힣]{{1,20}} ) {AT} {label}(?:(?: \. | {DOT} ){label})* (?: \. [a-z]{{2,}} | (?: {DOT} | \x20?\.\x20? ) {KNOWN}[a-z]* )
        # name and host in Korean letters
        | (?: [a-z0-9._%+'\-]+ | [가-힣]{{1,20}} | (?: (?: {SPELT} ) \x20? ){{2,20}} ) \x20{{0,2}} (?: @ | 골뱅이 | 골벵이 ) \x20{{0,2}} (?: [a-z0-9\-]{{1,20}} | [가-힣]{{1,8}} (?: \x20 [가-힣]{{1,2}} )? ) {DOT} {KNOWN} (?: {DOT} {KNOWN} )?
        # a comma for the dot
        | [a-z0-9._%+'\-]+ {AT} {label} , (?: com | net | org | kr | co[.,]kr ) (?-u:\b)
        # name at host dot tld
        | (?: [a-z0-9_]{{1,30}} \x20 (?: dot | underscore | dash | hyphen ) \x20 ){{0,3}} [a-z0-9._%+'\-]+ \x20{{1,2}}at\x20{{1,2}} (?: {label}(?:{DOT}{label})*{DOT}{KNOWN}[a-z]* | {provider}\.[a-z]{{2,}} )
        # name.00 at host.tld: the word before it is a name if a digit or an underscore is in it
        | [a-z][a-z.%+'\-]*[0-9_][a-z0-9._%+'\-]* \x20{{1,2}}at\x20{{1,2}} {label}(?:\.{label})*\.{KNOWN}[a-z]*
        # a blank in the host
        | [a-z0-9._%+'\-]+ @ [a-z0-9\-]{{1,20}} \x20 [a-z0-9\-]{{1,8}} \. (?: com | net | org | (?: co \. )? kr ) (?-u:\b)
        # the words in capitals, before any domain
        | [a-z0-9._%+'\-]+ \x20 (?-i:AT) \x20 [a-z0-9\-]+ (?: \x20 (?-i:DOT) \x20 [a-z0-9\-]{{2,}} ){{1,3}}
        # another sign
        | [a-z0-9._\-]{{2,}} \# {provider} \. [a-z]{{2,}} (?: \. kr )?
        # name at provider
        | [a-z0-9._%+'\-]{{2,}} \x20 at \x20 (?: gmail | hotmail | hanmail | icloud | naver | outlook | yahoo ) (?-u:\b)
        # name@provider
        | [a-z0-9._%+'\-]{{2,}} {AT} {provider}[a-z]*
        "
    ))
});

/// "… at the dot com …" and "looked at naver" are prose, and "insta @name.kr" is an account.
static PROSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\x20at\x20+ (?: the | a | this | that | my | our )\x20 | ^ (?: look (?: s | ed | ing )? | log (?: s | ged )? | sign (?: s | ed )? | work (?: s | ed | ing )? | in | up | is | was | be | are | me | it | e-? mail (?: s | ed )? | account | search (?: ed )? | read | on | just | and | arrived | stuck ) \x20 at \x20 [a-z]+ $ | ^ (?: dm | insta (?: gram )? | ig | twitter | id | 디엠 | 인스타 (?: 그램 )? | 트위터 | 아이디 | 카톡 | is | add | follow | me | my | on | handle | and ) \x20+ @",
    )
});

/// Finds e-mail addresses.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    EMAIL
        .find_iter(piece)
        .filter(|found| !PROSE.is_match(found.as_str()))
        .map(|found| Finding {
            start: found.start(),
            end: found.end(),
            kind: Kind::Email,
        })
        .collect()
}
