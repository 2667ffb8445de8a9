//! What lies sealed in the demo's portal when it opens: twelve accounts, three of them written out here, and an answer in one mailbox.
//!
//! All of it is invented, as the book is; sealed with fresh keys, so its bytes differ on every run. Seals; writes an inbox.

use anyhow::Result;
use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use kniha_seal::mailbox::{Answer, AnswerKind, Block};
use kniha_seal::part::{Day, PartKind, SubmissionId};
use kniha_seal::source::Source;
use kniha_seal::submission::{Context, Sender, submit};
use kniha_seal::words::Words;
use rand_core::CryptoRng;

use super::accounts::Account;
use crate::clock;
use crate::lanes::outbox;
use crate::team::DemoTeam;

/// For how many months the answer is kept, as by `kniha reply`.
const MONTHS: u32 = 6;

/// One account: its language and what is answered.
type Telling = (Lang, &'static [(&'static str, &'static str, &'static str)]);

const TOLD: [Telling; 3] = [
    (
        Lang::Be,
        &[
            (
                "tell",
                "account",
                "Вечарам 10 жніўня мяне і яшчэ чатырох чалавек затрымалі на прыпынку каля плошчы Трох Студняў. Нас везлі ў аўтазаку з нумарам 4417, у аддзеле Надрэчнага раёна прымусілі стаяць тварам да сцяны да раніцы. Аднаму хлопцу выбілі пальцы, лекара не клікалі.",
            ),
            ("tell", "where", "Плошча Трох Студняў, потым Надрэчны аддзел"),
            ("tell", "when", "10 жніўня 2032 года, каля васьмі вечара"),
            ("door", "door", "team"),
            ("door", "write", "yes"),
        ],
    ),
    (
        Lang::Ru,
        &[
            (
                "tell",
                "account",
                "Я служил водителем в Портовом отделе. В ту ночь я возил задержанных и слышал, как старший по смене приказал не оформлять троих из них. Журнал выезда потом переписали; моя запись о рейсе осталась у меня.",
            ),
            ("own", "acts", "Я вёл машину и не остановился, когда людей били в кузове."),
            ("door", "door", "lawyers"),
            ("door", "write", "yes"),
            ("contact", "reach", "Через двоюродную сестру, её знает ваш адвокат"),
        ],
    ),
    (
        Lang::Uk,
        &[
            ("tell", "account", "Мого сина забрали з дому вранці 12 серпня люди в чорному без знаків. Два дні нам казали, що його ніде немає."),
            ("tell", "minor", "yes"),
            ("door", "door", "team"),
        ],
    ),
];

const ANSWER: &str = "Дзякуй, што расказалі. Мы прачыталі гэта разам утрох. Калі зможаце, напішыце тут, ці бачылі вы нумар на форме таго, хто камандаваў у аддзеле. Не вяртайцеся туды і нікога не распытвайце.";

/// Puts these accounts and some more into an inbox; gives the words of the one that was answered, in its language.
pub(crate) async fn told(inbox: &Inbox, team: &DemoTeam, more: Vec<Account>, today: Day, rng: &mut (impl CryptoRng + Send)) -> Result<(Lang, String)> {
    let list = team.trusted.list();
    let mut answered = None;
    let mut all = Vec::new();
    for (lang, fields) in TOLD {
        let mut answers = Answers::new();
        for (block, name, answer) in fields {
            answers.set(block, name, answer)?;
        }
        all.push(Account { lang, answers });
    }
    for Account { lang, answers } in all.into_iter().chain(more) {
        let words = Words::random(rng);
        let source = Source::new(&list.book, &words);
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let at = Context { list, day: today, lang, checkpoint: None };
        let sender = Sender::Words { source: &source, statement: Some("") };
        let (bundle, _) = submit(&at, SubmissionId::from_random(id), PartKind::Report, &answers, sender, rng)?;
        let sealed = |(part, payload): (kniha_seal::sealer::SealedPart, Vec<u8>)| Sealed {
            part: PartKey(*part.part.bytes()),
            list_no: list.no,
            day: today.0,
            header: part.header,
            payload_sha256: part.payload_sha256,
            body: Body::Bytes(payload),
        };
        inbox.put(bundle.parts.into_iter().map(sealed).collect(), Some(bundle.leaf.encode())).await?;
        if answered.is_none() {
            let mailbox = source.mailbox();
            let answer = Answer { seq: 1, kind: AnswerKind::Request, lang: lang.code().to_owned(), day: today, list_no: list.no, text: ANSWER.to_owned() };
            let block = Block::seal(&list.book, &mailbox, &source.reply().public(), &answer, &team.desk.reply, rng)?;
            rng.fill_bytes(&mut id);
            inbox.put_block(mailbox.0, id, outbox::month(clock::now()) + MONTHS, block.bytes()).await?;
            answered = Some((lang, words.text(lang).to_string()));
        }
    }
    answered.ok_or_else(|| anyhow::anyhow!("nobody told anything"))
}
