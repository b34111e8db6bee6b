use crate::spool::BatchKey;
use client::Answer;

/// What an answer means for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The service has it on its disk.
    Acknowledged,
    /// The service will never accept it.
    Refused,
    /// The service has other bytes under the batch's number.
    Conflict,
    /// The batch is too large for the service.
    TooLarge,
    /// Token, rights or address are wrong: no batch is accepted until that is corrected.
    Misconfigured,
    /// The service may accept it later.
    NotNow,
}

impl Verdict {
    /// What `answer` means for the batch with number `key`. A success counts only with an acknowledgement that names the
    /// batch, and not with an empty body, the page of a captive portal, half a reply, or the acknowledgement of another
    /// batch.
    #[must_use]
    pub fn of(answer: &Answer, key: BatchKey) -> Self {
        match answer.status {
            200 | 201 if answer.incomplete.is_none() && acknowledges(answer, key) => Self::Acknowledged,
            300..=399 | 401 | 403 | 404 | 407 => Self::Misconfigured,
            409 => Self::Conflict,
            413 => Self::TooLarge,
            408 | 421 | 425 | 429 => Self::NotNow,
            400..=499 => Self::Refused,
            _ => Self::NotNow,
        }
    }
}

/// What `answer` says, in one line: the title and detail of a refusal as services write them, else the beginning of its body.
pub(super) fn words(answer: &Answer) -> String {
    let refusal = serde_json::from_slice::<SaidRefusal>(&answer.body);
    refusal.map_or_else(
        |_| answer.to_string(),
        |SaidRefusal { title, detail }| {
            format!("status {}: {}", answer.status, model::plain(&format!("{title}: {detail}")))
        },
    )
}

/// What is read of a problem document (RFC 9457).
#[derive(serde::Deserialize)]
struct SaidRefusal {
    title: String,
    detail: String,
}

fn acknowledges(answer: &Answer, key: BatchKey) -> bool {
    serde_json::from_slice::<wire::Acknowledgement>(&answer.body)
        .is_ok_and(|said| said.boot == key.boot && said.sequence == key.sequence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Boot;

    const KEY: BatchKey = BatchKey { boot: Boot::from_bits(0xab), sequence: 3 };

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_service() {
        let told = |body: &str| words(&Answer { status: 403, body: body.as_bytes().to_vec(), ..Answer::default() });
        let refusal = r#"{"type":"x","title":"No","detail":"node \"a\"\nis 'b'","status":403}"#;
        assert_eq!(told(refusal), "status 403: No: node \"a\"\u{fffd}is 'b'");
        assert_eq!(told("<html>"), "status 403: <html>");
    }

    #[test]
    fn only_an_acknowledgement_that_names_the_batch_acknowledges() {
        let check = |status: u16, body: &str, expected: Verdict| {
            let answer = Answer { status, body: body.as_bytes().to_vec(), ..Answer::default() };
            assert_eq!(Verdict::of(&answer, KEY), expected, "{status} {body}");
        };
        let named = format!(
            r#"{{"result":"accepted","agent":"node","boot":"{}","sequence":3,"received_ns":1,"further":null}}"#,
            KEY.boot
        );
        check(200, &named, Verdict::Acknowledged);
        check(201, &named, Verdict::Acknowledged);
        check(201, &named.replace("accepted", "duplicate"), Verdict::Acknowledged);
        check(200, "", Verdict::NotNow);
        check(200, "{}", Verdict::NotNow);
        check(200, &named[..named.len() - 1], Verdict::NotNow);
        check(200, &named.replace(":3,", ":4,"), Verdict::NotNow);
        check(200, &named.replace("ab", "ac"), Verdict::NotNow);
        check(200, &named.replace("accepted", "maybe"), Verdict::NotNow);
        check(200, "<html>please sign in</html>", Verdict::NotNow);
        check(202, &named, Verdict::NotNow);
        check(204, "", Verdict::NotNow);
        check(207, &named, Verdict::NotNow);
        check(302, "", Verdict::Misconfigured);
    }
}
