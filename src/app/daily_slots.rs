//! The slots in which networks and accounts are counted for rate limits.
//!
//! A slot is 16 bits of a hash of the network or the account, under a salt that lives for a day and is never written down.
//! So a counter says nothing of an address: each slot stands for 65,536 networks of IPv4, and tomorrow for others. There are
//! 65,536 slots, whatever a stranger makes up, so the memory is bounded. That two networks share one matters only while
//! both are near the limit.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::random;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(u16);

/// Slots under the salt of the day.
#[derive(Default)]
pub struct DailySlots {
    salt: Mutex<Option<Salt>>,
}

#[derive(Clone, Copy)]
struct Salt {
    day: NaiveDate,
    bytes: [u8; 32],
}

impl DailySlots {
    /// The slot of the client's network.
    pub fn of_network(&self, client: IpAddr, now: DateTime<Utc>) -> Slot {
        self.of(&[b"network", &octets(client)], now)
    }

    /// The slot of a text, such as the e-mail address of an account.
    pub fn of_text(&self, text: &str, now: DateTime<Utc>) -> Slot {
        self.of(&[b"text", text.as_bytes()], now)
    }

    /// The slot of a text that comes from this client's network.
    pub fn of_text_from(&self, text: &str, client: Option<IpAddr>, now: DateTime<Utc>) -> Slot {
        let network = client.map(octets).unwrap_or_default();
        self.of(&[b"text from", &network, text.as_bytes()], now)
    }

    fn of(&self, parts: &[&[u8]], now: DateTime<Utc>) -> Slot {
        let mut hash = Sha256::new();
        hash.update(self.salt(now.date_naive()));
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let [first, second, ..]: [u8; 32] = hash.finalize().into();
        Slot(u16::from_be_bytes([first, second]))
    }

    /// The salt of the day; the one before is forgotten. If there are no random bytes, the one before stays.
    fn salt(&self, day: NaiveDate) -> [u8; 32] {
        let mut salt = self.salt.lock().unwrap_or_else(PoisonError::into_inner);
        match *salt {
            Some(known) if known.day == day => known.bytes,
            known => {
                let before = known.map(|known| known.bytes).unwrap_or_default();
                let bytes = random::bytes().unwrap_or(before);
                *salt = Some(Salt { day, bytes });
                bytes
            }
        }
    }
}

/// The bytes of a network. One customer usually has a whole /64 of IPv6 addresses, so a /64 counts as one address.
fn octets(client: IpAddr) -> Vec<u8> {
    match client.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))
            .octets()
            .to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::TimeDelta;

    use super::*;
    use crate::app::limiter::{Limiter, Rate};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_network_of_ipv6_counts_as_one_client() {
        let at = |text: &str| octets(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::2:3"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

    #[test]
    fn a_network_has_another_slot_on_each_day_and_in_each_server() {
        let client = "192.0.2.1".parse().unwrap();
        let (one, other) = (DailySlots::default(), DailySlots::default());
        let days = |slots: &DailySlots| -> Vec<_> {
            let day = |day| slots.of_network(client, NOW + TimeDelta::days(day));
            (0..8).map(day).collect()
        };
        let (first, second) = (days(&one), days(&other));
        assert!(first.iter().collect::<HashSet<_>>().len() > 4);
        assert_ne!(first, second);
        let later = NOW + TimeDelta::hours(23);
        assert_eq!(one.of_network(client, NOW), one.of_network(client, later));
    }

    #[test]
    fn however_many_networks_there_are_the_counters_are_bounded() {
        let (slots, limiter) = (DailySlots::default(), Limiter::new(Rate::new(1, 600)));
        for number in 0..400_000_u128 {
            let client = IpAddr::from(Ipv6Addr::from_bits(number << 64));
            let _ = limiter.check(&slots.of_network(client, NOW));
        }
        let counters = limiter.counters();
        assert!((60_000..=65_536).contains(&counters), "{counters}");
    }
}
