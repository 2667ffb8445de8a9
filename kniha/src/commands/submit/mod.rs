//! `kniha submit`: telling from a machine of one's own. Everything is sealed here; what leaves is sealed, and nothing plain is written to a disk.
//!
//! Texts come from files or the terminal, never from the command line, which other users and the shell's history can read. The twelve words are shown on the
//! terminal alone, once, and typed back before anything is sealed.

mod given;
mod sealing;
mod sending;

use std::path::PathBuf;

use kniha_core::lang::Lang;
use kniha_seal::keylist::Trusted;
use kniha_seal::part::{PartKind, SubmissionId};
use kniha_seal::source::Source;
use kniha_seal::submission::{self, Context, Sender, SubmissionError};
use kniha_seal::words::Words;
use rand_core::{CryptoRng, Rng};
use zeroize::Zeroizing;

use crate::exit::{Failure, chain};
use crate::lanes::address::Address;
use crate::lanes::{ask, told, trust};
use crate::{say, team};
use sending::To;

/// How often words may be typed back wrongly.
const TRIES: u32 = 3;

/// Tell something: sealed on this machine, then posted or written to a folder that can be carried
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha submit --keys keys --first-list 3f2a… --account told.txt --file video.mp4 --out pieces
  kniha submit --keys http://….onion --socks 127.0.0.1:9050 --first-list 3f2a… --to http://….onion
  kniha submit --post pieces --to http://….onion --socks 127.0.0.1:9050

Without --account or --answers it asks. Texts are read from files, because the command line is seen by other users
of the machine and kept by the shell. --answers takes a text with a heading before each answer:

  [tell/account]   what happened (also everything before the first heading)
  [tell/where] [tell/when] [tell/heard] [tell/later] [tell/help]
  [own/acts]       what you did yourself: lawyers alone read it
  [contact/reach]  how else you can be reached: custodians alone read it
  [door/door]      team, lawyers or deposit

The folder of --out holds sealed pieces only. Posting goes to this machine or, through Tor, to an onion; cut off, it
continues when the same command is run again. Lose the twelve words and nobody can give you the answers.")]
pub(crate) struct Raw {
    /// The key lists: a file, or the portal's address
    #[arg(long, value_name = "FILE|URL", required_unless_present = "post")]
    keys: Option<String>,
    /// Digest of the first key list, which you have from elsewhere; without it this week's six words are asked about
    #[arg(long, value_name = "DIGEST")]
    first_list: Option<String>,
    /// Language of the form and the words
    #[arg(long, value_name = "be|ru|uk|en", default_value = "be")]
    lang: String,
    /// Who may open it: the team; lawyers alone; or nobody but you (deposit)
    #[arg(long, value_parser = ["team", "lawyers", "deposit"])]
    door: Option<String>,
    /// A deposit may be opened by the custodians too
    #[arg(long)]
    custodians: bool,
    /// What happened, in a text file (- is standard input)
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// All answers in one text file, with headings
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// What you did yourself, in a text file
    #[arg(long, value_name = "FILE")]
    own_acts: Option<PathBuf>,
    /// How else you can be reached, in a text file
    #[arg(long, value_name = "FILE")]
    contact: Option<PathBuf>,
    /// Where it happened, in a text file
    #[arg(long = "where", value_name = "FILE")]
    place: Option<PathBuf>,
    /// When it happened, in a text file
    #[arg(long, value_name = "FILE")]
    when: Option<PathBuf>,
    /// Somebody is in danger now
    #[arg(long)]
    urgent: bool,
    /// A file to send; up to 50
    #[arg(long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Keep nothing: no words, and no answer can reach you
    #[arg(long, conflicts_with = "prove")]
    one_way: bool,
    /// Make a receipt, by which you can prove later that you told this
    #[arg(long)]
    prove: bool,
    /// A sentence in a text file that your words alone will prove, even if every server is gone
    #[arg(long, value_name = "FILE", requires = "prove")]
    statement: Option<PathBuf>,
    /// Write the sealed pieces into this new folder
    #[arg(long, value_name = "DIR", conflicts_with = "to", required_unless_present = "to")]
    out: Option<PathBuf>,
    /// Post to this portal: http:// to this machine or an onion
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Post a folder that was written before
    #[arg(long, value_name = "DIR", requires = "to", conflicts_with_all = ["keys", "out", "account", "answers", "files"])]
    post: Option<PathBuf>,
    /// The SOCKS port of Tor on this machine
    #[arg(long, value_name = "IP:PORT")]
    socks: Option<String>,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(raw: Raw) -> anyhow::Result<()> {
    let address = raw.to.as_deref().map(|url| Address::parse(url, raw.socks.as_deref())).transpose()?;
    if let (Some(dir), Some(address)) = (&raw.post, &address) {
        return sending::post(dir, address.clone(), raw.json);
    }
    let lang = Lang::parse(&raw.lang).ok_or_else(|| Failure::usage("There is no such language.", "One of be, ru, uk, en."))?;
    let digest = raw.first_list.as_deref().map(trust::digest).transpose()?;
    let files = given::files(&raw.files)?;
    let mut rng = team::rng()?;
    let day = team::today();
    let keys = raw.keys.as_deref().ok_or_else(|| Failure::usage("No key lists were named.", "Name them with --keys."))?;
    let trusted = trust::newest(&trust::read(keys, raw.socks.as_deref())?, digest.as_ref(), day, lang)?;
    let answers = given::answers(&raw)?;
    let statement = match (&raw.statement, raw.prove) {
        (Some(path), _) => Some(Zeroizing::new(told::text(path)?.trim().to_owned())),
        (None, true) => Some(Zeroizing::new(String::new())),
        (None, false) => None,
    };
    let source = if raw.one_way { None } else { Some(words(&trusted, lang, &mut rng)?) };
    let sender = match &source {
        Some(source) => Sender::Words { source, statement: statement.as_ref().map(|text| text.as_str()) },
        None => Sender::OneWay,
    };
    let at = Context { list: trusted.list(), day, lang, checkpoint: None };
    let mut id = [0; 16];
    Rng::fill_bytes(&mut rng, &mut id);
    let (bundle, follow) = submission::submit(&at, SubmissionId::from_random(id), PartKind::Report, &answers, sender, &mut rng).map_err(|e| refused(&e))?;
    let to = match (&raw.out, address) {
        (_, Some(address)) => To::portal(address)?,
        (Some(dir), None) => To::folder(dir)?,
        (None, None) => return Err(Failure::usage("Neither --to nor --out was given.", "Name where it goes.").into()),
    };
    to.send_all(&at, &bundle, &follow, &files, raw.json, &mut rng)
}

/// Makes words, shows them, and has them typed back.
fn words(trusted: &Trusted, lang: Lang, rng: &mut impl CryptoRng) -> anyhow::Result<Source> {
    let words = Words::random(rng);
    let source = Source::new(&trusted.list().book, &words);
    say::note("\nYour twelve words. Write them on paper or learn them; they are shown once and nobody can give them again:\n");
    for (n, word) in words.text(lang).split(' ').enumerate() {
        say::note(&format!("    {:>2}. {word}", n + 1));
    }
    say::note(&format!("\nYour mark, which you will see at every visit: {}\n", source.mark(lang).join(" ")));
    for left in (0..TRIES).rev() {
        let typed = ask::line("Type the twelve words (four letters of each suffice):")?;
        match Words::parse(&typed, lang) {
            Ok(again) if again == words => {
                ask::wipe_terminal();
                return Ok(source);
            }
            Ok(_) => say::note("These are other words than those that were shown."),
            Err(e) => say::note(&format!("Not yet: {e}.")),
        }
        say::note(&format!("{left} more tries."));
    }
    Err(Failure::refused(
        "The words were not typed back. Without them no answer can reach you.",
        "Nothing was sealed or sent. Begin again, or use --one-way if you cannot keep anything.",
    )
    .into())
}

fn refused(error: &SubmissionError) -> Failure {
    let next = match error {
        SubmissionError::NobodyOpens => "A deposit that nothing is kept for needs --custodians, or leave --one-way out.",
        SubmissionError::Receipt(_) => "Shorten the statement: it has room for 2,000 bytes, about 1,000 Cyrillic letters.",
        SubmissionError::Keys(_) => "The receiver must publish a new key list. Try again later.",
        _ => "Mend it and run the same command again.",
    };
    Failure::refused(format!("It cannot be sealed: {}.", chain(error)), next)
}
