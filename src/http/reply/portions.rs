//! The body of a reply in portions, so that a client that reads slowly makes the server keep a portion for it and not a
//! copy of the whole.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;

use crate::http::patient_socket::Answering;

/// The most bytes at once. The framework takes about as many before it waits for the client.
const PORTION: usize = 32 * 1024;

pin_project! {
    /// A body in portions. As long as it lasts, its request is being answered.
    pub struct Portions<B> {
        #[pin]
        body: B,
        rest: Bytes,
        answering: Option<Answering>,
    }
}

impl<B> Portions<B> {
    /// This body in portions.
    pub fn of(body: B, answering: Option<Answering>) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            answering,
        }
    }
}

impl<B: MessageBody> MessageBody for Portions<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.project();
        if this.rest.is_empty() {
            match ready!(this.body.poll_next(cx)) {
                Some(Ok(bytes)) => *this.rest = bytes,
                other => return Poll::Ready(other),
            }
        }
        let portion = this.rest.split_to(PORTION.min(this.rest.len()));
        Poll::Ready(Some(Ok(portion)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_large_body_comes_in_portions_and_whole() {
        let bytes: Bytes = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let mut body = Box::pin(Portions::of(bytes.clone(), None));
        assert_eq!(body.size(), BodySize::Sized(100_000));
        let mut whole = Vec::new();
        while let Some(portion) = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            let portion = portion.unwrap();
            assert!(portion.len() <= PORTION);
            whole.extend_from_slice(&portion);
        }
        assert_eq!(whole, bytes);
    }
}
