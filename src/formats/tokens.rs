//! The words of an expression, one after the other. What they are and what comes of them is each format's own.

/// The most bytes of an expression.
const MAX_LENGTH: usize = 32_767;
/// The most levels of brackets, signs and calls.
const MAX_DEPTH: usize = 40;

/// Words, each as it is written too, and the place of the next one.
pub struct Tokens<T> {
    tokens: Vec<(T, String)>,
    next: usize,
    depth: usize,
}

impl<T: Clone + PartialEq> Tokens<T> {
    /// The words that `split` finds in a text.
    ///
    /// # Errors
    ///
    /// When the text is too long, or when `split` finds something that is no word.
    pub fn of(
        text: &str,
        split: impl FnOnce(&str) -> Result<Vec<(T, String)>, String>,
    ) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err("the expression is too long".to_owned());
        }
        Ok(Self {
            tokens: split(text)?,
            next: 0,
            depth: 0,
        })
    }

    /// The next word, which stays the next one.
    pub fn peek(&self) -> Option<&T> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// The next word; after it comes another one.
    pub fn take(&mut self) -> Option<T> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    /// Passes over the next word.
    pub fn skip(&mut self) {
        self.next += 1;
    }

    /// Whether the next word is this one. Then it is passed over.
    pub fn is_next(&mut self, token: &T) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    /// Goes one level deeper.
    ///
    /// # Errors
    ///
    /// When that is too deep.
    pub fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => Err("the brackets are nested too deeply".to_owned()),
            false => Ok(()),
        }
    }

    /// Comes back from a level.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Says of the word that was just taken that something else was expected.
    pub fn unexpected(&self) -> String {
        self.fault(self.next.saturating_sub(1))
    }

    /// Checks that no word is left.
    ///
    /// # Errors
    ///
    /// The word that is.
    pub fn end(&self) -> Result<(), String> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(self.next)),
        }
    }

    fn fault(&self, place: usize) -> String {
        let written = self.tokens.get(place).map_or("", |(_, written)| written);
        format!("\"{written}\" was not expected")
    }
}
