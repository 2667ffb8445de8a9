//! The page of one record: its claims with who says so, what points at it, what is missing, and why we know it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;
use kniha_store::{ClaimView, RecordView, Related, custody_chain, labels, members, record, related, tasks_of_record};

use super::custody::followed;
use crate::Desk;
use crate::error::PageError;
use crate::form::Press;
use crate::href;
use crate::page::{Frame, Room, capital, page};
use crate::parts::claim::Group;
use crate::parts::clock::ClockChip;
use crate::parts::custody::{Custody, Names};
use crate::parts::drawing;
use crate::parts::gap::{Gap, gaps, with_tasks};
use crate::parts::link::Link;
use crate::parts::permit::Permit;
use crate::parts::related::Section;
use crate::parts::when::{day, moment};
use crate::parts::{Reading, mentioned, mentioned_in};
use crate::ways::{May, Ways};

/// Sources named beside a record; further ones are counted.
const SOURCES: usize = 20;

/// A source with the number of standing claims that rest on it.
pub(crate) struct SourceLine {
    pub(crate) link: Link,
    pub(crate) claims: String,
}

/// A related section with where the whole of it is listed.
pub(crate) struct Beside {
    pub(crate) section: Section,
    pub(crate) list: String,
    pub(crate) drawing: Option<String>,
}

#[derive(Template)]
#[template(path = "record.html")]
pub(crate) struct RecordPage {
    pub(crate) frame: Frame,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) list: (&'static str, String),
    pub(crate) head: Link,
    pub(crate) groups: Vec<Group>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) clocks: Vec<ClockChip>,
    pub(crate) custody: Option<Custody>,
    pub(crate) map: Option<String>,
    pub(crate) sources: Vec<SourceLine>,
    pub(crate) more_sources: Option<String>,
    pub(crate) unsourced: Option<String>,
    pub(crate) conflicts: Vec<(String, &'static str)>,
    pub(crate) permit: Permit,
    pub(crate) made: String,
    pub(crate) made_exact: String,
    pub(crate) made_by: String,
    pub(crate) claims: String,
    pub(crate) waiting: Option<String>,
    pub(crate) history: String,
    pub(crate) structure: Option<String>,
    pub(crate) cited: Option<String>,
    /// What falls away with a source.
    pub(crate) falling: Option<String>,
    pub(crate) add: String,
    pub(crate) more_claims: bool,
    pub(crate) more_related: bool,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}", May::Read, show)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = NodeId::parse(&id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    let record = record(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let (related, more) = related(&mut tx, &reader, id).await?;
    let mut ids = mentioned(&record.claims);
    ids.extend(mentioned_in(&related));
    ids.push(id);
    let labels = labels(&mut tx, &reader, &ids).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let mut html = RecordPage::new(&reading, frame.clone(), &record, &related, more);
    if let Some(custody) = html.custody.take() {
        let chain = custody_chain(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
        let names: Names = members(&mut tx).await?.into_iter().collect();
        html.custody = Some(custody.with(id, &followed(&desk, &chain), &names));
    }
    if frame.may(May::File) && !html.gaps.is_empty() {
        let open = tasks_of_record(&mut tx, &reader, id).await?;
        html.gaps = with_tasks(frame.t, id, html.gaps, &open, &frame.token, &Press::draw()?);
    }
    html.falling = (record.kind == NodeKind::Source && frame.may(May::File)).then(|| href::falling(id));
    page(&html)
}

impl RecordPage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, record: &RecordView, related: &[Related], more_related: bool) -> RecordPage {
        let (t, kind, id) = (frame.t, record.kind, record.id);
        let head = Link::to(reading, id);
        let groups = Group::all(reading, &record.claims);
        let conflicts = groups.iter().filter(|group| group.conflict()).map(|group| (group.label.clone(), group.code)).collect();
        let waiting = record.claims.iter().filter(|claim| claim.stands() && claim.status == kniha_core::claim::Status::AsStated).count();
        let standing: Vec<&ClaimView> = record.claims.iter().filter(|claim| claim.stands()).collect();
        let unsourced = standing.iter().filter(|claim| claim.citations.is_empty() && claim.withheld == 0).count();
        let (sources, more_sources) = sources(reading, &standing);
        let beside = Section::all(reading, related).into_iter().map(|section| Beside::of(reading, section, id)).collect();
        RecordPage {
            id: id.to_string(),
            kind: capital(kind.text(t.lang())),
            list: (href::list(kind), capital(kind.many(t.lang()))),
            gaps: gaps(t, id, kind, &record.claims),
            clocks: ClockChip::all(reading, &record.claims),
            custody: (kind == NodeKind::Exhibit).then(|| Custody::of(reading, &record.claims)),
            map: drawing::map_of_claims(t, &standing, &head.main.text),
            groups,
            beside,
            sources,
            more_sources: (more_sources > 0).then(|| t.count("and-more", more_sources)),
            unsourced: (unsourced > 0).then(|| t.count("claims-unsourced", unsourced)),
            conflicts,
            permit: Permit { t, case: record.case.title.clone() },
            made: day(t, record.made),
            made_exact: moment(t, record.made),
            made_by: record.made_by.clone(),
            claims: t.count("claims-count", record.claims.len()),
            waiting: (waiting > 0).then(|| t.count("claims-waiting", waiting)),
            history: href::history(id),
            structure: (kind == NodeKind::Unit).then(|| href::structure(id)),
            cited: (kind == NodeKind::Source).then(|| href::cited(id)),
            falling: None,
            add: format!("/r/{id}/add"),
            more_claims: record.more,
            more_related,
            frame: frame.titled(head.main.text.clone()).standing(Room::Kind(kind)),
            head,
        }
    }
}

impl Beside {
    fn of(reading: &Reading<'_>, section: Section, id: NodeId) -> Beside {
        let kind = kniha_core::vocab::property(section.code).map_or(NodeKind::Act, |property| property.of);
        let list = href::with(href::list(kind), &[("at", &id.to_string())]);
        let drawing = drawing::timeline_of_rows(reading.t, &section);
        Beside { section, list, drawing }
    }
}

/// Sources by how many standing claims rest on them, most first, and how many more there are.
fn sources(reading: &Reading<'_>, claims: &[&ClaimView]) -> (Vec<SourceLine>, usize) {
    let mut counts: Vec<(NodeId, usize)> = Vec::new();
    for claim in claims {
        let mut of: Vec<NodeId> = claim.citations.iter().map(|citation| citation.source).collect();
        of.sort_unstable();
        of.dedup();
        for source in of {
            match counts.iter_mut().find(|(id, _)| *id == source) {
                Some((_, count)) => *count += 1,
                None => counts.push((source, 1)),
            }
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let lines = counts.iter().take(SOURCES).map(|(id, count)| SourceLine { link: Link::to(reading, *id), claims: reading.t.count("claims-count", *count) });
    (lines.collect(), counts.len().saturating_sub(SOURCES))
}
