//! Where the file of an export waits for a client that is slower than the database: in a temporary file without a name.
//!
//! So a client that takes nothing holds no connection to the database. The space of all these files together is bounded.
//!
//! What waits is answers, outside of Postgres. So the file has no name from the start, belongs to this process alone,
//! and holds only what is encrypted under a key that was drawn for it and lies in memory. A disk that is taken out, a
//! backup or a crash in between leave nothing that can be read.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::PathBuf;
use std::sync::Arc;

use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::random::{self, NoEntropy};

/// Why a piece of an export can be neither kept nor found again.
#[derive(Debug, thiserror::Error)]
pub enum SpoolFault {
    /// The file cannot be made, written or read.
    #[error("the spool of exports cannot be used: {0}")]
    File(ErrorKind),
    /// What was read is not what was written.
    #[error("what the spool of exports gave back is not what it was given")]
    Spoilt,
    /// There is no key for it.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The task that reads or writes ended without a result.
    #[error("the spool of exports broke off")]
    BrokenOff,
}

impl From<io::Error> for SpoolFault {
    /// The message of the system could name a path, so only its kind is kept.
    fn from(error: io::Error) -> Self {
        Self::File(error.kind())
    }
}

/// The folder in which all exports spool, and how much of it is free.
#[derive(Clone)]
pub struct Spool {
    folder: PathBuf,
    free: Arc<Semaphore>,
}

impl Spool {
    /// Keeps no more than so many bytes in this folder.
    pub fn new(folder: impl Into<PathBuf>, bytes: usize) -> Self {
        Self {
            folder: folder.into(),
            free: Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// How many bytes are free.
    pub fn free(&self) -> usize {
        self.free.available_permits()
    }

    /// The place of one export. It makes its file when the first piece is kept.
    pub fn open(&self) -> SpooledFile {
        SpooledFile {
            spool: self.clone(),
            file: None,
            room: None,
            end: 0,
            number: 0,
        }
    }

    fn create(&self) -> Result<SealedFile, SpoolFault> {
        let file = match tempfile::tempfile_in(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut folder = DirBuilder::new();
                folder.recursive(true).mode(0o700).create(&self.folder)?;
                tempfile::tempfile_in(&self.folder)
            }
            made => made,
        };
        Ok(SealedFile {
            file: file?,
            cipher: ChaCha20Poly1305::new(&random::bytes::<32>()?.into()),
        })
    }
}

/// The spooled part of one export.
pub struct SpooledFile {
    spool: Spool,
    file: Option<Arc<SealedFile>>,
    /// The room that it takes of the spool.
    room: Option<OwnedSemaphorePermit>,
    /// Where the next piece goes.
    end: u64,
    /// How many pieces were kept. It makes the nonce, so it never goes back.
    number: u64,
}

/// A piece that is kept.
pub struct SpooledPiece {
    file: Arc<SealedFile>,
    number: u64,
    place: u64,
    length: usize,
}

struct SealedFile {
    file: File,
    cipher: ChaCha20Poly1305,
}

/// What sealing adds to a piece.
const TAG: usize = 16;

impl SpooledFile {
    /// Waits until there is room for a piece of this length.
    pub async fn make_room(&mut self, length: usize) -> Result<(), SpoolFault> {
        let room = u32::try_from(length + TAG).map_err(|_| SpoolFault::BrokenOff)?;
        let room = Arc::clone(&self.spool.free).acquire_many_owned(room).await;
        let room = room.map_err(|_| SpoolFault::BrokenOff)?;
        match &mut self.room {
            Some(taken) => taken.merge(room),
            None => self.room = Some(room),
        }
        Ok(())
    }

    /// Keeps a piece that [room was made](Self::make_room) for.
    pub async fn keep(&mut self, bytes: Vec<u8>) -> Result<SpooledPiece, SpoolFault> {
        let (number, place) = (self.number, self.end);
        let (opened, spool) = (self.file.take(), self.spool.clone());
        let piece = run_blocking(move || {
            let file = match opened {
                Some(file) => file,
                None => Arc::new(spool.create()?),
            };
            let sealed = file.cipher.encrypt(&nonce(number).into(), &*bytes);
            let sealed = sealed.map_err(|_| SpoolFault::Spoilt)?;
            file.file.write_all_at(&sealed, place)?;
            Ok(SpooledPiece {
                file,
                number,
                place,
                length: sealed.len(),
            })
        });
        let piece = piece.await?;
        self.file = Some(Arc::clone(&piece.file));
        self.end += piece.length as u64;
        self.number += 1;
        Ok(piece)
    }

    /// Forgets what was kept, and gives the room back. Pieces that nobody has read yet can no longer be read.
    pub fn clear(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.end > 0)
            && let Err(error) = file.file.set_len(0)
        {
            tracing::warn!(kind = ?error.kind(), "the spool of an export cannot be emptied");
        }
        self.end = 0;
        self.room = None;
    }
}

impl SpooledPiece {
    /// Reads the piece.
    pub async fn read(self) -> Result<Vec<u8>, SpoolFault> {
        run_blocking(move || {
            let mut sealed = vec![0; self.length];
            self.file.file.read_exact_at(&mut sealed, self.place)?;
            let opened = self
                .file
                .cipher
                .decrypt(&nonce(self.number).into(), &*sealed);
            opened.map_err(|_| SpoolFault::Spoilt)
        })
        .await
    }
}

fn nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    if let Some(start) = nonce.first_chunk_mut() {
        *start = number.to_be_bytes();
    }
    nonce
}

async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolFault> + Send + 'static,
) -> Result<T, SpoolFault> {
    spawn_blocking(work)
        .await
        .unwrap_or(Err(SpoolFault::BrokenOff))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"group,distress\r\na,9\r\n";

    fn spool(bytes: usize) -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("new"), bytes);
        (folder, spool)
    }

    async fn keep(file: &mut SpooledFile, bytes: &[u8]) -> SpooledPiece {
        file.make_room(bytes.len()).await.unwrap();
        file.keep(bytes.to_vec()).await.unwrap()
    }

    #[tokio::test]
    async fn pieces_come_back_and_the_file_has_no_name_and_nothing_to_read() {
        let (folder, spool) = spool(1000);
        let mut file = spool.open();
        let first = keep(&mut file, SECRET).await;
        let second = keep(&mut file, b"more").await;
        let names = std::fs::read_dir(folder.path().join("new")).unwrap();
        assert_eq!(names.count(), 0);
        let mut bytes = vec![0; first.length];
        first.file.file.read_exact_at(&mut bytes, 0).unwrap();
        assert!(!bytes.windows(8).any(|part| part == &SECRET[..8]));
        assert_eq!(second.read().await.unwrap(), b"more");
        assert_eq!(first.read().await.unwrap(), SECRET);
    }

    #[tokio::test]
    async fn room_is_bounded_and_comes_back() {
        let (_folder, spool) = spool(100);
        let mut file = spool.open();
        let unread = keep(&mut file, &[1; 60]).await;
        let mut other = spool.open();
        let waiting =
            tokio::time::timeout(std::time::Duration::from_millis(50), other.make_room(60));
        assert!(waiting.await.is_err());
        file.clear();
        assert_eq!(spool.free(), 100);
        assert!(matches!(
            unread.read().await,
            Err(SpoolFault::File(ErrorKind::UnexpectedEof))
        ));
        let again = keep(&mut file, &[2; 60]).await;
        drop(file);
        assert_eq!(spool.free(), 100);
        assert_eq!(again.read().await.unwrap(), [2; 60]);
    }

    #[tokio::test]
    async fn a_piece_that_was_changed_on_disk_is_not_given_out() {
        let (_folder, spool) = spool(1000);
        let piece = keep(&mut spool.open(), SECRET).await;
        piece.file.file.write_all_at(b"x", 3).unwrap();
        assert!(matches!(piece.read().await, Err(SpoolFault::Spoilt)));
    }
}
