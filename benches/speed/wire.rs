//! A small HTTP client: one connection that is kept, one request at a time, nothing but the length read.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::crowd::Worker;

/// Sends what `request` writes, and expects this status.
pub struct Caller<F> {
    stream: TcpStream,
    request: F,
    expected: &'static [u8],
    out: Vec<u8>,
    buffer: Vec<u8>,
}

impl<F: FnMut(&mut Vec<u8>)> Caller<F> {
    pub async fn connect(address: SocketAddr, expected: &'static str, request: F) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            request,
            expected: expected.as_bytes(),
            out: Vec::new(),
            buffer: vec![0; 256 * 1024],
        }
    }

    /// The bytes of the answer, head and body.
    pub async fn call(&mut self) -> &[u8] {
        self.out.clear();
        (self.request)(&mut self.out);
        self.stream.write_all(&self.out).await.unwrap();
        let (mut filled, mut length) = (0, None);
        while length.is_none_or(|length| filled < length) {
            let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
            length = length.or_else(|| length_of(&self.buffer[..filled]));
        }
        let answer = &self.buffer[..filled];
        let status = &answer[b"HTTP/1.1 ".len()..][..3];
        assert!(
            status == self.expected,
            "{}",
            String::from_utf8_lossy(answer)
        );
        answer
    }
}

impl<F: FnMut(&mut Vec<u8>) + Send + 'static> Worker for Caller<F> {
    async fn step(&mut self) -> u64 {
        self.call().await;
        1
    }
}

impl<F: FnMut(&mut Vec<u8>)> Caller<F> {
    /// Reads an answer that comes in chunks, and drops it; gives its length.
    pub async fn drain(&mut self) -> usize {
        const END: &[u8] = b"\r\n0\r\n\r\n";
        self.out.clear();
        (self.request)(&mut self.out);
        self.stream.write_all(&self.out).await.unwrap();
        // The end may come in two reads, so the last bytes of one are kept for the next.
        let (mut length, mut kept) = (0, 0);
        loop {
            let read = self.stream.read(&mut self.buffer[kept..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            let filled = kept + read;
            length += read;
            if self.buffer[..filled].ends_with(END) {
                return length;
            }
            kept = filled.min(END.len());
            self.buffer.copy_within(filled - kept..filled, 0);
        }
    }
}

/// Checkpoint and body together, once the head is there.
fn length_of(answer: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let head = find(answer, b"\r\n\r\n")?;
    let start = find(&answer[..head], NAME).expect("a length") + NAME.len();
    let digits = answer[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let body = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    Some(head + 4 + body)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|at| at == wanted)
}

/// The body of an answer.
pub fn body(answer: &[u8]) -> &[u8] {
    &answer[find(answer, b"\r\n\r\n").unwrap() + 4..]
}
