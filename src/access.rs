//! Who may do what: bearer tokens, their scopes and their project boundary.
//!
//! A token is `wl_`, then in hexadecimal 8 bytes of id, 32 random bytes of secret and 4 bytes of checksum. It is shown once, when it
//! is made; what is stored is the SHA-256 of its whole text. It is looked up by its id and compared in constant time. Sessions and
//! sign-in links carry a [`Secret`] of the same make, without prefix and checksum.

use crate::store::{By, StoredToken, TokenDigest, TokenRecord, Voice};
use model::{ProjectName, Scope, SessionId, TokenId};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

const PREFIX: &str = "wl_";
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;

/// What a session's cookie and a sign-in link carry: 16 hexadecimal digits of id, then 64 that are secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
}

impl Secret {
    /// A new secret from 40 bytes of the system's randomness: 8 of id, 32 of secret.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = [0; ID_BYTES + SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(NoRandomness)?;
        Ok(Self { text: hexadecimal(&bytes) })
    }

    /// `text` as a secret; `None` when length or digits are wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_well_formed = text.len() == 2 * (ID_BYTES + SECRET_BYTES) && text.bytes().all(is_digit);
        is_well_formed.then(|| Self { text: text.to_owned() })
    }

    /// The id by which it is looked up, no secret.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text.get(..2 * ID_BYTES).unwrap_or_default()
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.text.as_bytes()).into())
    }

    /// Another secret that follows from this one and from which this one does not follow: 64 hexadecimal digits.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        hexadecimal(&Sha256::new().chain_update(purpose).chain_update([0]).chain_update(&self.text).finalize())
    }

    /// The text in the clear, as a cookie or a link carries it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.id())
    }
}

/// Whether both texts are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn is_same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// A token in the clear: from the moment it is made until it is shown, or while a request that carries it is checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
}

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes, so no secret can be made: {0}")]
pub struct NoRandomness(getrandom::Error);

impl Token {
    /// A new token from 40 bytes of the system's randomness: 8 of id, 32 of secret.
    pub fn generate() -> Result<Self, NoRandomness> {
        let Secret { text: body } = Secret::generate()?;
        let checksum = checksum(&body);
        Ok(Self { text: format!("{PREFIX}{body}{checksum}") })
    }

    /// A new token as `record` describes it, which gets the id of the token. Nothing is stored yet.
    pub fn issue(record: TokenRecord) -> Result<(Self, StoredToken), NoRandomness> {
        let token = Self::generate()?;
        let (id, digest) = (token.id(), token.digest());
        Ok((token, StoredToken { record: TokenRecord { id, ..record }, digest }))
    }

    /// `text` as a token; `None` when its prefix, length, digits or checksum are wrong, as after a typing error.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let well_formed = digits.bytes().all(is_digit);
        let (body, given) = digits.split_at_checked(2 * (ID_BYTES + SECRET_BYTES)).filter(|_| well_formed)?;
        (checksum(body) == given).then(|| Self { text: text.to_owned() })
    }

    /// The id by which it is listed and revoked: 16 hexadecimal digits, no secret.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.text.get(PREFIX.len()..PREFIX.len() + 2 * ID_BYTES).unwrap_or_default().into()
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.text.as_bytes()).into())
    }

    /// Its text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.id())
    }
}

fn checksum(body: &str) -> String {
    let digest = Sha256::new().chain_update(PREFIX).chain_update(body).finalize();
    hexadecimal(digest.get(..CHECKSUM_BYTES).unwrap_or_default())
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who makes a request, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Id of the token that was presented or that the session began with.
    pub token: TokenId,
    /// What the token may do.
    pub scopes: Vec<Scope>,
    /// The only project it may see or change; `None` for all.
    pub project: Option<ProjectName>,
    /// Id of the browser session of the request; `None` where it carries a bearer token.
    pub session: Option<SessionId>,
    /// When the token expires; `None` for never.
    pub expires: Option<units::Timestamp>,
    /// What the token may speak for.
    pub voice: Voice,
}

impl From<TokenRecord> for Identity {
    /// Whoever presents the token.
    fn from(record: TokenRecord) -> Self {
        Self {
            token: record.id,
            scopes: record.scopes,
            project: record.project,
            session: None,
            expires: record.expires,
            voice: record.voice,
        }
    }
}

impl Identity {
    /// Whether it may do what needs `scope`.
    #[must_use]
    pub fn holds(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|held| *held == scope || *held == Scope::Admin)
    }

    /// This identity as the one that acts at `at`.
    #[must_use]
    pub fn by(&self, at: units::Timestamp) -> By {
        By { token: self.token.clone(), at }
    }

    /// Whether it may see and change what belongs to `project`.
    #[must_use]
    pub fn reaches(&self, project: &ProjectName) -> bool {
        self.project.as_ref().is_none_or(|own| own == project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_every_changed_digit_is_noticed() {
        let token = Token::generate().unwrap();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_ne!(token, Token::generate().unwrap());
        for at in 0..token.reveal().len() {
            let mut text = token.reveal().to_owned();
            let other = if &text[at..=at] == "0" { "1" } else { "0" };
            text.replace_range(at..=at, other);
            assert_eq!(Token::parse(&text), None, "digit {at}");
        }
        for text in ["", "wl_", "wl_é", &token.reveal()[..90], &format!("{}0", token.reveal())] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }

    #[test]
    fn printing_a_token_for_debugging_shows_no_secret() {
        let (token, secret) = (Token::generate().unwrap(), Secret::generate().unwrap());
        assert_eq!(format!("{token:?}"), format!("Token({})", token.id()));
        assert_eq!(format!("{secret:?}"), format!("Secret({})", secret.id()));
    }

    #[test]
    fn a_secret_is_read_back_and_what_is_derived_from_it_is_of_its_purpose() {
        let secret = Secret::generate().unwrap();
        assert_eq!(Secret::parse(secret.reveal()), Some(secret.clone()));
        assert_eq!(secret.derive("a"), secret.derive("a"));
        assert_ne!(secret.derive("a"), secret.derive("b"));
        assert!(!secret.derive("a").contains(&secret.reveal()[16..32]));
        for text in ["", "é", &secret.reveal()[1..], &secret.reveal().to_uppercase().replace('0', "G")] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }

    #[test]
    fn admin_holds_every_scope_and_the_others_only_themselves() {
        let of = |scope| Identity {
            token: TokenId::SERVICE,
            scopes: vec![scope],
            project: None,
            session: None,
            expires: None,
            voice: Voice::default(),
        };
        for needed in [Scope::Ingest, Scope::Read, Scope::Admit, Scope::Admin] {
            assert!(of(Scope::Admin).holds(needed));
            assert_eq!(of(Scope::Read).holds(needed), needed == Scope::Read);
        }
    }
}
