//! Links that carry an invitation, for cards and messages.
//!
//! The invitation is in the fragment, after the `#`. Browsers do not send the fragment (RFC 9110, section 7.1), so the
//! invitation appears in no log of a server or a proxy.

use super::invitation::Invitation;

/// The placeholder for the invitation.
const PLACEHOLDER: &str = "{invitation}";

/// The names of this very computer, on which nothing is transferred.
const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Schemes that are refused: they transfer the page unencrypted, or open neither a page nor an app.
const REFUSED: [&str; 9] = [
    "http",
    "ftp",
    "ws",
    "wss",
    "file",
    "data",
    "blob",
    "javascript",
    "vbscript",
];

/// A link with a placeholder for the invitation in its fragment: `https://…#{invitation}`, or with the scheme of an
/// app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationLink {
    before: String,
    after: String,
}

/// Why a text is not such a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// The text is not a URL.
    #[error("It is not a link. Write it as https://… or with the scheme of an app, in ASCII.")]
    Malformed,
    /// The scheme is not allowed.
    #[error("A link of this kind is not safe. Use https, or the scheme of an app.")]
    Scheme,
    /// The placeholder does not occur exactly once.
    #[error("Write {{invitation}} where the invitation belongs, once.")]
    Placeholder,
    /// The placeholder is outside the fragment, so the invitation would be sent to the server of the page.
    #[error("{{invitation}} must stand behind a #, so that it gets into no server's log.")]
    Exposed,
}

impl LinkFault {
    /// The stable word of the error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "link_malformed",
            Self::Scheme => "link_unsafe",
            Self::Placeholder => "placeholder_missing",
            Self::Exposed => "placeholder_exposed",
        }
    }
}

impl InvitationLink {
    /// Parses a link.
    ///
    /// # Errors
    ///
    /// When the text is not a URL, has another scheme, or would send the invitation to a server.
    pub fn parse(text: &str) -> Result<Self, LinkFault> {
        let (scheme, rest) = text.split_once(':').ok_or(LinkFault::Malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        if !is_scheme(&scheme) {
            return Err(LinkFault::Malformed);
        }
        if REFUSED.contains(&&*scheme) && !(scheme == "http" && is_own_computer(rest)) {
            return Err(LinkFault::Scheme);
        }
        let host = rest.strip_prefix("//").unwrap_or_default();
        if scheme == "https"
            && !host.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '[')
        {
            return Err(LinkFault::Malformed);
        }
        let (before, after) = text.split_once(PLACEHOLDER).ok_or(LinkFault::Placeholder)?;
        if after.contains(PLACEHOLDER) {
            return Err(LinkFault::Placeholder);
        }
        if !before.chars().chain(after.chars()).all(may_stand) || text.matches('#').count() > 1 {
            return Err(LinkFault::Malformed);
        }
        if !before.contains('#') {
            return Err(LinkFault::Exposed);
        }
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }

    /// The link to the page of a campaign on the server with this address.
    pub fn to_page(server: &str, campaign: &str) -> Self {
        Self {
            before: format!("{server}/c/{campaign}#i="),
            after: String::new(),
        }
    }

    /// The address of the page as people type it; none where the link opens an app.
    pub fn address(&self) -> Option<&str> {
        let (scheme, rest) = self.before.split_once("://")?;
        let typed = rest.split('#').next()?.trim_end_matches('/');
        ["https", "http"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            .then_some(typed)
    }

    /// The link with this invitation.
    pub fn with(&self, invitation: &Invitation) -> String {
        format!("{}{invitation}{}", self.before, self.after)
    }
}

/// Whether what follows the scheme names this computer, as in a rehearsal.
fn is_own_computer(rest: &str) -> bool {
    let authority = rest.strip_prefix("//").unwrap_or_default();
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |port: &str| port.bytes().all(|it| it.is_ascii_digit());
    OWN_HOSTS
        .iter()
        .any(|host| match authority.strip_prefix(host) {
            Some("") => true,
            Some(rest) => rest.strip_prefix(':').is_some_and(is_port),
            None => false,
        })
}

/// The link as it is written, with the placeholder.
impl std::fmt::Display for InvitationLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{PLACEHOLDER}{}", self.before, self.after)
    }
}

/// The syntax of RFC 3986, section 3.1, in lower case only.
fn is_scheme(text: &str) -> bool {
    let may_follow =
        |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "+-.".contains(it);
    text.starts_with(|it: char| it.is_ascii_lowercase()) && text.chars().all(may_follow)
}

/// The characters that RFC 3986 allows, with `#` and `%`.
fn may_stand(it: char) -> bool {
    it.is_ascii_graphic() && !"\"<>\\^`{|}".contains(it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_takes_its_place() {
        let invitation = Invitation::from_random([0; 9]);
        for (link, expected) in [
            (
                "https://survey.example/ko/#i={invitation}&x=1",
                "https://survey.example/ko/#i=0000-0000-0000-0000&x=1",
            ),
            (
                "org.example.app:/answer#{invitation}",
                "org.example.app:/answer#0000-0000-0000-0000",
            ),
            (
                "HTTPS://[::1]:8443#{invitation}",
                "HTTPS://[::1]:8443#0000-0000-0000-0000",
            ),
            (
                "http://localhost:8080/c/spring#i={invitation}",
                "http://localhost:8080/c/spring#i=0000-0000-0000-0000",
            ),
            (
                "http://127.0.0.1/#{invitation}",
                "http://127.0.0.1/#0000-0000-0000-0000",
            ),
        ] {
            let link = InvitationLink::parse(link).unwrap();
            assert_eq!(link.with(&invitation), expected);
        }
    }

    #[test]
    fn a_link_to_our_page_can_be_parsed_and_people_can_type_its_address() {
        let link = InvitationLink::to_page("https://survey.example", "spring-2027");
        assert_eq!(InvitationLink::parse(&link.to_string()), Ok(link.clone()));
        assert_eq!(link.address(), Some("survey.example/c/spring-2027"));
        let app = InvitationLink::parse("org.example.app:/answer#{invitation}").unwrap();
        assert_eq!(app.address(), None);
    }

    #[test]
    fn what_would_give_the_invitation_away_or_is_no_link_is_refused() {
        use LinkFault::{Exposed, Malformed, Placeholder, Scheme};
        for (text, fault) in [
            ("", Malformed),
            ("{invitation}", Malformed),
            ("survey.example/#{invitation}", Malformed),
            ("//survey.example/#{invitation}", Malformed),
            ("https:survey.example#{invitation}", Malformed),
            ("https://#{invitation}", Malformed),
            ("https:///x#{invitation}", Malformed),
            ("https://survey.example/ #{invitation}", Malformed),
            ("https://survey.example/\"#{invitation}", Malformed),
            ("https://survey.example/<b>#{invitation}", Malformed),
            ("https://설문.example/#{invitation}", Malformed),
            ("https://survey.example/#a#{invitation}", Malformed),
            ("https://survey.example/#{invitation}{x}", Malformed),
            ("http://survey.example/#{invitation}", Scheme),
            ("http://localhost.example/#{invitation}", Scheme),
            ("http://localhost@survey.example/#{invitation}", Scheme),
            ("http://localhost:80@survey.example/#{invitation}", Scheme),
            ("http://127.0.0.10/#{invitation}", Scheme),
            ("ftp://localhost/#{invitation}", Scheme),
            ("JavaScript:alert(1)#{invitation}", Scheme),
            ("data:text/html,x#{invitation}", Scheme),
            ("https://survey.example/", Placeholder),
            ("https://survey.example/#{Invitation}", Placeholder),
            (
                "https://survey.example/#{invitation}{invitation}",
                Placeholder,
            ),
            ("https://survey.example/?i={invitation}", Exposed),
            ("https://survey.example/{invitation}#x", Exposed),
            ("https://{invitation}.example/#x", Malformed),
        ] {
            assert_eq!(InvitationLink::parse(text), Err(fault), "{text:?}");
        }
    }
}
