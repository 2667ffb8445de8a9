// One submission: which parts it has, who can open which, its receipt, and the bytes that are posted. The policy is that of seal/src/submission.rs, which
// the test of this lane compares it with. Does no I/O but draw random bytes; the day is an argument.

import { be, cat, number, random } from "./bytes.mjs";
import { FORM, contentOf, fill } from "./fields.mjs";
import { quorumOf } from "./keylist.mjs";
import { COMPARTMENT, KIND, partId, plainLength, sealFile, sealText, signed } from "./part.mjs";
import { filler, make } from "./receipt.mjs";
import { digest } from "./suite.mjs";

const OWN_WORDS = 0;
const TEAM = 1;
const TRIAGE = 2;
const LAWYERS = 3;
const CUSTODIANS = 4;
const MOST_NAME = 255;

/** Base first: the first part decides whether a submission was sent before. */
const SHARES = [
    ["base", COMPARTMENT.base],
    ["triage", COMPARTMENT.triage],
    ["ownActs", COMPARTMENT.ownActs],
    ["contacts", COMPARTMENT.contacts],
];

/** A deposit that nobody could ever open. */
export class NobodyOpens extends Error {}

/** What a submission needs after it was sealed, so that files can follow: `{submission, door, deposit, voice}`. */
function follow(answers, source) {
    const door = answers.get("door/door") ?? "team";
    return { submission: random(16), door, custodians: answers.get("door/custodians") === "yes", deposit: source?.deposit ?? null, voice: source?.voice ?? null };
}

/** Who opens a compartment behind this door. */
function quorums(at, sent, compartment) {
    const of = (...numbers) => numbers.map((no) => quorumOf(at.list, no, at.day));
    if (sent.door === "deposit") {
        if (sent.deposit === null && !sent.custodians) throw new NobodyOpens();
        const own = sent.deposit === null ? [] : [{ no: OWN_WORDS, k: 1, draw: 1, slots: [{ slot: 1, key: sent.deposit, id: new Uint8Array(8) }] }];
        return [...own, ...(sent.custodians ? of(CUSTODIANS) : [])];
    }
    switch (compartment) {
        case COMPARTMENT.triage:
            return of(TRIAGE);
        case COMPARTMENT.ownActs:
            return of(LAWYERS);
        case COMPARTMENT.contacts:
            return of(CUSTODIANS);
        default:
            return of(sent.door === "lawyers" ? LAWYERS : TEAM, CUSTODIANS);
    }
}

function cover(at, sent, kind, compartment, i) {
    return {
        book: at.list.book,
        part: partId(sent.submission, compartment, i),
        submission: sent.submission,
        kind,
        compartment,
        formVersion: FORM,
        lang: at.lang,
        day: at.day,
        listNo: at.list.no,
        source: null,
        receipt: null,
        files: [],
        signature: null,
    };
}

/** A part before it is sealed. */
function written(sent, bare, content) {
    const own = sent.voice === null ? bare : signed(bare, sent.voice, digest(content));
    return { cover: own, content, length: plainLength(own, content) };
}

/** Seals parts that are sent together, all of one length: none says which of them holds much. */
async function sealParts(at, sent, parts) {
    const longest = Math.max(...parts.map(({ length }) => length));
    const sealed = [];
    for (const { cover, content } of parts) sealed.push(await sealText(cover, content, longest, quorums(at, sent, cover.compartment)));
    return sealed;
}

const framed = (bytes) => cat(be(bytes.length, 4), bytes);

/** `POST /sealed`. */
function bundle(parts, leaf) {
    return cat("kniha-bundle", [1, parts.length], ...parts.flatMap(({ header, payload }) => [framed(header), framed(payload)]), leaf);
}

/**
 * Seals what a person told. `at` is `{list, day, lang}`; `given` path → typed text; `source` the keys of their words, or `null` for whoever keeps nothing.
 * Gives `{bundle, sent}`: the bytes to post, and what files need to follow.
 */
export async function submit(at, given, source) {
    const answers = fill(given, at.lang);
    const sent = follow(answers, source);
    const { leaf, receipt } = source === null ? { leaf: filler(), receipt: null } : make(source, FORM, answers, "");
    const parts = [];
    for (const [share, compartment] of SHARES) {
        const bare = cover(at, sent, KIND.report, compartment, 0);
        if (share === "base") Object.assign(bare, { source, receipt });
        parts.push(written(sent, bare, contentOf(answers, share)));
    }
    return { bundle: bundle(await sealParts(at, sent, parts), leaf), sent };
}

/** A number for one file: nobody counts from it how many files there are. */
export const fileNumber = () => number(random(4)) % 2 ** 31;

/** Begins file i of a submission, for `POST /sealed/file`: `{part, stream, done}` as [`sealFile`] says, the stream with its first bytes. */
export async function sendFile(at, sent, i, length, pieces) {
    const bare = cover(at, sent, KIND.file, COMPARTMENT.file, i);
    const { stream, done } = await sealFile(bare, length, pieces, quorums(at, sent, COMPARTMENT.file));
    const start = new TransformStream({ start: (controller) => controller.enqueue(cat("kniha-file", [1])) });
    return { part: bare.part, stream: stream.pipeThrough(start), done };
}

/** The bundle of one signed part that vouches for file i. `file` is `{name, type}`, `sealed` the part and hashes of [`sendFile`]. */
export async function vouch(at, sent, i, file, sealed, about) {
    const bare = cover(at, sent, KIND.addition, COMPARTMENT.base, i + 1);
    bare.files.push({ ...sealed, name: shortened(file.name), type: shortened(file.type) });
    const content = contentOf(fill({ "file/about": about }, at.lang), "base");
    return bundle(await sealParts(at, sent, [written(sent, bare, content)]), filler());
}

/** At most 255 bytes of a name, cut between characters. */
function shortened(name) {
    let kept = "";
    for (const c of name.toWellFormed?.() ?? name) {
        if (new TextEncoder().encode(kept + c).length > MOST_NAME) break;
        kept += c;
    }
    return kept;
}
