//! Videos, photos and papers of the demo's incidents. Their hashes are drawn by chance: there is nothing behind them. Does no I/O.

use anyhow::Result;
use kniha_core::claim::{KnownTo, Status};
use kniha_core::id::NodeId;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_core::vocab::NodeKind;

use super::country::{iso, near_street};
use super::incidents::{Scene, Telling};
use super::phrase::Numbers;
use super::rng::Rng;
use super::sheet::Sheet;
use super::source;
use super::sources::{CHANNEL, OWN_RESEARCH, REPOSTS};

/// Kind, media type, bytes of a small one, file ending.
const FORMS: [(&str, &str, u32, &str); 6] = [
    ("video", "video/mp4", 9_000_000, "mp4"),
    ("photo", "image/jpeg", 1_400_000, "jpg"),
    ("video", "video/webm", 4_000_000, "webm"),
    ("document", "application/pdf", 120_000, "pdf"),
    ("photo", "image/heic", 900_000, "heic"),
    ("audio", "audio/ogg", 600_000, "ogg"),
];

/// Days from now until somebody else deletes a recording, for the incidents that show the clocks; one is over.
const CLOCKS: [(u32, i64); 4] = [(5, 9), (6, 40), (7, -2), (13, 2)];

/// Writes the exhibits of an incident and gives their ids.
pub(crate) fn write(telling: &mut Telling<'_>, scene: &Scene<'_>, rng: &mut Rng, sheet: &mut Sheet) -> Result<Vec<NodeId>> {
    let clock = CLOCKS.iter().find(|(n, _)| *n == scene.n).map(|(_, days)| *days);
    let reposted = scene.n % 37 == 3;
    let count = if clock.is_some() || reposted { 1 + rng.below(2) } else { [0, 1, 1, 1, 2, 3][rng.below(6) as usize] };
    let mut out = Vec::with_capacity(count as usize);
    for nth in 0..count {
        let id = sheet.new_record(NodeKind::Exhibit);
        out.push(id);
        let video = clock.is_some() || reposted;
        one(telling, scene, id, if video && nth == 0 { 0 } else { rng.below(FORMS.len() as u32) as usize }, rng, sheet)?;
        if let (Some(days), 0) = (clock, nth) {
            sheet.window(id, "exhibit.retention_ends", &day_from(telling.now, days)).by(source(telling.seed, OWN_RESEARCH));
            sheet.text(id, "exhibit.note", "The shop overwrites its recorder; ask for a copy in writing.", "en");
        }
        if reposted && nth == 0 {
            let origin = format!("video-{}", scene.n);
            for channel in REPOSTS {
                let address = format!("https://t.example.org/{channel}/{}", 4000 + scene.n);
                sheet.address(id, "exhibit.address", address).by(source(telling.seed, channel)).origin(&origin).known_to(KnownTo::Many);
            }
        }
        sheet.refer(scene.id, "incident.exhibit", id);
        if nth == 0 && rng.chance(35) {
            sheet.window(scene.id, "incident.when", &scene.when).seen_in(source(telling.seed, CHANNEL), id).status(Status::Accepted);
        }
    }
    Ok(out)
}

fn one(telling: &mut Telling<'_>, scene: &Scene<'_>, id: NodeId, form: usize, rng: &mut Rng, sheet: &mut Sheet) -> Result<()> {
    let (kind, media_type, bytes, ending) = FORMS[form];
    let lang = scene.slots.tongue.tag();
    let texts = telling.texts;
    sheet.text(id, "exhibit.title", format!("{}_{:04}.{ending}", if kind == "document" { "scan" } else { "IMG" }, rng.below(10_000)), "");
    sheet.code(id, "exhibit.kind", kind);
    if let Some(shows) = telling.sentence(&texts[scene.slots.tongue as usize].shows, &scene.slots, Numbers::Fresh, rng)? {
        sheet.text(id, "exhibit.shows", shows, lang).by(source(telling.seed, OWN_RESEARCH));
    }
    if matches!(kind, "video" | "audio") && rng.chance(70) {
        let word = format!("{:010x}", rng.next() >> 24);
        let archived = format!("https://archive.example.test/{word}");
        sheet
            .address(id, "exhibit.address", format!("https://video.example.org/w/{word}"))
            .by(source(telling.seed, CHANNEL))
            .at(format!("00:{:02}", rng.below(60)), Some(archived));
    } else {
        let hash: String = (0..4).map(|_| format!("{:016x}", rng.next())).collect();
        sheet.text(id, "exhibit.sha256", hash, "");
        sheet.integer(id, "exhibit.bytes", i64::from(bytes + rng.below(bytes)));
        sheet.text(id, "exhibit.received_from", format!("Source {}", super::sources::label(telling.seed, 15 + scene.n % 10)), "en").known_to(KnownTo::UpTo5);
    }
    sheet.text(id, "exhibit.media_type", media_type, "");
    if kind != "document" {
        let captured = match rng.below(4) {
            0 => format!("{}T{:02}:{:02}:{:02}", iso(scene.day), rng.within(9, 21), rng.below(60), rng.below(60)),
            1 => format!("~{}", iso(scene.day)),
            _ => scene.when.clone(),
        };
        sheet.window(id, "exhibit.captured", &captured);
        if rng.chance(40) {
            sheet.region(id, "exhibit.captured_at", near_street(scene.street, 10.0, rng));
        }
    }
    sheet.code(id, "exhibit.graphic", rng.one(&["none", "none", "mild", "strong"]));
    Ok(())
}

/// The day that lies so many days from now.
fn day_from(now: UtcMicros, days: i64) -> String {
    let day = (now.0 + days * DAY_US).div_euclid(DAY_US);
    iso(i32::try_from(day).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_days_from_now() {
        assert_eq!(day_from(UtcMicros(22_865 * DAY_US + 5), 9), "2032-08-17");
        assert_eq!(day_from(UtcMicros(22_865 * DAY_US + 5), -2), "2032-08-06");
    }
}
