//! Sealing what was told, and keeping it: the one way from answers to the inbox.

use std::sync::Arc;

use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_inbox::{Body, PartKey, Put, Sealed};
use kniha_seal::keylist::Trusted;
use kniha_seal::part::{Day, PartKind, SubmissionId};
use kniha_seal::sealer::SealedPart;
use kniha_seal::submission::{self, Bundle, Context, Follow, Sender, SubmissionError};

use crate::Portal;
use crate::error::PageError;
use crate::random;
use crate::stack::apart;

/// What is to be sealed.
pub(super) struct Sending {
    pub(super) submission: SubmissionId,
    pub(super) kind: PartKind,
    pub(super) answers: Answers,
    pub(super) lang: Lang,
}

/// Seals and keeps a submission: when this answers, it is durable. `sender` says who sends, by calling what it is given.
pub(super) async fn keep(
    portal: &Portal,
    sending: Sending,
    sender: impl FnOnce(&mut dyn FnMut(Sender<'_>) -> Result<(Bundle, Follow), SubmissionError>) -> Result<(Bundle, Follow), SubmissionError> + Send + 'static,
) -> Result<(Put, Follow), PageError> {
    let (keys, day) = (portal.list()?, portal.today());
    let sealed = apart(move || {
        let at = context(&keys, day, sending.lang);
        sender(&mut |who| submission::submit(&at, sending.submission, sending.kind, &sending.answers, who, &mut random()))
    });
    let (bundle, follow) = sealed.await?.map_err(|error| unsealed(&error))?;
    let parts = bundle.parts.into_iter().map(|(sealed, payload)| kept(sealed, Body::Bytes(payload))).collect();
    let put = portal.inbox().put(parts, Some(bundle.leaf.encode())).await?;
    Ok((put, follow))
}

/// Under what is sealed today.
pub(super) fn context(keys: &Arc<Trusted>, day: Day, lang: Lang) -> Context<'_> {
    Context { list: keys.list(), day, lang, checkpoint: None }
}

/// A sealed part as the inbox keeps it.
pub(super) fn kept(sealed: SealedPart, body: Body) -> Sealed {
    Sealed {
        part: PartKey(*sealed.part.bytes()),
        list_no: sealed.list_no,
        day: sealed.day.0,
        header: sealed.header,
        payload_sha256: sealed.payload_sha256,
        body,
    }
}

/// Why nothing was sealed: the keys of today, or a fault of ours.
pub(super) fn unsealed(error: &SubmissionError) -> PageError {
    match error {
        SubmissionError::Keys(_) => PageError::Closed,
        other => {
            // Names what has no room and never content.
            eprintln!("portal: {other}");
            PageError::Broken
        }
    }
}
