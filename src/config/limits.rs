//! Settings of the rate limits on what anybody may send, and on exports.

use std::time::Duration;

use clap::Args;

const OPEN_RESPONSES: &str = "300/1800";
const CREDENTIALS: &str = "600/1800";
const RECEIPTS: &str = "300/900";
const EXPORTS: &str = "30/1800";
const STATISTICS: &str = "600/600";

/// The rate limits. Each is a number at once, a slash, and the seconds after which all are there again; or `off`.
#[derive(Debug, Clone, Default, Args)]
pub struct LimitConfig {
    /// Responses to open campaigns from one network: so many at once, all there again after so many
    /// seconds; or `off` [default: 300/1800]
    #[arg(
        long,
        env = "AFTERCARE_LIMIT_OPEN_RESPONSES",
        default_value = "",
        hide_default_value = true,
        value_name = "COUNT/SECONDS"
    )]
    limit_open_responses: String,
    /// Invitations and passes tried from one network [default: 600/1800]
    #[arg(
        long,
        env = "AFTERCARE_LIMIT_CREDENTIALS",
        default_value = "",
        hide_default_value = true,
        value_name = "COUNT/SECONDS"
    )]
    limit_credentials: String,
    /// Responses read and withdrawn by receipt from one network [default: 300/900]
    #[arg(
        long,
        env = "AFTERCARE_LIMIT_RECEIPTS",
        default_value = "",
        hide_default_value = true,
        value_name = "COUNT/SECONDS"
    )]
    limit_receipts: String,
    /// Exports of one account, with its API keys [default: 30/1800]
    #[arg(
        long,
        env = "AFTERCARE_LIMIT_EXPORTS",
        default_value = "",
        hide_default_value = true,
        value_name = "COUNT/SECONDS"
    )]
    limit_exports: String,
    /// Statistics and reports read by one account, with its API keys [default: 600/600]
    #[arg(
        long,
        env = "AFTERCARE_LIMIT_STATISTICS",
        default_value = "",
        hide_default_value = true,
        value_name = "COUNT/SECONDS"
    )]
    limit_statistics: String,
}

/// A rate limit that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{setting}: `{value}` is no limit; write a number and seconds as 300/1800 for 300 at once, which are all there again \
     after 1800 seconds, or off"
)]
pub struct LimitConfigError {
    setting: &'static str,
    value: String,
}

/// A number at once, and the time after which there is one more.
pub type Allowance = (u32, Duration);

impl LimitConfig {
    /// Responses to open campaigns from one network; none if there is no limit.
    pub fn open_responses(&self) -> Result<Option<Allowance>, LimitConfigError> {
        let name = "AFTERCARE_LIMIT_OPEN_RESPONSES";
        allowance(name, &self.limit_open_responses, OPEN_RESPONSES)
    }

    /// Invitations and passes tried from one network; none if there is no limit.
    pub fn credentials(&self) -> Result<Option<Allowance>, LimitConfigError> {
        let name = "AFTERCARE_LIMIT_CREDENTIALS";
        allowance(name, &self.limit_credentials, CREDENTIALS)
    }

    /// Responses read and withdrawn by receipt from one network; none if there is no limit.
    pub fn receipts(&self) -> Result<Option<Allowance>, LimitConfigError> {
        allowance("AFTERCARE_LIMIT_RECEIPTS", &self.limit_receipts, RECEIPTS)
    }

    /// Exports of one account; none if there is no limit.
    pub fn exports(&self) -> Result<Option<Allowance>, LimitConfigError> {
        allowance("AFTERCARE_LIMIT_EXPORTS", &self.limit_exports, EXPORTS)
    }

    /// Statistics and reports read by one account; none if there is no limit.
    pub fn statistics(&self) -> Result<Option<Allowance>, LimitConfigError> {
        let name = "AFTERCARE_LIMIT_STATISTICS";
        allowance(name, &self.limit_statistics, STATISTICS)
    }
}

fn allowance(
    setting: &'static str,
    value: &str,
    default: &str,
) -> Result<Option<Allowance>, LimitConfigError> {
    let text = match value.trim() {
        "" => default,
        "off" => return Ok(None),
        text => text,
    };
    let both = text.split_once('/');
    let both = both.and_then(|(count, seconds)| Some((count.parse().ok()?, seconds.parse().ok()?)));
    match both {
        Some((count @ 1.., seconds @ 1..=86_400)) => {
            Ok(Some((count, Duration::from_secs(seconds) / count)))
        }
        _ => Err(LimitConfigError {
            setting,
            value: value.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_and_seconds_or_off() {
        let read = |text| allowance("X", text, "300/1800").map_err(|error| error.to_string());
        assert_eq!(read(""), Ok(Some((300, Duration::from_secs(6)))));
        assert_eq!(read(" 10/5 "), Ok(Some((10, Duration::from_millis(500)))));
        assert_eq!(read("off"), Ok(None));
        for wrong in ["0/5", "5/0", "5", "/", "-1/5", "5/90000", "many"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_default_can_be_read() {
        let limits = LimitConfig::default();
        assert!(limits.open_responses().unwrap().is_some());
        assert!(limits.credentials().unwrap().is_some());
        assert!(limits.receipts().unwrap().is_some());
        assert!(limits.exports().unwrap().is_some());
        assert!(limits.statistics().unwrap().is_some());
    }
}
