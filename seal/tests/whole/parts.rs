//! Too few keys, changed bytes, moved chunks, exchanged headers.

use kniha_core::commit::Hash;
use kniha_seal::age::{CHUNK, FileKey, Header, NONCE_LEN, SEALED_CHUNK, StreamSealer};
use kniha_seal::holder::{HolderError, KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::opener::{self, OpenError};
use kniha_seal::part::{Compartment, Cover, Day, Envelope, EnvelopeError, PartId, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
use kniha_seal::sealer::{self, SealedPart, Sealer};
use kniha_seal::share::{self, Share, ShareError};
use kniha_seal::sign::SigningKey;
use kniha_seal::size::Padding;
use kniha_seal::xwing::SecretKey;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub(crate) struct Team {
    pub(crate) quorum: Quorum,
    pub(crate) seeds: Vec<SecretKey>,
    pub(crate) members: Vec<MemoryHolder>,
}

pub(crate) fn team(no: u16, k: u8, draw: u8, slots: u8, rng: &mut ChaCha20Rng) -> Team {
    let seeds: Vec<SecretKey> = (0..slots).map(|_| SecretKey::random(rng)).collect();
    let places = seeds.iter().zip(1..).map(|(key, slot)| Slot { slot, key: key.public() }).collect();
    let members = seeds.iter().map(|key| MemoryHolder::new(vec![key.clone()], SigningKey::random(rng))).collect();
    Team { quorum: Quorum::new(QuorumNo(no), k, draw, places).unwrap(), seeds, members }
}

impl Team {
    /// The shares of the members who were drawn.
    pub(crate) fn shares(&self, envelope: &Envelope) -> Vec<Share> {
        let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
        self.members.iter().filter_map(|member| member.share(envelope, self.quorum.no(), &receipt).ok()).collect()
    }
}

pub(crate) fn cover(i: u32) -> Cover {
    let submission = SubmissionId::from_random([9; 16]);
    Cover {
        book: [1; 32],
        part: part_id(&submission, Compartment::Base, i),
        submission,
        kind: PartKind::Report,
        compartment: Compartment::Base,
        form_version: 1,
        lang: "be".to_owned(),
        day: Day(20_700),
        list_no: 4,
        source: None,
        receipt: None,
        files: Vec::new(),
        signature: None,
    }
}

fn sealed(team: &Team, content: &[u8], rng: &mut ChaCha20Rng) -> (SealedPart, Vec<u8>, Envelope) {
    let (part, payload) = sealer::seal(&cover(0), content, &[&team.quorum], Padding::Text, rng).unwrap();
    let envelope = Envelope::parse(&part.header).unwrap();
    (part, payload, envelope)
}

#[test]
fn with_k_less_one_members_nothing_opens_and_with_k_all() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (screeners, custodians) = (team(1, 2, 3, 5, &mut rng), team(2, 3, 5, 5, &mut rng));
    let mut opened = 0;
    for i in 0..200 {
        let account = format!("account {i}");
        let (part, payload) = sealer::seal(&cover(i), account.as_bytes(), &[&screeners.quorum, &custodians.quorum], Padding::Text, &mut rng).unwrap();
        let envelope = Envelope::parse(&part.header).unwrap();
        for team in [&screeners, &custodians] {
            let (no, k) = (team.quorum.no(), usize::from(team.quorum.k()));
            let shares = team.shares(&envelope);
            assert_eq!(shares.len(), usize::from(team.quorum.draw()));
            let refused = envelope.open(no, &shares[..k - 1]);
            assert_eq!(refused, Err(EnvelopeError::Shares(ShareError::TooFew { given: k - 1, k: team.quorum.k() })));
            let key = envelope.open(no, &shares[shares.len() - k..]).unwrap();
            let (read, content) = opener::open(&envelope, &key, &payload).unwrap();
            assert_eq!((content.as_slice(), read.content_sha256), (account.as_bytes(), part.content_sha256));
            opened += 1;
        }
    }
    assert_eq!(opened, 400);
}

/// Shares of one quorum are of no use in another: they are points of different polynomials.
#[test]
fn shares_of_two_quorums_do_not_add_up() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let (a, b) = (team(1, 2, 2, 2, &mut rng), team(2, 2, 2, 2, &mut rng));
    let (part, _) = sealer::seal(&cover(0), b"words", &[&a.quorum, &b.quorum], Padding::Text, &mut rng).unwrap();
    let envelope = Envelope::parse(&part.header).unwrap();
    let mixed = [a.shares(&envelope)[0].clone(), b.shares(&envelope)[1].clone()];
    assert_eq!(envelope.open(QuorumNo(1), &mixed), Err(EnvelopeError::Shares(ShareError::False { slot: 2 })));
}

#[test]
fn a_false_share_names_its_giver() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let team = team(1, 3, 5, 5, &mut rng);
    let (_, _, envelope) = sealed(&team, b"words", &mut rng);
    let mut shares = team.shares(&envelope);
    shares[1].value = kniha_seal::secret::Secret::random(&mut rng);
    assert_eq!(envelope.open(QuorumNo(1), &shares), Err(EnvelopeError::Shares(ShareError::False { slot: 2 })));
}

#[test]
fn every_changed_byte_of_a_header_is_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let team = team(1, 2, 3, 3, &mut rng);
    let (part, _, good) = sealed(&team, b"words", &mut rng);
    assert!(good.open(QuorumNo(1), &team.shares(&good)[..2]).is_ok());
    for i in 0..part.header.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut header = part.header.clone();
            header[i] ^= flip;
            let Ok(envelope) = Envelope::parse(&header) else { continue };
            // What parses must not open: not through any two members.
            let shares = team.shares(&envelope);
            for a in 0..shares.len() {
                for b in a + 1..shares.len() {
                    assert!(envelope.open(QuorumNo(1), &[shares[a].clone(), shares[b].clone()]).is_err(), "byte {i} ^ {flip:02x}");
                }
            }
        }
    }
}

#[test]
fn every_changed_byte_of_a_payload_is_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let team = team(1, 1, 1, 1, &mut rng);
    let (_, payload, envelope) = sealed(&team, b"words", &mut rng);
    let key = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
    for i in 0..payload.len() {
        let mut changed = payload.clone();
        changed[i] ^= 1;
        assert!(matches!(opener::open(&envelope, &key, &changed), Err(OpenError::Stream(_))), "byte {i}");
        assert!(opener::open(&envelope, &key, &payload[..i]).is_err(), "cut to {i}");
    }
}

#[test]
fn chunks_moved_missing_or_repeated_are_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let team = team(1, 1, 1, 1, &mut rng);
    let (_, payload, envelope) = sealed(&team, &vec![5; 5 * CHUNK], &mut rng);
    let key = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
    let chunks: Vec<&[u8]> = payload[NONCE_LEN..].chunks(SEALED_CHUNK).collect();
    let joined = |order: &[usize]| -> Vec<u8> {
        let mut all = payload[..NONCE_LEN].to_vec();
        order.iter().for_each(|i| all.extend_from_slice(chunks[*i]));
        all
    };
    assert!(opener::open(&envelope, &key, &joined(&[0, 1, 2, 3, 4, 5, 6, 7])).is_ok());
    let orders: [&[usize]; 8] = [
        &[1, 0, 2, 3, 4, 5, 6, 7],
        &[0, 1, 2, 4, 3, 5, 6, 7],
        // Of lengths that other payloads have.
        &[0, 1, 2, 7],
        &[1, 2, 3, 4, 5, 6, 7],
        &[0, 0, 1, 2, 3, 4, 5, 6, 7],
        &[0, 1, 2, 3, 4, 5, 6],
        &[7],
        &[0],
    ];
    for order in orders {
        assert!(opener::open(&envelope, &key, &joined(order)).is_err(), "{order:?}");
    }
}

/// A server that holds many parts gives the header of one with the payload of another.
#[test]
fn header_and_payload_of_two_parts_do_not_open() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let team = team(1, 1, 1, 1, &mut rng);
    let (_, payload, _) = sealed(&team, b"one", &mut rng);
    let (_, _, envelope) = sealed(&team, b"two", &mut rng);
    let key = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
    assert!(matches!(opener::open(&envelope, &key, &payload), Err(OpenError::Stream(_))));
}

/// A member who knows the file key makes a header of another part for it: the cover says that it is not.
#[test]
fn a_header_made_for_another_part_is_found_out() {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let team = team(1, 1, 1, 1, &mut rng);
    let (_, payload, envelope) = sealed(&team, b"words", &mut rng);
    let key = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
    let forged = Envelope::seal(PartId::from_random([7; 16]), 4, &[&team.quorum], &key, &mut rng).unwrap();
    assert_eq!(opener::open(&forged, &key, &payload), Err(OpenError::OtherPart));
    // The honest use of the same: a new header for other readers opens the old payload.
    let rewrapped = Envelope::seal(*envelope.part(), 4, &[&team.quorum], &key, &mut rng).unwrap();
    assert_eq!(opener::open(&rewrapped, &key, &payload).unwrap().1, b"words");
}

#[test]
fn a_share_moved_to_another_part_does_not_open() {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let team = team(1, 1, 1, 1, &mut rng);
    let (part, _, envelope) = sealed(&team, b"words", &mut rng);
    let text = String::from_utf8(part.header).unwrap();
    let other = PartId::from_random([7; 16]);
    let moved = Envelope::parse(text.replacen(&envelope.part().to_string(), &other.to_string(), 1).as_bytes()).unwrap();
    let receipt = ReadReceipt::of_entry(other, Hash([0; 32]));
    let refused = team.members[0].share(&moved, QuorumNo(1), &receipt);
    assert!(matches!(refused, Err(HolderError::Envelope(EnvelopeError::Closed { slot: 1, .. }))), "{refused:?}");
}

/// Whether an adversary who knows these shares finds the file key: one of them as it is, all exclusive-ored, all as if fewer were needed.
fn guessed(header: &[u8], shares: &[Share]) -> bool {
    let (header, _) = Header::parse(header).unwrap();
    let mut guesses: Vec<FileKey> = shares.iter().map(|share| share.value.clone()).collect();
    guesses.extend(shares.iter().skip(1).scan(shares[0].value.clone(), |sum, share| {
        *sum = sum.xor(&share.value);
        Some(sum.clone())
    }));
    guesses.extend((1..=shares.len()).map(|k| share::combine(u8::try_from(k).unwrap(), shares).unwrap()));
    guesses.iter().any(|key| header.verify(key).is_ok())
}

#[test]
fn k_less_one_shares_do_not_give_the_key_by_other_means() {
    let mut rng = ChaCha20Rng::seed_from_u64(10);
    let (split, whole) = (team(1, 3, 4, 4, &mut rng), team(1, 1, 4, 4, &mut rng));
    for _ in 0..20 {
        let (part, _, envelope) = sealed(&split, b"words", &mut rng);
        let shares = split.shares(&envelope);
        assert!(!guessed(&part.header, &shares[..2]));
        assert!(guessed(&part.header, &shares[..3]), "the control: with k the same guesses find it");
    }
    // The control for a build with the split switched off: where every share is the key, one guess finds it.
    let (part, _, envelope) = sealed(&whole, b"words", &mut rng);
    assert!(guessed(&part.header, &whole.shares(&envelope)[..1]));
}

/// A reader who holds the file key writes a payload whose padding carries a message, or whose lengths do not fit.
#[test]
fn a_payload_padded_otherwise_is_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(13);
    let team = team(1, 1, 1, 1, &mut rng);
    let (_, _, envelope) = sealed(&team, b"words", &mut rng);
    let key = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
    let written = cover(0).encode().unwrap();
    let begin = [&u32::try_from(written.len()).unwrap().to_be_bytes(), written.as_slice(), b"words"].concat();
    let mut made = |total: usize, at: Option<usize>, content_len: u64| {
        let mut plain = begin.clone();
        plain.resize(total - 8, 0);
        if let Some(at) = at {
            plain[at] = 1;
        }
        plain.extend(content_len.to_be_bytes());
        let mut payload = Vec::new();
        let mut stream = StreamSealer::new(&key, &mut rng, &mut payload);
        stream.push(&plain, &mut payload);
        stream.finish(&mut payload);
        opener::open(&envelope, &key, &payload).map(|(_, content)| content)
    };
    const STEP: usize = 16_384;
    assert_eq!(made(STEP, None, 5).unwrap(), b"words");
    assert_eq!(made(STEP, None, 6).unwrap(), b"words\0");
    // As long as a part beside a longer one.
    assert_eq!(made(4 * STEP, None, 5).unwrap(), b"words");
    for refused in [made(STEP, Some(4000), 5), made(3 * STEP, None, 5), made(STEP, None, 16_384), made(STEP, None, u64::MAX), made(STEP, Some(0), 5)] {
        assert_eq!(refused, Err(OpenError::Padding));
    }
    for length in [4096, STEP - 4096, STEP - 1, STEP + 1] {
        assert_eq!(made(length, None, 5), Err(OpenError::Length { bytes: 16 + length as u64 + 16 }));
    }
}

#[test]
fn many_different_texts_have_one_size() {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let team = team(1, 2, 3, 5, &mut rng);
    let sizes: std::collections::BTreeSet<(usize, u64)> =
        (0..16_000).step_by(797).map(|len| sealed(&team, &vec![b'a'; len], &mut rng).0).map(|part| (part.header.len(), part.payload_len)).collect();
    assert_eq!(sizes.len(), 1, "{sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any content, pumped in and out in any pieces, comes back; headers never exceed what was promised.
    #[test]
    fn whatever_is_sealed_comes_back(len in 0usize..400_000, step_in in 1usize..70_000, step_out in 1usize..70_000, file: bool, seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let team = team(1, 2, 2, 3, &mut rng);
        let mut content = vec![0; len];
        rng.fill_bytes(&mut content);
        // Runs of zeros at the end must not be taken for padding.
        content.truncate(len - len / 3);
        content.resize(len, 0);
        let padding = if file { Padding::File } else { Padding::Text };
        let mut payload = Vec::new();
        let mut sealer = Sealer::new(&cover(0), &[&team.quorum], padding, &mut rng, &mut payload).unwrap();
        for piece in content.chunks(step_in) {
            let before = payload.len();
            sealer.push(piece, &mut payload).unwrap();
            prop_assert!(payload.len() - before <= 2 * SEALED_CHUNK);
        }
        let mut tail = sealer.end().unwrap();
        while tail.pad(&mut payload) {}
        let part = tail.finish(&mut payload);
        prop_assert_eq!(part.payload_len, payload.len() as u64);

        let envelope = Envelope::parse(&part.header).unwrap();
        let key: FileKey = envelope.open(QuorumNo(1), &team.shares(&envelope)).unwrap();
        let (_, last) = opener::last_chunk_of(part.payload_len).unwrap();
        let (nonce, chunks) = payload.split_first_chunk().unwrap();
        let mut opener = opener::Opener::new(&envelope, &key, part.payload_len, nonce, &payload[payload.len() - last..]).unwrap();
        prop_assert_eq!(opener.content_len(), len as u64);
        let mut back = Vec::new();
        for piece in chunks.chunks(step_out) {
            opener.push(piece, &mut back).unwrap();
        }
        let opened = opener.finish(&mut back).unwrap();
        prop_assert!(back == content);
        prop_assert_eq!(opened.content_sha256, part.content_sha256);
    }
}
