//! Claims, labels and a reader for tests.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use kniha_core::claim::{Citation, KnownTo, Stance, Status};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::name::LangTag;
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{ClaimView, Label, Labels};

use super::Reading;
use crate::lang::Tongue;

/// 2020-09-01 00:00 UTC.
pub(crate) const NOW: UtcMicros = UtcMicros(1_598_918_400_000_000);
pub(crate) static SOURCE: LazyLock<NodeId> = LazyLock::new(|| NodeId::from_random([3; 16]));
pub(crate) static UNIT: LazyLock<NodeId> = LazyLock::new(|| NodeId::from_random([4; 16]));
/// Markup, a turn of the writing direction, a tower of combining letters, a very long word.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\u{202e}\"><img src=x onerror=y>Z\u{334}\u{341}\u{34f}\u{301}\u{301}&amp;";

static LABELS: LazyLock<Labels> = LazyLock::new(|| {
    let label = |kind, names: &[(&str, Option<&str>)]| Label {
        kind: Some(kind),
        names: names.iter().map(|(name, lang)| ((*name).to_owned(), lang.map(str::to_owned))).collect(),
        codes: Vec::new(),
        marks: if kind == NodeKind::Source { vec![("reliability".to_owned(), "usually_reliable".to_owned())] } else { Vec::new() },
    };
    Labels::from([
        (*SOURCE, label(NodeKind::Source, &[("The Morning Letter", Some("en")), (HOSTILE, None)])),
        (*UNIT, label(NodeKind::Unit, &[("Second Regiment", Some("en")), ("Другі полк", Some("be"))])),
    ])
});

/// A reader of the sample book.
pub(crate) fn reading(lang: Lang) -> Reading<'static> {
    Reading { t: Tongue(lang), labels: &LABELS, now: NOW, token: "sample-token" }
}

/// A claim with one cited source. Each has another id.
pub(crate) fn claim(property: &str, written: &str) -> ClaimView {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut bytes = [9; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    let property = vocab::property(property).unwrap();
    ClaimView {
        id: ClaimId::from_random(bytes),
        subject: NodeId::from_random([1; 16]),
        seq: i64::try_from(n).unwrap(),
        property,
        value: Some(Value::parse(property, written, Some(LangTag::parse("en").unwrap())).unwrap()),
        held: None,
        origin: None,
        stance: Stance::For,
        status: Status::AsStated,
        known_to: KnownTo::Unknown,
        made_by: "Sample".to_owned(),
        made: NOW,
        erased: None,
        citations: vec![Citation { words: Some("as they said".to_owned()), locator: Some("p. 4".to_owned()), ..Citation::of(*SOURCE) }],
        withheld: 0,
    }
}
