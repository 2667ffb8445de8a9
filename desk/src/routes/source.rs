//! What rests on one source: the claims that cite it, newest first, with its own words.

use askama::Template;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;
use kniha_store::{ClaimView, cited, labels, record};

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::page::{Frame, Room, capital, page};
use crate::parts::link::{Link, term};
use crate::parts::value::{Shown, Words};
use crate::parts::{Reading, mentioned};
use crate::ways::{May, Ways};

/// A claim that cites the source.
pub(crate) struct Cited {
    pub(crate) subject: Link,
    pub(crate) label: String,
    pub(crate) value: Shown,
    pub(crate) status: String,
    pub(crate) withdrawn: bool,
    pub(crate) words: Vec<Words>,
    pub(crate) locators: Vec<String>,
    pub(crate) anchor: String,
}

#[derive(Template)]
#[template(path = "source.html")]
pub(crate) struct SourcePage {
    pub(crate) frame: Frame,
    pub(crate) head: Link,
    pub(crate) claims: Vec<Cited>,
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/cited", May::Read, show)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, uri: Uri) -> Result<Response, PageError> {
    let id = NodeId::parse(&id).map_err(|_| PageError::NotFound)?;
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let after = fields.filled("after");
    let (mut tx, reader) = desk.read().await?;
    record(&mut tx, &reader, id).await?.filter(|record| record.kind == NodeKind::Source).ok_or(PageError::NotFound)?;
    let (claims, next) = cited(&mut tx, &reader, id, after).await?;
    let mut ids = mentioned(&claims);
    ids.extend(claims.iter().map(|claim| claim.subject));
    ids.push(id);
    let labels = labels(&mut tx, &reader, &ids).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let mut values = SourcePage::new(&reading, frame.clone(), id, &claims);
    values.first = after.is_some().then(|| href::cited(id));
    values.next = next.map(|next| href::with(&href::cited(id), &[("after", &next)]));
    page(&values)
}

impl SourcePage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, id: NodeId, claims: &[ClaimView]) -> SourcePage {
        let t = frame.t;
        let head = Link::to(reading, id);
        let cited = |claim: &ClaimView| {
            let own: Vec<_> = claim.citations.iter().filter(|citation| citation.source == id).collect();
            Cited {
                subject: Link::to(reading, claim.subject),
                label: capital(claim.property.text.get(t.lang())),
                value: Shown::of(reading, claim.id, claim.property, claim.value.as_ref()),
                status: term(t, "status", claim.status.code()),
                withdrawn: !claim.stands(),
                words: own.iter().filter_map(|citation| citation.words.as_deref()).map(|words| Words::of(t, words, None)).collect(),
                locators: own.iter().filter_map(|citation| citation.locator.clone()).collect(),
                anchor: format!("{}#c-{}", href::record(claim.subject), claim.id),
            }
        };
        SourcePage {
            claims: claims.iter().map(cited).collect(),
            first: None,
            next: None,
            frame: {
                let title = format!("{} · {}", head.main.text, t.get("cited"));
                frame.titled(title).standing(Room::Kind(NodeKind::Source))
            },
            head,
        }
    }
}
