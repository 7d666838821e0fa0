//! The problem documents of requests that HTTP's parser refuses.
//!
//! No handler sees such a request: the framework replies with a head alone, and closes the connection. The
//! [socket](super::patient_socket) completes that reply before it is sent.

use super::middleware::security_headers::ALWAYS;
use super::problem::{Code, MEDIA_TYPE, Problem};

/// The statuses with which the framework replies by itself.
const REFUSALS: [(&[u8], Code); 3] = [
    (b"HTTP/1.1 400 ", Code::BadRequest),
    (b"HTTP/1.1 408 ", Code::HeadTooSlow),
    (b"HTTP/1.1 431 ", Code::HeadTooLarge),
];
const EMPTY: &str = "content-length: 0\r\n";
const END: &str = "\r\n\r\n";
/// No head of the framework alone is longer.
const LONGEST: usize = 200;

/// The whole reply, if these bytes are a refusal of the framework without a document. Only exactly such a head is one: a
/// reply of a handler has a body, and its headers of security.
pub fn completed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > LONGEST {
        return None;
    }
    let (_, code) = REFUSALS
        .iter()
        .find(|(begin, _)| bytes.starts_with(begin))?;
    let head = std::str::from_utf8(bytes).ok()?;
    let is_whole = head.find(END)? + END.len() == head.len();
    let (before, after) = head.split_once(EMPTY).filter(|_| is_whole)?;
    let document = Problem::new(*code).json("");
    let mut reply = format!(
        "{before}content-length: {}\r\ncontent-type: {MEDIA_TYPE}\r\ncache-control: no-store\r\n",
        document.len()
    );
    for (name, value) in ALWAYS {
        reply.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    reply.extend([after, &document]);
    Some(reply.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_refusal_gets_its_document_and_nothing_else_does() {
        let bare = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\
                    date: Thu, 26 Nov 2026 20:00:00 GMT\r\n\r\n";
        let reply = String::from_utf8(completed(bare.as_bytes()).unwrap()).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-type: application/problem+json"));
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
        assert!(head.contains("connection: close") && head.contains("nosniff"));
        let document: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(document["code"], "head_too_large");
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            "",
        ] {
            assert_eq!(completed(other.as_bytes()), None, "{other}");
        }
    }
}
