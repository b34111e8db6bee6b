/// Why the certificate of another machine is not accepted, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No authority that is trusted here signed it.
    #[error(
        "its certificate is not signed by an authority that is trusted here: give the certificate of its authority with --ca-file or WATTLEDGER_CA_FILE (`ca_file` in agent.toml)"
    )]
    Untrusted,
    /// It is for other names than that of the address.
    #[error("its certificate is for another name than the address has: use a name that the certificate holds ({said})")]
    OtherName {
        /// As the TLS library says it.
        said: String,
    },
    /// Its time is over, or has not come.
    #[error("its certificate is not valid at this time: renew it there, or set the clock of this machine ({said})")]
    OutOfTime {
        /// As the TLS library says it.
        said: String,
    },
    /// What answers speaks no TLS.
    #[error(
        "it does not speak TLS: write http:// if the service is on this machine, or give the port on which it speaks TLS"
    )]
    NoTls,
}

impl CertificateError {
    /// What `said`, an error of the TLS library (rustls), means; `None` if it is about something else.
    pub(crate) fn of(said: &str) -> Option<Self> {
        if said.contains("received corrupt message of type InvalidContentType") {
            return Some(Self::NoTls);
        }
        let reason = said.split_once("invalid peer certificate: ")?.1;
        // An authority of the right name with another key has signed nothing there.
        if ["UnknownIssuer", "BadSignature"].iter().any(|known| reason.starts_with(known)) {
            return Some(Self::Untrusted);
        }
        let said = reason.to_owned();
        if reason.starts_with("certificate not valid for name") || reason.starts_with("NotValidForName") {
            return Some(Self::OtherName { said });
        }
        let is_of_time = reason.contains("expired") || reason.contains("Expired") || reason.contains("not valid yet");
        (is_of_time || reason.contains("NotValidYet")).then_some(Self::OutOfTime { said })
    }
}

#[cfg(test)]
mod tests {
    use super::CertificateError;

    #[test]
    fn what_the_tls_library_says_is_told_with_what_to_do() {
        for (said, told) in [
            ("io: invalid peer certificate: UnknownIssuer", "--ca-file"),
            ("invalid peer certificate: BadSignature", "--ca-file"),
            (
                "invalid peer certificate: certificate not valid for name \"a\"; certificate is only valid for b",
                "use a name",
            ),
            ("invalid peer certificate: certificate expired: verification time 2 (UNIX)", "renew it"),
            ("invalid peer certificate: certificate not valid yet: verification time 2", "set the clock"),
            ("received corrupt message of type InvalidContentType", "http://"),
        ] {
            let found = CertificateError::of(said).unwrap_or_else(|| panic!("{said} is not known")).to_string();
            assert!(found.contains(told), "{said}: {found}");
        }
        assert_eq!(CertificateError::of("Connection refused"), None);
    }
}
