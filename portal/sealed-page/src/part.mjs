// A part: an age v1 file whose stanzas are ours, made by npm age-encryption. Its Encrypter takes a recipient of our own, which is asked once for the
// stanzas of a file key and gives all of them in their order; header MAC, payload key and STREAM are the library's. Does no I/O but draw random bytes.

import { base64nopad } from "@scure/base";
import { Encrypter, Stanza } from "age-encryption";

import { base32, be, cat, toHex } from "./bytes.mjs";
import { encode } from "./cbor.mjs";
import { lock } from "./share.mjs";
import { hash, hasher, sign } from "./suite.mjs";

export const COMPARTMENT = { base: 0, contacts: 2, ownActs: 3, file: 5, triage: 6 };
export const KIND = { report: 0, addition: 1, file: 2 };
const BLOCK = 4096;
const STEP = 16384;
const TRAILER = 8;
const SLICE = 65536;
/** The end of an age header: three hyphens, a MAC of 43 letters, a line feed. */
const HEADER_END = 4 + 43 + 1;

/** The id of part i of a compartment: a double press makes no second part. */
export const partId = (submission, compartment, i) => hash("kniha/1/part", submission, [compartment], be(i, 4)).slice(0, 16);

/** A text's length, padded: the first step that holds it. */
export function paddedText(bytes) {
    let step = STEP;
    while (step < bytes) step *= 2;
    return step;
}

/** A file's length, padded: Padmé first, so that few lengths are told apart; a small file looks like a text. */
export function paddedFile(bytes) {
    const log = (n) => n.toString(2).length - 1;
    const e = log(bytes);
    const step = 2 ** Math.max(0, e - (e === 0 ? 1 : log(e) + 1));
    const padme = Math.ceil(bytes / step) * step;
    return Math.max(STEP, Math.ceil(padme / BLOCK) * BLOCK);
}

/** The bytes of a cover. */
export function coverBytes(c) {
    const source = c.source && [c.source.mailbox, c.source.reply, c.source.voice.publicKey];
    const receipt = c.receipt && [c.receipt.saltsSeed, c.receipt.fieldsRoot, c.receipt.commitment, null];
    const files = c.files.map((f) => [f.part, f.payloadSha256, f.contentSha256, f.contentLength, f.name, f.type]);
    return encode([1, c.book, c.part, c.submission, c.kind, c.compartment, c.formVersion, c.lang, c.day, c.listNo, source, receipt, files, c.signature]);
}

/** The cover signed by the voice, over itself and the content's hash. */
export function signed(cover, voice, contentSha256) {
    return { ...cover, signature: sign(voice, "cover", cat(coverBytes({ ...cover, signature: null }), contentSha256)) };
}

/** A recipient in the sense of age: the shares of all quorums. */
function recipient(part, listNo, quorums) {
    return {
        wrapFileKey(fileKey) {
            const stanzas = [new Stanza(["kniha-part", "1", base32(part), String(listNo)], new Uint8Array(0))];
            for (const quorum of quorums) {
                const shares = lock(quorum, part, listNo, fileKey);
                const numbers = [quorum.no, quorum.k, shares.length].map(String);
                for (const { slot, id, enc, body } of shares) {
                    stanzas.push(new Stanza(["kniha-share", "1", ...numbers, String(slot), toHex(id), base64nopad.encode(enc)], body));
                }
                stanzas.push(new Stanza(["kniha-check", "1", String(quorum.no)], cat(...shares.map(({ check }) => check))));
            }
            return stanzas;
        },
    };
}

function encrypter(cover, quorums) {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient(cover.part, cover.listNo, quorums));
    return encrypter;
}

/** Where the header of an age file ends. */
function headerLength(bytes) {
    for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) {
        if (bytes[at + 1] === 0x2d && bytes[at + 2] === 0x2d && bytes[at + 3] === 0x2d) return at + 1 + HEADER_END;
    }
    throw new Error("an age file without a header");
}

/** Bytes of plaintext without padding. */
export const plainLength = (cover, content) => 4 + coverBytes(cover).length + content.length + TRAILER;

/** Seals a content that is in memory, as long as its submission's `longest` plaintext would be: `{header, payload}`. */
export async function sealText(cover, content, longest, quorums) {
    const before = coverBytes(cover);
    const plain = new Uint8Array(paddedText(longest));
    plain.set(cat(be(before.length, 4), before, content));
    plain.set(be(content.length, TRAILER), plain.length - TRAILER);
    const sealed = await encrypter(cover, quorums).encrypt(plain);
    const cut = headerLength(sealed);
    return { header: sealed.slice(0, cut), payload: sealed.slice(cut) };
}

/**
 * Seals a file while it is read: never more than a few pieces of it are in memory. `pieces(at, end)` gives the file's bytes from `at` to `end`.
 * Gives `{stream, done}`: the sealed bytes as they are sent (`u32 header length ‖ header ‖ payload`), and, once the stream was read to its end, the hashes.
 */
export async function sealFile(cover, length, pieces, quorums) {
    const before = coverBytes(cover);
    const whole = 4 + before.length + length + TRAILER;
    const [content, payload] = [hasher(), hasher()];
    let at = 0;
    let zeros = paddedFile(whole) - whole;
    const plain = new ReadableStream(
        {
            start: (controller) => controller.enqueue(cat(be(before.length, 4), before)),
            async pull(controller) {
                if (at < length) {
                    const piece = await pieces(at, Math.min(length, at + SLICE));
                    if (piece.length === 0) throw new Error("the file became shorter while it was read");
                    at += piece.length;
                    content.update(piece);
                    controller.enqueue(piece);
                } else if (zeros > 0) {
                    const some = Math.min(zeros, SLICE);
                    zeros -= some;
                    controller.enqueue(new Uint8Array(some));
                } else {
                    controller.enqueue(be(length, TRAILER));
                    controller.close();
                }
            },
        },
        { highWaterMark: 1 },
    );
    let finished;
    const done = new Promise((resolve) => (finished = resolve));
    let headed = false;
    const framed = new TransformStream({
        transform(chunk, controller) {
            if (headed) {
                payload.update(chunk);
                controller.enqueue(chunk);
                return;
            }
            // The library puts the header out first, in one piece.
            headed = true;
            if (headerLength(chunk) !== chunk.length) throw new Error("an age header in pieces");
            controller.enqueue(cat(be(chunk.length, 4), chunk));
        },
        flush: () => finished({ payloadSha256: payload.digest(), contentSha256: content.digest(), contentLength: length }),
    });
    return { stream: (await encrypter(cover, quorums).encrypt(plain)).pipeThrough(framed), done };
}
