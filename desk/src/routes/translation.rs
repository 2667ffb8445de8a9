//! Translating an account beside its original, sentence by sentence. What was translated, and by whom, is a sealed part; the book knows which sentence is done.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::lang::Lang;
use kniha_core::text;
use kniha_gate::Why;
use kniha_seal::part::{Compartment, PartId};
use kniha_store::{NewTranslation, PartNo, StoreError, TranslationId, TranslationView, translations};
use serde::{Deserialize, Serialize};

use super::inbox::called;
use super::letter::tongue_name;
use super::statement::address;
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Press;
use crate::page::{Frame, Room, page};
use crate::sealed::{find, read, refused};
use crate::statement::{Sentence, between, sentences};
use crate::ways::{May, Ways};

/// Sentences of a page.
const PAGE: usize = 25;
/// Longest translation of one sentence, in characters.
const MOST: usize = 2_000;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/statement/{id}/translate", May::File, show).post("/statement/{id}/translate", May::File, keep).post(
        "/statement/{id}/translate/check",
        May::File,
        check,
    )
}

/// Sentences that were translated at one sitting, as they are sealed.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    kniha_translation: u32,
    by: String,
    segments: BTreeMap<u32, String>,
}

struct Segment {
    sentence: Sentence,
    index: u32,
    text: String,
    note: Option<String>,
    check: Option<String>,
}

#[derive(Template)]
#[template(path = "translate.html")]
struct TranslatePage {
    frame: Frame,
    here: String,
    back: String,
    from_lang: String,
    to: Lang,
    tongues: Vec<(String, String, bool)>,
    segments: Vec<Segment>,
    press: String,
    page_no: usize,
    before: Option<String>,
    next: Option<String>,
    done: usize,
    all: usize,
}

struct Asked {
    to: Lang,
    page_no: usize,
}

impl Asked {
    fn of(fields: &Fields, from: &str) -> Asked {
        let other = if from == "en" { Lang::Be } else { Lang::En };
        Asked { to: Lang::parse(fields.get("to")).unwrap_or(other), page_no: fields.get("page").parse().unwrap_or(0) }
    }
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let t = frame.t;
    let view = find(&desk, &id).await?;
    let told = read(&desk, view, Why::Translate).await?.map_err(|error| refused(&error))?;
    let intake = told.view.row.card.id;
    let asked = Asked::of(&Fields::of(query), &told.cover.lang);
    let all = sentences(&told.content.text(), &[]);
    let known = of_language(&desk, &told, asked.to).await?;
    let page_no = asked.page_no.min(all.len() / PAGE);
    let shown = all.iter().skip(page_no * PAGE).take(PAGE);
    let mut sheets: BTreeMap<PartNo, Sheet> = BTreeMap::new();
    let mut segments = Vec::new();
    for sentence in shown {
        let index = (sentence.n - 1) as u32;
        let view = known.get(&index);
        let mut text = String::new();
        if let Some(view) = view {
            if let std::collections::btree_map::Entry::Vacant(sheet) = sheets.entry(view.translation.part) {
                let part = PartId::from_random(view.translation.part);
                let opened = desk.house.read(&desk.who, part, Why::Translate, (desk.now)()).await.map_err(|error| refused(&error))?;
                sheet.insert(serde_json::from_slice(&opened.content).unwrap_or_default());
            }
            text = sheets.get(&view.translation.part).and_then(|sheet| sheet.segments.get(&index)).cloned().unwrap_or_default();
        }
        let note = view.map(|view| {
            let how = if view.translation.machine {
                t.get("tr-machine")
            } else if view.translation.sworn {
                t.get("tr-sworn")
            } else {
                t.get("tr-person")
            };
            match &view.checked {
                Some(by) => format!("{how} · {}", t.with("tr-checked", &[("by", by)])),
                None => format!("{how} · {}", t.get("tr-unchecked")),
            }
        });
        let check = view.filter(|view| !view.mine && view.checked.is_none()).map(|view| view.translation.id.to_string());
        segments.push(Segment { sentence: sentence.clone(), index, text, note, check });
    }
    let here = format!("{}/translate", address(intake));
    let at = |page: usize| crate::href::with(&here, &[("to", asked.to.code()), ("page", &page.to_string())]);
    let html = TranslatePage {
        back: format!("{}?read=1", address(intake)),
        from_lang: told.cover.lang.clone(),
        to: asked.to,
        tongues: Lang::ALL.iter().map(|lang| (crate::href::with(&here, &[("to", lang.code())]), tongue_name(t, lang.code()), *lang == asked.to)).collect(),
        press: Press::draw()?.text(),
        page_no,
        before: (page_no > 0).then(|| at(page_no - 1)),
        next: (all.len() > (page_no + 1) * PAGE).then(|| at(page_no + 1)),
        done: known.len(),
        all: all.len(),
        segments,
        here,
        frame: frame.titled(t.with("tr-title", &[("name", &called(&told.view.row))])).standing(Room::Inbox),
    };
    page(&html)
}

async fn of_language(desk: &Desk, told: &crate::sealed::Told, to: Lang) -> Result<BTreeMap<u32, TranslationView>, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let all = translations(&mut tx, &reader, told.view.row.card.id).await?;
    let fits = |view: &TranslationView| view.translation.to == to.code() && view.translation.original == *told.base.bytes();
    Ok(all.into_iter().filter(fits).map(|view| (view.translation.segment, view)).collect())
}

async fn keep(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let case = view.row.case.clone().ok_or(PageError::NotFound)?;
    let told = read(&desk, view, Why::Translate).await?.map_err(|error| refused(&error))?;
    let intake = told.view.row.card.id;
    let asked = Asked::of(&fields, &told.cover.lang);
    let all = sentences(&told.content.text(), &[]);
    let mut sheet = Sheet { kniha_translation: 1, by: between(fields.get("by"), 0, 200), segments: BTreeMap::new() };
    for index in (asked.page_no * PAGE..all.len()).take(PAGE) {
        let (new, old) = (fields.get(&format!("seg-{index}")).trim(), fields.get(&format!("old-{index}")).trim());
        if !new.is_empty() && new != old {
            text::check_up_to(new, MOST).map_err(|_| PageError::Malformed)?;
            sheet.segments.insert(index as u32, new.to_owned());
        }
    }
    let back = |done: &str| {
        let page = asked.page_no.to_string();
        Ok(Redirect::to(&crate::href::with(&format!("{}/translate", address(intake)), &[("to", asked.to.code()), ("page", &page), ("done", done)]))
            .into_response())
    };
    if sheet.segments.is_empty() {
        return back("already");
    }
    let now = (desk.now)();
    let bytes = zeroize::Zeroizing::new(serde_json::to_vec(&sheet).map_err(|_| PageError::Broken)?);
    let part = desk.house.keep(&desk.who, case.id, Compartment::File, asked.to.code(), &bytes, now).await.map_err(|error| refused(&error))?;
    let mut write = desk.store.write(desk.member, now).await?;
    for index in sheet.segments.keys() {
        let new = NewTranslation {
            id: press.id_with(&format!("segment {index}"), &fields),
            original: *told.base.bytes(),
            segment: *index,
            from: told.cover.lang.clone(),
            to: asked.to.code().to_owned(),
            part: *part.bytes(),
            machine: fields.get("how") == "machine",
            sworn: fields.get("how") == "sworn",
        };
        write.add_translation(intake, &new).await?;
    }
    write.commit().await?;
    back("translated")
}

async fn check(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let translation = TranslationId::parse(fields.get("segment")).map_err(|_| PageError::Malformed)?;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    let done = match write.check_translation(view.row.card.id, translation).await {
        Ok(()) => {
            write.commit().await?;
            "checked"
        }
        Err(StoreError::SamePerson) => "same-person",
        Err(StoreError::NotFound { .. }) => "already",
        Err(error) => return Err(error.into()),
    };
    let here = format!("{}/translate", address(view.row.card.id));
    Ok(Redirect::to(&crate::href::with(&here, &[("to", fields.get("to")), ("page", fields.get("page")), ("done", done)])).into_response())
}
