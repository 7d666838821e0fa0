//! Expressions over answers: what the conditions of other formats are made of, however these write them.

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// At least one holds.
    Or(Vec<Expr>),
    /// All hold.
    And(Vec<Expr>),
    /// Two values compared.
    Compare(Box<Expr>, Op, Box<Expr>),
    /// A function and its arguments.
    Call(String, Vec<Expr>),
    /// The answer to the question of this name.
    Question(String),
    /// The answer to the question itself.
    Own,
    /// A text in quotes.
    Text(String),
    /// A number.
    Number(f64),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Op {
    /// The comparison with the two sides exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }

    /// Its sign in XPath.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Expr {
    /// A call of a function.
    pub fn call(name: &str, arguments: Vec<Expr>) -> Self {
        Self::Call(name.to_owned(), arguments)
    }

    /// A comparison.
    pub fn compare(left: Expr, op: Op, right: Expr) -> Self {
        Self::Compare(Box::new(left), op, Box::new(right))
    }

    /// At least one of these holds.
    pub fn any(mut list: Vec<Expr>) -> Self {
        match (list.pop(), list.is_empty()) {
            (None, _) => Self::call("false", Vec::new()),
            (Some(only), true) => only,
            (Some(last), false) => {
                list.push(last);
                Self::Or(list)
            }
        }
    }

    /// All of these hold.
    pub fn all(mut list: Vec<Expr>) -> Self {
        match (list.pop(), list.is_empty()) {
            (None, _) => Self::call("true", Vec::new()),
            (Some(only), true) => only,
            (Some(last), false) => {
                list.push(last);
                Self::And(list)
            }
        }
    }
}
