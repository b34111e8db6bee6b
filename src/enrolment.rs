//! Tokens that speak for nodes: made for named nodes, by an administrator or for a code, and moved from one token to another.

use crate::access::{NoRandomness, Secret, Token};
use crate::store::{By, Store, StoreError, StoredToken, TokenRecord, Tx, Voice};
use model::{NodeName, Scope, TokenId};
use std::collections::BTreeSet;
use units::Timestamp;

/// Why a token does not speak for a node.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// Another token speaks for the node.
    #[error(
        "another token speaks for node {node:?}: have this node speak by a token that is there with `wattledger token bind`, or make one that succeeds its token"
    )]
    Taken {
        /// Name of the node.
        node: NodeName,
    },
    /// There is no such node.
    #[error("no node {node:?}: `wattledger node list` lists all")]
    UnknownNode {
        /// Name that was asked for.
        node: NodeName,
    },
    /// There is no token with this id that may deliver.
    #[error("no valid token {token:?} with scope ingest: `wattledger token list` shows all")]
    UnknownToken {
        /// Id that was asked for.
        token: TokenId,
    },
    /// The token cannot speak for the node.
    #[error("token {token:?} cannot speak for node {node:?}: it was made for {what}")]
    Unfit {
        /// Id of the token.
        token: TokenId,
        /// Name of the node.
        node: NodeName,
        /// What the token was made for.
        what: &'static str,
    },
    /// The system has no random bits.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores a new token, made by the holder of `maker`, which speaks for the nodes that it names from now on.
///
/// # Errors
///
/// Another token speaks for one of the nodes.
pub fn add_token(store: &Store, token: StoredToken, maker: TokenId) -> Result<(), EnrolmentError> {
    store.write(move |tx| add(tx, &token, maker))
}

fn add(tx: &Tx<'_>, token: &StoredToken, maker: TokenId) -> Result<(), EnrolmentError> {
    tx.tokens().add(token, &maker)?;
    let by = By { token: maker, at: token.record.created };
    let is_holder = token.record.voice.holders_only;
    let named = token.record.voice.nodes.iter().flatten().filter(|_| !is_holder);
    named.into_iter().try_for_each(|node| claim(tx, node, &token.record, &by))
}

fn claim(tx: &Tx<'_>, node: &NodeName, token: &TokenRecord, by: &By) -> Result<(), EnrolmentError> {
    let name = token.project.as_ref().map_or_else(|| node.clone(), |project| node.within(project));
    let number = match tx.nodes().find(&name)? {
        Some(number) => number,
        None => tx.nodes().note(&name, "", by.at)?.0,
    };
    let line = token.voice.line.as_ref().unwrap_or(&token.id);
    match tx.speakers().of_node(number)? {
        Some(bound) if bound.line == *line => Ok(()),
        Some(_) => Err(EnrolmentError::Taken { node: name }),
        None => Ok(tx.speakers().bind((number, &name), line, Timestamp::default(), by)?),
    }
}

/// Has `token` speak for a node from now on, in the place of the one that did.
///
/// # Errors
///
/// There is no such node or token; the token was made for another project or for other nodes.
pub fn bind_node(store: &Store, node: NodeName, token: TokenId, by: By) -> Result<(), EnrolmentError> {
    store.write(move |tx| {
        let number = tx.nodes().find(&node)?.ok_or_else(|| EnrolmentError::UnknownNode { node: node.clone() })?;
        let may_deliver = |record: &TokenRecord| {
            record.is_valid_at(by.at)
                && !record.voice.holders_only
                && record.scopes.iter().any(|scope| matches!(scope, Scope::Ingest | Scope::Admin))
        };
        let found = tx.tokens().get(&token)?.map(|stored| stored.record).filter(may_deliver);
        let record = found.ok_or_else(|| EnrolmentError::UnknownToken { token: token.clone() })?;
        let (name, owner) =
            node.as_str().split_once('~').map_or((node.as_str(), None), |(name, owner)| (name, Some(owner)));
        let is_named = record.voice.nodes.as_ref().is_none_or(|nodes| nodes.iter().any(|node| node == name));
        let is_of_owner = owner.is_none_or(|owner| record.project.as_ref().is_some_and(|project| project == owner));
        let what = match (is_of_owner, is_named) {
            (false, _) => "another project",
            (_, false) => "other nodes",
            _ => {
                return Ok(tx.speakers().bind(
                    (number, &node),
                    record.voice.line.as_ref().unwrap_or(&record.id),
                    by.at,
                    &by,
                )?);
            }
        };
        Err(EnrolmentError::Unfit { token: token.clone(), node: node.clone(), what })
    })
}

/// The token of `node` for `code`; `None` where the code is not valid, or not any more. What it did is recorded under the id of the code.
///
/// # Errors
///
/// Another token speaks for the node; there is no randomness.
pub fn exchange(store: &Store, code: &Secret, node: NodeName, now: Timestamp) -> Result<Option<Token>, EnrolmentError> {
    let (id, digest) = (TokenId::from(code.id()), code.digest());
    let record = |project| TokenRecord {
        id: TokenId::SERVICE,
        name: node.to_string(),
        scopes: vec![Scope::Ingest],
        project,
        created: now,
        expires: None,
        last_used: None,
        revoked: None,
        voice: Voice { line: None, nodes: Some(BTreeSet::from([node.clone()])), holders_only: false },
    };
    let known = store.read::<_, StoreError>(|tx| tx.enrolment_codes().get(&id))?;
    let Some((code, _)) = known.filter(|(_, known)| known.matches(&digest)) else { return Ok(None) };
    let (token, stored) = Token::issue(record(code.project))?;
    let is_made = store.write(move |tx| {
        let usable = tx.enrolment_codes().get(&id)?.filter(|(code, _)| code.is_usable_at(now));
        if usable.is_none() {
            return Ok::<_, EnrolmentError>(false);
        }
        tx.enrolment_codes().count_use(&id, &By { token: id.clone(), at: now })?;
        add(tx, &stored, id)?;
        Ok(true)
    })?;
    Ok(is_made.then_some(token))
}
