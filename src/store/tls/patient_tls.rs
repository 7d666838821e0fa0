//! TLS with patience on its inside: what the database owes is seen only in what was deciphered.

use std::pin::Pin;

use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::store::patient_stream::{Patience, PatientStream};

/// Does what another connector does, and limits how long Postgres may owe an answer.
pub(in crate::store) struct PatientTls<T> {
    pub connector: T,
    pub patience: Patience,
}

impl<S, T> TlsConnect<S> for PatientTls<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = PatientStream<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, socket: S) -> Self::Future {
        let connecting = self.connector.connect(socket);
        let patience = self.patience;
        Box::pin(async move {
            let stream = connecting.await?;
            Ok(PatientStream::new(stream, patience))
        })
    }
}

impl<S: TlsStream + Unpin> TlsStream for PatientStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.get_ref().channel_binding()
    }
}
