//! Settings that hold a secret. Each can also be named by a file, as containers hand secrets over.

use std::io;
use std::path::{Path, PathBuf};

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is given in two ways.
    #[error("{0} and {0}_FILE are both set: keep one of them")]
    Twice(&'static str),
    /// The file cannot be read.
    #[error("the file {1} of {0}_FILE cannot be read: {2}")]
    Unreadable(&'static str, PathBuf, io::Error),
    /// The file holds nothing.
    #[error("the file {1} of {0}_FILE is empty")]
    Empty(&'static str, PathBuf),
}

/// The secret of the variable `name`: its value, or what is in the file of `name_FILE`, without the end of the line.
/// What is empty counts as unset.
pub fn secret(
    name: &'static str,
    value: Option<&str>,
    file: Option<&Path>,
) -> Result<Option<String>, SecretError> {
    let value = value.filter(|value| !value.is_empty());
    let file = file.filter(|file| !file.as_os_str().is_empty());
    match (value, file) {
        (Some(_), Some(_)) => Err(SecretError::Twice(name)),
        (value, None) => Ok(value.map(str::to_owned)),
        (None, Some(file)) => {
            let mut text = std::fs::read_to_string(file)
                .map_err(|error| SecretError::Unreadable(name, file.to_owned(), error))?;
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
            match text.is_empty() {
                true => Err(SecretError::Empty(name, file.to_owned())),
                false => Ok(Some(text)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_given_by_value_or_by_file_and_not_by_both() {
        let path = std::env::temp_dir().join(format!("aftercare-secret-{}", std::process::id()));
        let get = |value, file| secret("SECRET", value, file);
        std::fs::write(&path, " with spaces \r\n").unwrap();
        let file = Some(path.as_path());
        assert_eq!(get(None, file).unwrap().as_deref(), Some(" with spaces "));
        assert_eq!(get(Some("a"), None).unwrap().as_deref(), Some("a"));
        assert_eq!(get(Some(""), Some(Path::new(""))).unwrap(), None);
        let both = get(Some("hunter22"), file).unwrap_err().to_string();
        assert!(both.contains("SECRET_FILE") && !both.contains("hunter22"));
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(get(None, file), Err(SecretError::Empty(..))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(get(None, file), Err(SecretError::Unreadable(..))));
    }
}
