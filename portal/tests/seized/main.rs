//! A portal is seized: its folder, program, settings, log, disk, memory, and every page that phones kept.
//!
//! The real program serves fifty people, and its process and disk are then taken apart as whoever seizes the machine would. The test alone knows what
//! was told and every key, so it can look for each of them exactly; beside that it tries what an adversary would try who knows none. Each search and
//! each attack is run too where it must find something. Needs root: to read the memory of a process that hides it, and to mount the image of a disk.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod attack;
mod disk;
mod portal;
mod search;
mod team;
mod telling;
mod visitor;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use kniha_core::telling::Answers;
use kniha_seal::part::{Compartment, Day};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, TEAM, TRIAGE};
use rustix::process::Signal;

use attack::{Keys, Part};
use disk::Disk;
use portal::{Portal, Region};
use search::{Content, Hit, Planted, Search, told};
use team::Team;
use telling::{DEPOSITS, REPORTS, Told};

pub fn random() -> impl rand_core::CryptoRng {
    kniha_portal::random()
}

pub fn today() -> Day {
    Day(u32::try_from(jiff::Timestamp::now().as_second() / 86_400).unwrap())
}

/// What was taken, and what the test knows besides.
struct Scene {
    team: Team,
    told: Told,
    /// Every part, the four of each report first known by who opens them.
    parts: Vec<Part>,
    memory: Vec<Region>,
    disk: Vec<u8>,
    log: Vec<u8>,
}

/// Acted once for all tests.
fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let (team, mut told, mut disk) = (Team::draw(), Told::default(), Disk::new(192));
        let folder = disk.path().join("portal");
        std::fs::create_dir(&folder).unwrap();
        let address = portal::lay(&folder, &team, async |inbox| told.answers(&team, inbox).await);
        let mut portal = Portal::start(&folder, address, &disk.beside("log"), &[]);
        told.tell(address);
        // Connections linger until the last of what a peer sent was dropped.
        std::thread::sleep(Duration::from_secs(1));
        let memory = portal.memory();
        portal.end(Signal::KILL);
        disk::copy(&folder, &disk.beside("copy"));
        let log = std::fs::read(&portal.log).unwrap();
        let bytes = disk.bytes();
        let parts = attack::parts(&disk.beside("copy"));
        Scene { team, told, parts, memory, disk: bytes, log }
    })
}
