//! The one HTTP client of Wattledger: of the agent, the command line, the Slurm sidecar, and the service where it calls
//! another machine.
//!
//! Whoever calls gives a [`Call`] and gets an [`Answer`]; what must hold for every call is decided here, once:
//!
//! | subject | rule |
//! |---|---|
//! | TLS | 1.2 and 1.3 by rustls. A CA file replaces the public authorities; verification cannot be switched off. |
//! | token | Goes over `https`, or over `http` to this machine. Any other address is refused before a connection is opened. |
//! | redirects | Never followed, as the token would go with them. The caller gets the 3xx answer and its `Location`. |
//! | proxy | `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` (also in lower case), unless `NO_PROXY` names the host; never for this machine. |
//! | hosts | Any; on request ([`Client::to_public_hosts`]) only those on the public internet. The address that was checked is the one that is called. |
//! | time | 10 s for a connection, and for the whole call what the call allows. |
//! | size | An answer is read up to what the call allows. |
//! | status | An error status is an answer; only a call without an answer is an error. |
//! | several addresses | [`Servers`]: one is called as long as it answers, and the next where it does not. |
//! | next attempt | [`Backoff`] and [`Answer::retry_after`]. The client itself sends a request once. |

mod address;
mod answer;
mod backoff;
mod call;
mod certificate;
mod client;
mod public;
mod servers;

pub use address::{AddressError, check_address, is_loopback};
pub use answer::Answer;
pub use backoff::Backoff;
pub use call::{Call, CallLimits, Content};
pub use certificate::CertificateError;
pub use client::{Client, ClientError, SendError};
pub use servers::{Repeated, Servers};
pub use ureq::http::{Method, Uri};
