//! The part of XPath in which XLSForm says conditions and constraints: read, and written.

use std::fmt::{self, Display};

use crate::formats::expression::{Expr, Op};
use crate::formats::tokens::Tokens;

/// Reads an expression.
///
/// # Errors
///
/// What stands where something else was expected.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Tokens::of(text, tokens)?;
    let expr = parser.or()?;
    parser.end()?;
    Ok(expr)
}

/// Whether it needs brackets where a single value is expected.
fn is_compound(expr: &Expr) -> bool {
    matches!(expr, Expr::Or(_) | Expr::And(_) | Expr::Compare(..))
}

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, part: &Expr, brackets: bool| match brackets {
            true => write!(f, "({part})"),
            false => write!(f, "{part}"),
        };
        match self {
            Self::Or(list) | Self::And(list) => {
                let word = if matches!(self, Self::Or(_)) {
                    " or "
                } else {
                    " and "
                };
                for (place, item) in list.iter().enumerate() {
                    if place > 0 {
                        f.write_str(word)?;
                    }
                    part(f, item, matches!(item, Self::Or(_) | Self::And(_)))?;
                }
                Ok(())
            }
            Self::Compare(left, op, right) => {
                part(f, left, is_compound(left))?;
                write!(f, " {} ", op.sign())?;
                part(f, right, is_compound(right))
            }
            Self::Call(name, arguments) => {
                write!(f, "{name}(")?;
                for (place, argument) in arguments.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
            Self::Question(name) => write!(f, "${{{name}}}"),
            Self::Own => f.write_str("."),
            Self::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Question(String),
    Text(String),
    Number(f64),
    Name(String),
    Op(Op),
    Dot,
    Open,
    Close,
    Comma,
}

/// Cuts an expression into its words, each with how it is written.
fn tokens(text: &str) -> Result<Vec<(Token, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Op(Op::Equal), 1),
            '!' if rest.starts_with("!=") => (Token::Op(Op::Unequal), 2),
            '<' if rest.starts_with("<=") => (Token::Op(Op::AtMost), 2),
            '<' => (Token::Op(Op::Less), 1),
            '>' if rest.starts_with(">=") => (Token::Op(Op::AtLeast), 2),
            '>' => (Token::Op(Op::More), 1),
            '\'' | '"' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find(first).ok_or("a quote is not closed")?;
                let inner = inner.get(..end).unwrap_or_default();
                (Token::Text(inner.to_owned()), end + 2)
            }
            '$' => {
                let name = rest
                    .strip_prefix("${")
                    .and_then(|inner| inner.split_once('}'))
                    .map(|(name, _)| name)
                    .ok_or("a question is written as ${name}")?;
                (Token::Question(name.trim().to_owned()), name.len() + 3)
            }
            '-' | '.' | '0'..='9' => {
                let sign = usize::from(first == '-');
                let digits = rest.get(sign..).unwrap_or_default();
                let length = digits
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(digits.len());
                match rest.get(..sign + length).unwrap_or_default() {
                    "." => (Token::Dot, 1),
                    number => {
                        let value: f64 = number
                            .parse()
                            .map_err(|_| format!("{number:?} is no number that can be read"))?;
                        (Token::Number(value), number.len())
                    }
                }
            }
            c if c.is_alphabetic() || c == '_' => {
                let length = rest
                    .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | ':' | '.'))
                    .unwrap_or(rest.len());
                let name = rest.get(..length).unwrap_or_default();
                (Token::Name(name.to_owned()), length)
            }
            other => return Err(format!("{other:?} cannot be read")),
        };
        let written = rest.get(..length).unwrap_or_default();
        found.push((token, written.to_owned()));
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(found)
}

impl Tokens<Token> {
    fn or(&mut self) -> Result<Expr, String> {
        self.enter()?;
        let mut list = vec![self.and()?];
        while self.is_next(&Token::Name("or".to_owned())) {
            list.push(self.and()?);
        }
        self.leave();
        Ok(Expr::any(list))
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut list = vec![self.comparison()?];
        while self.is_next(&Token::Name("and".to_owned())) {
            list.push(self.comparison()?);
        }
        Ok(Expr::all(list))
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let left = self.value()?;
        let Some(Token::Op(op)) = self.peek().cloned() else {
            return Ok(left);
        };
        self.skip();
        Ok(Expr::compare(left, op, self.value()?))
    }

    fn value(&mut self) -> Result<Expr, String> {
        match self.take() {
            Some(Token::Question(name)) => Ok(Expr::Question(name)),
            Some(Token::Text(text)) => Ok(Expr::Text(text)),
            Some(Token::Number(number)) => Ok(Expr::Number(number)),
            Some(Token::Dot) => Ok(Expr::Own),
            Some(Token::Open) => {
                let inner = self.or()?;
                self.close()?;
                Ok(inner)
            }
            Some(Token::Name(name)) if self.is_next(&Token::Open) => {
                let mut arguments = Vec::new();
                if self.peek() != Some(&Token::Close) {
                    arguments.push(self.or()?);
                    while self.is_next(&Token::Comma) {
                        arguments.push(self.or()?);
                    }
                }
                self.close()?;
                Ok(Expr::Call(name, arguments))
            }
            Some(_) => Err(self.unexpected()),
            None => Err("the expression breaks off".to_owned()),
        }
    }

    fn close(&mut self) -> Result<(), String> {
        match self.take() {
            Some(Token::Close) => Ok(()),
            _ => Err("a bracket is not closed".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression() -> impl Strategy<Value = Expr> {
        let op = prop::sample::select(vec![
            Op::Equal,
            Op::Unequal,
            Op::Less,
            Op::AtMost,
            Op::More,
            Op::AtLeast,
        ]);
        let leaf = prop_oneof![
            "[a-z][a-z0-9_-]{0,8}".prop_map(Expr::Question),
            "[a-zA-Z가-힣 \"().$]{0,8}".prop_map(Expr::Text),
            "[a-z 'and]{0,8}".prop_map(Expr::Text),
            (-1_000_000_i32..1_000_000).prop_map(|n| Expr::Number(f64::from(n) / 100.0)),
            Just(Expr::Own),
        ];
        leaf.prop_recursive(5, 40, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
                (inner.clone(), op.clone(), inner.clone())
                    .prop_map(|(left, op, right)| Expr::compare(left, op, right)),
                (
                    "(not|selected|count-selected|true)",
                    prop::collection::vec(inner, 0..3)
                )
                    .prop_map(|(name, arguments)| Expr::Call(name, arguments)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(expr in expression()) {
            prop_assert_eq!(parse(&expr.to_string()), Ok(expr));
        }

        #[test]
        fn no_text_makes_it_fall_over(text in ".{0,60}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn what_was_not_expected_is_said_as_it_is_written() {
        for (text, expected) in [
            ("${a} mod 2", "\"mod\" was not expected"),
            ("${a} = != 2", "\"!=\" was not expected"),
            ("(${a} = 1) ${b}", "\"${b}\" was not expected"),
            ("${a} = )", "\")\" was not expected"),
        ] {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn brackets_without_end_are_refused() {
        assert!(parse(&"(".repeat(30_000)).is_err());
        assert!(parse(&"not(".repeat(8_000)).is_err());
    }
}
