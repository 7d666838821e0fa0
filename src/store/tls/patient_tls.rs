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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::ServerConfig;
    use rustls::pki_types::PrivateKeyDer;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;
    use tokio_postgres::tls::MakeTlsConnect;
    use tokio_postgres_rustls::MakeRustlsConnect;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::server::TlsStream as ServerStream;

    use super::super::{Trust, client};
    use super::*;
    use crate::tls::provider;

    const PATIENCE: Duration = Duration::from_secs(12);

    type Ours = PatientStream<<MakeRustlsConnect as MakeTlsConnect<DuplexStream>>::Stream>;

    async fn server(socket: DuplexStream) -> ServerStream<DuplexStream> {
        let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        acceptor.accept(socket).await.unwrap()
    }

    async fn pair() -> (Ours, ServerStream<DuplexStream>) {
        let (ours, theirs) = duplex(64 * 1024);
        let mut maker = MakeRustlsConnect::new(client(Trust::Anybody, None).unwrap());
        let connector =
            MakeTlsConnect::<DuplexStream>::make_tls_connect(&mut maker, "localhost").unwrap();
        let patience = Patience {
            limit: PATIENCE,
            stalls: Arc::default(),
        };
        let connecting = PatientTls {
            connector,
            patience,
        }
        .connect(ours);
        let (ours, theirs) = tokio::join!(connecting, server(theirs));
        (ours.unwrap(), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_hangs_under_tls_fails_after_the_patience() {
        let (mut ours, _theirs) = pair().await;
        let started = Instant::now();
        ours.write_all(b"query").await.unwrap();
        ours.flush().await.unwrap();
        let failed = ours.read(&mut [0; 64]).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_under_tls_stays_open() {
        let (mut ours, mut theirs) = pair().await;
        ours.write_all(b"query").await.unwrap();
        ours.flush().await.unwrap();
        // The end of the answer comes in a record of its own.
        for piece in [&b"a row"[..], b"Z\0\0\0\x05I"] {
            theirs.write_all(piece).await.unwrap();
            theirs.flush().await.unwrap();
            assert_eq!(ours.read(&mut [0; 64]).await.unwrap(), piece.len());
        }
        let idle = tokio::time::timeout(PATIENCE * 100, ours.read(&mut [0; 64])).await;
        assert!(idle.is_err(), "{idle:?}");
    }
}
