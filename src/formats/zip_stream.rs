//! A zip archive that is written in pieces, without going back: sizes and checksums stand behind each file.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::table::WriteFault;

/// A piece of a file that is worth sending.
const CHUNK: usize = 64 * 1024;

/// An archive under way.
pub struct ZipStream {
    /// None once it is finished.
    zip: Option<ZipWriter<StreamWriter<Shared>>>,
    written: Shared,
}

/// What is written and not taken yet. The archive owns its end of it until it is finished.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|written| written.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl From<ZipError> for WriteFault {
    fn from(error: ZipError) -> Self {
        Self::Format(error.to_string())
    }
}

impl Default for ZipStream {
    fn default() -> Self {
        let written = Shared::default();
        // A file may come to have more than 4 GiB.
        let zip = ZipWriter::new_stream(written.clone()).set_auto_large_file();
        let zip = Some(zip);
        Self { zip, written }
    }
}

impl ZipStream {
    /// Begins a file; the one before ends.
    ///
    /// # Errors
    ///
    /// When the archive is finished, or has a file with this name.
    pub fn start(&mut self, name: &str) -> Result<(), WriteFault> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.open()?.start_file(name, options)?)
    }

    /// Writes into the present file.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), WriteFault> {
        Ok(self.open()?.write_all(bytes)?)
    }

    /// Ends the archive.
    ///
    /// # Errors
    ///
    /// When it has ended already.
    pub fn finish(&mut self) -> Result<(), WriteFault> {
        self.open()?;
        if let Some(zip) = self.zip.take() {
            zip.finish()?;
        }
        Ok(())
    }

    /// Whether enough is written to send it.
    pub fn is_full(&self) -> bool {
        self.written.with(|written| written.len() >= CHUNK)
    }

    /// What was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        self.written.with(std::mem::take)
    }

    fn open(&mut self) -> Result<&mut ZipWriter<StreamWriter<Shared>>, WriteFault> {
        let zip = self.zip.as_mut();
        zip.ok_or_else(|| WriteFault::Format("the archive has ended".to_owned()))
    }
}
