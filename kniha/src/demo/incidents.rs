//! The demo's incidents: what is told, when and where with doubt, the acts in them, injuries, who is named in them, and on what grounds.
//!
//! Does no I/O.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::Result;
use kniha_core::claim::{KnownTo, Move, Status};
use kniha_core::id::NodeId;
use kniha_core::time::UtcMicros;
use kniha_core::vocab::NodeKind;

use super::country::{ELECTION, at, date_words, department, district_of, iso, near_street, office, site, street, streets, weekday_words};
use super::exhibits;
use super::force::{self, FIRST_DEPARTMENT, home, of_regiment};
use super::people::{self, OCCUPATIONS, Part};
use super::phrase::{Numbers, Slots, Tongue, render, steady};
use super::rng::Rng;
use super::scenes::{SORTS, Sort};
use super::sheet::Sheet;
use super::sources::{self, CHANNEL, EXAMINER, NEWSPAPER, REPOSTS, ROSTER};
use super::texts::{Texts, things};
use super::{INCIDENT, Size, source};

/// Sentences that are remembered so that none is told twice; larger books repeat themselves after these.
const REMEMBERED: usize = 40_000;
/// Draws before a sentence is given up.
const DRAWS: usize = 60;

/// Sentences told so far, by hash.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeSet<u64>);

impl Told {
    /// Whether the sentence is new; it is remembered then.
    fn is_new(&mut self, sentence: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        sentence.hash(&mut hasher);
        self.0.len() >= REMEMBERED || self.0.insert(hasher.finish())
    }
}

/// What an incident is written with.
pub(crate) struct Telling<'a> {
    pub(crate) seed: u64,
    pub(crate) size: &'a Size,
    pub(crate) now: UtcMicros,
    pub(crate) texts: &'a [Texts; 4],
    pub(crate) told: &'a mut Told,
}

/// What the parts of one incident share.
pub(crate) struct Scene<'a> {
    pub(crate) id: NodeId,
    pub(crate) n: u32,
    pub(crate) sort: &'a Sort,
    pub(crate) slots: Slots<'a>,
    pub(crate) day: i32,
    pub(crate) street: usize,
    pub(crate) doubt_m: f64,
    /// The time as a window.
    pub(crate) when: String,
    /// The statement that tells of it, and its label.
    pub(crate) statement: NodeId,
    label: String,
    victim: u32,
    district: usize,
}

/// The record of incident `n`.
pub(crate) fn id(seed: u64, n: u32) -> NodeId {
    Rng::of(seed, INCIDENT, n).id()
}

/// Which language an incident is told in.
fn tongue(n: u32) -> Tongue {
    [Tongue::Be, Tongue::Be, Tongue::Be, Tongue::Ru, Tongue::Ru, Tongue::Ru, Tongue::Ru, Tongue::En, Tongue::En, Tongue::Uk][(n % 10) as usize]
}

impl Telling<'_> {
    /// A sentence from one of the templates that was not told before, if there is one.
    pub(crate) fn sentence(&mut self, templates: &[String], slots: &Slots<'_>, numbers: Numbers, rng: &mut Rng) -> Result<Option<String>> {
        for _ in 0..DRAWS {
            let sentence = render(rng.pick(templates).as_str(), slots, numbers, rng)?;
            if self.told.is_new(&sentence) {
                return Ok(Some(sentence));
            }
        }
        Ok(None)
    }

    /// A few words, which may have been used before.
    pub(crate) fn words(&self, templates: &[String], slots: &Slots<'_>, rng: &mut Rng) -> Result<String> {
        Ok(render(rng.pick(templates).as_str(), slots, Numbers::Steady, rng)?)
    }

    /// Writes incident `n` with everything that belongs to it.
    pub(crate) fn write(&mut self, n: u32, sheet: &mut Sheet) -> Result<()> {
        let mut rng = Rng::of(self.seed, INCIDENT | 0x80, n);
        let scene = self.scene(n, &mut rng);
        self.incident(&scene, &mut rng, sheet)?;
        let exhibits = exhibits::write(self, &scene, &mut rng, sheet)?;
        let acts = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3][rng.below(10) as usize];
        for nth in 0..acts {
            self.act(&scene, nth, &exhibits, &mut rng, sheet)?;
        }
        Ok(())
    }

    fn scene(&self, n: u32, rng: &mut Rng) -> Scene<'static> {
        let mut left = rng.below(100);
        let sort = SORTS.iter().find(|sort| {
            let here = left < sort.weight;
            left = left.saturating_sub(sort.weight);
            here
        });
        let sort = sort.unwrap_or(&SORTS[0]);
        let tongue = tongue(n);
        // Half of everything happened in the fortnight after the election.
        let day = match rng.below(20) {
            0..=10 => ELECTION + rng.within(0, 13),
            11..=17 => ELECTION + rng.within(14, 420),
            18 => ELECTION + rng.within(421, 560),
            _ => ELECTION - rng.within(1, 480),
        };
        let street = rng.below(streets() as u32) as usize;
        let other = (street + 1 + rng.below(streets() as u32 - 1) as usize) % streets();
        let district = if district_of(street) == 4 && day > ELECTION + 177 && rng.chance(60) { 6 } else { district_of(street) };
        let minute = match sort.code {
            "search" => rng.within(5 * 60, 8 * 60),
            "court" | "work" => rng.within(9 * 60, 16 * 60),
            _ => rng.within(9 * 60, 21 * 60 + 50),
        };
        let later = minute + rng.within(12, 130);
        let clock = |minute: i32| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let (iso_day, doubt) = (iso(day), rng.below(20));
        let mut date = date_words(tongue, day);
        let when = match doubt {
            0..=7 => format!("{iso_day}T{} +05:00", clock(minute)),
            8..=9 => format!("{iso_day}T{}..{iso_day}T{} +05:00", clock(minute), if later < 24 * 60 { clock(later) } else { "23:59".to_owned() }),
            10..=12 if minute > 18 * 60 => format!("~{iso_day}T18:00..{iso_day}T23:59 +05:00"),
            10..=14 => format!("~{iso_day}"),
            15..=17 if tongue != Tongue::En => {
                // Nobody remembers the day: the sentences say so too.
                let words = date_words(tongue, day);
                date = match tongue {
                    Tongue::Be => format!("на тыдні пасля {words}"),
                    Tongue::Uk => format!("на тижні після {words}"),
                    _ => format!("на неделе после {words}"),
                };
                format!("~{iso_day}..{}", iso(day + 7))
            }
            18 => format!("{iso_day}.."),
            19 => format!("~..{iso_day}"),
            _ => format!("~{iso_day}"),
        };
        let victim = people::any(Part::Victim, self.size, rng);
        let draft = people::draft(self.seed, victim);
        let words = OCCUPATIONS[draft.occupation][tongue as usize];
        let statement = sources::any_statement(self.size, rng);
        let things = things(tongue);
        let item = rng.below(things.items.len() as u32) as usize;
        let item2 = things.items[(item + 1 + rng.below(things.items.len() as u32 - 1) as usize) % things.items.len()];
        let house = rng.chance(55).then(|| 1 + rng.below(90));
        let (in_unit, to_unit) = department(tongue, district);
        let woman = draft.named.woman;
        let slots = Slots {
            tongue,
            woman,
            age: (2032 - draft.birth).clamp(19, 75),
            steady: steady(rng),
            words: vec![
                ("at", at(tongue, street, house).into()),
                ("at2", at(tongue, other, None).into()),
                ("date", date.into()),
                ("since", date_words(tongue, day).into()),
                ("date2", date_words(tongue, day + rng.within(2, 60)).into()),
                ("weekday", weekday_words(tongue, day).into()),
                ("time", clock(minute).into()),
                ("time2", clock(later).into()),
                ("tc", format!("{:02}:{:02}", rng.within(0, 14), rng.within(0, 59)).into()),
                ("who", words[usize::from(woman)].into()),
                ("whom", words[2 + usize::from(woman)].into()),
                ("in_unit", in_unit.into()),
                ("to_unit", to_unit.into()),
                ("car", (rng.one(things.cars)).into()),
                ("item", things.items[item].into()),
                ("item2", item2.into()),
                ("gear", (rng.one(things.gear)).into()),
                ("src", sources::label(self.seed, statement).into()),
            ],
        };
        let label = sources::label(self.seed, statement);
        let doubt_m = rng.one(&[10.0, 10.0, 30.0, 100.0, 100.0, 300.0, 1000.0, 8000.0]);
        Scene { id: id(self.seed, n), n, sort, slots, day, street, doubt_m, when, statement: source(self.seed, statement), label, victim, district }
    }

    fn incident(&mut self, scene: &Scene<'_>, rng: &mut Rng, sheet: &mut Sheet) -> Result<()> {
        let (id, lang, seed) = (scene.id, scene.slots.tongue.tag(), self.seed);
        let texts = self.texts;
        let texts = &texts[scene.slots.tongue as usize];
        let told = texts.scene(scene.sort.code)?;
        sheet.record(id, NodeKind::Incident);
        let title = match self.sentence(&told.title, &scene.slots, Numbers::Steady, rng)? {
            Some(title) => title,
            None => format!("{}, № {}", self.words(&told.title, &scene.slots, rng)?, scene.n),
        };
        sheet.text(id, "incident.title", title, lang);

        let mut summary: Vec<String> = self.sentence(&told.open, &scene.slots, Numbers::Steady, rng)?.into_iter().collect();
        let mut middles: Vec<&String> = told.mid.iter().collect();
        for _ in 0..1 + rng.below(3) {
            if middles.is_empty() {
                break;
            }
            let template = middles.swap_remove(rng.below(middles.len() as u32) as usize);
            summary.extend(self.sentence(std::slice::from_ref(template), &scene.slots, Numbers::Fresh, rng)?);
        }
        if summary.len() < 3 || rng.chance(45) {
            summary.extend(self.sentence(&texts.end, &scene.slots, Numbers::Fresh, rng)?);
        }
        let status = [Status::AsStated, Status::Accepted, Status::Accepted, Status::WorkNeeded][rng.below(4) as usize];
        sheet.text(id, "incident.summary", summary.join(" "), lang).by(scene.statement).status(status);

        let cited = source(seed, if rng.chance(50) { NEWSPAPER } else { CHANNEL });
        if scene.n % 37 == 3 {
            // Five channels, one video, one origin: it counts once.
            let origin = format!("video-{}", scene.n);
            for channel in REPOSTS {
                sheet.window(id, "incident.when", &scene.when).by(source(seed, channel)).origin(&origin).known_to(KnownTo::Many);
            }
        } else {
            let words = self.words(&texts.words, &scene.slots, rng)?;
            let line = sheet.window(id, "incident.when", &scene.when).words(scene.statement, words, format!("p. {}", 1 + rng.below(14)));
            line.known_to(rng.one(&[KnownTo::UpTo5, KnownTo::UpTo20, KnownTo::UpTo100, KnownTo::Many, KnownTo::Unknown]));
            if rng.chance(9) {
                sheet.window(id, "incident.when", &format!("~{}", iso(scene.day + 1))).by(cited);
            }
        }
        if rng.chance(30) {
            sheet.text(id, "incident.date_text", date_words(scene.slots.tongue, scene.day), lang).by(cited);
        }
        sheet.region(id, "incident.where", near_street(scene.street, scene.doubt_m, rng)).by(cited);
        sheet.refer(id, "incident.place", street(seed, scene.street));
        if scene.n % 11 == 4 && scene.n > 11 {
            sheet.refer(id, "incident.part_of", self::id(seed, scene.n - 11));
        }
        if rng.chance(25) {
            sheet
                .address(id, "incident.reference", format!("https://listok.example.org/{}/{}", iso(scene.day).replace('-', "/"), 100 + scene.n))
                .by(source(seed, NEWSPAPER));
            sheet.text(id, "incident.tag", scene.sort.code, "");
        }
        match scene.n % 60 {
            7 => {
                sheet.text(id, "incident.note", "Same as the event of the day before? Two of the names are the same.", "en");
                sheet.later(Move::Withdraw, Some("answered: two different evenings, see the hospital register".to_owned()));
            }
            22 => {
                sheet.text(id, "incident.note", "Проверить по журналу выездов скорой.", "ru");
                sheet.later(Move::Withdraw, Some("журнал не сохранился".to_owned()));
                sheet.later(Move::Restore, Some("нашлась копия журнала".to_owned()));
            }
            41 => {
                sheet.text(id, "incident.note", "Час разыходзіцца на гадзіну: адна крыніца жыве па іншым часе.", "be");
                sheet.later(Move::Question, Some("спытаць крыніцу, які гадзіннік быў на тэлефоне".to_owned()));
            }
            _ => {}
        }
        Ok(())
    }

    fn act(&mut self, scene: &Scene<'_>, nth: u32, exhibits: &[NodeId], rng: &mut Rng, sheet: &mut Sheet) -> Result<()> {
        let (seed, sort, lang) = (self.seed, scene.sort, scene.slots.tongue.tag());
        let texts = self.texts;
        let texts = &texts[scene.slots.tongue as usize];
        let act = sheet.new_record(NodeKind::Act);
        sheet.refer(act, "act.incident", scene.id);
        let violation = sort.violations[(nth as usize + rng.below(2) as usize) % sort.violations.len()];
        sheet.code(act, "act.violation", violation).by(scene.statement);
        if rng.chance(5) && sort.violations.len() > 1 {
            sheet.code(act, "act.violation", if violation == sort.violations[0] { sort.violations[1] } else { sort.violations[0] }).by(source(seed, NEWSPAPER));
        }
        let first = rng.below(sort.methods.len() as u32) as usize;
        for k in 0..(1 + rng.below(2) as usize).min(sort.methods.len()) {
            sheet.code(act, "act.method", sort.methods[(first + k) % sort.methods.len()]).by(scene.statement).known_to(KnownTo::UpTo20);
        }
        // The person the summary speaks of suffered the first act.
        let victim = if nth == 0 { scene.victim } else { people::any(Part::Victim, self.size, rng) };
        let many = rng.chance(12);
        if many {
            sheet.integer(act, "act.victim_count", i64::from(rng.within(3, 46))).by(scene.statement);
            if rng.chance(30) {
                sheet.integer(act, "act.victim_count", i64::from(rng.within(47, 130))).by(source(seed, NEWSPAPER));
            }
        } else {
            sheet.refer(act, "act.victim", people::id(seed, victim)).by(scene.statement).known_to(KnownTo::UpTo5);
        }
        sheet.window(act, "act.when", &scene.when);
        let place = match sort.code {
            "station" | "video" => office(seed, scene.district as u32),
            "cell" => site(seed, if scene.day < ELECTION + 12 && scene.day > ELECTION + 1 { 3 } else { 2 }),
            "court" => site(seed, 5),
            "work" => site(seed, 7),
            _ => street(seed, scene.street),
        };
        sheet.refer(act, "act.place", place);
        sheet.code(act, "act.place_kind", sort.place_kind);
        if rng.chance(30) {
            sheet.region(act, "act.where", near_street(scene.street, scene.doubt_m.min(300.0), rng)).by(scene.statement);
        }
        if rng.chance(35) {
            let text = self.words(&texts.reason, &scene.slots, rng)?;
            sheet.text(act, "act.stated_reason", text, lang).by(scene.statement);
        }
        if rng.chance(30) {
            let text = self.words(&texts.result, &scene.slots, rng)?;
            sheet.text(act, "act.result", text, lang);
        }
        if !many && !sort.injuries.is_empty() {
            for _ in 0..rng.below(3) {
                self.injury(scene, act, victim, exhibits, rng, sheet)?;
            }
        }
        self.involve(scene, act, rng, sheet)
    }

    fn injury(&mut self, scene: &Scene<'_>, act: NodeId, victim: u32, exhibits: &[NodeId], rng: &mut Rng, sheet: &mut Sheet) -> Result<()> {
        let (kind, sites) = rng.pick(scene.sort.injuries);
        let injury = sheet.new_record(NodeKind::Injury);
        sheet.refer(injury, "injury.act", act);
        sheet.refer(injury, "injury.person", people::id(self.seed, victim)).known_to(KnownTo::UpTo5);
        sheet.code(injury, "injury.site", rng.one(sites)).by(scene.statement);
        sheet.code(injury, "injury.kind", kind).by(scene.statement);
        if rng.chance(40) {
            sheet.integer(injury, "injury.count", i64::from(rng.within(1, 6)));
        }
        if rng.chance(45) {
            sheet.real(injury, "injury.size_mm", f64::from(rng.within(8, 120)) / if rng.chance(30) { 2.0 } else { 1.0 }).by(source(self.seed, EXAMINER));
        }
        let texts = self.texts;
        let cause = self.words(&texts[scene.slots.tongue as usize].cause, &scene.slots, rng)?;
        sheet.text(injury, "injury.said_cause", cause, scene.slots.tongue.tag()).by(scene.statement);
        sheet.window(injury, "injury.when", &scene.when);
        if rng.chance(28) {
            // Only an examiner finds consistency; now and then it speaks against what was said.
            let found = rng.one(&["consistent", "highly_consistent", "typical", "consistent", "not_consistent", "diagnostic"]);
            let line = sheet.code(injury, "injury.consistency", found).by(source(self.seed, EXAMINER)).at(format!("form {}", 20 + scene.n), None);
            if found == "not_consistent" {
                line.against()
            } else {
                line.status(Status::Accepted)
            };
        }
        if let Some(exhibit) = exhibits.first().filter(|_| rng.chance(25)) {
            sheet.refer(injury, "injury.exhibit", *exhibit);
        }
        Ok(())
    }

    fn involve(&mut self, scene: &Scene<'_>, act: NodeId, rng: &mut Rng, sheet: &mut Sheet) -> Result<()> {
        let seed = self.seed;
        let department = FIRST_DEPARTMENT + 4 * scene.district;
        let fits = |unit: usize| match scene.sort.code {
            "station" | "video" | "search" => (department..department + 4).contains(&unit),
            "cell" => (18..=20).contains(&unit),
            _ => of_regiment(unit) && scene.day >= ELECTION - 150 || (department..department + 4).contains(&unit),
        };
        let proof = |rng: &mut Rng| {
            rng.one(&[
                "alleged",
                "alleged",
                "alleged",
                "reasonable_suspicion",
                "reasonable_suspicion",
                "reasonable_belief",
                "balance_of_probabilities",
                "clear_and_convincing",
            ])
        };
        if rng.chance(60) {
            let unit = match scene.sort.code {
                "station" | "video" | "search" => department + rng.below(4) as usize,
                "cell" => 18 + rng.below(2) as usize,
                "court" => force::COURT_UNIT,
                _ if scene.district == 1 && rng.chance(30) => 31,
                _ if scene.day < ELECTION - 150 => department + 3,
                _ => 13 + rng.below(3) as usize,
            };
            let involvement = sheet.new_record(NodeKind::Involvement);
            let words = self.words(&self.texts[scene.slots.tongue as usize].words, &scene.slots, rng)?;
            sheet.refer(involvement, "involvement.unit", force::id(seed, unit)).words(scene.statement, words, format!("p. {}", 1 + rng.below(14)));
            sheet.refer(involvement, "involvement.act", act);
            sheet.code(involvement, "involvement.degree", rng.one(&["did", "present", "did", "ordered", "failed_to_stop"]));
            sheet.code(involvement, "involvement.proof", proof(rng)).known_to(KnownTo::UpTo20);
        }
        if !rng.chance(48) {
            return Ok(());
        }
        let person = if scene.sort.code == "court" {
            Some(people::any(Part::Official, self.size, rng))
        } else {
            (0..40).map(|_| people::any(Part::Officer, self.size, rng)).find(|k| fits(home(seed, *k, self.size)))
        };
        let Some(person) = person else { return Ok(()) };
        let involvement = sheet.new_record(NodeKind::Involvement);
        let suspect = people::id(seed, person);
        let identified = match rng.below(6) {
            0 => "helmet number read in the video and matched with the roster",
            1 => "named by a colleague",
            2 => "introduced himself by rank and family name",
            3 => "signed the report",
            4 => "voice known from an earlier detention",
            _ => "recognised without a mask in the corridor",
        };
        let line =
            sheet.refer(involvement, "involvement.person", suspect).words(scene.statement, identified.to_owned(), format!("answer {}", 1 + rng.below(30)));
        line.known_to(rng.one(&[KnownTo::One, KnownTo::UpTo5, KnownTo::UpTo20])).origin(&format!("statement-{}", scene.label));
        if rng.chance(20) {
            sheet
                .refer(involvement, "involvement.person", suspect)
                .words(source(seed, ROSTER), "on leave until the end of the month".to_owned(), format!("line {}", 1 + rng.below(1940)))
                .against()
                .status(Status::WorkNeeded);
        }
        if rng.chance(12) {
            sheet.later(Move::Withdraw, Some("identification made after a picture was shown (R4)".to_owned()));
        }
        sheet.refer(involvement, "involvement.act", act);
        let degree =
            if scene.sort.code == "court" { "judged" } else { rng.one(&["did", "did", "ordered", "present", "failed_to_stop", "documented", "covered_up"]) };
        sheet.code(involvement, "involvement.degree", degree).by(scene.statement);
        if degree == "ordered" || rng.chance(20) {
            sheet.code(involvement, "involvement.liability", if degree == "ordered" { "ordering" } else { "direct" });
        }
        sheet.code(involvement, "involvement.proof", proof(rng));
        if scene.n % 29 == 5 {
            sheet.later(Move::Accept, None);
        }
        Ok(())
    }
}
