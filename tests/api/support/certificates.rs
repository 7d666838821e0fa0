//! Certificates that a test makes for itself.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// A CA of its own.
pub struct Ca(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, both in PEM.
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

impl Ca {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The certificate of the CA, with its key.
    pub fn itself(&self) -> Issued {
        Issued {
            certificate: self.pem(),
            key: self.0.key().serialize_pem(),
        }
    }

    /// A certificate for these hosts.
    pub fn issue(&self, hosts: &[&str]) -> Issued {
        self.issue_until(hosts, 2090)
    }

    /// A certificate for these hosts that ends with the beginning of this year. The first host is its subject.
    pub fn issue_until(&self, hosts: &[&str], year: i32) -> Issued {
        let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let subject = named(&hosts[0]);
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name = subject;
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        Issued {
            certificate: params.signed_by(&key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
