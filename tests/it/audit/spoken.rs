//! Who speaks for which node: a token of a project that was made for one, a code, and somebody who was refused.

use super::everything::{BY, by};
use crate::ledger::{Fixture, at, batch};
use ::model::{NodeName, Scope, TokenId};
use std::collections::BTreeSet;
use wattledger::access::Token;
use wattledger::enrolment;
use wattledger::ingest::{self, Received, TokenSpeaker};
use wattledger::store::{EnrolmentCode, StoreError, TokenDigest, TokenRecord, Tx, Voice};

pub(super) fn spoken(fixture: &Fixture) {
    let node = NodeName::from("n7");
    let voice = Voice { line: None, nodes: Some(BTreeSet::from([node.clone()])), holders_only: false };
    let record = TokenRecord {
        id: TokenId::default(),
        name: "n7".to_owned(),
        scopes: vec![Scope::Ingest],
        project: Some("vision".into()),
        created: at(18),
        expires: None,
        last_used: None,
        revoked: None,
        voice: voice.clone(),
    };
    let (token, stored) = Token::issue(record).unwrap();
    enrolment::add_token(&fixture.store, stored, BY.into()).unwrap();
    let project = Some("vision".into());
    let speaker = TokenSpeaker { token: token.id(), project, voice, is_admin: false };
    let mut said = batch(1, 31_000);
    (said.agent, said.node.name) = ("n7".into(), node);
    let received = Received::read(&said.to_json().unwrap(), at(31_000)).unwrap();
    ingest::take(&fixture.store, received.by(speaker)).unwrap();
    let code = EnrolmentCode {
        id: "00112233445566aa".into(),
        name: "rack".to_owned(),
        project: Some("vision".into()),
        created: at(19),
        expires: at(86_400),
        uses_max: 2,
        uses: 0,
        revoked: None,
    };
    let kept = move |tx: &Tx<'_>| {
        tx.enrolment_codes().add(&code, TokenDigest([7; 32]), &by(19))?;
        tx.enrolment_codes().count_use(&code.id, &by(20))?;
        let node = tx.nodes().find(&"n1".into())?;
        node.map_or(Ok(()), |node| tx.speakers().refuse(node, &token.id(), at(21)))
    };
    fixture.store.write::<_, StoreError>(kept).unwrap();
}
