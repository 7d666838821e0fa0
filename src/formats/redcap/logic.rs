//! Branching logic and calculations, read and written.
//!
//! `[name]` is an answer, `[name(code)]` is 1 where an option of several is chosen and 0 where it is not. Sums and
//! products are calls of `+`, `-`, `*` and `/`.

use crate::domain::form::QuestionKind;
use crate::formats::conditions::{Asked, Questions};
use crate::formats::expression::{Expr, Op};
use crate::formats::tokens::Tokens;

/// Branching logic that says what the expression says; none where there is no way to.
pub(super) fn written(expr: &Expr, questions: &Questions) -> Option<String> {
    print(&plain(expr, false, questions)?, questions)
}

/// The expression, or its contrary, without `not()`, which REDCap does not have.
fn plain(expr: &Expr, contrary: bool, questions: &Questions) -> Option<Expr> {
    let each = |list: &[Expr]| -> Option<Vec<Expr>> {
        list.iter()
            .map(|it| plain(it, contrary, questions))
            .collect()
    };
    match expr {
        Expr::Or(list) if contrary => each(list).map(Expr::all),
        Expr::And(list) if contrary => each(list).map(Expr::any),
        Expr::Or(list) => each(list).map(Expr::any),
        Expr::And(list) => each(list).map(Expr::all),
        Expr::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("not", [inner]) => plain(inner, !contrary, questions),
            ("selected", _) if contrary => Some(Expr::call("not", vec![expr.clone()])),
            ("selected", _) => Some(expr.clone()),
            _ => None,
        },
        Expr::Compare(left, op, right) => compared(left, *op, right, contrary, questions),
        _ => None,
    }
}

fn compared(
    left: &Expr,
    op: Op,
    right: &Expr,
    contrary: bool,
    questions: &Questions,
) -> Option<Expr> {
    let op = if contrary { opposite(op) } else { op };
    let Expr::Question(name) = left else {
        // A count, which is 0 without an answer.
        return Some(Expr::compare(left.clone(), op, right.clone()));
    };
    let asked = questions.get(name)?;
    let blank = |name: &str, op| {
        Expr::compare(
            Expr::Question(name.to_owned()),
            op,
            Expr::Text(String::new()),
        )
    };
    let is_blank = matches!(right, Expr::Text(text) if text.is_empty());
    if is_blank && asked.kind == QuestionKind::MultipleChoice {
        let options = asked.options.iter().map(|(option, ..)| {
            let option = Expr::Text(option.clone());
            Expr::call("selected", vec![left.clone(), option])
        });
        return Some(match op {
            Op::Unequal => Expr::any(options.collect()),
            _ => Expr::all(options.map(|it| Expr::call("not", vec![it])).collect()),
        });
    }
    let comparison = Expr::compare(left.clone(), op, right.clone());
    if let Expr::Question(other) = right {
        // REDCap compares two dates by datediff() only.
        if asked.kind == QuestionKind::Date {
            return None;
        }
        return Some(match contrary {
            true => Expr::any(vec![
                blank(name, Op::Equal),
                blank(other, Op::Equal),
                comparison,
            ]),
            false => Expr::all(vec![
                blank(name, Op::Unequal),
                blank(other, Op::Unequal),
                comparison,
            ]),
        });
    }
    // A blank answer is less than a number there, and no match here.
    Some(match (op, contrary) {
        (Op::Equal | Op::Unequal, _) => comparison,
        (Op::Less | Op::AtMost, false) => Expr::all(vec![blank(name, Op::Unequal), comparison]),
        (_, false) => comparison,
        (_, true) => Expr::any(vec![blank(name, Op::Equal), comparison]),
    })
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Equal => Op::Unequal,
        Op::Unequal => Op::Equal,
        Op::Less => Op::AtLeast,
        Op::AtMost => Op::More,
        Op::More => Op::AtMost,
        Op::AtLeast => Op::Less,
    }
}

fn print(expr: &Expr, questions: &Questions) -> Option<String> {
    match expr {
        Expr::Or(list) | Expr::And(list) => {
            let word = if matches!(expr, Expr::Or(_)) {
                " or "
            } else {
                " and "
            };
            let part = |part: &Expr| -> Option<String> {
                let text = print(part, questions)?;
                Some(match part {
                    Expr::Or(_) | Expr::And(_) => format!("({text})"),
                    _ => text,
                })
            };
            let parts: Option<Vec<String>> = list.iter().map(part).collect();
            parts.map(|it| it.join(word))
        }
        Expr::Compare(left, op, right) => {
            let sign = match op {
                Op::Unequal => "<>",
                op => op.sign(),
            };
            Some(format!(
                "{} {sign} {}",
                print(left, questions)?,
                print(right, questions)?
            ))
        }
        Expr::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("selected", _) => checkbox(expr).map(|it| format!("{it} = '1'")),
            ("not", [inner]) => checkbox(inner).map(|it| format!("{it} = '0'")),
            ("count-selected", [Expr::Question(name)]) => {
                let options = &questions.get(name)?.options;
                let boxes = options.iter().map(|(code, ..)| format!("[{name}({code})]"));
                Some(format!("sum({})", boxes.collect::<Vec<_>>().join(", ")))
            }
            _ => None,
        },
        Expr::Question(name) => Some(format!("[{name}]")),
        Expr::Text(text) if text.contains('\'') => Some(format!("\"{text}\"")),
        Expr::Text(text) => Some(format!("'{text}'")),
        Expr::Number(number) => Some(number.to_string()),
        Expr::Own => None,
    }
}

/// `[name(code)]`
fn checkbox(expr: &Expr) -> Option<String> {
    let Expr::Call(_, arguments) = expr else {
        return None;
    };
    match arguments.as_slice() {
        [Expr::Question(name), Expr::Text(code)] => Some(format!("[{name}({code})]")),
        _ => None,
    }
}

/// Reads branching logic, in the terms of conditions.
///
/// # Errors
///
/// What cannot be read.
pub(super) fn read(text: &str, questions: &Questions) -> Result<Expr, String> {
    let expr = normal(parse(text)?, questions);
    match bare_box(&expr, questions) {
        Some(mend) => Err(format!("a check box is compared by its code: write {mend}")),
        None => Ok(expr),
    }
}

/// How to write the first comparison of a question with several answers that names none of its boxes.
fn bare_box(expr: &Expr, questions: &Questions) -> Option<String> {
    match expr {
        Expr::Or(list) | Expr::And(list) => list.iter().find_map(|it| bare_box(it, questions)),
        Expr::Compare(left, op @ (Op::Equal | Op::Unequal), right) => {
            let (name, code) = match (left.as_ref(), right.as_ref()) {
                (Expr::Question(name), code) | (code, Expr::Question(name)) => (name, code),
                _ => return None,
            };
            let code = match code {
                Expr::Text(code) if !code.is_empty() => code.clone(),
                Expr::Number(code) => code.to_string(),
                _ => return None,
            };
            let is_chosen = u8::from(*op == Op::Equal);
            let asked = questions.get(name)?;
            (asked.kind == QuestionKind::MultipleChoice)
                .then(|| format!("[{name}({code})] = '{is_chosen}'"))
        }
        _ => None,
    }
}

/// With comparisons of check boxes as what they say.
fn normal(expr: Expr, questions: &Questions) -> Expr {
    let each = |list: Vec<Expr>| list.into_iter().map(|it| normal(it, questions)).collect();
    match expr {
        Expr::Or(list) => Expr::Or(each(list)),
        Expr::And(list) => Expr::And(each(list)),
        Expr::Compare(left, op, right) => {
            let (left, op, right) = match (left.as_ref(), right.as_ref()) {
                (Expr::Text(_) | Expr::Number(_), Expr::Call(..)) => (right, op.mirrored(), left),
                _ => (left, op, right),
            };
            if let Some(name) = whole_sum(&left, questions) {
                let count = Expr::call("count-selected", vec![Expr::Question(name)]);
                return Expr::compare(count, op, number(*right));
            }
            let is_box = matches!(left.as_ref(), Expr::Call(name, _) if name == "selected");
            let chosen =
                match (is_box, op, number(right.as_ref().clone())) {
                    (true, Op::Equal, Expr::Number(1.0))
                    | (true, Op::Unequal, Expr::Number(0.0)) => Some(true),
                    (true, Op::Equal, Expr::Number(0.0))
                    | (true, Op::Unequal, Expr::Number(1.0)) => Some(false),
                    _ => None,
                };
            match chosen {
                Some(true) => *left,
                Some(false) => Expr::call("not", vec![*left]),
                None => Expr::Compare(left, op, right),
            }
        }
        other => other,
    }
}

/// A number in quotes is a number as well.
fn number(expr: Expr) -> Expr {
    match &expr {
        Expr::Text(text) => text.trim().parse().map_or(expr.clone(), Expr::Number),
        _ => expr,
    }
}

/// The question of which a sum takes every check box.
fn whole_sum(expr: &Expr, questions: &Questions) -> Option<String> {
    let Expr::Call(name, boxes) = expr else {
        return None;
    };
    let of = |expr: &Expr| match expr {
        Expr::Call(name, arguments) if name == "selected" => match arguments.as_slice() {
            [Expr::Question(question), Expr::Text(code)] => Some((question.clone(), code.clone())),
            _ => None,
        },
        _ => None,
    };
    let boxes: Vec<_> = boxes.iter().map(of).collect::<Option<_>>()?;
    let (question, _) = boxes.first().filter(|_| name == "sum")?;
    let asked: &Asked = questions.get(question)?;
    let all = asked.options.len() == boxes.len()
        && asked
            .options
            .iter()
            .all(|(code, ..)| boxes.contains(&(question.clone(), code.clone())));
    all.then(|| question.clone())
}

/// Reads an expression as it stands.
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

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Question(String),
    Box(String, String),
    Text(String),
    Number(f64),
    Name(String),
    Compare(Op),
    Sign(char),
}

/// Cuts an expression into its words, each with how it is written.
fn tokens(text: &str) -> Result<Vec<(Token, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '=' => (Token::Compare(Op::Equal), 1),
            '<' if rest.starts_with("<>") => (Token::Compare(Op::Unequal), 2),
            '!' if rest.starts_with("!=") => (Token::Compare(Op::Unequal), 2),
            '<' if rest.starts_with("<=") => (Token::Compare(Op::AtMost), 2),
            '<' => (Token::Compare(Op::Less), 1),
            '>' if rest.starts_with(">=") => (Token::Compare(Op::AtLeast), 2),
            '>' => (Token::Compare(Op::More), 1),
            '(' | ')' | ',' | '+' | '-' | '*' | '/' => (Token::Sign(first), 1),
            '\'' | '"' => {
                let inner = rest.get(1..).unwrap_or_default();
                let (inner, _) = inner.split_once(first).ok_or("a quote is not closed")?;
                (Token::Text(inner.to_owned()), inner.len() + 2)
            }
            '[' => {
                let inner = rest.get(1..).unwrap_or_default();
                let (inner, _) = inner.split_once(']').ok_or("a bracket is not closed")?;
                let token = match inner
                    .trim()
                    .strip_suffix(')')
                    .and_then(|it| it.split_once('('))
                {
                    Some((name, code)) => {
                        Token::Box(name.trim().to_owned(), code.trim().to_owned())
                    }
                    None => Token::Question(inner.trim().to_owned()),
                };
                (token, inner.len() + 2)
            }
            '.' | '0'..='9' => {
                let length = rest
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len());
                let number = rest.get(..length).unwrap_or_default();
                let value = number
                    .parse()
                    .map_err(|_| format!("{number:?} is no number that can be read"))?;
                (Token::Number(value), length)
            }
            c if c.is_ascii_alphabetic() => {
                let length = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                let name = rest.get(..length).unwrap_or_default();
                (Token::Name(name.to_ascii_lowercase()), length)
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
        let left = self.sum()?;
        let Some(Token::Compare(op)) = self.peek().cloned() else {
            return Ok(left);
        };
        self.skip();
        Ok(Expr::compare(left, op, self.sum()?))
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        while let Some(Token::Sign(sign @ ('+' | '-'))) = self.peek().cloned() {
            self.skip();
            left = Expr::call(&sign.to_string(), vec![left, self.product()?]);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.value()?;
        while let Some(Token::Sign(sign @ ('*' | '/'))) = self.peek().cloned() {
            self.skip();
            left = Expr::call(&sign.to_string(), vec![left, self.value()?]);
        }
        Ok(left)
    }

    fn value(&mut self) -> Result<Expr, String> {
        match self.take() {
            Some(Token::Question(name)) => Ok(Expr::Question(name)),
            Some(Token::Box(name, code)) => Ok(Expr::call(
                "selected",
                vec![Expr::Question(name), Expr::Text(code)],
            )),
            Some(Token::Text(text)) => Ok(Expr::Text(text)),
            Some(Token::Number(number)) => Ok(Expr::Number(number)),
            Some(Token::Sign('-')) => {
                self.enter()?;
                let value = self.value()?;
                self.leave();
                Ok(match value {
                    Expr::Number(number) => Expr::Number(-number),
                    other => Expr::call("*", vec![Expr::Number(-1.0), other]),
                })
            }
            Some(Token::Sign('(')) => {
                let inner = self.or()?;
                self.close()?;
                Ok(inner)
            }
            Some(Token::Name(name)) if self.is_next(&Token::Sign('(')) => {
                let mut arguments = Vec::new();
                if self.peek() != Some(&Token::Sign(')')) {
                    arguments.push(self.or()?);
                    while self.is_next(&Token::Sign(',')) {
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
        match self.is_next(&Token::Sign(')')) {
            true => Ok(()),
            false => Err("a bracket is not closed".to_owned()),
        }
    }
}
